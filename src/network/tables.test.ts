import { expect, test } from "bun:test";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { ProjectDatabase } from "../db/open.ts";
import { migrations } from "./migrations/index.ts";
import * as tables from "./tables.ts";

test("the tables are those of the migrated schema", () => {
  const db = new ProjectDatabase({ path: ":memory:", migrations });
  const all = Object.values(tables).filter((value) => is(value, SQLiteTable)) as SQLiteTable[];
  const inSchema = db.raw
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'stack%'",
    )
    .all()
    .map((row) => row.name)
    .sort();
  expect(all.map(getTableName).sort()).toEqual(inSchema);
  for (const table of all) {
    const name = getTableName(table);
    const columns = db.raw
      .query<{ name: string; notnull: number; pk: number }, []>(`PRAGMA table_info(${name})`)
      .all();
    const known = Object.values(getTableColumns(table));
    expect(known.map((column) => column.name).sort(), name).toEqual(
      columns.map((column) => column.name).sort(),
    );
    for (const { name: column, notnull, pk } of columns) {
      const match = known.find((candidate) => candidate.name === column)!;
      expect(match.notNull || match.primary, `${name}.${column}`).toBe(notnull === 1 || pk > 0);
    }
  }
  db.close();
});
