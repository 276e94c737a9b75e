// One simulated host.

import { createReadStream, existsSync, statSync } from "node:fs";
import type { Vif } from "../../../network/public.ts";
import { fakeSection } from "../../config.ts";
import {
  type BlockDevice,
  type ComputeDriver,
  type ConsoleAddress,
  type ConsoleKind,
  type Diagnostics,
  type DiskTransfer,
  type DriverCapabilities,
  type DriverContext,
  type DriverHost,
  GuestDiskFailed,
  type GuestImage,
  type GuestInfo,
  GuestNotFound,
  GuestOperationFailed,
  type GuestRef,
  type GuestSnapshot,
  type GuestSpec,
  type HostResources,
  type LifecycleEvent,
  type MigrationTarget,
  type PowerState,
} from "../driver.ts";
import { Relays } from "../relay.ts";
import { blankDisk } from "./blank-disk.ts";
import { diagnosticsOf, uptimeText } from "./facts.ts";
import { booted, guestFrom, nicOf, trimmed } from "./guest.ts";
import { type Failures, type HostSize, sizeOf } from "./hosts.ts";
import { FakeScreen, FakeSerialLine } from "./screen.ts";
import { type FakeGuest, FakeWorld } from "./store.ts";

const CAPABILITIES: DriverCapabilities = {
  simulates: true,
  pause: true,
  suspend: true,
  rescue: true,
  rescueBootFromVolume: true,
  resize: true,
  migrate: true,
  liveMigrate: true,
  snapshot: true,
  liveSnapshot: true,
  attachVolume: true,
  extendVolume: true,
  multiattach: true,
  attachInterface: true,
  deviceTags: true,
  setAdminPassword: true,
  diagnostics: true,
  crashDump: true,
  consoleOutput: true,
  consoles: ["novnc", "serial"],
  diskFormats: ["qcow2", "raw", "ami", "iso", "vmdk", "vdi", "vhd", "vhdx", "ploop"],
  containerFormats: ["bare", "ami", "ovf", "ova", "docker"],
};

/** A disk is not copied in no time: clients shall see images being saved. */
const SNAPSHOT_MS = 300;

/** Marks what `migrateDiskAndPowerOff` has set aside for a resize on the same host. */
const ASIDE = "aside:";

export class FakeDriver implements ComputeDriver {
  readonly capabilities = CAPABILITIES;
  #context: DriverContext;
  #host: DriverHost;
  #size: HostSize;
  #failures: Failures;
  #latencyMs: number;
  #world: FakeWorld | null = null;
  /** Made when the first console is asked for. */
  #relays: Relays | null = null;
  #startedAtMs: number;
  #listeners = new Set<(event: LifecycleEvent) => void>();
  #cachedImages = new Set<string>();

  constructor(context: DriverContext, host: DriverHost, failures: Failures) {
    this.#context = context;
    this.#host = host;
    this.#size = sizeOf(host);
    this.#failures = failures;
    this.#startedAtMs = context.clock.now();
    this.#latencyMs = context.config(fakeSection).FAKE_LATENCY_MS;
  }

  async init(): Promise<void> {
    this.#world ??= FakeWorld.open(this.#context.instancesDir);
  }

  async close(): Promise<void> {
    await this.#relays?.close();
    this.#relays = null;
    if (this.#world) FakeWorld.release(this.#context.instancesDir);
    this.#world = null;
    this.#listeners.clear();
  }

  async check(): Promise<string | null> {
    return this.#world ? null : "not started";
  }

  async resources(): Promise<HostResources> {
    return {
      hypervisorHostname: this.#host.name,
      hypervisorType: "fake",
      hypervisorVersion: 1000,
      vcpus: this.#size.vcpus,
      memoryMb: this.#size.memoryMb,
      localGb: this.#size.diskGb,
      memoryMbUsedByHost: 0,
      localGbFree: this.#size.diskGb,
      cpuInfo: {
        arch: "x86_64",
        model: "Nehalem",
        vendor: "Intel",
        features: ["pge", "clflush"],
        topology: {
          cores: Math.max(1, this.#size.vcpus >> 1),
          threads: 1,
          sockets: this.#size.vcpus > 1 ? 2 : 1,
        },
      },
      supportedInstances: [["x86_64", "fake", "hvm"]],
      hostIp: "127.0.0.1",
      traits: [],
      uptime: uptimeText(this.#startedAtMs, this.#context.clock.now()),
    };
  }

  async list(): Promise<GuestInfo[]> {
    return this.#open()
      .list(this.#host.name)
      .filter((guest) => !guest.uuid.startsWith(ASIDE))
      .map(({ uuid, name, powerState }) => ({ uuid, name, powerState }));
  }

  async info(guest: GuestRef): Promise<GuestInfo> {
    const { uuid, name, powerState } = this.#find(guest);
    return { uuid, name, powerState };
  }

  async spawn(spec: GuestSpec): Promise<void> {
    await this.#act("spawn");
    if (!spec.image && !spec.bootsFromVolume)
      throw new GuestDiskFailed(`The image of ${spec.uuid} is not there`);
    this.#boot(guestFrom(this.#host.name, spec), spec);
  }

  async destroy(guest: GuestRef, options: { keepDisks: boolean }): Promise<void> {
    await this.#act("destroy");
    const found = this.#open().get(this.#host.name, guest.uuid);
    if (options.keepDisks) {
      if (found) this.#put({ ...found, powerState: "shutdown" });
      return;
    }
    await this.#relays?.close(guest.uuid);
    this.#open().remove(this.#host.name, guest.uuid);
    this.#open().remove(this.#host.name, ASIDE + guest.uuid);
  }

  async powerOn(spec: GuestSpec): Promise<void> {
    await this.#act("powerOn");
    const found = this.#open().get(this.#host.name, spec.uuid);
    if (found?.powerState === "running") return;
    this.#boot(guestFrom(this.#host.name, spec, found), spec);
  }

  async powerOff(guest: GuestRef): Promise<void> {
    await this.#act("powerOff");
    const found = this.#find(guest);
    if (found.powerState !== "shutdown") {
      this.#put({
        ...found,
        powerState: "shutdown",
        console: trimmed([...found.console, "reboot: Power down"]),
      });
    }
  }

  async reboot(spec: GuestSpec, kind: "soft" | "hard"): Promise<void> {
    await this.#act("reboot");
    const found = kind === "soft" ? this.#find(spec) : this.#open().get(this.#host.name, spec.uuid);
    this.#boot(guestFrom(this.#host.name, spec, found), spec);
  }

  pause(guest: GuestRef): Promise<void> {
    return this.#change("pause", guest, ["running"], "paused");
  }

  unpause(guest: GuestRef): Promise<void> {
    return this.#change("unpause", guest, ["paused"], "running");
  }

  suspend(guest: GuestRef): Promise<void> {
    return this.#change("suspend", guest, ["running", "paused"], "suspended");
  }

  async resume(spec: GuestSpec): Promise<void> {
    const found = this.#open().get(this.#host.name, spec.uuid);
    if (found?.powerState !== "suspended") return this.powerOn(spec);
    await this.#act("resume");
    this.#put({ ...found, powerState: "running" });
  }

  async rescue(spec: GuestSpec, rescueImage: GuestImage): Promise<void> {
    await this.#act("rescue");
    const made = guestFrom(this.#host.name, spec, this.#open().get(this.#host.name, spec.uuid));
    this.#boot(
      { ...made, rescued: true, console: [...made.console, `Booting rescue image ${rescueImage.id}`] },
      spec,
    );
  }

  async unrescue(spec: GuestSpec): Promise<void> {
    await this.#act("unrescue");
    const made = guestFrom(this.#host.name, spec, this.#open().get(this.#host.name, spec.uuid));
    this.#boot({ ...made, rescued: false }, spec);
  }

  migrationTarget(): MigrationTarget {
    return { host: this.#host.name, instancesDir: this.#context.instancesDir, uri: null };
  }

  async migrateDiskAndPowerOff(
    spec: GuestSpec,
    _target: MigrationTarget,
    newRootGb: number,
  ): Promise<DiskTransfer> {
    await this.#act("migrateDiskAndPowerOff");
    const found = this.#open().get(this.#host.name, spec.uuid);
    const aside = this.#open().get(this.#host.name, ASIDE + spec.uuid);
    if (!found && !aside) throw new GuestNotFound(spec.uuid);
    if (newRootGb !== 0 && newRootGb < (found ?? aside!).rootGb) {
      throw new GuestDiskFailed("Unable to resize disk down.");
    }
    if (found && !aside) {
      this.#put({ ...found, uuid: ASIDE + found.uuid, powerState: "shutdown" });
      this.#open().remove(this.#host.name, found.uuid);
    }
    return { from: this.#host.name };
  }

  async finishMigration(spec: GuestSpec, _transfer: DiskTransfer, powerOn: boolean): Promise<void> {
    await this.#act("finishMigration");
    const made = guestFrom(this.#host.name, spec, this.#open().get(this.#host.name, spec.uuid));
    if (powerOn) this.#boot(made, spec);
    else this.#put({ ...made, powerState: "shutdown" });
  }

  async confirmMigration(guest: GuestRef, sameHost: boolean): Promise<void> {
    await this.#act("confirmMigration");
    this.#open().remove(this.#host.name, ASIDE + guest.uuid);
    if (!sameHost) this.#open().remove(this.#host.name, guest.uuid);
  }

  async revertMigration(guest: GuestRef): Promise<void> {
    await this.#act("revertMigration");
    this.#open().remove(this.#host.name, guest.uuid);
  }

  async finishRevertMigration(spec: GuestSpec, powerOn: boolean): Promise<void> {
    await this.#act("finishRevertMigration");
    const world = this.#open();
    const aside = world.get(this.#host.name, ASIDE + spec.uuid) ?? world.get(this.#host.name, spec.uuid);
    const made = guestFrom(this.#host.name, spec, aside);
    if (powerOn) this.#boot(made, spec);
    else this.#put({ ...made, powerState: "shutdown" });
    world.remove(this.#host.name, ASIDE + spec.uuid);
  }

  async prepareLiveMigration(): Promise<void> {
    await this.#act("prepareLiveMigration");
  }

  async liveMigrate(
    spec: GuestSpec,
    target: MigrationTarget,
    options: Parameters<ComputeDriver["liveMigrate"]>[2],
  ): Promise<void> {
    const total = spec.memoryMb * 2 ** 20;
    options.onProgress({ memoryTotal: total, memoryRemaining: total, diskTotal: 0, diskRemaining: 0 });
    await this.#act("liveMigrate", options.signal);
    const found = this.#find(spec);
    options.onProgress({ memoryTotal: total, memoryRemaining: 0, diskTotal: 0, diskRemaining: 0 });
    this.#put({ ...found, host: target.host });
    this.#open().remove(this.#host.name, spec.uuid);
  }

  async attachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    await this.#act("attachVolume");
    const found = this.#find(guest);
    const others = found.disks.filter((disk) => disk.volumeId !== device.volumeId);
    const disk = { deviceName: device.deviceName, volumeId: device.volumeId, sizeBytes: null };
    this.#put({
      ...found,
      disks: [...others, disk],
      console: trimmed([
        ...found.console,
        `virtio_blk: [${device.deviceName.slice(5)}] serial ${device.volumeId}`,
      ]),
    });
  }

  async detachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    await this.#act("detachVolume");
    const found = this.#find(guest);
    this.#put({ ...found, disks: found.disks.filter((disk) => disk.volumeId !== device.volumeId) });
  }

  async extendVolume(guest: GuestRef, device: BlockDevice, sizeBytes: number): Promise<void> {
    await this.#act("extendVolume");
    const found = this.#find(guest);
    const disks = found.disks.map((disk) =>
      disk.volumeId === device.volumeId ? { ...disk, sizeBytes } : disk,
    );
    this.#put({ ...found, disks });
  }

  async attachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    await this.#act("attachInterface");
    const found = this.#find(guest);
    const nics = [...found.nics.filter((nic) => nic.vifId !== vif.id), nicOf(vif)];
    this.#put({
      ...found,
      nics,
      console: trimmed([...found.console, `virtio_net: eth${nics.length - 1} ${vif.macAddress}`]),
    });
  }

  async detachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    await this.#act("detachInterface");
    const found = this.#find(guest);
    this.#put({ ...found, nics: found.nics.filter((nic) => nic.vifId !== vif.id) });
  }

  async cacheImage(image: GuestImage): Promise<boolean> {
    await this.#act("cacheImage");
    if (this.#cachedImages.has(image.id)) return false;
    this.#cachedImages.add(image.id);
    return true;
  }

  async consoleOutput(guest: GuestRef, maxBytes: number): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(`${this.#find(guest).console.join("\n")}\n`);
    return bytes.subarray(Math.max(0, bytes.length - maxBytes));
  }

  async console(guest: GuestRef, kind: ConsoleKind): Promise<ConsoleAddress | null> {
    const { powerState, name, uuid } = this.#find(guest);
    if (!CAPABILITIES.consoles.includes(kind) || powerState === "shutdown") return null;
    this.#relays ??= new Relays(this.#context.log);
    const open = async () =>
      kind === "serial" ? new FakeSerialLine(this.#find(guest).console) : new FakeScreen(name, uuid);
    return { host: "127.0.0.1", port: await this.#relays.port(`${uuid}:${kind}`, open), path: null };
  }

  async snapshot(guest: GuestRef, diskFormat: "raw" | "qcow2"): Promise<GuestSnapshot> {
    await this.#act("snapshot");
    await this.#context.clock.sleep(SNAPSHOT_MS);
    const { imagePath, imageFormat } = this.#find(guest);
    const dispose = async () => {};
    const sameFormat = diskFormat === (imageFormat === "qcow2" ? "qcow2" : "raw");
    if (imagePath === null || !sameFormat || !existsSync(imagePath)) {
      const blank = blankDisk(diskFormat);
      return { sizeBytes: blank.length, data: once(blank), dispose };
    }
    return { sizeBytes: statSync(imagePath).size, data: createReadStream(imagePath), dispose };
  }

  async diagnostics(guest: GuestRef): Promise<Diagnostics> {
    return diagnosticsOf(this.#find(guest), this.#context.clock.now());
  }

  async setAdminPassword(guest: GuestRef): Promise<void> {
    await this.#act("setAdminPassword");
    this.#find(guest);
  }

  async crashDump(guest: GuestRef): Promise<void> {
    await this.#act("crashDump");
    const found = this.#find(guest);
    this.#put({ ...found, console: trimmed([...found.console, "Uhhuh. NMI received. Dazed and confused."]) });
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The guest powers itself off, as by `poweroff` inside it: for drills and tests. */
  stopFromInside(guest: GuestRef): void {
    this.#put({ ...this.#find(guest), powerState: "shutdown" });
    const event: LifecycleEvent = { guest, kind: "stopped", atMs: this.#context.clock.now() };
    for (const listener of this.#listeners) listener(event);
  }

  #open(): FakeWorld {
    if (!this.#world) throw new GuestOperationFailed(`Host ${this.#host.name} is not running.`);
    return this.#world;
  }

  #find(guest: GuestRef): FakeGuest {
    const found = this.#open().get(this.#host.name, guest.uuid);
    if (!found) throw new GuestNotFound(guest.uuid);
    return found;
  }

  #put(guest: FakeGuest): void {
    this.#open().put(guest);
  }

  /** Waits as long as an operation is set to take, or fails as it is set to. */
  async #act(operation: string, signal?: AbortSignal): Promise<void> {
    if (this.#latencyMs > 0) await this.#context.clock.sleep(this.#latencyMs, signal);
    signal?.throwIfAborted();
    if (this.#failures.strikes(operation, this.#host.name)) {
      throw new GuestOperationFailed(`Simulated failure of ${operation} on ${this.#host.name}`);
    }
  }

  async #change(operation: string, guest: GuestRef, from: PowerState[], to: PowerState): Promise<void> {
    await this.#act(operation);
    const found = this.#find(guest);
    if (found.powerState === to) return;
    if (!from.includes(found.powerState)) {
      throw new GuestOperationFailed(`Cannot ${operation} ${guest.uuid}: it is ${found.powerState}`);
    }
    this.#put({ ...found, powerState: to });
  }

  #boot(guest: FakeGuest, spec: GuestSpec): void {
    this.#put(booted(guest, spec, this.#context.clock.now()));
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
