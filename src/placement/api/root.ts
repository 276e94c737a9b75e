// `/`: which versions there are. Authority: placement/handlers/root.py.

import type { Clock } from "../../core/clock.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { MICROVERSIONS } from "./faults.ts";
import { freshness } from "./respond.ts";

export function rootRoutes(clock: Clock): Route[] {
  function home(call: Call): Reply {
    const { major, min, max } = MICROVERSIONS;
    const version = {
      id: `v${major}.${min}`,
      max_version: `${major}.${max}`,
      min_version: `${major}.${min}`,
      status: "CURRENT",
      // Empty on purpose: "this same URL".
      links: [{ rel: "self", href: "" }],
    };
    return json(200, { versions: [version] }, freshness(call, clock.now()));
  }
  return [{ method: "GET", path: "/", handler: home, access: "public" }];
}
