// Notifications about what an API has done: routes that change something send them when they have succeeded. Routes that
// only read are left as they are, so that nothing is spent on them.

import type { Handler, Route } from "./api.ts";
import type { Call, Reply } from "./call.ts";

export interface RouteNotice {
  /** Before the handler: what will be gone afterwards, handed to `after`. */
  before?(call: Call): unknown;
  /** After a handler that has thrown. */
  failed?(call: Call): void;
  /** After an answer below 400, whose work has been committed. */
  after(call: Call, reply: Reply, before: unknown): void;
}

/** @param noticeOf asked once for every route; null leaves it alone */
export function withNotices(
  routes: readonly Route[],
  noticeOf: (route: Route) => RouteNotice | null,
): Route[] {
  return routes.map((route) => {
    if (route.method === "GET" || route.method === "HEAD" || route.method === "OPTIONS") return route;
    const notice = noticeOf(route);
    if (!notice) return route;
    const { handler } = route;
    const noticed = async (call: Call): Promise<Reply> => {
      const before = notice.before?.(call);
      const reply = await answer(call, handler, notice);
      if (reply.status < 400) notice.after(call, reply, before);
      return reply;
    };
    Object.defineProperty(noticed, "name", { value: handler.name });
    return { ...route, handler: noticed };
  });
}

async function answer(call: Call, handler: Handler, notice: RouteNotice): Promise<Reply> {
  try {
    return await handler(call);
  } catch (error) {
    notice.failed?.(call);
    throw error;
  }
}

/** The answer's JSON; null for any other. */
export function answered(reply: Reply): Record<string, unknown> | null {
  if (typeof reply.body !== "string" || reply.body === "") return null;
  const found: unknown = JSON.parse(reply.body);
  return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : null;
}
