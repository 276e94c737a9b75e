import { expect, test } from "bun:test";
import { schemaDifferences } from "../testing/schema.ts";
import { migrations } from "./migrations/index.ts";
import * as tables from "./tables.ts";

test("drizzle's tables are the migrated ones", () => {
  expect(schemaDifferences(tables, migrations)).toEqual([]);
});
