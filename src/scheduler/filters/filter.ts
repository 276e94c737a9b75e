// The contract of a filter, and how filters are run. Names, order and log texts are Nova's (nova/filters.py).

import type { Values } from "../../config/keys.ts";
import type { RequestContext } from "../../core/context.ts";
import type { Logger } from "../../core/log.ts";
import type { schedulerSection } from "../config.ts";
import type { HostState } from "../host-state.ts";
import type { SchedulingRequest } from "../request.ts";

export interface FilterSettings extends Values<typeof schedulerSection> {
  DEFAULT_AVAILABILITY_ZONE: string;
}

export interface HostFilter {
  /** Nova's class name: what stands in the configuration and in the log. */
  readonly name: string;
  /** Its answer is the same for all servers of one request: asked for the first only. */
  readonly oncePerRequest?: boolean;
  /** False when it lets every host through for this request: then no host is asked about. */
  applies?(request: SchedulingRequest): boolean;
  /** Work to be done before the hosts are asked about one by one. */
  prepare?(hosts: readonly HostState[], request: SchedulingRequest): Promise<void>;
  passes(host: HostState, request: SchedulingRequest): boolean;
}

export type FilterClass = new (settings: FilterSettings) => HostFilter;

/** Steps with waits between them: without any they are done at once. */
export type Steps<T> = Generator<Promise<void>, T, void>;

/** What the steps come to, at once when none of them had to wait. */
export function settled<T>(steps: Steps<T>): T | Promise<T> {
  const step = steps.next();
  return step.done ? step.value : step.value.then(() => settled(steps));
}

/** Asks the filters in their order; each sees only what the ones before it let through. */
export function* runFilters(
  filters: readonly HostFilter[],
  hosts: readonly HostState[],
  request: SchedulingRequest,
  log: Logger,
  context: RequestContext,
): Steps<HostState[]> {
  let left = [...hosts];
  const history: string[] = [];
  if (log.debugging) log.debug(context, `Starting with ${left.length} host(s)`);
  for (const filter of filters) {
    if (request.index > 0 && filter.oncePerRequest) continue;
    const start = left.length;
    if (filter.prepare) yield filter.prepare(left, request);
    if (filter.applies?.(request) !== false) left = left.filter((host) => filter.passes(host, request));
    history.push(`${filter.name}: (start: ${start}, end: ${left.length})`);
    if (left.length === 0) {
      log.info(context, `Filter ${filter.name} returned 0 hosts`);
      break;
    }
    if (log.debugging) log.debug(context, `Filter ${filter.name} returned ${left.length} host(s)`);
  }
  if (left.length === 0) {
    const results = history.map((text) => `'${text}'`).join(", ");
    log.info(
      context,
      `Filtering removed all hosts for the request with instance ID '${request.instanceUuid}'. Filter results: [${results}]`,
    );
  }
  return left;
}
