// The hint `query`: `["and", [">=", "$free_capacity_gb", 1024], ["=", "$vendor_name", "Open Source"]]`. Authority: cinder/
// scheduler/filters/json_filter.py of Zed.

import { parseJson } from "../../../core/json.ts";
import { answers } from "../../../core/json-query.ts";
import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";
import type { BackendFilter } from "./filter.ts";

export class JsonFilter implements BackendFilter {
  readonly name = "JsonFilter";

  /** What cannot be read lets nothing through. */
  passes(pool: PoolState, { hints }: PlacementRequest): boolean {
    const { query } = hints;
    if (query === undefined || query === null || query === "") return true;
    const parsed = typeof query === "string" ? parsedOrNull(query) : query;
    if (!Array.isArray(parsed)) return false;
    return answers(parsed, namesOf(pool));
  }
}

function parsedOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function namesOf(pool: PoolState): Record<string, unknown> {
  return { ...pool.capabilities, host: pool.id, capabilities: pool.capabilities, service: pool.service };
}
