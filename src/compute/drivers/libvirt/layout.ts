// Which disks a guest has, on which bus and under which name. Authority: nova/virt/libvirt/blockinfo.py of Zed.
// The names come from the rows; here only their prefix is made to fit the bus (`/dev/vda` on SCSI is `sda`).

import { type BlockDevice, GuestDiskFailed, type GuestSpec } from "../driver.ts";
import type { FolderInfo } from "./folder.ts";
import type { DiskBus, Hardware } from "./hardware.ts";
import type { DiskConfig } from "./xml/disk.ts";

export interface LayoutOptions {
  spec: GuestSpec;
  hardware: Hardware;
  /** What is in the guest's folder. */
  info: FolderInfo;
  /** A name in the guest's folder → its path. */
  path(name: string): string;
  cache: string;
  /** The guest is to run from `disk.rescue`, which was made from an image with this hardware. */
  rescue?: Hardware;
}

const PREFIXES: Readonly<Record<DiskBus, string>> = {
  virtio: "vd",
  scsi: "sd",
  sata: "sd",
  usb: "sd",
  ide: "hd",
  fdc: "fd",
};

/** Names that are taken, and new ones. */
class Targets {
  #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The letters of `/dev/vdb` with the bus's prefix, or the next free ones. */
  take(bus: DiskBus, wanted: string | null): string {
    const letters = wanted === null ? null : lettersOf(wanted);
    const prefix = PREFIXES[bus];
    if (letters !== null && !this.#taken.has(prefix + letters)) return this.#add(prefix + letters);
    for (let i = 0; ; i++) {
      const name = prefix + nthLetters(i);
      if (!this.#taken.has(name)) return this.#add(name);
    }
  }

  #add(name: string): string {
    this.#taken.add(name);
    return name;
  }
}

/** `b` of `/dev/vdb`; null for a name of another form. */
function lettersOf(deviceName: string): string | null {
  if (/^[a-z]$/.test(deviceName)) return deviceName;
  return /^(?:\/dev\/)?(?:xvd|[hsvf]d)([a-z]{1,2})\d*$/.exec(deviceName)?.[1] ?? null;
}

/** a, ..., z, aa, ... */
function nthLetters(n: number): string {
  const last = String.fromCharCode(97 + (n % 26));
  return n < 26 ? last : nthLetters(Math.floor(n / 26) - 1) + last;
}

/** The name of a disk that comes later, beside the others. */
export function targetOn(bus: DiskBus, deviceName: string, taken: Iterable<string>): string {
  return new Targets(taken).take(bus, deviceName);
}

/** The number of `sdb` is 1. Only the paravirtual controller has room for all. */
export function scsiUnitOf(bus: string, target: string, scsiModel: string): number | null {
  if (bus !== "scsi" || scsiModel !== "virtio-scsi") return null;
  const letters = target.slice(2);
  return [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 96, 0) - 1;
}

/** libvirt allows letters, digits, `_` and `-`, after `ua-`. */
export function volumeAlias(volumeId: string): string {
  return `ua-${volumeId.replace(/[^A-Za-z0-9_-]/g, "_")}`;
}

/** The disks in their order. @throws GuestDiskFailed, UnsupportedHardware */
export function diskLayout(options: LayoutOptions): DiskConfig[] {
  return disksOf(options).map((disk) => ({
    ...disk,
    scsiUnit: scsiUnitOf(disk.bus, disk.target, options.hardware.scsiModel),
  }));
}

function disksOf(options: LayoutOptions): DiskConfig[] {
  const { rescue } = options;
  if (!rescue) return ownDisks(options, new Targets(), true);
  return rescue.rescue ? stableRescue(options, rescue.rescue) : plainRescue(options, rescue);
}

function ownDisks(options: LayoutOptions, targets: Targets, boots: boolean): DiskConfig[] {
  const { spec, hardware, info, cache } = options;
  const disks: DiskConfig[] = [];
  const volumes = [...spec.blockDevices].sort((a, b) => rank(a) - rank(b));
  const limits = hardware.diskLimits;
  if (!spec.bootsFromVolume) {
    disks.push({ ...rootDisk(options, targets, spec.rootDeviceName), bootOrder: boots ? 1 : null });
  }
  const volume = (device: BlockDevice) =>
    volumeDisk(device, hardware, targets.take(busOf(device, hardware), device.deviceName), cache, boots);
  for (const device of volumes.filter(({ bootIndex }) => bootIndex === 0)) {
    disks.push({ ...volume(device), limits });
  }
  for (const [index, local] of localFiles(spec).entries()) {
    const record = info.disks[local.file];
    if (!record) throw new GuestDiskFailed(`${local.file} of ${spec.uuid} is not there`);
    const bus = local.bus === null ? hardware.diskBus : hardware.bus(local.bus);
    disks.push({
      source: { kind: "file", path: options.path(local.file) },
      format: record.format,
      device: "disk",
      bus,
      target: targets.take(bus, local.deviceName),
      alias: `ua-local${index}`,
      cache,
      discard: true,
      limits,
    });
  }
  disks.push(...configDrive(options, targets));
  for (const device of volumes.filter(({ bootIndex }) => bootIndex !== 0)) disks.push(volume(device));
  return disks;
}

function rank(device: BlockDevice): number {
  return device.bootIndex ?? Number.MAX_SAFE_INTEGER;
}

/** The files of a guest's local disks, in the order in which they were asked for (blockinfo.py, get_eph_disk). */
export function localFiles(spec: GuestSpec) {
  let ephemerals = 0;
  return spec.localDisks.map((disk) => ({
    ...disk,
    file: disk.kind === "swap" ? "disk.swap" : `disk.eph${ephemerals++}`,
  }));
}

function rootDisk(options: LayoutOptions, targets: Targets, deviceName: string | null): DiskConfig {
  const { spec, hardware, info, cache } = options;
  const record = info.disks["disk"];
  if (!record) throw new GuestDiskFailed(`The root disk of ${spec.uuid} is not there`);
  const iso = record.kind === "iso";
  const bus = iso ? hardware.cdromBus : hardware.diskBus;
  return {
    source: { kind: "file", path: options.path("disk") },
    format: record.format,
    device: iso ? "cdrom" : "disk",
    bus,
    target: targets.take(bus, deviceName),
    alias: "ua-root",
    cache,
    discard: true,
    limits: hardware.diskLimits,
  };
}

function configDrive(options: LayoutOptions, targets: Targets): DiskConfig[] {
  const { hardware, info, cache } = options;
  const record = info.disks["disk.config"];
  if (!record) return [];
  const cdrom = record.kind !== "vfat";
  const bus = cdrom ? hardware.cdromBus : hardware.diskBus;
  return [
    {
      source: { kind: "file", path: options.path("disk.config") },
      format: "raw",
      device: cdrom ? "cdrom" : "disk",
      bus,
      // The last letter, so that no volume that comes later wants the same; other buses have no room for it.
      target: targets.take(bus, !cdrom && ["virtio", "scsi"].includes(bus) ? "z" : null),
      alias: "ua-config",
      cache,
      discard: false,
      // Also as a disk: the guest has no business writing to it.
      readonly: true,
    },
  ];
}

export function busOf(device: Pick<BlockDevice, "bus" | "deviceType">, hardware: Hardware): DiskBus {
  if (device.bus) return hardware.bus(device.bus);
  return device.deviceType === "cdrom" ? hardware.cdromBus : hardware.diskBus;
}

/** @throws GuestDiskFailed for a volume without data */
export function volumeDisk(
  device: BlockDevice,
  hardware: Hardware,
  target: string,
  cache: string,
  boots: boolean,
): DiskConfig {
  return volumeConfig(device, busOf(device, hardware), target, cache, boots);
}

export function volumeConfig(
  device: BlockDevice,
  bus: string,
  target: string,
  cache: string,
  boots: boolean,
): DiskConfig {
  const { connection } = device;
  if (connection.kind === "none") {
    throw new GuestDiskFailed(`Volume ${device.volumeId} is simulated: there is no data a guest could read`);
  }
  return {
    source: { kind: connection.kind, path: connection.path },
    format: connection.format,
    device: device.deviceType,
    bus,
    target,
    alias: volumeAlias(device.volumeId),
    cache,
    discard: true,
    readonly: connection.readonly,
    shareable: connection.multiattach === true,
    serial: connection.serial,
    bootOrder: boots && device.bootIndex !== null ? device.bootIndex + 1 : null,
  };
}

/** Rescue of old: the rescue disk comes first, then the root disk, and the config drive; nothing else. */
function plainRescue(options: LayoutOptions, rescue: Hardware): DiskConfig[] {
  const { spec, hardware, info, cache } = options;
  const targets = new Targets();
  const iso = info.disks["disk.rescue"]?.kind === "iso";
  const bus = iso ? rescue.cdromBus : rescue.diskBus;
  const first = rescueDisk(options, bus, "disk", targets.take(bus, "a"));
  const root = spec.blockDevices.find(({ bootIndex }) => bootIndex === 0);
  const own = !spec.bootsFromVolume
    ? [rootDisk(options, targets, null)]
    : root
      ? [volumeDisk(root, hardware, targets.take(busOf(root, hardware), null), cache, false)]
      : [];
  return [first, ...own, ...configDrive(options, targets)];
}

/** With `hw_rescue_bus` or `hw_rescue_device`: everything as it was, the rescue disk last, but booted from. */
function stableRescue(
  options: LayoutOptions,
  { device, bus }: { device: "disk" | "cdrom"; bus: DiskBus },
): DiskConfig[] {
  const targets = new Targets();
  const own = ownDisks(options, targets, false);
  return [...own, rescueDisk(options, bus, device, targets.take(bus, null))];
}

function rescueDisk(
  options: LayoutOptions,
  bus: DiskBus,
  device: "disk" | "cdrom",
  target: string,
): DiskConfig {
  const record = options.info.disks["disk.rescue"];
  if (!record) throw new GuestDiskFailed(`The rescue disk of ${options.spec.uuid} is not there`);
  return {
    source: { kind: "file", path: options.path("disk.rescue") },
    format: record.format,
    device: record.kind === "iso" ? "cdrom" : device,
    bus,
    target,
    alias: "ua-rescue",
    cache: options.cache,
    discard: true,
    bootOrder: 1,
  };
}
