// Names of disks in the guest. Authority: nova/virt/libvirt/blockinfo.py and nova/compute/utils.py of Zed.

import { errorOf } from "../../core/errors.ts";
import type { BlockDeviceRow, InstanceRow } from "../tables.ts";
import type { Compute } from "./compute.ts";

/** 409 (DevicePathInUse) */
export class DevicePathInUse extends errorOf("conflict") {
  constructor(path: string) {
    super(`The supplied device path (${path}) is in use.`);
  }
}

/** 400 */
export class InvalidDevicePath extends errorOf("invalid") {
  constructor(path: string) {
    super(`The supplied device path (${path}) is invalid.`);
  }
}

const DEVICE = /^\/dev\/(x?[a-z]?d?)([a-z]+)[0-9]*$/;

/** `/dev/vd` of `/dev/vda`. */
export function devicePrefix(rootDeviceName: string | null): string {
  const m = /^(\/dev\/(?:xvd|[a-z]d))/.exec(rootDeviceName ?? "");
  return m?.[1] ?? "/dev/vd";
}

/** a, b, ..., z, aa, ab, ... */
export function* letters(): Generator<string> {
  const alphabet = "abcdefghijklmnopqrstuvwxyz";
  yield* alphabet;
  for (const first of alphabet) for (const second of alphabet) yield first + second;
}

function letterOf(deviceName: string | null): string | null {
  return DEVICE.exec(deviceName ?? "")?.[2] ?? null;
}

/** The first free name, or the one that was asked for. @throws DevicePathInUse, InvalidDevicePath */
export function nextDeviceName(
  rootDeviceName: string | null,
  used: readonly (string | null)[],
  wanted: string | null,
): string {
  const prefix = devicePrefix(rootDeviceName);
  const taken = new Set(used.map(letterOf));
  taken.add(letterOf(rootDeviceName ?? "/dev/vda"));
  if (wanted) {
    const letter = letterOf(wanted);
    if (letter === null) throw new InvalidDevicePath(wanted);
    if (taken.has(letter)) throw new DevicePathInUse(wanted);
    return prefix + letter;
  }
  for (const letter of letters()) if (!taken.has(letter)) return prefix + letter;
  throw new InvalidDevicePath(prefix);
}

/**
 * Names for the disks of a new server that have none: the root disk first, then ephemeral disks, swap, volumes.
 * Returns row id → name, and the root disk's.
 */
export function nameDisks(
  rows: readonly BlockDeviceRow[],
  wantedRoot: string | null,
): { root: string; names: Map<number, string> } {
  const rootRow = rows.find((row) => row.boot_index === 0);
  const root = rootRow?.device_name ?? wantedRoot ?? "/dev/vda";
  const names = new Map<number, string>();
  const used: (string | null)[] = [root, ...rows.map((row) => row.device_name)];
  if (rootRow && !rootRow.device_name) names.set(rootRow.id, root);
  const rank = (row: BlockDeviceRow) =>
    row.destination_type === "volume" ? 2 : row.guest_format === "swap" ? 1 : 0;
  for (const row of [...rows].sort((a, b) => rank(a) - rank(b) || a.id - b.id)) {
    if (row.device_name || names.has(row.id)) continue;
    const name = nextDeviceName(root, used, null);
    names.set(row.id, name);
    used.push(name);
  }
  return { root, names };
}

/** Every disk of the server has a name afterwards: those of a new one, and volumes it was given while on the shelf. */
export function nameDisksOf(compute: Pick<Compute, "store" | "now">, instance: InstanceRow): void {
  const { store } = compute;
  const { root, names } = nameDisks(store.blockDevicesOf(instance.uuid), instance.root_device_name);
  for (const [id, device_name] of names) store.blockDevices.update({ id }, { device_name });
  if (instance.root_device_name !== root) {
    store.updateInstance(instance.uuid, { root_device_name: root }, compute.now());
  }
}
