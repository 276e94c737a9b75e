// One simulated host as the compute manager sees it. Each verb is in its own file; here is only which verb does what.

import { createReadStream, existsSync, statSync } from "node:fs";
import type { Vif } from "../../../network/public.ts";
import { computeSection } from "../../config.ts";
import type {
  BlockDevice,
  ComputeDriver,
  ConsoleAddress,
  ConsoleKind,
  Diagnostics,
  DiskTransfer,
  DriverCapabilities,
  DriverContext,
  DriverHost,
  GuestImage,
  GuestInfo,
  GuestRef,
  GuestSnapshot,
  GuestSpec,
  HostResources,
  LifecycleEvent,
  MigrationTarget,
} from "../driver.ts";
import { Relays } from "../relay.ts";
import { blankDisk } from "./blank-disk.ts";
import * as devices from "./devices.ts";
import { diagnosticsOf, uptimeText } from "./facts.ts";
import { FakeHost } from "./host.ts";
import type { Failures } from "./hosts.ts";
import * as moves from "./moves.ts";
import * as power from "./power.ts";
import { FakeScreen, FakeSerialLine } from "./screen.ts";

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
  swapVolume: true,
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

export class FakeDriver implements ComputeDriver {
  readonly capabilities = CAPABILITIES;
  #host: FakeHost;
  /** Made when the first console is asked for. */
  #relays: Relays | null = null;
  #startedAtMs: number;
  #listeners = new Set<(event: LifecycleEvent) => void>();
  #cachedImages = new Set<string>();

  constructor(context: DriverContext, host: DriverHost, failures: Failures) {
    this.#host = new FakeHost(context, host, failures);
    this.#startedAtMs = context.clock.now();
  }

  async init(): Promise<void> {
    this.#host.start();
  }

  async close(): Promise<void> {
    await this.#relays?.close();
    this.#relays = null;
    this.#host.stop();
    this.#listeners.clear();
  }

  async check(): Promise<string | null> {
    return this.#host.running ? null : "not started";
  }

  async resources(): Promise<HostResources> {
    return {
      hypervisorHostname: this.#host.name,
      hypervisorType: "fake",
      hypervisorVersion: 1000,
      vcpus: this.#host.size.vcpus,
      memoryMb: this.#host.size.memoryMb,
      localGb: this.#host.size.diskGb,
      memoryMbUsedByHost: 0,
      localGbFree: this.#host.size.diskGb,
      cpuInfo: {
        arch: "x86_64",
        model: "Nehalem",
        vendor: "Intel",
        features: ["pge", "clflush"],
        topology: {
          cores: Math.max(1, this.#host.size.vcpus >> 1),
          threads: 1,
          sockets: this.#host.size.vcpus > 1 ? 2 : 1,
        },
      },
      supportedInstances: [["x86_64", "fake", "hvm"]],
      hostIp: "127.0.0.1",
      traits: [],
      uptime: uptimeText(this.#startedAtMs, this.#host.context.clock.now()),
    };
  }

  async list(): Promise<GuestInfo[]> {
    return this.#host.world
      .list(this.#host.name)
      .filter((guest) => !moves.isAside(guest.uuid))
      .map(({ uuid, name, powerState }) => ({ uuid, name, powerState }));
  }

  async info(guest: GuestRef): Promise<GuestInfo> {
    const { uuid, name, powerState } = this.#host.find(guest);
    return { uuid, name, powerState };
  }

  spawn(guest: GuestSpec): Promise<void> {
    return power.spawn(this.#host, guest);
  }

  async destroy(guest: GuestRef, { keepDisks }: { keepDisks: boolean }): Promise<void> {
    await power.destroy(this.#host, guest, keepDisks);
    if (!keepDisks) await this.#relays?.close(guest.uuid);
  }

  powerOn(guest: GuestSpec): Promise<void> {
    return power.powerOn(this.#host, guest);
  }

  powerOff(guest: GuestRef): Promise<void> {
    return power.powerOff(this.#host, guest);
  }

  reboot(guest: GuestSpec, kind: "soft" | "hard"): Promise<void> {
    return power.reboot(this.#host, guest, kind);
  }

  pause(guest: GuestRef): Promise<void> {
    return power.change(this.#host, "pause", guest, ["running"], "paused");
  }

  unpause(guest: GuestRef): Promise<void> {
    return power.change(this.#host, "unpause", guest, ["paused"], "running");
  }

  suspend(guest: GuestRef): Promise<void> {
    return power.change(this.#host, "suspend", guest, ["running", "paused"], "suspended");
  }

  resume(guest: GuestSpec): Promise<void> {
    return power.resume(this.#host, guest);
  }

  rescue(guest: GuestSpec, rescueImage: GuestImage): Promise<void> {
    return power.rescue(this.#host, guest, rescueImage);
  }

  unrescue(guest: GuestSpec): Promise<void> {
    return power.unrescue(this.#host, guest);
  }

  migrationTarget(): MigrationTarget {
    return { host: this.#host.name, instancesDir: this.#host.context.instancesDir, uri: null };
  }

  migrateDiskAndPowerOff(
    guest: GuestSpec,
    _target: MigrationTarget,
    newRootGb: number,
  ): Promise<DiskTransfer> {
    return moves.migrateDiskAndPowerOff(this.#host, guest, newRootGb);
  }

  finishMigration(guest: GuestSpec, _transfer: DiskTransfer, powerOn: boolean): Promise<void> {
    return moves.finishMigration(this.#host, guest, powerOn);
  }

  confirmMigration(guest: GuestRef, sameHost: boolean): Promise<void> {
    return moves.confirmMigration(this.#host, guest, sameHost);
  }

  revertMigration(guest: GuestRef): Promise<void> {
    return moves.revertMigration(this.#host, guest);
  }

  finishRevertMigration(guest: GuestSpec, powerOn: boolean): Promise<void> {
    return moves.finishRevertMigration(this.#host, guest, powerOn);
  }

  prepareLiveMigration(): Promise<void> {
    return this.#host.act("prepareLiveMigration");
  }

  liveMigrate(
    guest: GuestSpec,
    target: MigrationTarget,
    options: Parameters<ComputeDriver["liveMigrate"]>[2],
  ): Promise<void> {
    return moves.liveMigrate(this.#host, guest, target, options);
  }

  attachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return devices.attachVolume(this.#host, guest, device);
  }

  detachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return devices.detachVolume(this.#host, guest, device);
  }

  extendVolume(guest: GuestRef, device: BlockDevice, sizeBytes: number): Promise<void> {
    return devices.extendVolume(this.#host, guest, device, sizeBytes);
  }

  swapVolume(guest: GuestRef, old: BlockDevice, fresh: BlockDevice, sizeBytes: number | null): Promise<void> {
    return devices.swapVolume(this.#host, guest, old, fresh, sizeBytes);
  }

  attachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    return devices.attachInterface(this.#host, guest, vif);
  }

  detachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    return devices.detachInterface(this.#host, guest, vif);
  }

  async cacheImage(image: GuestImage): Promise<boolean> {
    await this.#host.act("cacheImage");
    if (this.#cachedImages.has(image.id)) return false;
    this.#cachedImages.add(image.id);
    return true;
  }

  async consoleOutput(guest: GuestRef, maxBytes: number): Promise<Uint8Array> {
    const bytes = new TextEncoder().encode(`${this.#host.find(guest).console.join("\n")}\n`);
    return bytes.subarray(Math.max(0, bytes.length - maxBytes));
  }

  async console(guest: GuestRef, kind: ConsoleKind): Promise<ConsoleAddress | null> {
    const { powerState, name, uuid } = this.#host.find(guest);
    if (!CAPABILITIES.consoles.includes(kind) || powerState === "shutdown") return null;
    const listen = this.#host.context.config(computeSection).VNCSERVER_LISTEN;
    this.#relays ??= new Relays(this.#host.context.log, listen);
    const open = async () =>
      kind === "serial" ? new FakeSerialLine(this.#host.find(guest).console) : new FakeScreen(name, uuid);
    const host = ["0.0.0.0", "::", ""].includes(listen) ? "127.0.0.1" : listen;
    return { host, port: await this.#relays.port(`${uuid}:${kind}`, open), path: null };
  }

  async snapshot(guest: GuestRef, diskFormat: "raw" | "qcow2"): Promise<GuestSnapshot> {
    await this.#host.act("snapshot");
    await this.#host.context.clock.sleep(SNAPSHOT_MS);
    const { imagePath, imageFormat } = this.#host.find(guest);
    const dispose = async () => {};
    const sameFormat = diskFormat === (imageFormat === "qcow2" ? "qcow2" : "raw");
    if (imagePath === null || !sameFormat || !existsSync(imagePath)) {
      const blank = blankDisk(diskFormat);
      return { sizeBytes: blank.length, data: once(blank), dispose };
    }
    return { sizeBytes: statSync(imagePath).size, data: createReadStream(imagePath), dispose };
  }

  async diagnostics(guest: GuestRef): Promise<Diagnostics> {
    return diagnosticsOf(this.#host.find(guest), this.#host.context.clock.now());
  }

  async setAdminPassword(guest: GuestRef): Promise<void> {
    await this.#host.act("setAdminPassword");
    this.#host.find(guest);
  }

  async crashDump(guest: GuestRef): Promise<void> {
    await this.#host.act("crashDump");
    this.#host.putTelling(this.#host.find(guest), "Uhhuh. NMI received. Dazed and confused.");
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The guest powers itself off, as by `poweroff` inside it: for drills and tests. */
  stopFromInside(guest: GuestRef): void {
    this.#host.put({ ...this.#host.find(guest), powerState: "shutdown" });
    const event: LifecycleEvent = { guest, kind: "stopped", atMs: this.#host.context.clock.now() };
    for (const listener of this.#listeners) listener(event);
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
