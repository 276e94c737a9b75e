// /v2.0/tokens. Authority: keystone/token/controllers.py of Newton.

import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { DEFAULT_DOMAIN_ID } from "../../bootstrap.ts";
import {
  AuthenticationFailed,
  EntityNotFound,
  GoneForGood,
  MissingAttribute,
  NotFoundHere,
} from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import type { ScopeRef } from "../../scopes.ts";
import { tokenNotFound } from "../../tokens/not-found.ts";
import type { IssuedToken } from "../../tokens/provider.ts";
import type { TokenView } from "../../tokens/view.ts";
import { issueForEc2 } from "../ec2-tokens.ts";
import { enforce } from "../requests.ts";
import { signedRequest } from "../schemas.ts";
import { issueToken } from "./schemas.ts";
import { accessView, endpointListView } from "./views.ts";

interface AuthBody {
  passwordCredentials?: { username?: string; userId?: string; password?: string | null };
  token?: { id?: string };
  tenantId?: string | null;
  tenantName?: string | null;
  trust_id?: string;
}

const DEFAULT_DOMAIN = { id: DEFAULT_DOMAIN_ID };

export function tokenRoutes(identity: Identity): Route[] {
  const { authentication, tokens, catalog } = identity;

  async function createToken(call: Call): Promise<Reply> {
    const { auth } = call.body as { auth: AuthBody | null };
    if (!auth) throw new MissingAttribute("auth", "request body");
    const scope = scopeOf(auth);
    const credentials = auth.token ? tokenData(auth.token) : passwordData(auth.passwordCredentials);
    return accessReply(await issue(call, credentials, scope));
  }

  /** Here an unusable token is 401, not 404 as in v3, and a scope that nobody asked for is none. */
  async function issue(
    call: Call,
    { methods, data }: ReturnType<typeof tokenData | typeof passwordData>,
    scope: ScopeRef,
  ): Promise<IssuedToken> {
    try {
      return await authentication.authenticate(call.context, {
        methods,
        data,
        scope,
        signed: () => {
          throw new AuthenticationFailed("OAuth is not part of v2.0");
        },
        receipt: null,
      });
    } catch (error) {
      if (error instanceof NotFoundHere || error instanceof EntityNotFound)
        throw new AuthenticationFailed(error);
      throw error;
    }
  }

  function accessReply({ token, view }: IssuedToken): Reply {
    return json(200, accessView(token, view, catalogOf(view)));
  }

  function catalogOf(view: TokenView) {
    return view.project ? catalog.forProject(view.project.id, view.user.id) : [];
  }

  function showToken(call: Call): Reply {
    const { token, view } = subject(call, "identity:validate_token");
    return json(200, accessView(token, view, catalogOf(view)));
  }

  function checkToken(call: Call): Reply {
    subject(call, "identity:check_token");
    return empty(200, { "content-type": "application/json" });
  }

  /** @throws AuthenticationFailed when it is not for the tenant named by `belongsTo`, or not v2.0's to see */
  function subject(call: Call, rule: string): { token: string; view: TokenView } {
    const { token, view } = lookUp(call);
    enforce(call, rule, { token: { user_id: view.payload.userId } });
    const belongsTo = call.query.get("belongsTo");
    if (belongsTo !== null && view.project?.id !== belongsTo) {
      throw new AuthenticationFailed("Token does not belong to specified tenant.");
    }
    if (view.domain && view.domain.id !== DEFAULT_DOMAIN_ID) {
      throw new AuthenticationFailed("Unable to validate domain-scoped tokens outside of the default domain");
    }
    return { token, view };
  }

  function lookUp(call: Call): { token: string; view: TokenView } {
    const token = call.param("token_id");
    const view = tokens.examine(token);
    if (typeof view === "string") throw tokenNotFound(view, token);
    return { token, view };
  }

  function revokeToken(call: Call): Reply {
    tokens.revoke(lookUp(call).view);
    return empty(204);
  }

  function listEndpoints(call: Call): Reply {
    return json(200, endpointListView(catalogOf(lookUp(call).view)));
  }

  function listRevoked(): Reply {
    throw new GoneForGood();
  }

  function createForEc2(call: Call): Reply {
    return accessReply(issueForEc2(identity, call.body));
  }

  const one = "/v2.0/tokens/:token_id";
  const asks = (rule: string) => ({ handlerAsks: [`identity:${rule}`] });
  return [
    { method: "POST", path: "/v2.0/tokens", handler: createToken, access: "public", body: issueToken },
    { method: "GET", path: "/v2.0/tokens/revoked", handler: listRevoked, access: "identity:revocation_list" },
    { method: "GET", path: one, handler: showToken, access: asks("validate_token") },
    { method: "HEAD", path: one, handler: checkToken, access: asks("check_token") },
    { method: "DELETE", path: one, handler: revokeToken, access: "admin_required" },
    { method: "GET", path: `${one}/endpoints`, handler: listEndpoints, access: "admin_required" },
    // Signed with a secret key instead of a token.
    { method: "POST", path: "/v2.0/ec2tokens", handler: createForEc2, access: "public", body: signedRequest },
  ];
}

function tokenData(token: { id?: string }) {
  if (token.id === undefined) throw new MissingAttribute("id", "token");
  return { methods: ["token"], data: { token } };
}

function passwordData(credentials: AuthBody["passwordCredentials"]) {
  if (!credentials) throw new MissingAttribute("passwordCredentials", "auth");
  const { username, userId, password } = credentials;
  if (password === undefined) throw new MissingAttribute("password", "passwordCredentials");
  if (!username && !userId) throw new MissingAttribute("username or userId", "passwordCredentials");
  const user = username ? { name: username, domain: DEFAULT_DOMAIN } : { id: userId };
  return { methods: ["password"], data: { password: { user: { ...user, password: password ?? "" } } } };
}

function scopeOf({ tenantId, tenantName, trust_id }: AuthBody): ScopeRef {
  if (trust_id !== undefined) return { "OS-TRUST:trust": { id: trust_id } };
  if (tenantName) return { project: { name: tenantName, domain: DEFAULT_DOMAIN } };
  return tenantId ? { project: { id: tenantId } } : { unscoped: {} };
}
