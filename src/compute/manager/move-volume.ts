// A volume's data moves while a server has it: the block storage service has made room elsewhere, and this host's hypervisor
// brings the data there under the guest, as by a swap of the volume for itself (nova/compute/manager.py, swap_volume, of Zed,
// where Cinder began it).

import { Unavailable } from "../../core/errors.ts";
import type { ConnectionInfo } from "../../volume/public.ts";
import type { Compute, Host } from "./compute.ts";
import { guestRef, toBlockDevice } from "./guest-spec.ts";
import type { InstanceArgs } from "./power.ts";

export interface MoveVolumeArgs extends InstanceArgs {
  volumeId: string;
  /** Where it will be. */
  connection: ConnectionInfo;
}

/** A call. Done before, nothing happens. False when no server here has the volume. @throws what the driver does */
export async function moveVolume(
  compute: Compute,
  host: Host,
  { instanceUuid, volumeId, connection }: MoveVolumeArgs,
): Promise<boolean> {
  return compute.locks.run(instanceUuid, async () => {
    const instance = compute.store.instance(instanceUuid);
    const row = compute.store.blockDevicesOf(instanceUuid).find((each) => each.volume_id === volumeId);
    const old = row?.connection_info as ConnectionInfo | null | undefined;
    if (instance?.host !== host.name || !row || !old) return false;
    if (old.kind === connection.kind && old.path === connection.path && old.kind !== "none") return true;
    if (!host.driver.capabilities.swapVolume) {
      throw new Unavailable(`The driver of host ${host.name} cannot move the volumes of a server.`);
    }
    const fresh = { ...connection, readonly: old.readonly };
    await host.driver.swapVolume(
      guestRef(instance),
      toBlockDevice(row, old),
      toBlockDevice(row, fresh),
      null,
    );
    compute.store.blockDevices.update({ id: row.id }, { connection_info: fresh, updated_at: compute.now() });
    return true;
  });
}
