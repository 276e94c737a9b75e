// The table of services and their signs of life. Authority: nova/servicegroup/drivers/db.py and nova/objects/service.py
// of Zed. Ten thousand simulated hosts report in one statement, so what is known of them lives in memory as well.

import type { Clock } from "../core/clock.ts";
import { NotFound } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import { sqlSeconds } from "../core/times.ts";
import type { ServiceDirectory, ServiceRecord } from "./periphery.ts";
import { SharedCache } from "./shared-cache.ts";
import type { PeripheryStore } from "./store-periphery.ts";
import type { ServiceRow } from "./tables-periphery.ts";

/** nova/objects/service.py: SERVICE_VERSION of Zed. */
const SERVICE_VERSION = 66;

export const COMPUTE_BINARY = "nova-compute";

export class ServiceNotFound extends NotFound {
  constructor(id: string) {
    super(`Service ${id} could not be found.`);
  }
}

export class HostBinaryNotFound extends NotFound {
  constructor(host: string, binary: string) {
    super(`Could not find binary ${binary} on host ${host}.`);
  }
}

/** A service as the API shows it. */
export interface ServiceEntry extends ServiceRecord {
  /** `compute`, `scheduler`, `conductor` */
  topic: string;
  createdAtMs: number;
  updatedAtMs: number | null;
}

type Directory = Map<string, ServiceEntry>;

/** How often the entries of a directory were given signs of life: all registries of a database share its directory. */
const beats = new WeakMap<object, number>();

const keyOf = (binary: string, host: string) => `${binary}\n${host}`;

export class ServiceRegistry implements ServiceDirectory {
  readonly reportIntervalMs: number;
  #store: PeripheryStore;
  #clock: Clock;
  #ids: Ids;
  #downTimeMs: number;
  #all: SharedCache<Directory>;

  constructor(parts: {
    store: PeripheryStore;
    clock: Clock;
    ids: Ids;
    downTimeSeconds: number;
    reportIntervalSeconds: number;
  }) {
    this.reportIntervalMs = parts.reportIntervalSeconds * 1000;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#downTimeMs = parts.downTimeSeconds * 1000;
    this.#all = new SharedCache(parts.store.db, "services", () => this.#read());
  }

  register(binary: string, topic: string, hosts: readonly string[]): ServiceEntry[] {
    const now = this.#clock.now();
    const known = this.#all.get();
    const fresh = hosts.filter((host) => !known.has(keyOf(binary, host)));
    try {
      this.#store.db.transaction(() => {
        for (const host of fresh) {
          this.#store.services.insert({
            created_at: now,
            uuid: this.#ids.uuid(),
            host,
            binary,
            topic,
            version: SERVICE_VERSION,
          });
        }
        this.#store.beat(binary, hosts, sqlSeconds(now));
      });
    } finally {
      this.#all.forget();
    }
    const all = this.#all.get();
    return hosts.flatMap((host) => all.get(keyOf(binary, host)) ?? []);
  }

  /** The same for one host: `report("nova-scheduler", "testhost", "scheduler")`. */
  report(binary: string, host: string, topic: string): void {
    if (this.find(binary, host)) this.heartbeat(binary, [host]);
    else this.register(binary, topic, [host]);
  }

  heartbeat(binary: string, hosts: readonly string[]): void {
    // The column holds whole seconds.
    const now = Math.floor(this.#clock.now() / 1000) * 1000;
    this.#store.beat(binary, hosts, sqlSeconds(now));
    const all = this.#all.get();
    beats.set(all, (beats.get(all) ?? 0) + 1);
    for (const host of hosts) {
      const entry = all.get(keyOf(binary, host));
      if (entry) {
        entry.lastSeenUpMs = now;
        entry.updatedAtMs = now;
      }
    }
  }

  find(binary: string, host: string): ServiceEntry | null {
    return this.#all.get().get(keyOf(binary, host)) ?? null;
  }

  /** By uuid, or by number. @throws ServiceNotFound */
  get(id: string): ServiceEntry {
    for (const entry of this.#all.get().values()) {
      if (entry.uuid === id || String(entry.id) === id) return entry;
    }
    throw new ServiceNotFound(id);
  }

  list(binary?: string): ServiceEntry[] {
    const all = [...this.#all.get().values()];
    return binary === undefined ? all : all.filter((entry) => entry.binary === binary);
  }

  version(): object {
    return this.#all.get();
  }

  beats(): number {
    return beats.get(this.#all.get()) ?? 0;
  }

  upUntil(service: ServiceRecord): number {
    return (service.lastSeenUpMs ?? 0) + this.#downTimeMs;
  }

  isUp(service: ServiceRecord, nowMs = this.#clock.now()): boolean {
    if (service.forcedDown || service.lastSeenUpMs === null) return false;
    return Math.abs(nowMs - service.lastSeenUpMs) <= this.#downTimeMs;
  }

  setDisabled(id: number, disabled: boolean, reason: string | null): void {
    this.#update(id, { disabled, disabled_reason: disabled ? reason : null });
  }

  setForcedDown(id: number, forcedDown: boolean): void {
    this.#update(id, { forced_down: forcedDown });
  }

  /** The row keeps its place, as every deleted row of a classic table. */
  delete(id: number): void {
    const now = this.#clock.now();
    this.#store.services.update({ id }, { deleted: id, deleted_at: now });
    this.#all.forget();
  }

  #update(
    id: number,
    changes: { disabled?: boolean; disabled_reason?: string | null; forced_down?: boolean },
  ): void {
    this.#store.services.update({ id }, { ...changes, updated_at: this.#clock.now() });
    this.#all.forget();
  }

  #read(): Directory {
    const rows = this.#store.services.list({ deleted: 0 }, "ORDER BY id");
    return new Map(rows.map((row) => [keyOf(row.binary ?? "", row.host ?? ""), entryOf(row)]));
  }
}

function entryOf(row: ServiceRow): ServiceEntry {
  return {
    id: row.id,
    uuid: row.uuid,
    host: row.host ?? "",
    binary: row.binary ?? "",
    topic: row.topic ?? "",
    disabled: row.disabled,
    disabledReason: row.disabled_reason,
    forcedDown: row.forced_down,
    lastSeenUpMs: row.last_seen_up ?? row.updated_at ?? row.created_at,
    createdAtMs: row.created_at ?? 0,
    updatedAtMs: row.updated_at,
  };
}
