// The contract between the compute manager and whatever runs guests. One ComputeDriver object serves one compute host.
// Post-conditions are stated per method; `conformance.ts` checks them on every driver. Names and meanings follow
// nova/virt/driver.py of Zed; where a crash may cut a method short, repeating the call completes it.

import type { Clock } from "../../core/clock.ts";
import { errorOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Machine, ServiceContext } from "../../core/service.ts";
import type { Vif } from "../../network/public.ts";
import type { ConnectionInfo } from "../../volume/public.ts";

/** nova/objects/fields.py, InstancePowerState; the numbers are in `states.ts`. */
export type PowerState = "nostate" | "running" | "paused" | "shutdown" | "crashed" | "suspended";

/** Enough to find a guest. `name` is the domain's name: `instance-00000001`. */
export interface GuestRef {
  uuid: string;
  name: string;
}

/** An image in files on this machine; they never change and may be read for as long as a descriptor is open. */
export interface GuestImage {
  id: string;
  path: string;
  /** `qcow2`, `raw`, `ami`, `iso`, ... as Glance said; the file was inspected when it was uploaded. */
  diskFormat: string;
  containerFormat: string;
  sizeBytes: number;
  /** Direct kernel boot, when the image (or the request) names them. */
  kernelPath: string | null;
  ramdiskPath: string | null;
  /** `hw_disk_bus`, `hw_vif_model`, `os_command_line`, `hw_rescue_bus`, ... */
  properties: Record<string, string>;
}

/** A disk the driver makes in the instance's own folder and removes with it. */
export interface LocalDisk {
  /** `/dev/vdb` */
  deviceName: string;
  /** Blank disks only; whole numbers. */
  sizeMb: number;
  /** `ext4`, `vfat`, ...; null: the host's default. Swap is marked by `kind`. */
  guestFormat: string | null;
  kind: "ephemeral" | "swap";
  bus: string | null;
}

/** A volume in its place in the guest. */
export interface BlockDevice {
  volumeId: string;
  connection: ConnectionInfo;
  /** `/dev/vdb` */
  deviceName: string;
  /** 0 is the root disk; null: not bootable. */
  bootIndex: number | null;
  deviceType: "disk" | "cdrom" | "lun";
  /** `virtio`, `scsi`, `ide`, `usb`; null: the driver chooses. */
  bus: string | null;
  tag: string | null;
}

/** Everything there is to know of a guest when it is made, or made anew (hard reboot, resize, rescue). */
export interface GuestSpec extends GuestRef {
  displayName: string;
  hostname: string;
  projectId: string;
  userId: string;
  /** For the domain's own metadata. */
  flavorName: string;
  vcpus: number;
  memoryMb: number;
  /** Size the root disk is grown to; 0: as large as the image. Meaningless when the root disk is a volume. */
  rootGb: number;
  /** `hw:cpu_policy`, `quota:disk_read_iops_sec`, ... of the flavor. */
  extraSpecs: Record<string, string>;
  /**
   * What the root disk is made from. Null when the root disk is a volume, and when the image is gone, which only
   * matters to `spawn`: everything else uses the disk that is in the guest's folder.
   */
  image: GuestImage | null;
  /** The root disk is a volume: the block device with boot index 0. */
  bootsFromVolume: boolean;
  /** The image's properties also when the root disk is a volume (from the volume's image metadata). */
  imageProperties: Record<string, string>;
  /** `/dev/vda` */
  rootDeviceName: string;
  localDisks: readonly LocalDisk[];
  blockDevices: readonly BlockDevice[];
  /** In the guest's order. The host's side of each is plugged by the network service before the guest starts. */
  vifs: readonly Vif[];
  /** A complete disk image with label `config-2`, given to the guest as a cdrom (iso9660) or a disk (vfat). */
  configDrive: { format: "iso9660" | "vfat"; image: Uint8Array } | null;
}

/** What a host has, for nova's `compute_nodes` and placement. Used amounts are the manager's own business. */
export interface HostResources {
  /** Names the node; the same as the host's name for libvirt. */
  hypervisorHostname: string;
  /** `QEMU`, `fake`, ... */
  hypervisorType: string;
  /** `7002000` for 7.2.0. */
  hypervisorVersion: number;
  vcpus: number;
  memoryMb: number;
  /** Of the file system that holds the instances. */
  localGb: number;
  /** In use by others than guests of this cloud (the host itself). */
  memoryMbUsedByHost: number;
  localGbFree: number;
  /** As in nova's `cpu_info`: `{"arch": "x86_64", "model": "...", "vendor": "...", "topology": {...}, "features": [...]}`. */
  cpuInfo: Record<string, unknown>;
  /** `[["x86_64", "qemu", "hvm"]]` */
  supportedInstances: readonly (readonly [string, string, string])[];
  hostIp: string;
  /** Placement traits beyond the manager's own: `HW_CPU_X86_AVX2`, `COMPUTE_NET_VIF_MODEL_VIRTIO`. */
  traits: readonly string[];
  /** The first line of `uptime`, or null where there is none. */
  uptime: string | null;
}

export interface GuestInfo extends GuestRef {
  powerState: PowerState;
}

/** What can happen to a guest without anybody having asked this cloud (nova/virt/event.py). */
export interface LifecycleEvent {
  guest: GuestRef;
  /** `stopped`: the guest powered off, crashed, or was destroyed behind the cloud's back. */
  kind: "started" | "stopped" | "paused" | "resumed" | "suspended" | "undefined";
  atMs: number;
}

export interface ConsoleAddress {
  host: string;
  port: number;
  /** Some servers want a path (`internal_access_path` of nova's console tokens). */
  path: string | null;
}

export type ConsoleKind = "novnc" | "xvpvnc" | "spice-html5" | "rdp-html5" | "serial" | "webmks";

/** A copy of the root disk, readable once. */
export interface GuestSnapshot {
  /** Null when it is not known before the end. */
  sizeBytes: number | null;
  data: AsyncIterable<Uint8Array>;
  /** Removes what the copy needed on the host. Call it in any case. */
  dispose(): Promise<void>;
}

/** Nova's standardised diagnostics (microversion 2.48); null where the driver cannot tell. */
export interface Diagnostics {
  state: PowerState;
  /** Seconds since the guest started. */
  uptime: number | null;
  hypervisor: string;
  hypervisorOs: string;
  configDrive: boolean;
  memoryMaximumMb: number | null;
  memoryUsedMb: number | null;
  cpus: { id: number; timeNs: number | null; utilisation: number | null }[];
  disks: {
    /** `vda` */
    device: string;
    readBytes: number | null;
    readRequests: number | null;
    writeBytes: number | null;
    writeRequests: number | null;
    errors: number | null;
  }[];
  nics: {
    /** The host's end: `tap0123456789a`; the key of the older form. */
    device: string;
    macAddress: string;
    rxOctets: number | null;
    rxPackets: number | null;
    rxErrors: number | null;
    rxDrop: number | null;
    txOctets: number | null;
    txPackets: number | null;
    txErrors: number | null;
    txDrop: number | null;
  }[];
}

/** What `migrateDiskAndPowerOff` left for the other host; plain JSON, stored with the migration. */
export type DiskTransfer = Record<string, unknown>;

/** How another host reaches this one. Plain JSON, meaningful only between drivers of one name. */
export interface MigrationTarget {
  host: string;
  /** Where that host keeps its instances. */
  instancesDir: string;
  /** `qemu+ssh://c02/system`, or null. */
  uri: string | null;
}

/** False means: the manager answers as Nova does for a driver without it, and the method is never called. */
export interface DriverCapabilities {
  /** Nothing is really run; shown wherever the driver is named. */
  simulates: boolean;
  pause: boolean;
  suspend: boolean;
  rescue: boolean;
  /** The rescue image may be a volume-backed server's (2.87). */
  rescueBootFromVolume: boolean;
  resize: boolean;
  /** To another host, cold. */
  migrate: boolean;
  liveMigrate: boolean;
  snapshot: boolean;
  /** While the guest runs. */
  liveSnapshot: boolean;
  attachVolume: boolean;
  extendVolume: boolean;
  /** Another volume takes the place of one, with its data, while the guest runs. */
  swapVolume: boolean;
  multiattach: boolean;
  attachInterface: boolean;
  /** Tags of devices are shown to the guest when attached later. */
  deviceTags: boolean;
  setAdminPassword: boolean;
  diagnostics: boolean;
  crashDump: boolean;
  consoleOutput: boolean;
  consoles: readonly ConsoleKind[];
  /** Of images that can be booted. */
  diskFormats: readonly string[];
  containerFormats: readonly string[];
}

export interface DriverContext {
  log: Logger;
  clock: Clock;
  machine: Machine;
  /** Reads a section of the configuration (a driver keeps its own in `drivers/NAME/config.ts`). */
  config: ServiceContext["config"];
  /** `STATE/instances`: a folder per guest named by its UUID, and `_base` for cached images. */
  instancesDir: string;
  /** STATE, for anything else. */
  stateDir: string;
}

/** A host as its driver sees it before it is opened. */
export interface DriverHost {
  /** Name in service tables: unique in the cloud. */
  name: string;
  /** The driver's own: a libvirt URI, the size of a simulated host. */
  address: string;
}

/** What `drivers/NAME/index.ts` exports as `driverModule`. */
export interface DriverModule {
  name: string;
  /** Can it be used here? `reason` completes "libvirt: ..." in the banner: `qemu:///system answers (QEMU 7.2, TCG)`. */
  probe(context: DriverContext): Promise<{ usable: boolean; reason: string }>;
  /** The hosts of this cloud, from the configuration. At least one. */
  hosts(context: DriverContext): readonly DriverHost[];
  /** Does no I/O. */
  create(context: DriverContext, host: DriverHost): ComputeDriver;
  /**
   * Removes from the machine every guest this cloud ever made, whatever state things are in; used by `stack down` when
   * nothing else runs. Disks may stay, and with them a guest that is off. Returns a line for each thing removed.
   */
  cleanup(context: DriverContext): Promise<string[]>;
}

/** The guest is not on this host. */
export class GuestNotFound extends errorOf("not-found") {
  constructor(uuid: string) {
    super(`Instance ${uuid} could not be found.`, { type: "InstanceNotFound" });
  }
}

/** The guest's power state does not allow it (`InstancePowerOnFailure` and its like). */
export class GuestOperationFailed extends errorOf("conflict") {}

/** The disk could not be made: no space, a bad image, an image larger than the flavor's disk. */
export class GuestDiskFailed extends errorOf("internal") {}

/** The guest did not let go of a device in time. */
export class DeviceDetachFailed extends errorOf("conflict") {}

export interface ComputeDriver {
  readonly capabilities: DriverCapabilities;

  /** Ready to be used: connection open, folders made. @throws when the host cannot be reached */
  init(): Promise<void>;
  /** Ends connections and listeners; guests keep running. May be called twice. */
  close(): Promise<void>;
  /** Null when the host answers, else what is wrong. Cheap. */
  check(): Promise<string | null>;

  resources(): Promise<HostResources>;

  /** Every guest of this cloud on this host, in whatever state, also half-made ones. */
  list(): Promise<GuestInfo[]>;
  /** @throws GuestNotFound */
  info(guest: GuestRef): Promise<GuestInfo>;

  /**
   * Makes the guest's folder, disks and configuration, and starts it.
   * After success it runs (or is paused by the hypervisor for its own reasons). After a failure nothing of it is left.
   * What an interrupted earlier spawn left of the same guest is removed first.
   * @throws GuestDiskFailed, GuestOperationFailed
   */
  spawn(guest: GuestSpec): Promise<void>;

  /**
   * Stops the guest at once and removes its configuration; with `keepDisks` its folder stays. Volumes are untouched.
   * Destroying a guest that does not exist succeeds, and removes its folder if there is one.
   */
  destroy(guest: GuestRef, options: { keepDisks: boolean }): Promise<void>;

  /** Starts it from its existing disks, configured anew from the spec. Already running: nothing happens. */
  powerOn(guest: GuestSpec): Promise<void>;
  /**
   * Asks the guest to shut down and waits `timeoutSeconds`, then takes its power; 0: takes it at once. Disks stay.
   * Already off: nothing happens. @throws GuestNotFound
   */
  powerOff(guest: GuestRef, timeoutSeconds: number): Promise<void>;
  /**
   * soft: the guest is asked; when it does not obey within `timeoutSeconds` it is reset. hard: whatever its state, it is
   * configured anew from the spec (also when its domain has vanished, or its folder was made by another host) and
   * started. Runs afterwards. The console log goes on being readable.
   */
  reboot(guest: GuestSpec, kind: "soft" | "hard", timeoutSeconds: number): Promise<void>;
  /** Memory stays on the host. @throws GuestNotFound, GuestOperationFailed when it does not run */
  pause(guest: GuestRef): Promise<void>;
  /** @throws GuestNotFound, GuestOperationFailed when it is not paused */
  unpause(guest: GuestRef): Promise<void>;
  /** Memory goes to disk, the host's is freed. */
  suspend(guest: GuestRef): Promise<void>;
  /** Continues where `suspend` stopped; without a saved state it starts as powerOn. */
  resume(guest: GuestSpec): Promise<void>;

  /** Stops it and starts it from `rescueImage`, its own disks as further ones. Its own configuration is kept. */
  rescue(guest: GuestSpec, rescueImage: GuestImage, adminPass: string): Promise<void>;
  /** Off, rescue disks removed, started as before. Not rescued: as powerOn. */
  unrescue(guest: GuestSpec): Promise<void>;

  /** How another host's driver reaches this host. */
  migrationTarget(): MigrationTarget;
  /**
   * Resize and cold migration, at the source: off, disks set aside so that both confirm and revert are possible, and
   * copied to `target` when that is another host. @throws GuestDiskFailed when the disks cannot shrink to `newRootGb`
   */
  migrateDiskAndPowerOff(
    guest: GuestSpec,
    target: MigrationTarget,
    newRootGb: number,
    timeoutSeconds: number,
  ): Promise<DiskTransfer>;
  /** At the destination: configured with the new flavor (already in `guest`), disks grown, started if `powerOn`. */
  finishMigration(guest: GuestSpec, transfer: DiskTransfer, powerOn: boolean): Promise<void>;
  /** At the source: what was set aside is removed; when the guest moved away nothing of it is left here. Idempotent. */
  confirmMigration(guest: GuestRef, sameHost: boolean): Promise<void>;
  /** At the destination: the resized guest is gone, as `destroy`; on the same host what was set aside stays. */
  revertMigration(guest: GuestRef, sameHost: boolean): Promise<void>;
  /** At the source: disks put back, configured with the old flavor (already in `guest`), started if `powerOn`. */
  finishRevertMigration(guest: GuestSpec, powerOn: boolean): Promise<void>;

  /** At the destination: ready to receive (folder, base image, connections). Undone by `destroy`. */
  prepareLiveMigration(guest: GuestSpec, blockMigration: boolean): Promise<void>;
  /**
   * At the source: the guest runs at the destination afterwards and no longer here. On failure it runs here as before.
   * `onProgress` hears of bytes. Aborting `signal` cancels the migration.
   */
  liveMigrate(
    guest: GuestSpec,
    target: MigrationTarget,
    options: {
      blockMigration: boolean;
      signal: AbortSignal;
      onProgress: (progress: {
        memoryTotal: number;
        memoryRemaining: number;
        diskTotal: number;
        diskRemaining: number;
      }) => void;
    },
  ): Promise<void>;

  /** The running guest sees the disk; a stopped one will. On failure it is not attached. */
  attachVolume(guest: GuestRef, device: BlockDevice): Promise<void>;
  /** The guest has let go. Not attached: nothing happens. @throws DeviceDetachFailed */
  detachVolume(guest: GuestRef, device: BlockDevice): Promise<void>;
  /** The running guest sees the new size, in bytes. */
  extendVolume(guest: GuestRef, device: BlockDevice, sizeBytes: number): Promise<void>;
  /**
   * The guest has the data of `old` on `fresh`, writes there from then on, and keeps the name of the disk; `old` is its no
   * more. Swapped already: nothing happens. On failure it has `old` as before.
   * @param sizeBytes what the guest is to see; null: as large as before
   * @throws GuestNotFound, GuestOperationFailed when the guest has not got `old`
   */
  swapVolume(guest: GuestRef, old: BlockDevice, fresh: BlockDevice, sizeBytes: number | null): Promise<void>;
  /**
   * A flat copy of a volume as the running guest has it at one moment, in a file that is made; the guest goes on writing.
   * False when the guest does not run, or has not got the volume: nothing was made then. Absent: the driver's guests write
   * to no files. @throws GuestOperationFailed
   */
  copyVolume?(
    guest: GuestRef,
    device: BlockDevice,
    target: { path: string; format: "raw" | "qcow2" },
  ): Promise<boolean>;
  /** The running guest sees the card; a stopped one will. */
  attachInterface(guest: GuestRef, vif: Vif): Promise<void>;
  /** Not attached: nothing happens. @throws DeviceDetachFailed */
  detachInterface(guest: GuestRef, vif: Vif): Promise<void>;

  /** Fetches an image before a guest needs it; false: it was there already. Absent: this driver keeps no images. */
  cacheImage?(image: GuestImage): Promise<boolean>;

  /** The last `maxBytes` of the console log; empty when there is none. @throws GuestNotFound */
  consoleOutput(guest: GuestRef, maxBytes: number): Promise<Uint8Array>;
  /** Null when this guest has no console of that kind. */
  console(guest: GuestRef, kind: ConsoleKind): Promise<ConsoleAddress | null>;
  /** A copy of the root disk in this format. The guest goes on as before, running or not. */
  snapshot(guest: GuestRef, diskFormat: "raw" | "qcow2"): Promise<GuestSnapshot>;
  diagnostics(guest: GuestRef): Promise<Diagnostics>;
  setAdminPassword(guest: GuestRef, password: string): Promise<void>;
  /** A non-maskable interrupt, on which most guests dump their memory. */
  crashDump(guest: GuestRef): Promise<void>;

  /** Tells of what happens to guests, from now on, until the returned function is called. Events may repeat. */
  listen(listener: (event: LifecycleEvent) => void): () => void;
}
