// Choosing among pools: filters let pools through, weighers put them in order. Authority: cinder/scheduler/
// filter_scheduler.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import type { Logger } from "../../core/log.ts";
import type { Cinder } from "../cinder.ts";
import { numberOf, volumeSchedulerSection } from "../config.ts";
import { NoValidBackend } from "../errors.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeRow } from "../tables.ts";
import { backendOf, poolOf } from "../topics.ts";
import { type BackendFilter, runFilters } from "./filters/filter.ts";
import { makeFilters } from "./filters/index.ts";
import { type PoolState, poolStates } from "./pools.ts";
import type { PlacementRequest } from "./request.ts";
import { type BackendWeigher, bestFirst, makeWeighers } from "./weighers/index.ts";

export class Placement {
  #cinder: Cinder;
  #filters: BackendFilter[];
  #weighers: BackendWeigher[];
  #log: Logger;

  /** @throws Error for an unknown filter or weigher, or a multiplier that is no number */
  constructor(cinder: Cinder) {
    const settings = cinder.context.config(volumeSchedulerSection);
    this.#cinder = cinder;
    this.#log = cinder.log.child("cinder.scheduler.filter_scheduler");
    this.#filters = makeFilters(settings.CINDER_SCHEDULER_DEFAULT_FILTERS);
    const number = (name: keyof typeof settings) => numberOf(name, String(settings[name]));
    this.#weighers = makeWeighers(settings.CINDER_SCHEDULER_DEFAULT_WEIGHERS, {
      capacityMultiplier: number("CINDER_CAPACITY_WEIGHT_MULTIPLIER"),
      allocatedMultiplier: number("CINDER_ALLOCATED_CAPACITY_WEIGHT_MULTIPLIER"),
      volumeNumberMultiplier: number("CINDER_VOLUME_NUMBER_MULTIPLIER"),
      random: Math.random,
    });
  }

  /** The pools that will do, best first. */
  candidates(request: PlacementRequest): PoolState[] {
    return bestFirst(this.#weighers, this.passing(request), request);
  }

  /** The pools the filters let through, in no order. */
  passing(request: PlacementRequest): PoolState[] {
    return runFilters(this.#filters, poolStates(this.#cinder), request, this.#log);
  }

  /** @param host with a pool, or without: any of its pools. @throws NoValidBackend when it will not do */
  on(host: string, request: PlacementRequest): PoolState {
    const found = this.candidates(request).find((pool) => isOn(pool, host));
    if (!found) throw new NoValidBackend(`Cannot place ${request.what} on ${host}.`);
    return found;
  }

  /** What is asked for a volume as it is. */
  requestFor(
    context: RequestContext,
    volume: VolumeRow,
    more: Partial<
      Pick<PlacementRequest, "sizeGb" | "zones" | "hints" | "existsOn" | "extendsAttached" | "what">
    > & {
      typeId?: string;
    } = {},
  ): PlacementRequest {
    const { typeId = volume.volume_type_id, ...rest } = more;
    return {
      cinder: this.#cinder,
      context,
      what: `volume ${volume.id}`,
      sizeGb: volume.size,
      zones: volume.availability_zone === null ? [] : [volume.availability_zone],
      extraSpecs: this.extraSpecsOf(typeId),
      hints: {},
      existsOn: null,
      extendsAttached: false,
      ...rest,
    };
  }

  extraSpecsOf(typeId: string): Pairs {
    return this.#cinder.store.types.get(typeId)?.extraSpecs ?? {};
  }
}

/** `HOST@BACKEND` stands for every pool of it. */
export function isOn(pool: PoolState, host: string): boolean {
  return poolOf(host) === null ? backendOf(pool.id) === host : pool.id === host;
}
