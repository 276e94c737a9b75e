// /v3/auth: tokens, and what the caller of a token may do with it.

import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { empty, json } from "../../http/call.ts";
import type { MethodData, UserRef } from "../auth-methods.ts";
import { ForbiddenQuietly, MissingAttribute, ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { DomainRef, ScopeRef } from "../scopes.ts";
import { tokenNotFound } from "../tokens/not-found.ts";
import type { TokenView } from "../tokens/view.ts";
import { signedRequest } from "./oauth1.ts";
import { enforce } from "./requests.ts";
import { issueToken } from "./schemas.ts";
import { collection, domainView, projectView, tokenView } from "./views.ts";

interface AuthBody {
  identity: { methods: string[] } & MethodData;
  scope?: ScopeRef;
}

/** Answers remembered; some kilobytes each. */
const MAX_BODIES = 500;

export function authRoutes(identity: Identity): Route[] {
  const bodies = new Map<TokenView, { whole?: string; bare?: string }>();
  const { authentication, tokens, catalog, resolver, store, federation } = identity;
  const providers = () => federation.enabledServiceProviders();

  async function createToken(call: Call): Promise<Reply> {
    const { auth } = call.body as { auth: AuthBody | null };
    if (!auth) throw new MissingAttribute("auth", "request body");
    assertNamed(auth);
    const { methods, ...data } = auth.identity;
    const { token, view } = await authentication.authenticate(call.context, {
      methods,
      data,
      scope: auth.scope,
      signed: () => signedRequest(call),
      receipt: call.header("openstack-auth-receipt"),
    });
    return issuedReply(token, view, !call.query.has("nocatalog"));
  }

  function showToken(call: Call): Reply {
    const { token, view } = subject(call, "identity:validate_token");
    return tokenReply(call, token, view);
  }

  function checkToken(call: Call): Reply {
    const { token } = subject(call, "identity:check_token");
    return empty(200, { "content-type": "application/json", "x-subject-token": token });
  }

  function revokeToken(call: Call): Reply {
    tokens.revoke(subject(call, "identity:revoke_token").view);
    return empty(204);
  }

  /** A token just issued is not remembered yet, and its answer is not asked for again. */
  function issuedReply(token: string, view: TokenView, withCatalog: boolean): Reply {
    return json(201, tokenView(view, catalogOf(view, withCatalog), providers()), {
      "x-subject-token": token,
    });
  }

  function tokenReply(call: Call, token: string, view: TokenView): Reply {
    const headers = { "content-type": "application/json", "x-subject-token": token };
    return { status: 200, headers, body: bodyOf(view, !call.query.has("nocatalog")) };
  }

  /** A view is made anew whenever a row of the database changes: as long as it is the same, so is what is said of it. */
  function bodyOf(view: TokenView, withCatalog: boolean): string {
    let known = bodies.get(view);
    if (!known) {
      known = {};
      const [oldest] = bodies.size < MAX_BODIES ? [] : bodies.keys();
      if (oldest) bodies.delete(oldest);
      bodies.set(view, known);
    }
    const key = withCatalog ? "whole" : "bare";
    known[key] ??= JSON.stringify(tokenView(view, catalogOf(view, withCatalog), providers()));
    return known[key];
  }

  function catalogOf(view: TokenView, wanted: boolean) {
    const ownerId = view.trust?.trustor_user_id ?? view.user.id;
    return wanted ? catalog.forProject(view.project?.id ?? null, ownerId) : null;
  }

  /** 404 for a token that cannot be looked at, before the policy is asked. */
  function subject(call: Call, rule: string): { token: string; view: TokenView } {
    const token = call.header("x-subject-token") ?? "";
    const allowExpired = boolFromString(call.query.get("allow_expired") ?? "") === true;
    const view = tokens.examine(token, { allowExpired });
    if (typeof view === "string") throw tokenNotFound(view, token);
    if (hasAccessRules(view) && Number(call.header("openstack-identity-access-rules") ?? 0) < 1) {
      throw tokenNotFound("ended", token);
    }
    enforce(call, rule, {
      token: { user_id: view.payload.userId, user: { domain: { id: view.userDomain.id } } },
    });
    return { token, view };
  }

  function listCatalog(call: Call): Reply {
    const { userId, projectId } = call.context;
    if (projectId === null || userId === null) {
      throw new ForbiddenQuietly("A project-scoped token is required to produce a service catalog.");
    }
    return json(200, {
      catalog: catalog.forProject(projectId, userId),
      links: { self: `${call.baseUrl}/v3/auth/catalog` },
    });
  }

  function listProjects(call: Call): Reply {
    const shown = resolver
      .projectIds(call.context.userId ?? "")
      .map((id) => store.projects.get(id))
      .filter((row) => row !== null)
      .map((row) => projectView(call, row, store.tags.rightsOf(row.id)));
    return json(200, collection(call, "projects", shown));
  }

  function listDomains(call: Call): Reply {
    const shown = resolver
      .domainIds(call.context.userId ?? "")
      .map((id) => store.domain(id))
      .filter((row) => row !== null)
      .map((row) => domainView(call, row, store.tags.rightsOf(row.id)));
    return json(200, collection(call, "domains", shown));
  }

  function listSystem(call: Call): Reply {
    const system = resolver.hasSystemRole(call.context.userId ?? "") ? [{ all: true }] : [];
    return json(200, { system, links: { self: `${call.baseUrl}/v3/auth/system` } });
  }

  const asks = (rule: string) => ({ handlerAsks: [`identity:${rule}`] });
  return [
    { method: "POST", path: "/v3/auth/tokens", handler: createToken, access: "public", body: issueToken },
    { method: "GET", path: "/v3/auth/tokens", handler: showToken, access: asks("validate_token") },
    { method: "HEAD", path: "/v3/auth/tokens", handler: checkToken, access: asks("check_token") },
    { method: "DELETE", path: "/v3/auth/tokens", handler: revokeToken, access: asks("revoke_token") },
    { method: "GET", path: "/v3/auth/catalog", handler: listCatalog, access: "identity:get_auth_catalog" },
    { method: "GET", path: "/v3/auth/projects", handler: listProjects, access: "identity:get_auth_projects" },
    // As they were called first.
    {
      method: "GET",
      path: "/v3/OS-FEDERATION/projects",
      handler: listProjects,
      access: "identity:get_auth_projects",
    },
    {
      method: "GET",
      path: "/v3/OS-FEDERATION/domains",
      handler: listDomains,
      access: "identity:get_auth_domains",
    },
    { method: "GET", path: "/v3/auth/domains", handler: listDomains, access: "identity:get_auth_domains" },
    { method: "GET", path: "/v3/auth/system", handler: listSystem, access: "identity:get_auth_system" },
  ];
}

export function hasAccessRules({ applicationCredential }: TokenView): boolean {
  return applicationCredential !== null && applicationCredential.rules.length > 0;
}

/** What keystone/auth/schema.py, `validate_issue_token_auth`, asks beyond its schema. @throws ValidationFailed */
function assertNamed({ identity, scope }: AuthBody): void {
  const user: UserRef | undefined = identity.password?.user;
  const places: [string, DomainRef | undefined][] = [
    ["identity/password/user", user],
    ["identity/password/user/domain", user?.domain],
  ];
  if (typeof scope === "object") {
    places.push(
      ["scope/project", scope.project],
      ["scope/project/domain", scope.project?.domain],
      ["scope/domain", scope.domain],
    );
  }
  for (const [place, ref] of places) {
    if (ref === undefined || ref.id !== undefined || ref.name !== undefined) continue;
    throw new ValidationFailed(`Invalid input for field ${place}: id or name must be present.`);
  }
}
