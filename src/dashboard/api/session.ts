// /api/session: signing in and out, who is signed in, the project switcher.

import { cloudSection } from "../../config/cloud.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { Route } from "../../http/api.ts";
import { AuthenticationRequired, tokenValidator } from "../../http/auth.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Sessions } from "../sessions.ts";
import type { SignIn } from "../sign-in.ts";
import type { Session, SessionView, SignInRequest, SwitchProjectRequest } from "../wire.ts";
import * as schemas from "./schemas.ts";

export function sessionRoutes(context: ServiceContext, sessions: Sessions, signing: SignIn): Route[] {
  async function signIn(call: Call): Promise<Reply> {
    const request = call.body as SignInRequest;
    const token = await signing.signIn(request, call.remoteAddress);
    return begun(call, 201, token);
  }

  async function show(call: Call): Promise<Reply> {
    const token = sessions.token(call.header("cookie"));
    const known = token !== null && context.peers.get(tokenValidator).validate(token) !== null;
    const body: SessionView = { session: known ? await view(call, token) : null };
    return json(200, body, NO_STORE);
  }

  async function switchProject(call: Call): Promise<Reply> {
    const { project } = call.body as SwitchProjectRequest;
    const token = await signing.switchProject(tokenOf(call), project, call.remoteAddress);
    return begun(call, 200, token);
  }

  async function signOut(call: Call): Promise<Reply> {
    const token = sessions.token(call.header("cookie"));
    if (token !== null) await signing.signOut(token, call.remoteAddress);
    return empty(204, { "set-cookie": sessions.end(isSecure(call)) });
  }

  async function begun(call: Call, status: number, token: string): Promise<Reply> {
    const cookie = sessions.begin(token, isSecure(call));
    return json(status, await view(call, token), { ...NO_STORE, "set-cookie": cookie });
  }

  async function view(call: Call, token: string): Promise<Session> {
    const facts = context.peers.get(tokenValidator).validate(token);
    if (!facts?.projectId) throw new AuthenticationRequired();
    return {
      user: { id: facts.userId ?? "", name: facts.userName ?? "", domain: facts.userDomainName ?? "" },
      project: { id: facts.projectId, name: facts.projectName ?? "" },
      projects: await signing.projects(token, call.remoteAddress),
      roles: [...facts.roles],
      isAdmin: context.policy.allows("context_is_admin", {}, { ...call.context, ...facts }),
      services: [...new Set(context.endpoints.published().map(({ type }) => type))],
      region: context.config(cloudSection).REGION_NAME,
      authUrl: `${context.endpoints.base("key") ?? ""}/v3`,
    };
  }

  return [
    { method: "POST", path: "/api/session", handler: signIn, access: "public", body: schemas.signIn },
    { method: "GET", path: "/api/session", handler: show, access: "public" },
    {
      method: "PUT",
      path: "/api/session/project",
      handler: switchProject,
      access: "dashboard:session:switch_project",
      body: schemas.switchProject,
    },
    { method: "DELETE", path: "/api/session", handler: signOut, access: "public" },
  ];
}

const NO_STORE = { "cache-control": "no-store" };

function tokenOf(call: Call): string {
  const { authToken } = call.context;
  if (authToken === null) throw new AuthenticationRequired();
  return authToken;
}

/** Behind a proxy that speaks TLS the cookie is for TLS only. */
function isSecure(call: Call): boolean {
  return call.baseUrl.startsWith("https:");
}
