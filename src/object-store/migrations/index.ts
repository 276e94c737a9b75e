// The object store's schema, oldest first.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };

export const migrations: readonly Migration[] = [{ name: "object-store/0001-initial", sql: initial }];
