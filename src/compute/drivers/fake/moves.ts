// Resize, cold and live migration. What is set aside for a resize on the same host is a guest of another name.

import {
  type ComputeDriver,
  type DiskTransfer,
  GuestDiskFailed,
  GuestNotFound,
  type GuestRef,
  type GuestSpec,
  type MigrationTarget,
} from "../driver.ts";
import { guestFrom } from "./guest.ts";
import type { FakeHost } from "./host.ts";

const ASIDE = "aside:";

/** The name under which a guest waits for the end of its resize. */
export function aside(uuid: string): string {
  return ASIDE + uuid;
}

export function isAside(uuid: string): boolean {
  return uuid.startsWith(ASIDE);
}

export async function migrateDiskAndPowerOff(
  host: FakeHost,
  spec: GuestSpec,
  newRootGb: number,
): Promise<DiskTransfer> {
  await host.act("migrateDiskAndPowerOff");
  const found = host.get(spec.uuid);
  const set = host.get(aside(spec.uuid));
  const has = found ?? set;
  if (!has) throw new GuestNotFound(spec.uuid);
  if (newRootGb !== 0 && newRootGb < has.rootGb) throw new GuestDiskFailed("Unable to resize disk down.");
  if (found && !set) {
    host.put({ ...found, uuid: aside(found.uuid), powerState: "shutdown" });
    host.remove(found.uuid);
  }
  return { from: host.name };
}

export async function finishMigration(host: FakeHost, spec: GuestSpec, powerOn: boolean): Promise<void> {
  await host.act("finishMigration");
  const made = guestFrom(host.name, spec, host.get(spec.uuid));
  if (powerOn) host.boot(made, spec);
  else host.put({ ...made, powerState: "shutdown" });
}

export async function confirmMigration(host: FakeHost, guest: GuestRef, sameHost: boolean): Promise<void> {
  await host.act("confirmMigration");
  host.remove(aside(guest.uuid));
  if (!sameHost) host.remove(guest.uuid);
}

export async function revertMigration(host: FakeHost, guest: GuestRef): Promise<void> {
  await host.act("revertMigration");
  host.remove(guest.uuid);
}

export async function finishRevertMigration(
  host: FakeHost,
  spec: GuestSpec,
  powerOn: boolean,
): Promise<void> {
  await host.act("finishRevertMigration");
  const made = guestFrom(host.name, spec, host.get(aside(spec.uuid)) ?? host.get(spec.uuid));
  if (powerOn) host.boot(made, spec);
  else host.put({ ...made, powerState: "shutdown" });
  host.remove(aside(spec.uuid));
}

export async function liveMigrate(
  host: FakeHost,
  spec: GuestSpec,
  target: MigrationTarget,
  { signal, onProgress }: Parameters<ComputeDriver["liveMigrate"]>[2],
): Promise<void> {
  const memoryTotal = spec.memoryMb * 2 ** 20;
  onProgress({ memoryTotal, memoryRemaining: memoryTotal, diskTotal: 0, diskRemaining: 0 });
  await host.act("liveMigrate", signal);
  const found = host.find(spec);
  onProgress({ memoryTotal, memoryRemaining: 0, diskTotal: 0, diskRemaining: 0 });
  host.put({ ...found, host: target.host });
  host.remove(spec.uuid);
}
