// The Identity API, v3 and v2.0, as one app on both of Keystone's ports.
//
// Ledger (against Keystone 22, Zed; checked 2026-11-20)
//   Differs on purpose: tokens are Fernet tokens with a payload of our own, so they cannot be exchanged with a Keystone
//   that shares the keys; v2.0, which Keystone removed in Queens, is served because the courses use it.
//   Not here yet: trusts, application credentials, OAuth1, federation, limits, endpoint filtering, TOTP, receipts.

import { timingSafeEqual } from "node:crypto";
import { adminContext } from "../../core/context.ts";
import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { AuthenticationRequired } from "../../http/auth.ts";
import type { Call } from "../../http/call.ts";
import type { FetchApp } from "../../http/server.ts";
import type { Identity } from "../manager.ts";
import { authRoutes } from "./auth.ts";
import { discoveryRoutes } from "./discovery.ts";
import { fault, malformed, violation } from "./faults.ts";
import { projectRoutes } from "./projects.ts";
import { userRoutes } from "./users.ts";

export function identityRoutes(identity: Identity): Route[] {
  return [...discoveryRoutes(), ...authRoutes(identity), ...userRoutes(identity), ...projectRoutes(identity)];
}

export function identityApi(context: ServiceContext, identity: Identity): FetchApp {
  return createApi({
    context,
    routes: identityRoutes(identity),
    fault,
    violation,
    malformed,
    authenticate: (call) => authenticate(call, identity, context.secrets.serviceToken),
  });
}

/** A token, or the static SERVICE_TOKEN, which may do everything and is nobody. */
function authenticate(call: Call, identity: Identity, serviceToken: string): void {
  const token = call.header("x-auth-token");
  if (!token) throw new AuthenticationRequired();
  if (sameText(token, serviceToken)) {
    const { requestId, remoteAddress } = call;
    call.context = { ...adminContext(requestId), isServiceToken: true, remoteAddress };
    return;
  }
  const facts = identity.tokens.facts(token);
  if (!facts) throw new AuthenticationRequired();
  const { requestId, globalRequestId, remoteAddress } = call.context;
  call.context = { ...facts, requestId, globalRequestId, remoteAddress };
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && x.length > 0 && timingSafeEqual(x, y);
}
