// /v3/auth: tokens, and what the caller of a token may do with it.

import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { empty, json } from "../../http/call.ts";
import type { AuthRequest, ScopeRef, UserRef } from "../authentication.ts";
import { AuthenticationFailed, EntityNotFound } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { TokenView } from "../tokens/provider.ts";
import { issueToken } from "./schemas.ts";
import { collection, domainView, projectView, tokenView } from "./views.ts";

interface IssueBody {
  auth: {
    identity: { methods: string[]; password?: { user: UserRef }; token?: { id: string } };
    scope?: ScopeRef | "unscoped";
  };
}

export function authRoutes(identity: Identity): Route[] {
  const { authentication, tokens, catalog, roles, projects, store } = identity;

  async function createToken(call: Call): Promise<Reply> {
    const { auth } = call.body as IssueBody;
    const request: AuthRequest = {
      methods: auth.identity.methods,
      password: auth.identity.password?.user,
      token: auth.identity.token,
      scope: auth.scope === undefined ? null : auth.scope === "unscoped" ? { unscoped: {} } : auth.scope,
    };
    const { token, view } = await authentication.authenticate(call.context, request);
    return tokenReply(call, 201, token, view);
  }

  function showToken(call: Call): Reply {
    const { token, view } = subject(call);
    call.enforce("identity:validate_token", { "target.token.user_id": view.user.id, user_id: view.user.id });
    return tokenReply(call, 200, token, view);
  }

  function checkToken(call: Call): Reply {
    const { view } = subject(call);
    call.enforce("identity:check_token", { "target.token.user_id": view.user.id, user_id: view.user.id });
    return empty(200, { vary: "X-Auth-Token" });
  }

  function revokeToken(call: Call): Reply {
    const { token, view } = subject(call);
    call.enforce("identity:revoke_token", { "target.token.user_id": view.user.id, user_id: view.user.id });
    tokens.revoke(token);
    return empty(204, { vary: "X-Auth-Token" });
  }

  function tokenReply(call: Call, status: number, token: string, view: TokenView): Reply {
    const wanted = !call.query.has("nocatalog");
    const entries = wanted ? catalog.forProject(view.project?.id ?? null, view.user.id) : null;
    return json(status, tokenView(view, entries), { "x-subject-token": token, vary: "X-Auth-Token" });
  }

  /** @throws EntityNotFound when `X-Subject-Token` is missing or not valid */
  function subject(call: Call): { token: string; view: TokenView } {
    const token = call.header("x-subject-token") ?? "";
    const view = tokens.view(token);
    if (!view) throw new EntityNotFound("token", token === "" ? "None" : "(token)");
    return { token, view };
  }

  function listCatalog(call: Call): Reply {
    const { userId, projectId } = call.context;
    if (userId === null) throw new AuthenticationFailed();
    return json(200, collection(call, "catalog", catalog.forProject(projectId, userId)));
  }

  function listProjects(call: Call): Reply {
    const rows = roles
      .projectIds(call.context.userId ?? "")
      .map((id) => store.projects.get(id))
      .filter((row) => row?.enabled && projects.domainOf(row).enabled)
      .map((row) => projectView(call, row!, store.tagsOf(row!.id)));
    return json(200, collection(call, "projects", rows));
  }

  function listDomains(call: Call): Reply {
    const rows = roles
      .domainIds(call.context.userId ?? "")
      .map((id) => store.domain(id))
      .filter((row) => row?.enabled)
      .map((row) => domainView(call, row!, store.tagsOf(row!.id)));
    return json(200, collection(call, "domains", rows));
  }

  function listSystem(call: Call): Reply {
    const system = roles.hasSystemRole(call.context.userId ?? "") ? [{ all: true }] : [];
    return json(200, { system, links: { self: `${call.baseUrl}/v3/auth/system` } });
  }

  return [
    { method: "POST", path: "/v3/auth/tokens", handler: createToken, access: "public", body: issueToken },
    {
      method: "GET",
      path: "/v3/auth/tokens",
      handler: showToken,
      access: { handlerAsks: ["identity:validate_token"] },
    },
    {
      method: "HEAD",
      path: "/v3/auth/tokens",
      handler: checkToken,
      access: { handlerAsks: ["identity:check_token"] },
    },
    {
      method: "DELETE",
      path: "/v3/auth/tokens",
      handler: revokeToken,
      access: { handlerAsks: ["identity:revoke_token"] },
    },
    { method: "GET", path: "/v3/auth/catalog", handler: listCatalog, access: "identity:get_auth_catalog" },
    { method: "GET", path: "/v3/auth/projects", handler: listProjects, access: "identity:get_auth_projects" },
    { method: "GET", path: "/v3/auth/domains", handler: listDomains, access: "identity:get_auth_domains" },
    { method: "GET", path: "/v3/auth/system", handler: listSystem, access: "identity:get_auth_system" },
  ];
}
