// Nova's filter scheduler: filters let hosts through, weighers put them in order.

import type { RequestContext } from "../../core/context.ts";
import type { Logger } from "../../core/log.ts";
import { type FilterSettings, type HostFilter, runFilters, type Steps, settled } from "../filters/filter.ts";
import { makeFilters } from "../filters/index.ts";
import type { HostState } from "../host-state.ts";
import { makeWeighers } from "../weighers/index.ts";
import { bestFirst, type HostWeigher, type WeighedHost, weighHosts } from "../weighers/weigher.ts";
import type { SchedulerDriver } from "./driver.ts";

/** Filters and weighers from files, by their names in the configuration. */
export interface Plugged {
  filters: ReadonlyMap<string, HostFilter>;
  weighers: ReadonlyMap<string, HostWeigher>;
}

const NOTHING_PLUGGED: Plugged = { filters: new Map(), weighers: new Map() };

export class FilterScheduler implements SchedulerDriver {
  readonly name = "filter_scheduler";
  #filters: HostFilter[];
  #weighers: HostWeigher[];
  #subset: number;
  #shuffle: boolean;
  #random: () => number;

  /** @throws Error for an unknown filter or weigher */
  constructor(
    settings: FilterSettings,
    extraFilters: readonly string[] = [],
    random: () => number = Math.random,
    plugged: Plugged = NOTHING_PLUGGED,
  ) {
    this.#filters = makeFilters([...settings.SCHEDULER_FILTERS, ...extraFilters], settings, plugged.filters);
    this.#weighers = makeWeighers(settings.SCHEDULER_WEIGHERS, settings, plugged.weighers);
    this.#subset = settings.HOST_SUBSET_SIZE;
    this.#shuffle = settings.SHUFFLE_BEST_SAME_WEIGHED_HOSTS;
    this.#random = random;
  }

  select(...args: Parameters<SchedulerDriver["select"]>): Iterable<HostState> | Promise<Iterable<HostState>> {
    return settled(this.#choose(...args));
  }

  *#choose(...[request, hosts, log]: Parameters<SchedulerDriver["select"]>): Steps<Iterable<HostState>> {
    const passed = yield* runFilters(this.#filters, hosts, { ...request, index: 0 }, log, request.context);
    const weighed = yield* weighHosts(this.#weighers, passed, request);
    if (log.debugging) logWeights(weighed, log, request.context);
    return this.#subset > 1 || this.#shuffle ? this.#mixed(weighed) : bestFirst(weighed);
  }

  /** Which of equally good hosts, or of the best few, comes first is left to chance. */
  #mixed(weighed: WeighedHost[]): HostState[] {
    weighed.sort((a, b) => b.weight - a.weight);
    const best = weighed[0]?.weight;
    const other = weighed.findIndex(({ weight }) => weight !== best);
    const equal = !this.#shuffle ? 1 : other < 0 ? weighed.length : other;
    const among = Math.min(Math.max(this.#subset, equal), weighed.length);
    const chosen = Math.floor(this.#random() * among);
    if (chosen > 0) weighed.unshift(...weighed.splice(chosen, 1));
    return weighed.map(({ host }) => host);
  }
}

const SHOWN = 10;

function logWeights(weighed: readonly WeighedHost[], log: Logger, context: RequestContext): void {
  const sorted = [...weighed].sort((a, b) => b.weight - a.weight);
  const shown = sorted
    .slice(0, SHOWN)
    .map(({ host, weight }) => `WeighedHost [host: ${host}, weight: ${weight}]`);
  log.debug(context, `Weighed [${shown.join(", ")}${sorted.length > SHOWN ? ", ..." : ""}]`);
}
