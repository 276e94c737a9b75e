// What the scheduler works with: it is a service of its own, but of the compute project, on that project's rows.

export { InstanceActions } from "../actions.ts";
export { computeSection, novaSection } from "../config.ts";
export { CELL_NAME, discoverHosts } from "../discovery.ts";
export { MaxRetriesExceeded, NoValidHost } from "../errors.ts";
export { consumerOf, holdForMove, resourcesOf } from "../manager/allocations.ts";
export { reportUsage } from "../manager/resources.ts";
export { migrations } from "../migrations/index.ts";
export { ComputeNodes, type NodePlace } from "../nodes.ts";
export { keepReporting, makePeriphery } from "../nova.ts";
export type { AggregateFacts, GroupFacts, Periphery, ServiceRecord } from "../periphery.ts";
export { NovaStore } from "../store.ts";
export type { ComputeNodeRow, FlavorSnapshot, InstanceRow } from "../tables.ts";
export {
  type BuildAndRun,
  type BuildOrder,
  computeTopic,
  type Destination,
  type RequestSpec,
  type Retry,
  SCHEDULER_TOPIC,
  type ScheduleBuild,
  type SelectDestination,
} from "../topics.ts";
