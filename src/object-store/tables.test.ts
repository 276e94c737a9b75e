import { expect, test } from "bun:test";
import { schemaDifferences } from "../testing/schema.ts";
import { migrations } from "./migrations/index.ts";
import * as tables from "./tables.ts";

test("the tables are what the migrations make", () => {
  expect(schemaDifferences(tables, migrations)).toEqual([]);
});
