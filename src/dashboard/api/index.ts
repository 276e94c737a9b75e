// The dashboard's own API and its pages.
//
// Ledger (against Horizon 23, Zed; checked 2026-11-20)
//   Differs on purpose: the pages are drawn in the browser and ask the cloud's APIs themselves, through `gateway.ts`;
//   Horizon's addresses (`/project/instances`) are kept, its Django forms and cookies are not. Services can be stopped
//   and started, and logs read, by administrators.

import type { LogFollower } from "../../core/log-follow.ts";
import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { AuthenticationRequired, tokenValidator } from "../../http/auth.ts";
import type { Call } from "../../http/call.ts";
import type { FetchApp } from "../../http/server.ts";
import { pageRoutes } from "../pages.ts";
import type { Sessions } from "../sessions.ts";
import type { SignIn } from "../sign-in.ts";
import { fault } from "./faults.ts";
import { logRoutes } from "./logs.ts";
import { serviceRoutes } from "./services.ts";
import { sessionRoutes } from "./session.ts";
import { topologyRoutes } from "./topology.ts";

export interface DashboardParts {
  context: ServiceContext;
  sessions: Sessions;
  signing: SignIn;
  followers: Set<LogFollower>;
}

export function dashboardRoutes({ context, sessions, signing, followers }: DashboardParts): Route[] {
  return [
    ...sessionRoutes(context, sessions, signing),
    ...serviceRoutes(context),
    ...logRoutes(context, followers),
    ...topologyRoutes(context),
    ...pageRoutes(),
  ];
}

export function dashboardApi(parts: DashboardParts): FetchApp {
  const { context, sessions } = parts;
  return createApi({
    context,
    routes: dashboardRoutes(parts),
    fault,
    authenticate: (call) => authenticate(call, context, sessions),
  });
}

/** By the cookie, not by `X-Auth-Token`. */
function authenticate(call: Call, { peers }: ServiceContext, sessions: Sessions): void {
  const token = sessions.token(call.header("cookie"));
  const facts = token === null ? null : peers.get(tokenValidator).validate(token);
  if (!facts) throw new AuthenticationRequired();
  const { requestId, globalRequestId, remoteAddress } = call.context;
  call.context = { ...facts, requestId, globalRequestId, remoteAddress };
}
