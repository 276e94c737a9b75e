// A table of pairs: members of groups, roles of trusts, tags of projects. Pairs come back in the order they were made.

import type { ProjectDatabase } from "../../db/open.ts";

export interface Pair {
  left: string;
  right: string;
}

export class Links {
  #rights;
  #lefts;
  #all;
  #add;
  #remove;
  #removeLeft;

  /** Names are the schema's own, never a client's. */
  constructor({ raw }: ProjectDatabase, table: string, left: string, right: string) {
    const from = `FROM "${table}"`;
    this.#rights = raw.query<{ id: string }, [string]>(
      `SELECT "${right}" AS id ${from} WHERE "${left}" = ? ORDER BY rowid`,
    );
    this.#lefts = raw.query<{ id: string }, [string]>(
      `SELECT "${left}" AS id ${from} WHERE "${right}" = ? ORDER BY rowid`,
    );
    this.#all = raw.query<Pair, []>(
      `SELECT "${left}" AS "left", "${right}" AS "right" ${from} ORDER BY rowid`,
    );
    this.#add = raw.query<Pair, [string, string]>(
      `INSERT INTO "${table}" ("${left}", "${right}") VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING "${left}"`,
    );
    this.#remove = raw.query<Pair, [string, string]>(
      `DELETE ${from} WHERE "${left}" = ? AND "${right}" = ? RETURNING "${left}"`,
    );
    this.#removeLeft = raw.query<Pair, [string]>(`DELETE ${from} WHERE "${left}" = ?`);
  }

  rightsOf(left: string): string[] {
    return this.#rights.all(left).map((row) => row.id);
  }

  leftsOf(right: string): string[] {
    return this.#lefts.all(right).map((row) => row.id);
  }

  has(left: string, right: string): boolean {
    return this.rightsOf(left).includes(right);
  }

  all(): Pair[] {
    return this.#all.all();
  }

  /** left → its rights, for a whole list at once. */
  byLeft(): Map<string, string[]> {
    const map = new Map<string, string[]>();
    for (const { left, right } of this.all()) {
      const rights = map.get(left);
      if (rights) rights.push(right);
      else map.set(left, [right]);
    }
    return map;
  }

  /** False when the pair was there before. */
  add(left: string, right: string): boolean {
    return this.#add.all(left, right).length > 0;
  }

  /** False when there was no such pair. */
  remove(left: string, right: string): boolean {
    return this.#remove.all(left, right).length > 0;
  }

  removeAllOf(left: string): void {
    this.#removeLeft.run(left);
  }
}
