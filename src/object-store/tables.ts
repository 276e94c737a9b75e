// The tables of swift.db as drizzle knows them. The authority is `migrations/`; a test compares the two.

import { blob, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

export const account = sqliteTable("account", {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  created_at: integer().notNull(),
  put_timestamp: integer().notNull(),
  container_count: integer().notNull().default(0),
  object_count: integer().notNull().default(0),
  bytes_used: integer().notNull().default(0),
  /** JSON object: header name in lower case → value as on the wire. */
  metadata: text().notNull().default("{}"),
});

export const container = sqliteTable("container", {
  id: integer().primaryKey({ autoIncrement: true }),
  account_id: integer().notNull(),
  name: text().notNull(),
  created_at: integer().notNull(),
  put_timestamp: integer().notNull(),
  object_count: integer().notNull().default(0),
  bytes_used: integer().notNull().default(0),
  metadata: text().notNull().default("{}"),
});

export const object = sqliteTable(
  "object",
  {
    container_id: integer().notNull(),
    name: text().notNull(),
    created_at: integer().notNull(),
    size: integer().notNull(),
    content_type: text().notNull(),
    etag: text().notNull(),
    data_id: integer().notNull(),
    /** Seconds since the epoch. */
    delete_at: integer(),
  },
  (t) => [primaryKey({ columns: [t.container_id, t.name] })],
);

export const objectData = sqliteTable("object_data", {
  id: integer().primaryKey(),
  data_timestamp: integer().notNull(),
  size: integer().notNull(),
  etag: text().notNull(),
  metadata: text().notNull(),
  /** Name of the file, when the data are not in `data`. */
  file: text(),
  data: blob({ mode: "buffer" }).$type<Uint8Array>(),
});

export const strayFile = sqliteTable("stray_file", { file: text().primaryKey() });

export const syncChange = sqliteTable("sync_change", {
  id: integer().primaryKey({ autoIncrement: true }),
  container_id: integer().notNull(),
  name: text().notNull(),
  timestamp: integer().notNull(),
  deleted: integer().notNull(),
});

export type SyncChangeRow = typeof syncChange.$inferSelect;
export type AccountRow = typeof account.$inferSelect;
export type ContainerRow = typeof container.$inferSelect;
export type ObjectRow = typeof object.$inferSelect;
export type ObjectDataRow = typeof objectData.$inferSelect;
