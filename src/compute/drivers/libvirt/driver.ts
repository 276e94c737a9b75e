// One libvirt host as the compute manager sees it. Each verb is in its own file; here is only which verb does what.

import type { Vif } from "../../../network/public.ts";
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
import { crashDump, setAdminPassword } from "./agent.ts";
import { consoleAddress, consoleOutput } from "./console.ts";
import { attachInterface, attachVolume, detachInterface, detachVolume, extendVolume } from "./devices.ts";
import { diagnostics } from "./diagnostics.ts";
import { LibvirtHost } from "./host.ts";
import { lifecycleKind } from "./lifecycle.ts";
import { info, list } from "./list.ts";
import { liveMigrate, prepareLiveMigration } from "./live-migration.ts";
import { pause, powerOff, powerOn, reboot, resume, suspend, unpause } from "./power.ts";
import { BOOTABLE_FORMATS } from "./qemu-img.ts";
import { rescue, unrescue } from "./rescue.ts";
import {
  confirmMigration,
  finishMigration,
  finishRevertMigration,
  migrateDiskAndPowerOff,
  revertMigration,
} from "./resize.ts";
import { resources } from "./resources.ts";
import type { HypervisorEvent } from "./session.ts";
import { copyVolume, snapshot } from "./snapshot.ts";
import { destroy, spawn } from "./spawn.ts";
import { swapVolume } from "./swap.ts";

const CAPABILITIES: DriverCapabilities = {
  simulates: false,
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
  diskFormats: BOOTABLE_FORMATS,
  containerFormats: ["bare", "ami"],
};

export class LibvirtDriver implements ComputeDriver {
  readonly capabilities = CAPABILITIES;
  #host: LibvirtHost;
  #relays: Relays;
  #listeners = new Set<(event: LifecycleEvent) => void>();
  #endSweeps: (() => void) | null = null;

  constructor(context: DriverContext, host: DriverHost) {
    this.#relays = new Relays(context.log);
    this.#host = new LibvirtHost(context, host, {
      onEvent: (event) => void this.#tell(event),
      onRestored: () => void this.#tellAll(),
    });
  }

  async init(): Promise<void> {
    await this.#host.init();
    const { IMAGE_CACHE_MANAGER_INTERVAL } = this.#host.settings;
    if (IMAGE_CACHE_MANAGER_INTERVAL < 0) return;
    const pauseMs = (IMAGE_CACHE_MANAGER_INTERVAL || 60) * 1000;
    this.#endSweeps?.();
    this.#endSweeps = this.#host.clock.every(pauseMs, () => void this.#sweep());
  }

  async close(): Promise<void> {
    this.#endSweeps?.();
    this.#endSweeps = null;
    this.#listeners.clear();
    await this.#relays.close();
    await this.#host.session.close();
  }

  async check(): Promise<string | null> {
    const { problem, uri } = this.#host.session;
    return problem === null ? null : `${uri}: ${problem}`;
  }

  resources(): Promise<HostResources> {
    return resources(this.#host);
  }

  list(): Promise<GuestInfo[]> {
    return list(this.#host);
  }

  info(guest: GuestRef): Promise<GuestInfo> {
    return info(this.#host, guest);
  }

  spawn(guest: GuestSpec): Promise<void> {
    return spawn(this.#host, guest);
  }

  async destroy(guest: GuestRef, options: { keepDisks: boolean }): Promise<void> {
    await destroy(this.#host, guest, options);
    await this.#relays.close(guest.uuid);
  }

  powerOn(guest: GuestSpec): Promise<void> {
    return powerOn(this.#host, guest);
  }

  powerOff(guest: GuestRef, timeoutSeconds: number): Promise<void> {
    return powerOff(this.#host, guest, timeoutSeconds);
  }

  reboot(guest: GuestSpec, kind: "soft" | "hard", timeoutSeconds: number): Promise<void> {
    return reboot(this.#host, guest, kind, timeoutSeconds);
  }

  pause(guest: GuestRef): Promise<void> {
    return pause(this.#host, guest);
  }

  unpause(guest: GuestRef): Promise<void> {
    return unpause(this.#host, guest);
  }

  suspend(guest: GuestRef): Promise<void> {
    return suspend(this.#host, guest);
  }

  resume(guest: GuestSpec): Promise<void> {
    return resume(this.#host, guest);
  }

  /** The password is nova's to inject into the rescue's config drive; guests here ask the metadata service. */
  rescue(guest: GuestSpec, rescueImage: GuestImage): Promise<void> {
    return rescue(this.#host, guest, rescueImage);
  }

  unrescue(guest: GuestSpec): Promise<void> {
    return unrescue(this.#host, guest);
  }

  migrationTarget(): MigrationTarget {
    return { host: this.#host.name, instancesDir: this.#host.folders.root, uri: this.#host.uri };
  }

  migrateDiskAndPowerOff(
    guest: GuestSpec,
    target: MigrationTarget,
    newRootGb: number,
    timeoutSeconds: number,
  ): Promise<DiskTransfer> {
    return migrateDiskAndPowerOff(this.#host, guest, target, newRootGb, timeoutSeconds);
  }

  finishMigration(guest: GuestSpec, _transfer: DiskTransfer, powerOn: boolean): Promise<void> {
    return finishMigration(this.#host, guest, powerOn);
  }

  confirmMigration(guest: GuestRef, sameHost: boolean): Promise<void> {
    return confirmMigration(this.#host, guest, sameHost);
  }

  revertMigration(guest: GuestRef, sameHost: boolean): Promise<void> {
    return revertMigration(this.#host, guest, sameHost);
  }

  finishRevertMigration(guest: GuestSpec, powerOn: boolean): Promise<void> {
    return finishRevertMigration(this.#host, guest, powerOn);
  }

  prepareLiveMigration(guest: GuestSpec, blockMigration: boolean): Promise<void> {
    return prepareLiveMigration(this.#host, guest, blockMigration);
  }

  liveMigrate(
    guest: GuestSpec,
    target: MigrationTarget,
    options: Parameters<ComputeDriver["liveMigrate"]>[2],
  ): Promise<void> {
    return liveMigrate(this.#host, guest, target, options);
  }

  attachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return attachVolume(this.#host, guest, device);
  }

  detachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return detachVolume(this.#host, guest, device);
  }

  extendVolume(guest: GuestRef, device: BlockDevice, sizeBytes: number): Promise<void> {
    return extendVolume(this.#host, guest, device, sizeBytes);
  }

  swapVolume(guest: GuestRef, old: BlockDevice, fresh: BlockDevice, sizeBytes: number | null): Promise<void> {
    return swapVolume(this.#host, guest, old, fresh, sizeBytes);
  }

  copyVolume(
    guest: GuestRef,
    device: BlockDevice,
    target: { path: string; format: "raw" | "qcow2" },
  ): Promise<boolean> {
    return copyVolume(this.#host, guest, device, target);
  }

  attachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    return attachInterface(this.#host, guest, vif);
  }

  detachInterface(guest: GuestRef, vif: Vif): Promise<void> {
    return detachInterface(this.#host, guest, vif);
  }

  consoleOutput(guest: GuestRef, maxBytes: number): Promise<Uint8Array> {
    return consoleOutput(this.#host, guest, maxBytes);
  }

  console(guest: GuestRef, kind: ConsoleKind): Promise<ConsoleAddress | null> {
    return consoleAddress(this.#host, this.#relays, guest, kind);
  }

  snapshot(guest: GuestRef, diskFormat: "raw" | "qcow2"): Promise<GuestSnapshot> {
    return snapshot(this.#host, guest, diskFormat);
  }

  diagnostics(guest: GuestRef): Promise<Diagnostics> {
    return diagnostics(this.#host, guest);
  }

  setAdminPassword(guest: GuestRef, password: string): Promise<void> {
    return setAdminPassword(this.#host, guest, password);
  }

  crashDump(guest: GuestRef): Promise<void> {
    return crashDump(this.#host, guest);
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #tell(event: HypervisorEvent): Promise<void> {
    const host = this.#host;
    const kind = lifecycleKind(event);
    const { uuid, name } = event.dom;
    if (kind === null || host.isInHand(uuid)) return;
    try {
      // Of one that is gone only memory knows whose it was.
      const ours = await host.isOurs(await host.connection(), event.dom);
      if (kind === "undefined") host.forgetOwner(uuid);
      if (ours) this.#emit({ guest: { uuid, name }, kind, atMs: host.clock.now() });
    } catch (error) {
      host.log.warning(null, `[instance: ${uuid}] an event of ${name} was not understood`);
      host.log.debug(null, String(error));
    }
  }

  /** After the connection was lost: whatever state a guest is in, it may be news. */
  async #tellAll(): Promise<void> {
    const host = this.#host;
    const kinds = { running: "started", paused: "paused", suspended: "suspended" } as const;
    try {
      for (const { uuid, name, powerState } of await list(host, { settled: true })) {
        const kind = powerState in kinds ? kinds[powerState as keyof typeof kinds] : "stopped";
        if (!host.isInHand(uuid)) this.#emit({ guest: { uuid, name }, kind, atMs: host.clock.now() });
      }
    } catch (error) {
      host.log.warning(null, `${host.name}: the guests cannot be listed: ${String(error)}`);
    }
  }

  #emit(event: LifecycleEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async #sweep(): Promise<void> {
    try {
      await this.#host.images.sweep(this.#host.settings);
    } catch (error) {
      this.#host.log.warning(
        null,
        `${this.#host.name}: the image cache cannot be looked through: ${String(error)}`,
      );
    }
  }
}
