// Compares what drizzle was told of a schema with what the migrations made.

import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Migration } from "../db/migrate.ts";
import { ProjectDatabase } from "../db/open.ts";

/** Every difference in table and column names, types and nullability, a line each; empty when they agree. */
export function schemaDifferences(
  tables: Record<string, unknown>,
  migrations: readonly Migration[],
): string[] {
  const db = new ProjectDatabase({ path: ":memory:", migrations });
  const differences: string[] = [];
  for (const table of Object.values(tables)) {
    if (!isTable(table)) continue;
    const { name, columns } = getTableConfig(table);
    const real = new Map(
      db.raw
        .query<{ name: string; type: string; notnull: number; pk: number }, []>(
          `PRAGMA table_info("${name}")`,
        )
        .all()
        .map((row) => [row.name, row]),
    );
    if (real.size === 0) differences.push(`${name}: no such table`);
    for (const column of columns) {
      const row = real.get(column.name);
      real.delete(column.name);
      const at = `${name}.${column.name}`;
      if (!row) differences.push(`${at}: no such column`);
      else {
        if (row.type.toLowerCase() !== column.getSQLType())
          differences.push(`${at}: ${row.type}, drizzle says ${column.getSQLType()}`);
        const required = row.notnull === 1 || row.pk > 0;
        if (required !== (column.notNull || column.primary || row.pk > 0))
          differences.push(`${at}: ${required ? "NOT NULL" : "may be NULL"}, drizzle says otherwise`);
      }
    }
    for (const missing of real.keys()) differences.push(`${name}.${missing}: unknown to drizzle`);
  }
  db.close();
  return differences;
}

function isTable(value: unknown): value is SQLiteTable {
  return typeof value === "object" && value !== null && Symbol.for("drizzle:IsDrizzleTable") in value;
}
