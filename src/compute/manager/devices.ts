// Volumes and network cards of servers that exist. Authority: nova/compute/manager.py (attach_volume, detach_volume,
// attach_interface, detach_interface) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { messageOf, Unavailable } from "../../core/errors.ts";
import type { RequestedNetwork, Vif } from "../../network/public.ts";
import type { ConnectionInfo } from "../../volume/public.ts";
import { VolumeSwapFailed } from "../errors.ts";
import type { BlockDeviceRow } from "../tables.ts";
import type { Compute, Host } from "./compute.ts";
import { guestRef, toBlockDevice } from "./guest-spec.ts";
import { forNetwork, keepNetworkInfo } from "./networks.ts";
import type { InstanceArgs } from "./power.ts";
import type { TaskOptions, TaskRun } from "./task.ts";
import { connectVolume } from "./volumes.ts";

export interface VolumeArgs extends InstanceArgs {
  /** Of the block device mapping. */
  bdmUuid: string;
}

function mappingOf(run: TaskRun<VolumeArgs>): BlockDeviceRow | null {
  return run.compute.store.blockDevices.first({ uuid: run.args.bdmUuid, deleted: 0 });
}

export const attachVolumeTask: TaskOptions<VolumeArgs> = {
  event: "compute_attach_volume",
  async work(run) {
    const row = mappingOf(run);
    if (!row) return;
    const connection = await connectVolume(run, row);
    run.checkRunning();
    await run.host.driver.attachVolume(guestRef(run.instance), toBlockDevice(row, connection));
    const { attachment_id } = mappingOf(run) ?? {};
    if (attachment_id) run.compute.volumes.completeAttachment(run.context, attachment_id);
  },
  async failed(run) {
    const row = mappingOf(run);
    if (!row) return;
    await endAttachment(run.compute, run.context, row);
    run.compute.store.removeBlockDevice(row, run.compute.now());
  },
};

async function endAttachment(compute: Compute, context: RequestContext, row: BlockDeviceRow): Promise<void> {
  if (!row.attachment_id) return;
  await compute.volumes
    .deleteAttachment(context, row.attachment_id)
    .catch((error) => compute.log.warning(context, `attachment ${row.attachment_id}: ${messageOf(error)}`));
}

export const detachVolumeTask: TaskOptions<VolumeArgs> = {
  event: "compute_detach_volume",
  async work(run) {
    const row = mappingOf(run);
    if (!row) return;
    const connection = row.connection_info as ConnectionInfo | null;
    if (connection) {
      await run.host.driver.detachVolume(guestRef(run.instance), toBlockDevice(row, connection));
    }
    run.checkRunning();
    if (row.attachment_id) await run.compute.volumes.deleteAttachment(run.context, row.attachment_id);
    run.compute.store.removeBlockDevice(row, run.compute.now());
  },
  failed(run) {
    const row = mappingOf(run);
    if (row?.volume_id) run.compute.volumes.rollDetaching(run.context, row.volume_id);
  },
};

export interface SwapArgs extends VolumeArgs {
  newVolumeId: string;
  newAttachmentId: string;
  oldAttachmentId: string | null;
}

/** Done over when a crash came between: a swap that has happened is found by the driver. */
export const swapVolumeTask: TaskOptions<SwapArgs> = {
  event: "compute_swap_volume",
  // Of a server that has moved, or was deleted, the new volume is let go.
  onItsHost: false,
  async work(run) {
    const { compute, context, host, instance, args } = run;
    const row = mappingOf(run);
    if (!row) return;
    if (row.attachment_id === args.newAttachmentId) return letGo(run);
    const old = row.connection_info as ConnectionInfo | null;
    if (instance.host !== host.name || !old) {
      throw new VolumeSwapFailed(args.newVolumeId, `the server is not on ${host.name}`);
    }
    if (!host.driver.capabilities.swapVolume) {
      throw new VolumeSwapFailed(args.newVolumeId, `the driver of ${host.name} cannot do it`);
    }
    const [had, gets] = [
      compute.volumes.show(context, row.volume_id!),
      compute.volumes.show(context, args.newVolumeId),
    ];
    const fresh = await compute.volumes.connectAttachment(context, args.newAttachmentId, {
      host: host.name,
      mountpoint: row.device_name ?? "",
    });
    run.checkRunning();
    await host.driver.swapVolume(
      guestRef(instance),
      toBlockDevice(row, old),
      toBlockDevice({ ...row, volume_id: gets.id }, fresh),
      gets.sizeGb > had.sizeGb ? gets.sizeGb * 2 ** 30 : null,
    );
    compute.volumes.completeAttachment(context, args.newAttachmentId);
    compute.store.blockDevices.update(
      { id: row.id },
      {
        volume_id: gets.id,
        volume_size: gets.sizeGb,
        attachment_id: args.newAttachmentId,
        connection_info: fresh,
        source_type: "volume",
        snapshot_id: null,
        updated_at: compute.now(),
      },
    );
    await letGo(run);
  },
  async failed(run) {
    const row = mappingOf(run);
    if (row?.volume_id && row.attachment_id !== run.args.newAttachmentId) {
      run.compute.volumes.rollDetaching(run.context, row.volume_id);
      await run.compute.volumes.deleteAttachment(run.context, run.args.newAttachmentId);
    }
  },
  abandoned(compute, context, { newAttachmentId }) {
    void compute.volumes
      .deleteAttachment(context, newAttachmentId)
      .catch((error) => compute.log.warning(context, `attachment ${newAttachmentId}: ${messageOf(error)}`));
  },
};

async function letGo({ compute, context, args }: TaskRun<SwapArgs>): Promise<void> {
  if (args.oldAttachmentId) await compute.volumes.deleteAttachment(context, args.oldAttachmentId);
}

export interface ExtendArgs extends VolumeArgs {
  sizeGb: number;
}

export const extendVolumeTask: TaskOptions<ExtendArgs> = {
  event: "compute_extend_volume",
  async work(run) {
    const row = mappingOf(run);
    const connection = row?.connection_info as ConnectionInfo | null | undefined;
    if (!row || !connection) return;
    await run.host.driver.extendVolume(
      guestRef(run.instance),
      toBlockDevice(row, connection),
      run.args.sizeGb * 2 ** 30,
    );
    run.compute.store.blockDevices.update({ id: row.id }, { volume_size: run.args.sizeGb });
  },
  failed: () => {},
};

export interface CopyVolumeArgs extends InstanceArgs {
  volumeId: string;
  path: string;
  format: "raw" | "qcow2";
}

/** A call: the block storage service waits for the copy. False when this guest does not write to the volume. */
export async function copyVolume(
  compute: Compute,
  host: Host,
  { instanceUuid, volumeId, path, format }: CopyVolumeArgs,
): Promise<boolean> {
  const instance = compute.store.instance(instanceUuid);
  const row = compute.store.blockDevicesOf(instanceUuid).find((each) => each.volume_id === volumeId);
  const connection = row?.connection_info as ConnectionInfo | null | undefined;
  if (!instance || !row || !connection) return false;
  if (!host.driver.copyVolume) {
    throw new Unavailable(`The driver of host ${host.name} cannot copy the volumes of a running server.`);
  }
  return host.driver.copyVolume(guestRef(instance), toBlockDevice(row, connection), { path, format });
}

export interface AttachInterfaceArgs extends InstanceArgs {
  request: RequestedNetwork;
}

/** A call: the caller waits for the card. */
export async function attachInterface(
  compute: Compute,
  context: RequestContext,
  host: Host,
  args: AttachInterfaceArgs,
): Promise<Vif> {
  return compute.locks.run(args.instanceUuid, async () => {
    const instance = compute.store.instance(args.instanceUuid);
    if (!instance) throw new Error("the server is gone");
    const place = forNetwork(instance, host);
    const vif = await compute.network.addInterface(context, place, args.request);
    try {
      await compute.network.plug(context, place, [vif]);
      await host.driver.attachInterface(guestRef(instance), vif);
    } catch (error) {
      await compute.network.removeInterface(context, instance.uuid, vif.id);
      throw error;
    }
    keepNetworkInfo(compute, instance.uuid);
    return compute.network.vifs(instance.uuid).find((found) => found.id === vif.id) ?? vif;
  });
}

export interface DetachInterfaceArgs extends InstanceArgs {
  portId: string;
}

export const detachInterfaceTask: TaskOptions<DetachInterfaceArgs> = {
  event: "compute_detach_interface",
  async work(run) {
    const { compute, context, args, host, instance } = run;
    const vif = compute.network.vifs(instance.uuid).find((found) => found.id === args.portId);
    if (!vif) return;
    await host.driver.detachInterface(guestRef(instance), vif);
    await compute.network.removeInterface(context, instance.uuid, args.portId);
    keepNetworkInfo(compute, instance.uuid);
  },
  failed: () => {},
};
