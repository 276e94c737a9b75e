// Near to, or away from, other volumes and servers, by scheduler hints. Authority: cinder/scheduler/filters/
// affinity_filter.py and instance_locality_filter.py of Zed.

import { computePublic } from "../../../compute/public.ts";
import { isUuidLike } from "../../../core/ids.ts";
import { sees } from "../../access.ts";
import { machineOf } from "../../topics.ts";
import type { PoolState } from "../pools.ts";
import type { PlacementRequest } from "../request.ts";
import type { BackendFilter } from "./filter.ts";

/** The volumes a hint names; null when it is no list of ids. */
function hintedVolumes(hint: unknown): string[] | null {
  if (hint === undefined || hint === null) return [];
  const list = Array.isArray(hint) ? hint : [hint];
  return list.every((id) => typeof id === "string" && isUuidLike(id)) ? (list as string[]) : null;
}

function liesOn(pool: PoolState, { cinder, context }: PlacementRequest, ids: readonly string[]): boolean {
  return ids.some((id) => {
    const volume = cinder.store.volumes.get(id);
    return volume !== null && sees(context, volume) && volume.host === pool.id;
  });
}

export class DifferentBackendFilter implements BackendFilter {
  readonly name = "DifferentBackendFilter";

  passes(pool: PoolState, request: PlacementRequest): boolean {
    const ids = hintedVolumes(request.hints["different_host"]);
    return ids !== null && !liesOn(pool, request, ids);
  }
}

export class SameBackendFilter implements BackendFilter {
  readonly name = "SameBackendFilter";

  passes(pool: PoolState, request: PlacementRequest): boolean {
    const ids = hintedVolumes(request.hints["same_host"]);
    return ids !== null && (ids.length === 0 || liesOn(pool, request, ids));
  }
}

export class InstanceLocalityFilter implements BackendFilter {
  readonly name = "InstanceLocalityFilter";

  passes(pool: PoolState, { cinder, hints }: PlacementRequest): boolean {
    const server = hints["local_to_instance"];
    if (server === undefined || server === null || server === "") return true;
    const { peers, endpoints } = cinder.context;
    if (typeof server !== "string" || endpoints.base("n-api") === null) return false;
    return peers.get(computePublic).instance(server)?.host === machineOf(pool.id);
  }
}
