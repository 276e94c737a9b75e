// A place for a group: a back end that will do for its type and for every volume type it is for. Authority: cinder/scheduler/
// filter_scheduler.py (_schedule_generic_group) of Zed.

import type { RequestContext } from "../../core/context.ts";
import type { Cinder } from "../cinder.ts";
import { NoValidBackend } from "../errors.ts";
import { isLegacy } from "../groups/legacy.ts";
import type { GroupRow } from "../tables-groups.ts";
import { backendOf } from "../topics.ts";
import type { Placement } from "./placement.ts";
import type { PoolState } from "./pools.ts";
import type { PlacementRequest } from "./request.ts";

/** @throws NoValidBackend */
export function scheduleGroup(
  cinder: Cinder,
  placement: Placement,
  context: RequestContext,
  group: GroupRow,
): PoolState {
  const request = (extraSpecs: PlacementRequest["extraSpecs"]): PlacementRequest => ({
    cinder,
    context,
    what: `group ${group.id}`,
    sizeGb: 0,
    zones: group.availability_zone === null ? [] : [group.availability_zone],
    extraSpecs,
    hints: {},
    existsOn: null,
    extendsAttached: false,
  });
  const ofTypes = cinder.store.groups
    .volumeTypesOf(group.id)
    .map((typeId) => placement.candidates(request(placement.extraSpecsOf(typeId))));
  // No back end here promises snapshots of one moment while servers write, which the type of consistency groups asks for.
  const specs = isLegacy(cinder, group.group_type_id)
    ? {}
    : cinder.store.groups.specs.of(group.group_type_id);
  const ofGroupType = placement.candidates(request(specs));
  const [first = ofGroupType, ...others] = ofTypes;
  const everywhere = (pool: PoolState) =>
    [...others, ofGroupType].every((pools) => pools.some(({ id }) => backendOf(id) === backendOf(pool.id)));
  const chosen = first.find(everywhere);
  if (!chosen) throw new NoValidBackend("No weighed backends available");
  return chosen;
}
