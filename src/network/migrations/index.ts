// The network services' schema, oldest first. The tables lie in nova.db.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };
import agentsByHost from "./0002-agents-by-host.sql" with { type: "text" };

export const migrations: readonly Migration[] = [
  { name: "network/0001-initial", sql: initial },
  { name: "network/0002-agents-by-host", sql: agentsByHost },
];
