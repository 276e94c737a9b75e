// The SQL for flavors, key pairs, quotas, services, aggregates, server groups and usage reports.

import type { SQLQueryBindings, Statement } from "bun:sqlite";
import type { ProjectDatabase } from "../db/open.ts";
import { TableRows } from "./store-rows.ts";
import * as t from "./tables-periphery.ts";

export interface FlavorFilter {
  /** Null: public and private ones. */
  isPublic: boolean | null;
  disabled?: boolean;
  minMemoryMb?: number;
  minRootGb?: number;
  /** Private flavors this project may use are listed with the public ones. */
  grantedTo?: string;
}

/** What of a server counts in a usage report. Moments are SQL texts. */
export interface UsageRow {
  uuid: string;
  project_id: string | null;
  display_name: string | null;
  launched_at: string;
  terminated_at: string | null;
  vm_state: string | null;
  memory_mb: number | null;
  vcpus: number | null;
  root_gb: number | null;
  ephemeral_gb: number | null;
  flavor_name: string | null;
}

/** Sums over the compute nodes of enabled services. */
export interface NodeStatistics {
  count: number;
  vcpus: number;
  memory_mb: number;
  local_gb: number;
  vcpus_used: number;
  memory_mb_used: number;
  local_gb_used: number;
  free_ram_mb: number;
  free_disk_gb: number;
  current_workload: number;
  running_vms: number;
  disk_available_least: number;
}

export interface HostUsage {
  project_id: string | null;
  vcpus: number;
  memory_mb: number;
  disk_gb: number;
}

export class PeripheryStore {
  readonly db: ProjectDatabase;
  readonly flavors: TableRows<typeof t.flavors>;
  readonly flavorSpecs: TableRows<typeof t.flavorExtraSpecs>;
  readonly flavorProjects: TableRows<typeof t.flavorProjects>;
  readonly keyPairs: TableRows<typeof t.keyPairs>;
  readonly quotas: TableRows<typeof t.quotas>;
  readonly userQuotas: TableRows<typeof t.projectUserQuotas>;
  readonly quotaClasses: TableRows<typeof t.quotaClasses>;
  readonly services: TableRows<typeof t.services>;
  readonly aggregates: TableRows<typeof t.aggregates>;
  readonly aggregateHosts: TableRows<typeof t.aggregateHosts>;
  readonly aggregateMetadata: TableRows<typeof t.aggregateMetadata>;
  readonly groups: TableRows<typeof t.instanceGroups>;
  readonly groupPolicies: TableRows<typeof t.instanceGroupPolicy>;
  readonly groupMembers: TableRows<typeof t.instanceGroupMember>;
  #prepared = new Map<string, Statement>();

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.flavors = new TableRows(db, t.flavors);
    this.flavorSpecs = new TableRows(db, t.flavorExtraSpecs);
    this.flavorProjects = new TableRows(db, t.flavorProjects);
    this.keyPairs = new TableRows(db, t.keyPairs);
    this.quotas = new TableRows(db, t.quotas);
    this.userQuotas = new TableRows(db, t.projectUserQuotas);
    this.quotaClasses = new TableRows(db, t.quotaClasses);
    this.services = new TableRows(db, t.services);
    this.aggregates = new TableRows(db, t.aggregates);
    this.aggregateHosts = new TableRows(db, t.aggregateHosts);
    this.aggregateMetadata = new TableRows(db, t.aggregateMetadata);
    this.groups = new TableRows(db, t.instanceGroups);
    this.groupPolicies = new TableRows(db, t.instanceGroupPolicy);
    this.groupMembers = new TableRows(db, t.instanceGroupMember);
  }

  // Flavors

  /** True once any flavor was ever made: an administrator who deletes all of them keeps it so. */
  everHadFlavors(): boolean {
    return this.#get("SELECT 1 FROM sqlite_sequence WHERE name = 'flavors'") !== null;
  }

  /**
   * A page, sorted by `sortKey` (a column; never made from unchecked input) and then by the id. `after` is the row the
   * page follows.
   */
  listFlavors(
    filter: FlavorFilter,
    page: { sortKey: string; descending: boolean; limit: number; after: t.FlavorRow | null },
  ): t.FlavorRow[] {
    const where: string[] = [];
    const values: SQLQueryBindings[] = [];
    const add = (condition: string, ...bound: SQLQueryBindings[]) => {
      where.push(condition);
      values.push(...bound);
    };
    if (filter.isPublic !== null) {
      if (filter.isPublic && filter.grantedTo !== undefined) {
        add(
          "(is_public = 1 OR EXISTS (SELECT 1 FROM flavor_projects p WHERE p.flavor_id = flavors.id AND p.project_id = ?))",
          filter.grantedTo,
        );
      } else add("is_public = ?", Number(filter.isPublic));
    }
    if (filter.disabled !== undefined) add("disabled = ?", Number(filter.disabled));
    if (filter.minMemoryMb !== undefined) add("memory_mb >= ?", filter.minMemoryMb);
    if (filter.minRootGb !== undefined) add("root_gb >= ?", filter.minRootGb);
    const { sortKey, descending, limit, after } = page;
    const [beyond, direction] = descending ? ["<", "DESC"] : [">", "ASC"];
    if (after) {
      const last = this.#get<{ v: SQLQueryBindings }>(
        `SELECT ${sortKey} AS v FROM flavors WHERE id = ?`,
        after.id,
      );
      add(`(coalesce(${sortKey}, ''), id) ${beyond} (coalesce(?, ''), ?)`, last?.v ?? null, after.id);
    }
    const condition = where.length === 0 ? "" : ` WHERE ${where.join(" AND ")}`;
    const rows = this.#all<Parameters<TableRows<typeof t.flavors>["decode"]>[0]>(
      `SELECT * FROM flavors${condition} ORDER BY coalesce(${sortKey}, '') ${direction}, id ${direction} LIMIT ?`,
      ...values,
      limit,
    );
    return rows.map((row) => this.flavors.decode(row));
  }

  /** flavor id → its extra specs, for a whole list at once. */
  extraSpecsOf(flavorIds: readonly number[]): Map<number, Record<string, string>> {
    const specs = new Map<number, Record<string, string>>();
    for (const row of this.flavorSpecs.listIn("flavor_id", flavorIds, "ORDER BY id")) {
      const all = specs.get(row.flavor_id) ?? {};
      all[row.key] = row.value ?? "";
      specs.set(row.flavor_id, all);
    }
    return specs;
  }

  // Key pairs

  countKeyPairs(userId: string): number {
    return this.keyPairs.count({ user_id: userId });
  }

  /** A user's key pairs in the order of their names, after `marker`. */
  listKeyPairs(userId: string, limit: number, marker: string | null): t.KeyPairRow[] {
    const rows = this.#all<Parameters<TableRows<typeof t.keyPairs>["decode"]>[0]>(
      "SELECT * FROM key_pairs WHERE user_id = ? AND name > ? ORDER BY name LIMIT ?",
      userId,
      marker ?? "",
      limit,
    );
    return rows.map((row) => this.keyPairs.decode(row));
  }

  // Quotas

  /** `instances`, `cores`, `ram` in use; of one user when it is named. */
  usage(projectId: string, userId: string | null): { instances: number; cores: number; ram: number } {
    const usage = { instances: 0, cores: 0, ram: 0 };
    const rows = this.#all<{ resource: keyof typeof usage; in_use: number }>(
      `SELECT resource, sum(in_use) AS in_use FROM quota_usages
        WHERE project_id = ?1 AND (?2 IS NULL OR user_id = ?2) GROUP BY resource`,
      projectId,
      userId,
    );
    for (const row of rows) if (row.resource in usage) usage[row.resource] = row.in_use;
    return usage;
  }

  countGroups(projectId: string, userId: string | null): number {
    const row = this.#get<{ n: number }>(
      "SELECT count(*) AS n FROM instance_groups WHERE project_id = ?1 AND (?2 IS NULL OR user_id = ?2)",
      projectId,
      userId,
    );
    return row?.n ?? 0;
  }

  // Services

  /** One statement for all hosts of a binary. */
  beat(binary: string, hosts: readonly string[], now: string): void {
    this.#run(
      `UPDATE services SET report_count = report_count + 1, last_seen_up = ?1, updated_at = ?1
        WHERE binary = ?2 AND deleted = 0 AND host IN (SELECT value FROM json_each(?3))`,
      now,
      binary,
      JSON.stringify(hosts),
    );
  }

  // Servers, as reports see them

  /** Servers that ran at some moment of the window, in the order of project and uuid. */
  usageRows(
    window: { start: string; stop: string; projectId: string | null },
    page: { limit: number; after: { projectId: string; uuid: string } | null },
  ): UsageRow[] {
    return this.#all(
      `SELECT i.uuid, i.project_id, i.display_name, i.launched_at, i.terminated_at, i.vm_state, i.memory_mb, i.vcpus,
              i.root_gb, i.ephemeral_gb, e.flavor ->> '$.cur.name' AS flavor_name
         FROM instances i LEFT JOIN instance_extra e ON e.instance_uuid = i.uuid
        WHERE (i.terminated_at IS NULL OR i.terminated_at > ?1) AND i.launched_at < ?2
          AND (?3 IS NULL OR i.project_id = ?3)
          AND (?4 IS NULL OR (i.project_id, i.uuid) > (?4, ?5))
        ORDER BY i.project_id, i.uuid LIMIT ?6`,
      window.start,
      window.stop,
      window.projectId,
      page.after?.projectId ?? null,
      page.after?.uuid ?? null,
      page.limit,
    );
  }

  /** Also of a deleted server. */
  projectOf(uuid: string): string | null {
    return (
      this.#get<{ project_id: string | null }>("SELECT project_id FROM instances WHERE uuid = ?", uuid)
        ?.project_id ?? null
    );
  }

  serversOn(hosts: readonly string[]): { uuid: string; name: string; host: string }[] {
    return this.#all(
      `SELECT uuid, name, host FROM instances
        WHERE deleted = 0 AND host IN (SELECT value FROM json_each(?)) ORDER BY id`,
      JSON.stringify(hosts),
    );
  }

  countServersOn(hosts: readonly string[]): number {
    const row = this.#get<{ n: number }>(
      "SELECT count(*) AS n FROM instances WHERE deleted = 0 AND host IN (SELECT value FROM json_each(?))",
      JSON.stringify(hosts),
    );
    return row?.n ?? 0;
  }

  hostUsage(host: string): HostUsage[] {
    return this.#all(
      `SELECT project_id, sum(vcpus) AS vcpus, sum(memory_mb) AS memory_mb, sum(root_gb + ephemeral_gb) AS disk_gb
         FROM instances WHERE deleted = 0 AND host = ? GROUP BY project_id ORDER BY min(id)`,
      host,
    );
  }

  /** Of the given ones, those that exist and are not deleted; their order is kept. */
  livingServers(uuids: readonly string[]): string[] {
    const living = new Set(
      this.#all<{ uuid: string }>(
        "SELECT uuid FROM instances WHERE deleted = 0 AND uuid IN (SELECT value FROM json_each(?))",
        JSON.stringify(uuids),
      ).map((row) => row.uuid),
    );
    return uuids.filter((uuid) => living.has(uuid));
  }

  /** A group's living members; those of one user when it is named. */
  countMembers(groupId: number, userId: string | null): number {
    const row = this.#get<{ n: number }>(
      `SELECT count(*) AS n FROM instance_group_member m JOIN instances i ON i.uuid = m.instance_uuid
        WHERE m.group_id = ?1 AND i.deleted = 0 AND (?2 IS NULL OR i.user_id = ?2)`,
      groupId,
      userId,
    );
    return row?.n ?? 0;
  }

  /** Migrations that are under way from or to a host. */
  migrationsInProgress(host: string): number {
    const row = this.#get<{ n: number }>(
      `SELECT count(*) AS n FROM migrations WHERE deleted = 0 AND (source_compute = ?1 OR dest_compute = ?1)
          AND status NOT IN ('confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done')`,
      host,
    );
    return row?.n ?? 0;
  }

  /** Servers that were evacuated from a host whose compute service has not been back since. */
  evacuationsDone(host: string): number {
    const row = this.#get<{ n: number }>(
      `SELECT count(*) AS n FROM migrations
        WHERE deleted = 0 AND source_compute = ? AND migration_type = 'evacuation' AND status = 'done'`,
      host,
    );
    return row?.n ?? 0;
  }

  nodeStatistics(): NodeStatistics {
    const sum = (column: string) => `coalesce(sum(n.${column}), 0) AS ${column}`;
    const columns = [
      "vcpus",
      "memory_mb",
      "local_gb",
      "vcpus_used",
      "memory_mb_used",
      "local_gb_used",
      "free_ram_mb",
      "free_disk_gb",
      "current_workload",
      "running_vms",
      "disk_available_least",
    ];
    return this.#get(
      `SELECT count(*) AS count, ${columns.map(sum).join(", ")} FROM compute_nodes n
         JOIN services s ON s.host = n.host AND s.binary = 'nova-compute' AND s.disabled = 0 AND s.deleted = 0
        WHERE n.deleted = 0`,
    ) as NodeStatistics;
  }

  #run(text: string, ...values: SQLQueryBindings[]): void {
    this.#statement(text).run(...values);
  }

  #get<R>(text: string, ...values: SQLQueryBindings[]): R | null {
    return (this.#statement(text).get(...values) as R | undefined) ?? null;
  }

  #all<R>(text: string, ...values: SQLQueryBindings[]): R[] {
    return this.#statement(text).all(...values) as R[];
  }

  #statement(text: string): Statement {
    let statement = this.#prepared.get(text);
    if (!statement) {
      statement = this.db.raw.prepare(text);
      this.#prepared.set(text, statement);
    }
    return statement;
  }
}
