// What a snapshot asks of nova's database.

import type { ProjectDatabase } from "../db/open.ts";

/** Names of the servers whose guests run. */
export function runningServers(db: ProjectDatabase): string[] {
  return db.raw
    .query<{ name: string }, []>(
      // power_state 1: running (nova/compute/power_state.py)
      "SELECT coalesce(display_name, uuid) AS name FROM instances WHERE deleted = 0 AND power_state = 1 AND vm_state = 'active'",
    )
    .all()
    .map(({ name }) => name);
}
