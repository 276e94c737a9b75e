// Volumes and network cards that come and go.

import type { Vif } from "../../../network/public.ts";
import { type BlockDevice, GuestOperationFailed, type GuestRef } from "../driver.ts";
import { copyVolumeData } from "./copy.ts";
import { nicOf } from "./guest.ts";
import type { FakeHost } from "./host.ts";

export async function attachVolume(host: FakeHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  await host.act("attachVolume");
  const found = host.find(guest);
  const { deviceName, volumeId } = device;
  const others = found.disks.filter((disk) => disk.volumeId !== volumeId);
  const disks = [...others, { deviceName, volumeId, sizeBytes: null }];
  host.putTelling({ ...found, disks }, `virtio_blk: [${deviceName.slice(5)}] serial ${volumeId}`);
}

export async function detachVolume(host: FakeHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  await host.act("detachVolume");
  const found = host.find(guest);
  host.put({ ...found, disks: found.disks.filter((disk) => disk.volumeId !== device.volumeId) });
}

export async function extendVolume(
  host: FakeHost,
  guest: GuestRef,
  device: BlockDevice,
  sizeBytes: number,
): Promise<void> {
  await host.act("extendVolume");
  const found = host.find(guest);
  const disks = found.disks.map((disk) =>
    disk.volumeId === device.volumeId ? { ...disk, sizeBytes } : disk,
  );
  host.put({ ...found, disks });
}

/** Volumes that hold data are copied, as QEMU would do for a real guest. */
export async function swapVolume(
  host: FakeHost,
  guest: GuestRef,
  old: BlockDevice,
  fresh: BlockDevice,
  sizeBytes: number | null,
): Promise<void> {
  await host.act("swapVolume");
  const has = (volumeId: string) => host.find(guest).disks.some((disk) => disk.volumeId === volumeId);
  // A volume swapped for itself has moved: here nobody knows whether it did before, and the same is copied again.
  if (has(fresh.volumeId) && fresh.volumeId !== old.volumeId) return;
  if (!has(old.volumeId)) throw new GuestOperationFailed(`${guest.name} has not got volume ${old.volumeId}`);
  await copyVolumeData(old.connection, fresh.connection);
  const found = host.find(guest);
  const disks = found.disks.map((disk) =>
    disk.volumeId === old.volumeId
      ? { ...disk, volumeId: fresh.volumeId, sizeBytes: sizeBytes ?? disk.sizeBytes }
      : disk,
  );
  host.put({ ...found, disks });
}

export async function attachInterface(host: FakeHost, guest: GuestRef, vif: Vif): Promise<void> {
  await host.act("attachInterface");
  const found = host.find(guest);
  const nics = [...found.nics.filter((nic) => nic.vifId !== vif.id), nicOf(vif)];
  host.putTelling({ ...found, nics }, `virtio_net: eth${nics.length - 1} ${vif.macAddress}`);
}

export async function detachInterface(host: FakeHost, guest: GuestRef, vif: Vif): Promise<void> {
  await host.act("detachInterface");
  const found = host.find(guest);
  host.put({ ...found, nics: found.nics.filter((nic) => nic.vifId !== vif.id) });
}
