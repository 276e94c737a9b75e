// The compute service's schema, oldest first.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };
import periphery from "./0002-periphery.sql" with { type: "text" };

export const migrations: readonly Migration[] = [
  { name: "compute/0001-initial", sql: initial },
  { name: "compute/0002-periphery", sql: periphery },
];
