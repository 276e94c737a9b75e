// What other services may ask the compute service.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";

export interface InstanceInfo {
  uuid: string;
  /** `instance-00000001` */
  name: string;
  displayName: string;
  hostname: string;
  projectId: string;
  userId: string;
  host: string | null;
  availabilityZone: string | null;
  vmState: string;
  taskState: string | null;
}

export interface ComputePublic {
  /** Null when there is no such server, or it is deleted. No policy: for the cloud's own use. */
  instance(uuid: string): InstanceInfo | null;
  instances(uuids: readonly string[]): InstanceInfo[];
  /** `network-vif-plugged`, `network-changed`, `volume-extended`, ... as Nova's os-server-external-events. */
  externalEvent(context: RequestContext, event: { name: string; serverUuid: string; tag?: string }): void;
}

export const computePublic = peerKey<ComputePublic>("n-api");
