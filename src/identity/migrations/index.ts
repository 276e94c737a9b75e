// The identity service's schema, oldest first.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };
import completeV3 from "./0002-complete-v3.sql" with { type: "text" };
import federation from "./0003-federation.sql" with { type: "text" };

export const migrations: readonly Migration[] = [
  { name: "identity/0001-initial", sql: initial },
  { name: "identity/0002-complete-v3", sql: completeV3 },
  { name: "identity/0003-federation", sql: federation },
];
