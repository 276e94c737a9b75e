// /api/logs: the scrollback of one window, or of all, and then every line as it comes, one JSON object a line. For
// administrators; the answer ends when the session does.

import { LogFollower } from "../../core/log-follow.ts";
import { type ServiceContext, supervisor } from "../../core/service.ts";
import type { Route } from "../../http/api.ts";
import { tokenValidator } from "../../http/auth.ts";
import type { Call, Reply } from "../../http/call.ts";
import { logsQuery } from "./schemas.ts";

/** How often an idle answer carries an empty line, and the session is looked at again. */
const NUDGE_MS = 15_000;

/** @param open the answers under way, for the service's stop to end */
export function logRoutes({ peers, clock }: ServiceContext, open: Set<LogFollower>): Route[] {
  function follow(call: Call): Reply {
    const { query, context } = call;
    const tail = query.get("tail");
    const follower: LogFollower = new LogFollower(peers.get(supervisor).logs, {
      window: query.get("window"),
      containing: query.get("request") ?? undefined,
      tail: tail === null ? undefined : Number(tail),
      onEnd() {
        stopNudging();
        open.delete(follower);
      },
    });
    const stopNudging = clock.every(NUDGE_MS, () => {
      const facts = context.authToken && peers.find(tokenValidator)?.validate(context.authToken);
      if (facts) follower.nudge();
      else follower.end();
    });
    open.add(follower);
    follower.nudge(); // the answer begins at once, also where nothing has been logged
    const headers = { "content-type": "application/x-ndjson", "cache-control": "no-store" };
    return { status: 200, headers, body: follower };
  }

  return [
    { method: "GET", path: "/api/logs", handler: follow, access: "dashboard:logs:follow", query: logsQuery },
  ];
}
