// The SQL for single servers and what hangs on them. Lists with filters are in `store-list.ts`, compute nodes in
// `nodes.ts`.

import type { ProjectDatabase } from "../db/open.ts";
import { TableRows } from "./store-rows.ts";
import * as t from "./tables.ts";

type Changes = Partial<typeof t.instances.$inferInsert>;

/** Everything a server's view and its manager need beside the row. */
export interface InstanceParts {
  flavors: t.InstanceFlavors;
  metadata: Record<string, string>;
  lockedReason: string | null;
  tags: string[];
  blockDevices: t.BlockDeviceRow[];
}

export class NovaStore {
  readonly db: ProjectDatabase;
  readonly instances: TableRows<typeof t.instances>;
  readonly extra: TableRows<typeof t.instanceExtra>;
  readonly infoCaches: TableRows<typeof t.instanceInfoCaches>;
  readonly metadata: TableRows<typeof t.instanceMetadata>;
  readonly systemMetadata: TableRows<typeof t.instanceSystemMetadata>;
  readonly faults: TableRows<typeof t.instanceFaults>;
  readonly actions: TableRows<typeof t.instanceActions>;
  readonly actionEvents: TableRows<typeof t.instanceActionsEvents>;
  readonly blockDevices: TableRows<typeof t.blockDeviceMapping>;
  readonly migrations: TableRows<typeof t.migrations>;
  readonly tags: TableRows<typeof t.tags>;
  readonly consoleTokens: TableRows<typeof t.consoleAuthTokens>;
  readonly requestSpecs: TableRows<typeof t.requestSpecs>;
  #setName;
  #latestFaults;
  #usageOfHost;
  #flavorsByHost;
  #withTask;
  #pruneTokens;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.instances = new TableRows(db, t.instances);
    this.extra = new TableRows(db, t.instanceExtra);
    this.infoCaches = new TableRows(db, t.instanceInfoCaches);
    this.metadata = new TableRows(db, t.instanceMetadata);
    this.systemMetadata = new TableRows(db, t.instanceSystemMetadata);
    this.faults = new TableRows(db, t.instanceFaults);
    this.actions = new TableRows(db, t.instanceActions);
    this.actionEvents = new TableRows(db, t.instanceActionsEvents);
    this.blockDevices = new TableRows(db, t.blockDeviceMapping);
    this.migrations = new TableRows(db, t.migrations);
    this.tags = new TableRows(db, t.tags);
    this.consoleTokens = new TableRows(db, t.consoleAuthTokens);
    this.requestSpecs = new TableRows(db, t.requestSpecs);
    this.#withTask = db.raw.query<Pick<t.InstanceRow, "uuid" | "task_state" | "vm_state" | "host">, []>(
      `SELECT uuid, task_state, vm_state, host FROM instances
        WHERE deleted = 0 AND (task_state IS NOT NULL OR vm_state = 'building')`,
    );
    this.#pruneTokens = db.raw.query("DELETE FROM console_auth_tokens WHERE expires < ?");
    this.#setName = db.raw.query("UPDATE instances SET name = ? WHERE id = ?");
    this.#latestFaults = db.raw.query<{ id: number }, [string]>(
      "SELECT max(id) AS id FROM instance_faults WHERE instance_uuid IN (SELECT value FROM json_each(?)) GROUP BY instance_uuid",
    );
    this.#flavorsByHost = db.raw.query<{ host: string; instance_type_id: number }, []>(
      "SELECT DISTINCT host, instance_type_id FROM instances WHERE deleted = 0 AND host IS NOT NULL",
    );
    this.#usageOfHost = db.raw.query<
      { vcpus: number; memory_mb: number; disk_gb: number; total: number; busy: number },
      [string]
    >(
      `SELECT coalesce(sum(vcpus), 0) AS vcpus, coalesce(sum(memory_mb), 0) AS memory_mb,
              coalesce(sum(root_gb + ephemeral_gb), 0) AS disk_gb, count(*) AS total,
              coalesce(sum(task_state IS NOT NULL), 0) AS busy
         FROM instances WHERE host = ? AND deleted = 0 AND vm_state != 'shelved_offloaded'`,
    );
  }

  /** Null when there is none, or it is deleted. */
  instance(uuid: string): t.InstanceRow | null {
    return this.instances.first({ uuid, deleted: 0 });
  }

  /** Inserts and names it. `name` makes the hypervisor's name from the id. */
  insertInstance(row: typeof t.instances.$inferInsert, name: (id: number) => string): t.InstanceRow {
    const id = this.instances.insert(row);
    this.#setName.run(name(id), id);
    return this.instances.first({ id })!;
  }

  updateInstance(uuid: string, changes: Changes, nowMs: number): void {
    this.instances.update({ uuid }, { ...changes, updated_at: nowMs });
  }

  /**
   * Changes it only while its task is one of `expected`. Returns false, and changes nothing, when it is not, or the
   * server is deleted.
   */
  updateInstanceIf(
    uuid: string,
    expected: readonly (string | null)[],
    changes: Changes,
    nowMs: number,
  ): boolean {
    return this.db.transaction(() => {
      const found = this.instance(uuid);
      if (!found || !expected.includes(found.task_state)) return false;
      this.updateInstance(uuid, changes, nowMs);
      return true;
    });
  }

  flavorsOf(uuid: string): t.InstanceFlavors | null {
    return this.extra.first({ instance_uuid: uuid })?.flavor ?? null;
  }

  setFlavors(uuid: string, flavor: t.InstanceFlavors): void {
    this.extra.update({ instance_uuid: uuid }, { flavor });
  }

  metadataOf(uuid: string): Record<string, string> {
    return toRecord(this.metadata.list({ instance_uuid: uuid }, "ORDER BY id"));
  }

  systemMetadataOf(uuid: string): Record<string, string> {
    return toRecord(this.systemMetadata.list({ instance_uuid: uuid }, "ORDER BY id"));
  }

  /** Replaces all of it. */
  setMetadata(uuid: string, values: Record<string, string>): void {
    this.db.transaction(() => {
      this.metadata.delete({ instance_uuid: uuid });
      for (const [key, value] of Object.entries(values)) {
        this.metadata.insert({ instance_uuid: uuid, key, value });
      }
    });
  }

  /** Adds or changes; null removes a key. */
  mergeSystemMetadata(uuid: string, values: Record<string, string | null>): void {
    for (const [key, value] of Object.entries(values)) {
      if (value === null) this.systemMetadata.delete({ instance_uuid: uuid, key });
      else this.systemMetadata.upsert({ instance_uuid: uuid, key, value }, ["instance_uuid", "key"]);
    }
  }

  tagsOf(uuid: string): string[] {
    return this.tags.list({ resource_id: uuid }, "ORDER BY tag").map((row) => row.tag);
  }

  setTags(uuid: string, names: readonly string[]): void {
    this.db.transaction(() => {
      this.tags.delete({ resource_id: uuid });
      for (const tag of new Set(names)) this.tags.insert({ resource_id: uuid, tag });
    });
  }

  /** In the order they were given. */
  blockDevicesOf(uuid: string): t.BlockDeviceRow[] {
    return this.blockDevices.list({ instance_uuid: uuid, deleted: 0 }, "ORDER BY id");
  }

  removeBlockDevice(row: t.BlockDeviceRow, nowMs: number): void {
    this.blockDevices.update({ id: row.id }, { deleted: row.id, deleted_at: nowMs });
  }

  latestFault(uuid: string): t.InstanceFaultRow | null {
    return this.faults.first({ instance_uuid: uuid }, "ORDER BY id DESC LIMIT 1");
  }

  latestFaults(uuids: readonly string[]): Map<string, t.InstanceFaultRow> {
    if (uuids.length === 0) return new Map();
    const ids = this.#latestFaults.all(JSON.stringify(uuids)).map((row) => row.id);
    return new Map(this.faults.listIn("id", ids).map((row) => [row.instance_uuid, row]));
  }

  /** What the views of many servers need, in five statements. */
  partsOf(uuids: readonly string[]): Map<string, InstanceParts> {
    const parts = new Map<string, InstanceParts>();
    for (const { instance_uuid, flavor } of this.extra.listIn("instance_uuid", uuids)) {
      parts.set(instance_uuid, {
        flavors: flavor,
        metadata: {},
        lockedReason: null,
        tags: [],
        blockDevices: [],
      });
    }
    for (const row of this.metadata.listIn("instance_uuid", uuids, "ORDER BY id")) {
      const part = parts.get(row.instance_uuid);
      if (part) part.metadata[row.key] = row.value ?? "";
    }
    for (const row of this.systemMetadata.listIn("instance_uuid", uuids, "AND key = 'locked_reason'")) {
      const part = parts.get(row.instance_uuid);
      if (part) part.lockedReason = row.value;
    }
    for (const row of this.tags.listIn("resource_id", uuids, "ORDER BY tag")) {
      parts.get(row.resource_id)?.tags.push(row.tag);
    }
    for (const row of this.blockDevices.listIn("instance_uuid", uuids, "AND deleted = 0 ORDER BY id")) {
      parts.get(row.instance_uuid ?? "")?.blockDevices.push(row);
    }
    return parts;
  }

  /** Migrations of a server in one of these states, newest first. */
  migrationsOf(uuid: string, statuses: readonly string[]): t.MigrationRow[] {
    return this.migrations
      .list({ instance_uuid: uuid, deleted: 0 }, "ORDER BY id DESC")
      .filter((row) => statuses.includes(row.status ?? ""));
  }

  /** Servers that have a task, or are being built. */
  withTask(): Pick<t.InstanceRow, "uuid" | "task_state" | "vm_state" | "host">[] {
    return this.#withTask.all();
  }

  /** Arguments of every message that waits on these topics, or on topics that begin with `prefix`. */
  waitingMessages(topics: readonly string[], prefix: string): unknown[] {
    // Prepared at its use: the table is the bus's, which may be made later than this store.
    return this.db.raw
      .query<{ args: string }, [string, string]>(
        `SELECT args FROM bus_messages
          WHERE topic IN (SELECT value FROM json_each(?1)) OR substr(topic, 1, length(?2)) = ?2`,
      )
      .all(JSON.stringify(topics), prefix)
      .map((row) => JSON.parse(row.args));
  }

  pruneConsoleTokens(nowSeconds: number): void {
    this.#pruneTokens.run(nowSeconds);
  }

  /** Which flavors (`instance_types.id`) each host holds. */
  flavorsByHost(): Map<string, Set<number>> {
    const found = new Map<string, Set<number>>();
    for (const { host, instance_type_id } of this.#flavorsByHost.all()) {
      const flavors = found.get(host);
      if (flavors) flavors.add(instance_type_id);
      else found.set(host, new Set([instance_type_id]));
    }
    return found;
  }

  /** Flavors of all servers that a host holds, added up. `busy`: servers with a task. */
  usageOfHost(host: string): {
    vcpus: number;
    memory_mb: number;
    disk_gb: number;
    total: number;
    busy: number;
  } {
    return this.#usageOfHost.get(host)!;
  }
}

function toRecord(rows: readonly { key: string; value: string | null }[]): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [row.key, row.value ?? ""]));
}
