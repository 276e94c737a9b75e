// The contract of a filter, and how filters are run. Names, order and log texts are Cinder's (cinder/scheduler/
// base_filter.py).

import type { Logger } from "../../../core/log.ts";
import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";

export interface BackendFilter {
  /** Cinder's class name: what stands in the configuration and in the log. */
  readonly name: string;
  passes(pool: PoolState, request: PlacementRequest, log: Logger): boolean;
}

/** Asks the filters in their order; each sees only what the ones before it let through. */
export function runFilters(
  filters: readonly BackendFilter[],
  pools: readonly PoolState[],
  request: PlacementRequest,
  log: Logger,
): PoolState[] {
  const { context } = request;
  let left = [...pools];
  const history: string[] = [];
  if (log.debugging) log.debug(context, `Starting with ${left.length} host(s)`);
  for (const filter of filters) {
    const start = left.length;
    left = left.filter((pool) => filter.passes(pool, request, log));
    history.push(`${filter.name}: (start: ${start}, end: ${left.length})`);
    if (left.length === 0) {
      log.info(context, `Filter ${filter.name} returned 0 hosts`);
      break;
    }
    if (log.debugging) log.debug(context, `Filter ${filter.name} returned ${left.length} host(s)`);
  }
  if (left.length === 0) {
    const results = history.map((text) => `'${text}'`).join(", ");
    log.info(context, `Filtering removed all hosts for ${request.what}. Filter results: [${results}]`);
  }
  return left;
}
