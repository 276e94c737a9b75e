// The tables of keys and values: metadata of volumes and snapshots, image metadata, extra specs.

import type { Clock } from "../../core/clock.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import { toMoment } from "../moments.ts";
import { once } from "./once.ts";

export type Pairs = Record<string, string>;

interface PairRow {
  owner: string;
  key: string;
  value: string | null;
}

export class PairTable {
  #clock: Clock;
  #db: ProjectDatabase;
  #of;
  #ofMany;
  #set;
  #remove;
  #removeAll;

  /** @param owner the column that says what the pairs belong to */
  constructor(db: ProjectDatabase, clock: Clock, table: string, owner: string) {
    this.#db = db;
    this.#clock = clock;
    const columns = `"${owner}" AS owner, key, value`;
    this.#of = once(() =>
      db.raw.query<PairRow, [string]>(
        `SELECT ${columns} FROM ${table} WHERE deleted = 0 AND "${owner}" = ? ORDER BY id`,
      ),
    );
    this.#ofMany = once(() =>
      db.raw.query<PairRow, [string]>(
        `SELECT ${columns} FROM ${table} WHERE deleted = 0 AND "${owner}" IN (SELECT value FROM json_each(?)) ORDER BY id`,
      ),
    );
    this.#set = once(() =>
      db.raw.query(
        `INSERT INTO ${table} ("${owner}", key, value, created_at) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT ("${owner}", key) WHERE deleted = 0
       DO UPDATE SET value = excluded.value, updated_at = ?4`,
      ),
    );
    this.#remove = once(() =>
      db.raw.query(
        `UPDATE ${table} SET deleted = 1, deleted_at = ?3 WHERE deleted = 0 AND "${owner}" = ?1 AND key = ?2 RETURNING id`,
      ),
    );
    this.#removeAll = once(() =>
      db.raw.query(`UPDATE ${table} SET deleted = 1, deleted_at = ?2 WHERE deleted = 0 AND "${owner}" = ?1`),
    );
  }

  of(owner: string): Pairs {
    const pairs: Pairs = {};
    for (const { key, value } of this.#of().all(owner)) define(pairs, key, value ?? "");
    return pairs;
  }

  ofMany(owners: readonly string[]): Map<string, Pairs> {
    const found = new Map<string, Pairs>();
    if (owners.length === 0) return found;
    for (const { owner, key, value } of this.#ofMany().all(JSON.stringify(owners))) {
      let pairs = found.get(owner);
      if (!pairs) {
        pairs = {};
        found.set(owner, pairs);
      }
      define(pairs, key, value ?? "");
    }
    return found;
  }

  /** Adds to what is there. */
  set(owner: string, pairs: Readonly<Record<string, string | null>>): void {
    const now = toMoment(this.#clock.now());
    for (const [key, value] of Object.entries(pairs)) this.#set().run(owner, key, value, now);
  }

  /** The pairs become exactly these. */
  replace(owner: string, pairs: Readonly<Record<string, string>>): void {
    this.#db.transaction(() => {
      for (const key of Object.keys(this.of(owner))) if (!Object.hasOwn(pairs, key)) this.remove(owner, key);
      this.set(owner, pairs);
    });
  }

  /** False when there was no such key. */
  remove(owner: string, key: string): boolean {
    return this.#remove().all(owner, key, toMoment(this.#clock.now())).length > 0;
  }

  removeAll(owner: string): void {
    this.#removeAll().run(owner, toMoment(this.#clock.now()));
  }
}

/** Also for a key called `__proto__`. */
function define(pairs: Pairs, key: string, value: string): void {
  if (key === "__proto__")
    Object.defineProperty(pairs, key, { value, enumerable: true, writable: true, configurable: true });
  else pairs[key] = value;
}
