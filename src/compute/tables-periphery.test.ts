import { expect, test } from "bun:test";
import { schemaDifferences } from "../testing/schema.ts";
import { migrations } from "./migrations/index.ts";
import * as tables from "./tables-periphery.ts";

test("drizzle's tables beside the servers are the migrated ones", () => {
  expect(schemaDifferences(tables, migrations)).toEqual([]);
});
