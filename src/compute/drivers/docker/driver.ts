// A docker daemon as the compute manager sees it. Each verb is in its own file; here is only which verb does what, and what
// containers cannot do.

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
  GuestInfo,
  GuestRef,
  GuestSnapshot,
  GuestSpec,
  HostResources,
  LifecycleEvent,
  MigrationTarget,
} from "../driver.ts";
import { Relays } from "../relay.ts";
import { consoleAddress, consoleOutput } from "./console.ts";
import { diagnostics } from "./diagnostics.ts";
import { NotSupportedByDocker } from "./errors.ts";
import { Events } from "./events.ts";
import { DockerHost } from "./host.ts";
import { attachInterface, detachInterface } from "./interfaces.ts";
import { pause, powerOff, powerOn, reboot, unpause } from "./power.ts";
import {
  confirmMigration,
  finishMigration,
  finishRevertMigration,
  migrateDiskAndPowerOff,
  revertMigration,
} from "./resize.ts";
import { resources } from "./resources.ts";
import { snapshot } from "./snapshot.ts";
import { destroy, info, list, spawn } from "./spawn.ts";
import { attachVolume, detachVolume } from "./volumes.ts";

const CAPABILITIES: DriverCapabilities = {
  simulates: false,
  pause: true,
  suspend: false,
  rescue: false,
  rescueBootFromVolume: false,
  resize: true,
  migrate: false,
  liveMigrate: false,
  snapshot: true,
  liveSnapshot: true,
  attachVolume: true,
  extendVolume: false,
  swapVolume: false,
  multiattach: false,
  attachInterface: true,
  deviceTags: false,
  setAdminPassword: false,
  diagnostics: true,
  crashDump: false,
  consoleOutput: true,
  consoles: ["serial"],
  diskFormats: ["raw"],
  containerFormats: ["docker"],
};

export class DockerDriver implements ComputeDriver {
  readonly capabilities = CAPABILITIES;
  #host: DockerHost;
  #relays: Relays;
  #events: Events;
  #listeners = new Set<(event: LifecycleEvent) => void>();

  constructor(context: DriverContext, host: DriverHost) {
    this.#relays = new Relays(context.log);
    this.#host = new DockerHost(context, host);
    this.#events = new Events(this.#host, (event) => {
      for (const listener of this.#listeners) listener(event);
    });
  }

  async init(): Promise<void> {
    await this.#host.init();
    await this.#events.start();
  }

  async close(): Promise<void> {
    this.#events.close();
    this.#listeners.clear();
    await this.#relays.close();
  }

  async check(): Promise<string | null> {
    try {
      await this.#host.docker.ping();
      return null;
    } catch (error) {
      return `${this.#host.address}: ${String(error)}`;
    }
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

  async suspend(): Promise<void> {
    throw new NotSupportedByDocker("suspend a server");
  }

  /** Nothing was ever saved. */
  resume(guest: GuestSpec): Promise<void> {
    return powerOn(this.#host, guest);
  }

  async rescue(): Promise<void> {
    throw new NotSupportedByDocker("rescue a server");
  }

  unrescue(guest: GuestSpec): Promise<void> {
    return powerOn(this.#host, guest);
  }

  migrationTarget(): MigrationTarget {
    return { host: this.#host.name, instancesDir: this.#host.context.instancesDir, uri: null };
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

  confirmMigration(guest: GuestRef): Promise<void> {
    return confirmMigration(this.#host, guest);
  }

  revertMigration(guest: GuestRef): Promise<void> {
    return revertMigration(this.#host, guest);
  }

  finishRevertMigration(guest: GuestSpec, powerOn: boolean): Promise<void> {
    return finishRevertMigration(this.#host, guest, powerOn);
  }

  async prepareLiveMigration(): Promise<void> {
    throw new NotSupportedByDocker("migrate a running server");
  }

  async liveMigrate(): Promise<void> {
    throw new NotSupportedByDocker("migrate a running server");
  }

  attachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return attachVolume(this.#host, guest, device);
  }

  detachVolume(guest: GuestRef, device: BlockDevice): Promise<void> {
    return detachVolume(this.#host, guest, device);
  }

  async extendVolume(): Promise<void> {
    throw new NotSupportedByDocker("extend a volume");
  }

  async swapVolume(): Promise<void> {
    throw new NotSupportedByDocker("swap a volume");
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

  snapshot(guest: GuestRef): Promise<GuestSnapshot> {
    return snapshot(this.#host, guest);
  }

  diagnostics(guest: GuestRef): Promise<Diagnostics> {
    return diagnostics(this.#host, guest);
  }

  async setAdminPassword(): Promise<void> {
    throw new NotSupportedByDocker("set a password");
  }

  async crashDump(): Promise<void> {
    throw new NotSupportedByDocker("trigger a crash dump");
  }

  listen(listener: (event: LifecycleEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
