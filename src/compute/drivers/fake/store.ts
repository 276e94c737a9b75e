// The simulated hypervisors: what libvirtd and its domains are to the libvirt driver. It outlives the process, as real
// guests do: every change is a row in a small database of its own before the operation returns. All simulated hosts of
// a cloud share one world, so ten thousand of them cost next to nothing.

import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PowerState } from "../driver.ts";

export interface FakeDisk {
  deviceName: string;
  volumeId: string;
  sizeBytes: number | null;
}

export interface FakeNic {
  vifId: string;
  macAddress: string;
  tapName: string;
}

export interface FakeGuest {
  uuid: string;
  name: string;
  host: string;
  powerState: PowerState;
  hostname: string;
  vcpus: number;
  memoryMb: number;
  rootGb: number;
  /** What the root disk was made from, for snapshots; null for a volume or an image without data. */
  imagePath: string | null;
  imageFormat: string;
  imageId: string | null;
  configDrive: boolean;
  rescued: boolean;
  disks: FakeDisk[];
  nics: FakeNic[];
  /** Console lines, oldest first; bounded. */
  console: string[];
  boots: number;
  /** When it was started last, ms. */
  startedAtMs: number;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS guests (host TEXT NOT NULL, uuid TEXT NOT NULL, guest TEXT NOT NULL, PRIMARY KEY (host, uuid)) WITHOUT ROWID;
`;

export class FakeWorld {
  #db: Database;
  #guests = new Map<string, Map<string, FakeGuest>>();
  #put;
  #remove;

  private constructor(path: string) {
    this.#db = new Database(path, { create: true });
    this.#db.run("PRAGMA busy_timeout = 5000");
    this.#db.run(SCHEMA);
    const rows = this.#db.query<{ host: string; guest: string }, []>("SELECT host, guest FROM guests").all();
    for (const row of rows) {
      const guest = JSON.parse(row.guest) as FakeGuest;
      this.#hostMap(row.host).set(guest.uuid, guest);
    }
    this.#put = this.#db.query("INSERT OR REPLACE INTO guests (host, uuid, guest) VALUES (?, ?, ?)");
    this.#remove = this.#db.query("DELETE FROM guests WHERE host = ? AND uuid = ?");
  }

  /** On a host, the guest may be present twice in the cloud while it migrates. */
  get(host: string, uuid: string): FakeGuest | null {
    return this.#guests.get(host)?.get(uuid) ?? null;
  }

  list(host: string): FakeGuest[] {
    return [...(this.#guests.get(host)?.values() ?? [])];
  }

  put(guest: FakeGuest): void {
    this.#put.run(guest.host, guest.uuid, JSON.stringify(guest));
    this.#hostMap(guest.host).set(guest.uuid, guest);
  }

  remove(host: string, uuid: string): void {
    this.#remove.run(host, uuid);
    const guests = this.#guests.get(host);
    guests?.delete(uuid);
    if (guests?.size === 0) this.#guests.delete(host);
  }

  count(): number {
    let n = 0;
    for (const guests of this.#guests.values()) n += guests.size;
    return n;
  }

  clear(): void {
    this.#db.run("DELETE FROM guests");
    this.#guests.clear();
  }

  #hostMap(host: string): Map<string, FakeGuest> {
    let guests = this.#guests.get(host);
    if (!guests) {
      guests = new Map();
      this.#guests.set(host, guests);
    }
    return guests;
  }

  // One world a folder, however many drivers use it.

  static #open = new Map<string, { world: FakeWorld; users: number }>();

  static open(instancesDir: string): FakeWorld {
    const path = join(instancesDir, "fake-hypervisors.db");
    let entry = FakeWorld.#open.get(path);
    if (!entry) {
      mkdirSync(instancesDir, { recursive: true, mode: 0o700 });
      entry = { world: new FakeWorld(path), users: 0 };
      FakeWorld.#open.set(path, entry);
    }
    entry.users++;
    return entry.world;
  }

  static release(instancesDir: string): void {
    const path = join(instancesDir, "fake-hypervisors.db");
    const entry = FakeWorld.#open.get(path);
    if (!entry || --entry.users > 0) return;
    FakeWorld.#open.delete(path);
    entry.world.#db.close(false);
  }
}
