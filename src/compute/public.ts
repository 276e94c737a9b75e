// What other services may ask the compute service.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";
import type { ServiceContext } from "../core/service.ts";
import type { ConnectionInfo } from "../volume/public.ts";

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
  /** Names of the hosts that run nova-compute, alive or not. */
  hosts(): string[];
  /** `network-vif-plugged`, `network-changed`, `volume-extended`, ... as Nova's os-server-external-events. */
  externalEvent(context: RequestContext, event: { name: string; serverUuid: string; tag?: string }): void;
  /**
   * A copy of a volume as its running server has it at one moment, in a file on this machine that is made for it.
   * False when the server does not run, or has not got the volume: nothing was made then. Takes as long as the copy.
   * @throws GuestOperationFailed, and Unavailable when the server's host cannot do it
   */
  copyVolume(
    context: RequestContext,
    copy: { serverUuid: string; volumeId: string; path: string; format: "raw" | "qcow2" },
  ): Promise<boolean>;
  /**
   * A server's volume lies elsewhere from now on: its guest, running or not, has the data on what `connection` says, which is
   * there already and as large. Asked again after it was done, it is true. False when no host has the server with the
   * volume: nothing was copied then. Takes as long as the copy.
   * @throws GuestOperationFailed, and Unavailable when the server's host cannot do it; the guest has the volume as before
   */
  moveVolume(
    context: RequestContext,
    move: { serverUuid: string; volumeId: string; connection: ConnectionInfo },
  ): Promise<boolean>;
}

export const computePublic = peerKey<ComputePublic>("n-api");

/**
 * Shows a program in the table of `nova-manage service list`, alive for as long as it runs; what is returned ends that.
 * @param topic `network`
 */
export async function reportProgram(context: ServiceContext, topic: string): Promise<() => void> {
  const report = await import("./report-program.ts");
  return report.reportProgram(context, topic);
}
