import { expect, test } from "bun:test";
import { schemaDifferences } from "../testing/schema.ts";
import { migrations } from "./migrations/index.ts";
import * as tables from "./tables.ts";
import * as backups from "./tables-backups.ts";
import * as groups from "./tables-groups.ts";
import * as more from "./tables-more.ts";

test("drizzle knows the schema that the migrations make", () => {
  expect(schemaDifferences({ ...tables, ...more, ...groups, ...backups }, migrations)).toEqual([]);
});
