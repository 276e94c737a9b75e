// One back end: a driver, the name it goes by, and what of the database it needs. The verbs stand beside it, one file each.

import type { Delivery } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { attempt } from "../attempt.ts";
import type { Cinder } from "../cinder.ts";
import type { DriverSnapshot, DriverVolume, VolumeDriver } from "../drivers/driver.ts";
import { BackendFailed } from "../errors.ts";
import type { Action, Detail } from "../messages.ts";
import type { SnapshotRow, VolumeRow } from "../tables.ts";
import type { Exports } from "../targets/exports.ts";
import type { Limiter } from "./limiter.ts";

export interface BackendFacts {
  cinder: Cinder;
  /** `lvmdriver-1`: the back end's and its only pool's. */
  name: string;
  driver: VolumeDriver;
  /** For what reads and writes whole volumes. */
  copies: Limiter;
  /** Volumes for hosts elsewhere; null: there are none. */
  exports: Exports | null;
}

export class Backend {
  readonly cinder: Cinder;
  readonly name: string;
  /** `HOST@BACKEND` */
  readonly host: string;
  /** `HOST@BACKEND#POOL` */
  readonly pool: string;
  readonly copies: Limiter;
  readonly exports: Exports | null;
  /** What the backup service reads at the moment: by the backup's id, how it is let go. */
  readonly held = new Map<string, () => Promise<void>>();
  #driver: VolumeDriver;
  #problem: Error | null = new BackendFailed("it has not been started");

  constructor({ cinder, name, driver, copies, exports }: BackendFacts) {
    this.cinder = cinder;
    this.name = name;
    this.host = `${cinder.context.machine.hostName}@${name}`;
    this.pool = `${this.host}#${name}`;
    this.copies = copies;
    this.exports = exports;
    this.#driver = driver;
  }

  /** Why it does not work, or null. */
  get problem(): Error | null {
    return this.#problem;
  }

  /** Makes the driver ready. @throws what the driver does; the back end then refuses everything */
  async init(): Promise<void> {
    try {
      await this.#driver.init();
      this.#problem = null;
    } catch (error) {
      this.#problem = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  /** @throws BackendFailed when it is not ready (DriverNotInitialized) */
  get driver(): VolumeDriver {
    if (this.#problem) throw new BackendFailed("Volume driver not ready.", { cause: this.#problem });
    return this.#driver;
  }

  /** The volume of a message, when it lies here. Null: it is gone, or has gone elsewhere. */
  volume(id: string): VolumeRow | null {
    const row = this.cinder.store.volumes.get(id);
    return row?.host?.split("#", 1)[0] === this.host ? row : null;
  }

  snapshot(id: string): { snapshot: SnapshotRow; volume: VolumeRow } | null {
    const snapshot = this.cinder.store.snapshots.get(id);
    const volume = snapshot ? this.volume(snapshot.volume_id) : null;
    return snapshot && volume ? { snapshot, volume } : null;
  }

  driverVolume(row: VolumeRow): DriverVolume {
    return {
      dataId: row._name_id ?? row.id,
      id: row.id,
      sizeGb: row.size,
      format: row.provider_location,
      multiattach: row.multiattach,
      attached: row.attach_status !== "detached",
    };
  }

  driverSnapshot(row: SnapshotRow, volume: VolumeRow): DriverSnapshot {
    return {
      dataId: row.provider_id ?? row.id,
      id: row.id,
      volume: this.driverVolume(volume),
      sizeGb: row.volume_size,
      format: row.provider_location,
    };
  }

  tellOfVolume(context: RequestContext, volume: VolumeRow, action: Action, detail: Detail): void {
    const resource = { type: "VOLUME" as const, uuid: volume.id, projectId: volume.project_id };
    this.cinder.messages.create(context, resource, action, detail);
  }

  tellOfSnapshot(context: RequestContext, snapshot: SnapshotRow, action: Action, detail: Detail): void {
    const resource = { type: "VOLUME_SNAPSHOT" as const, uuid: snapshot.id, projectId: snapshot.project_id };
    this.cinder.messages.create(context, resource, action, detail);
  }

  /** See `attempt`. */
  attempt(
    context: RequestContext,
    delivery: Delivery,
    what: string,
    work: () => Promise<void>,
    giveUp: (error: unknown) => void,
  ): Promise<void> {
    return attempt(this.cinder, { context, delivery, what, work, giveUp });
  }
}
