// What comes to the dashboard by path: pages, its own API, the cloud's APIs; and whatever of the shared port is nobody's,
// of which only `/` is answered, with the way here.

import type { ServiceContext } from "../../core/service.ts";
import type { Reply, RequestEnv } from "../../http/call.ts";
import { ALREADY_SENT, sendReply, toResponse } from "../../http/send.ts";
import type { FetchApp } from "../../http/server.ts";
import { refusal } from "../guard.ts";
import { API, CLOUD, MOUNT } from "../wire.ts";
import { faultReply } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { type DashboardParts, dashboardApi } from "./index.ts";

export function dashboardApp(parts: DashboardParts): FetchApp {
  const { context, sessions } = parts;
  const api = dashboardApi(parts);
  const gateway = new Gateway(context, sessions);
  return {
    fetch(request, env = {}) {
      const target = env.target ?? request.url.slice(request.url.indexOf("/", 8));
      if (env.mount === "") return answer(request, env, atRoot(target));
      const isCloud = isBelow(target, CLOUD);
      if (!isCloud && !isBelow(target, API)) return api.fetch(request, env);
      const refused = refusal((name) => headerOf(request, env, name));
      if (refused !== null) {
        logRefusal(context, request, target, refused);
        return answer(request, env, faultReply(403, refused));
      }
      if (!isCloud) return api.fetch(request, env);
      const passed = gateway.pass(request, env, target);
      return passed instanceof Response || passed instanceof Promise ? passed : answer(request, env, passed);
    },
  };
}

/** A browser that asks the bare port is sent to our mount point. */
function atRoot(target: string): Reply {
  const path = target.split("?")[0];
  if (path !== "/") return faultReply(404, "Not here.");
  return { status: 302, headers: { location: `${MOUNT}/`, "cache-control": "no-cache" }, body: null };
}

function isBelow(target: string, prefix: string): boolean {
  return target.startsWith(prefix) && ["/", "?", undefined].includes(target[prefix.length]);
}

function headerOf(request: Request, { incoming }: RequestEnv, name: string): string | null {
  if (!incoming) return request.headers.get(name);
  const value = incoming.headers[name];
  return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
}

function logRefusal({ log }: ServiceContext, request: Request, target: string, reason: string): void {
  log.warning(null, `refused ${request.method} ${target.split("?")[0]}: ${reason}`);
}

async function answer(request: Request, { incoming, outgoing }: RequestEnv, reply: Reply): Promise<Response> {
  if (!incoming || !outgoing) return toResponse(reply, request.method);
  await sendReply(incoming, outgoing, reply);
  return ALREADY_SENT;
}
