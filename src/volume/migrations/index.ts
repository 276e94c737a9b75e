// The block storage service's schema, oldest first.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };
import groups from "./0002-groups.sql" with { type: "text" };
import backups from "./0003-backups.sql" with { type: "text" };

export const migrations: readonly Migration[] = [
  { name: "volume/0001-initial", sql: initial },
  { name: "volume/0002-groups", sql: groups },
  { name: "volume/0003-backups", sql: backups },
];
