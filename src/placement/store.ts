// All SQL of the placement service. What is written for every host and every server is prepared once.

import type { SQLQueryBindings, Statement } from "bun:sqlite";
import { and, asc, inArray, like, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { Rows } from "../db/rows.ts";
import * as t from "./tables.ts";

export interface UsageSum {
  providerId: number;
  classId: number;
  used: number;
}

/** One row of a consumer's or a provider's allocations, with its consumer. */
export interface AllocationRow {
  providerId: number;
  classId: number;
  used: number;
  consumerUuid: string;
  createdAt: string | null;
}

export interface ConsumerRow {
  id: number;
  uuid: string;
  generation: number;
  projectId: string;
  userId: string;
  /** Null: unknown, made before 1.38. */
  type: string | null;
}

export interface ProjectUsageRow {
  classId: number;
  used: number;
  consumers: number;
  type: string | null;
}

export class PlacementStore {
  readonly db: ProjectDatabase;
  readonly providers: Rows<typeof t.resourceProviders>;
  readonly classes: Rows<typeof t.resourceClasses>;
  readonly traits: Rows<typeof t.traits>;
  #prepared = new Map<string, Statement>();

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.providers = new Rows(db, t.resourceProviders);
    this.classes = new Rows(db, t.resourceClasses);
    this.traits = new Rows(db, t.traits);
  }

  // What the index is filled from

  allProviders(): t.ResourceProviderRow[] {
    return this.#all("SELECT * FROM resource_providers ORDER BY id");
  }

  allInventories(): t.InventoryRow[] {
    return this.#all("SELECT * FROM inventories ORDER BY id");
  }

  allUsages(): UsageSum[] {
    return this.#all(
      `SELECT resource_provider_id AS providerId, resource_class_id AS classId, sum(used) AS used
         FROM allocations GROUP BY resource_provider_id, resource_class_id`,
    );
  }

  allProviderTraits(): { providerId: number; traitId: number }[] {
    return this.#all(
      "SELECT resource_provider_id AS providerId, trait_id AS traitId FROM resource_provider_traits",
    );
  }

  allProviderAggregates(): { providerId: number; uuid: string | null }[] {
    return this.#all(
      `SELECT resource_provider_id AS providerId, uuid FROM resource_provider_aggregates
         JOIN placement_aggregates ON placement_aggregates.id = aggregate_id ORDER BY aggregate_id`,
    );
  }

  // Providers

  providerNamed(name: string): boolean {
    return this.#get("SELECT id FROM resource_providers WHERE name = ?", name) !== null;
  }

  /** `parent` is its internal id and its root's. */
  insertProvider(
    provider: { uuid: string; name: string; parent: { id: number; rootId: number } | null },
    now: string,
  ): t.ResourceProviderRow {
    const { uuid, name, parent } = provider;
    const { lastInsertRowid } = this.#run(
      `INSERT INTO resource_providers (uuid, name, parent_provider_id, root_provider_id, created_at)
         VALUES (?, ?, ?, ?, ?)`,
      uuid,
      name,
      parent?.id ?? null,
      parent?.rootId ?? null,
      now,
    );
    const id = Number(lastInsertRowid);
    if (!parent) this.#run("UPDATE resource_providers SET root_provider_id = id WHERE id = ?", id);
    return {
      id,
      uuid,
      name,
      generation: 0,
      root_provider_id: parent?.rootId ?? id,
      parent_provider_id: parent?.id ?? null,
      created_at: now,
      updated_at: null,
    };
  }

  /** Moves a whole subtree under another root. */
  setRoot(providerIds: readonly number[], rootId: number): void {
    this.db.orm
      .update(t.resourceProviders)
      .set({ root_provider_id: rootId })
      .where(inArray(t.resourceProviders.id, [...providerIds]))
      .run();
  }

  /** The provider and everything it has; not its allocations, which must be gone. */
  removeProvider(id: number): void {
    this.#run("DELETE FROM inventories WHERE resource_provider_id = ?", id);
    this.#run("DELETE FROM resource_provider_aggregates WHERE resource_provider_id = ?", id);
    this.#run("DELETE FROM resource_provider_traits WHERE resource_provider_id = ?", id);
    this.#run("DELETE FROM resource_providers WHERE id = ?", id);
  }

  raiseProviderGeneration(id: number, now: string): void {
    this.#run(
      "UPDATE resource_providers SET generation = generation + 1, updated_at = ? WHERE id = ?",
      now,
      id,
    );
  }

  /** Inserts it, or changes the one of the same provider and class. */
  putInventory(row: Omit<t.InventoryRow, "id" | "created_at" | "updated_at">, now: string): void {
    this.#run(
      `INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit,
                                step_size, allocation_ratio, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
       ON CONFLICT (resource_provider_id, resource_class_id) DO UPDATE SET
         total = ?3, reserved = ?4, min_unit = ?5, max_unit = ?6, step_size = ?7, allocation_ratio = ?8,
         updated_at = ?9`,
      row.resource_provider_id,
      row.resource_class_id,
      row.total,
      row.reserved,
      row.min_unit,
      row.max_unit,
      row.step_size,
      row.allocation_ratio,
      now,
    );
  }

  removeInventory(providerId: number, classId: number): void {
    this.#run(
      "DELETE FROM inventories WHERE resource_provider_id = ? AND resource_class_id = ?",
      providerId,
      classId,
    );
  }

  addTrait(providerId: number, traitId: number, now: string): void {
    this.#run(
      "INSERT OR IGNORE INTO resource_provider_traits (resource_provider_id, trait_id, created_at) VALUES (?, ?, ?)",
      providerId,
      traitId,
      now,
    );
  }

  removeTrait(providerId: number, traitId: number): void {
    this.#run(
      "DELETE FROM resource_provider_traits WHERE resource_provider_id = ? AND trait_id = ?",
      providerId,
      traitId,
    );
  }

  /** The aggregate is made when nobody has named it before. */
  addAggregate(providerId: number, uuid: string, now: string): void {
    this.#run("INSERT OR IGNORE INTO placement_aggregates (uuid, created_at) VALUES (?, ?)", uuid, now);
    this.#run(
      `INSERT OR IGNORE INTO resource_provider_aggregates (resource_provider_id, aggregate_id, created_at)
         SELECT ?, id, ? FROM placement_aggregates WHERE uuid = ?`,
      providerId,
      now,
      uuid,
    );
  }

  removeAggregate(providerId: number, uuid: string): void {
    this.#run(
      `DELETE FROM resource_provider_aggregates WHERE resource_provider_id = ?
          AND aggregate_id = (SELECT id FROM placement_aggregates WHERE uuid = ?)`,
      providerId,
      uuid,
    );
  }

  // Consumers and allocations

  consumer(uuid: string): ConsumerRow | null {
    return this.#get(
      `SELECT c.id, c.uuid, c.generation, p.external_id AS projectId, u.external_id AS userId, t.name AS type
         FROM consumers c JOIN projects p ON p.id = c.project_id JOIN users u ON u.id = c.user_id
         LEFT JOIN consumer_types t ON t.id = c.consumer_type_id
        WHERE c.uuid = ?`,
      uuid,
    );
  }

  allocationsOf(consumerUuid: string): AllocationRow[] {
    return this.#all(`${ALLOCATION_COLUMNS} WHERE consumer_id = ? ORDER BY id`, consumerUuid);
  }

  allocationsFrom(providerId: number): AllocationRow[] {
    return this.#all(`${ALLOCATION_COLUMNS} WHERE resource_provider_id = ? ORDER BY id`, providerId);
  }

  consumers(uuids: readonly string[]): Map<string, ConsumerRow> {
    const found = new Map<string, ConsumerRow>();
    for (const uuid of new Set(uuids)) {
      const row = this.consumer(uuid);
      if (row) found.set(uuid, row);
    }
    return found;
  }

  /** Creates the consumer, or gives an existing one these owners; its generation rises. */
  putConsumer(
    consumer: { uuid: string; projectId: string; userId: string; type: string | null },
    now: string,
  ): void {
    const { uuid, projectId, userId, type } = consumer;
    const before = this.consumer(uuid);
    const same =
      before?.projectId === projectId && before.userId === userId && (type === null || before.type === type);
    if (before && same) {
      this.#run(
        "UPDATE consumers SET generation = generation + 1, updated_at = ? WHERE id = ?",
        now,
        before.id,
      );
      return;
    }
    this.#run(
      "INSERT INTO projects (external_id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      projectId,
      now,
    );
    this.#run(
      "INSERT INTO users (external_id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
      userId,
      now,
    );
    if (type !== null) {
      this.#run(
        "INSERT INTO consumer_types (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        type,
        now,
      );
    }
    this.#run(
      `INSERT INTO consumers (uuid, project_id, user_id, consumer_type_id, generation, created_at)
         SELECT ?1, p.id, u.id, (SELECT id FROM consumer_types WHERE name = ?4), 1, ?5
           FROM projects p, users u WHERE p.external_id = ?2 AND u.external_id = ?3
       ON CONFLICT (uuid) DO UPDATE SET
         project_id = excluded.project_id, user_id = excluded.user_id, generation = generation + 1,
         consumer_type_id = coalesce(excluded.consumer_type_id, consumer_type_id), updated_at = ?5`,
      uuid,
      projectId,
      userId,
      type,
      now,
    );
  }

  removeConsumer(uuid: string): void {
    this.#run("DELETE FROM consumers WHERE uuid = ?", uuid);
  }

  addAllocation(
    row: { providerId: number; classId: number; consumerUuid: string; used: number },
    now: string,
  ): void {
    this.#run(
      `INSERT INTO allocations (resource_provider_id, resource_class_id, consumer_id, used, created_at)
         VALUES (?, ?, ?, ?, ?)`,
      row.providerId,
      row.classId,
      row.consumerUuid,
      row.used,
      now,
    );
  }

  removeAllocations(consumerUuid: string): void {
    this.#run("DELETE FROM allocations WHERE consumer_id = ?", consumerUuid);
  }

  /** What a project uses, by class and consumer type; `consumers` counts each consumer once per type. */
  projectUsages(projectId: string, userId: string | null): ProjectUsageRow[] {
    const from = `FROM allocations a JOIN consumers c ON c.uuid = a.consumer_id
         JOIN projects p ON p.id = c.project_id JOIN users u ON u.id = c.user_id
         LEFT JOIN consumer_types t ON t.id = c.consumer_type_id
        WHERE p.external_id = ?1 AND (?2 IS NULL OR u.external_id = ?2)`;
    const counts = this.#all<{ type: string | null; n: number }>(
      `SELECT t.name AS type, count(DISTINCT a.consumer_id) AS n ${from} GROUP BY t.name`,
      projectId,
      userId,
    );
    return this.#all<Omit<ProjectUsageRow, "consumers">>(
      `SELECT a.resource_class_id AS classId, sum(a.used) AS used, t.name AS type ${from}
        GROUP BY a.resource_class_id, t.name ORDER BY a.resource_class_id`,
      projectId,
      userId,
    ).map((row) => ({ ...row, consumers: counts.find(({ type }) => type === row.type)?.n ?? 0 }));
  }

  // Names

  addStandards(
    classes: readonly { id: number; name: string }[],
    traits: readonly string[],
    now: string,
  ): void {
    for (const { id, name } of classes) {
      this.#run("INSERT INTO resource_classes (id, name, created_at) VALUES (?, ?, ?)", id, name, now);
    }
    for (const name of traits) this.#run("INSERT INTO traits (name, created_at) VALUES (?, ?)", name, now);
  }

  traitsLike(filter: { names?: readonly string[]; prefix?: string; associated?: boolean }): t.TraitRow[] {
    const used = this.db.orm.select({ id: t.resourceProviderTraits.trait_id }).from(t.resourceProviderTraits);
    return this.traits.list(
      and(
        filter.names === undefined ? undefined : inArray(t.traits.name, [...filter.names]),
        filter.prefix === undefined ? undefined : like(t.traits.name, `${filter.prefix}%`),
        filter.associated === undefined
          ? undefined
          : filter.associated
            ? inArray(t.traits.id, used)
            : sql`${t.traits.id} NOT IN ${used}`,
      ),
      asc(t.traits.id),
    );
  }

  traitUsed(id: number): boolean {
    return this.#get("SELECT 1 FROM resource_provider_traits WHERE trait_id = ? LIMIT 1", id) !== null;
  }

  classUsed(id: number): boolean {
    return this.#get("SELECT 1 FROM inventories WHERE resource_class_id = ? LIMIT 1", id) !== null;
  }

  nextClassId(first: number): number {
    const row = this.#get<{ max: number | null }>("SELECT max(id) AS max FROM resource_classes");
    return Math.max(first, (row?.max ?? 0) + 1);
  }

  #run(text: string, ...values: SQLQueryBindings[]) {
    return this.#statement(text).run(...values);
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

const ALLOCATION_COLUMNS = `SELECT resource_provider_id AS providerId, resource_class_id AS classId, used,
  consumer_id AS consumerUuid, created_at AS createdAt FROM allocations`;
