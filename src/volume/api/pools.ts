// /capabilities and /scheduler-stats. Authority: cinder/api/contrib/{capabilities,scheduler_stats}.py of Zed.

import { NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { poolStates } from "../scheduler/pools.ts";
import { VOLUME_BINARY, volumeTopic } from "../topics.ts";
import { askBackend } from "../volumes/ask.ts";
import type { Json } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { boolParam, take } from "./query.ts";

const POOL_FILTER = 28;
const POOL_TYPE_FILTER = 35;

export function poolRoutes(cinder: Cinder): Route[] {
  async function capabilities(call: Call): Promise<Reply> {
    call.enforce("volume_extension:capabilities");
    const host = call.param("host");
    const row = cinder.services.store.find(VOLUME_BINARY, host);
    if (!row) throw new NotFound(`Can't find service: ${host}`);
    const found = await askBackend<Json>(cinder, call, row.host, "get_capabilities", {});
    return json(200, { namespace: `OS::Storage::Capabilities::${volumeTopic(row.host)}`, ...found });
  }

  function pools(call: Call): Reply {
    call.enforce("scheduler_extension:scheduler_stats:get_pools");
    const query = new URLSearchParams(call.query);
    const detail = boolParam("detail", take(query, "detail"));
    if (call.minor < POOL_FILTER) for (const name of [...query.keys()]) query.delete(name);
    if (call.minor >= 31) rejectFilters(call.context, call.minor, "pool", query);
    if (call.minor < POOL_TYPE_FILTER) query.delete("volume_type");
    const name = query.get("name");
    const type = query.get("volume_type");
    const wanted =
      type === null ? null : (cinder.types.find(call, type).extraSpecs["volume_backend_name"] ?? null);
    const found = poolStates(cinder)
      .filter(({ id }) => name === null || id === name)
      .filter(({ capabilities: c }) => wanted === null || c["volume_backend_name"] === wanted);
    return json(200, {
      pools: found.map((pool) => ({
        name: pool.id,
        ...(detail ? { capabilities: pool.capabilities } : {}),
      })),
    });
  }

  return [
    {
      method: "GET",
      path: "/capabilities/:host",
      handler: capabilities,
      access: { handlerAsks: ["volume_extension:capabilities"] },
    },
    {
      method: "GET",
      path: "/scheduler-stats/get_pools",
      handler: pools,
      access: { handlerAsks: ["scheduler_extension:scheduler_stats:get_pools"] },
    },
  ];
}
