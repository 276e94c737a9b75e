// The bus's rows. Its table lies in the database of the project whose services talk over this bus.

import type { Migration } from "../db/migrate.ts";
import type { ProjectDatabase } from "../db/open.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    name: "bus/0001-initial",
    sql: `
      CREATE TABLE bus_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        topic TEXT NOT NULL,
        method TEXT NOT NULL,
        args TEXT NOT NULL,
        context TEXT NOT NULL,
        enqueued_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
      );
      CREATE INDEX bus_messages_topic ON bus_messages (topic, id);
    `,
  },
];

export interface StoredMessage {
  id: number;
  method: string;
  args: string;
  context: string;
  redelivered: boolean;
}

export interface BusStore {
  insert(topic: string, method: string, args: string, context: string): void;
  /** The oldest `limit` messages of a topic that are not in `inHand`. */
  next(topic: string, inHand: ReadonlySet<number>, limit: number): StoredMessage[];
  remove(id: number): void;
  counts(): Map<string, number>;
  waiting(prefix: string, method: string): string[];
}

type Row = Omit<StoredMessage, "redelivered">;

export class MessageStore implements BusStore {
  #db: ProjectDatabase;
  /** Messages up to this id were written before this process began. */
  #inheritedId: number;
  /** Delivered once by this process and not ended: a consumer was stopped with the message in hand. */
  #delivered = new Set<number>();
  #insert;
  #select;
  #delete;

  constructor(db: ProjectDatabase) {
    db.migrate(MIGRATIONS);
    this.#db = db;
    const newest = db.raw.query<{ id: number | null }, []>("SELECT max(id) AS id FROM bus_messages").get();
    this.#inheritedId = newest?.id ?? 0;
    this.#insert = db.raw.query(
      "INSERT INTO bus_messages (topic, method, args, context) VALUES (?, ?, ?, ?)",
    );
    this.#select = db.raw.query<Row, [string, number]>(
      "SELECT id, method, args, context FROM bus_messages WHERE topic = ? ORDER BY id LIMIT ?",
    );
    this.#delete = db.raw.query("DELETE FROM bus_messages WHERE id = ?");
  }

  insert(topic: string, method: string, args: string, context: string): void {
    this.#insert.run(topic, method, args, context);
  }

  next(topic: string, inHand: ReadonlySet<number>, limit: number): StoredMessage[] {
    const fresh: StoredMessage[] = [];
    for (const row of this.#select.all(topic, inHand.size + limit)) {
      if (inHand.has(row.id)) continue;
      if (fresh.length === limit) break;
      fresh.push({ ...row, redelivered: row.id <= this.#inheritedId || this.#delivered.has(row.id) });
      this.#delivered.add(row.id);
    }
    return fresh;
  }

  remove(id: number): void {
    this.#delete.run(id);
    this.#delivered.delete(id);
  }

  counts(): Map<string, number> {
    const rows = this.#db.raw
      .query<{ topic: string; n: number }, []>("SELECT topic, count(*) AS n FROM bus_messages GROUP BY topic")
      .all();
    return new Map(rows.map((row) => [row.topic, row.n]));
  }

  waiting(prefix: string, method: string): string[] {
    return this.#db.raw
      .query<{ args: string }, [string, string]>(
        "SELECT args FROM bus_messages WHERE substr(topic, 1, length(?1)) = ?1 AND method = ?2 ORDER BY id",
      )
      .all(prefix, method)
      .map((row) => row.args);
  }
}
