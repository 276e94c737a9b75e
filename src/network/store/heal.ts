// After somebody wrote to the tables with SQL (the operators' drills): what the statement left half-said is completed,
// so that it means what nova-network would have read in it.

import type { ProjectDatabase } from "../../db/open.ts";

const STATEMENTS: readonly { what: string; sql: string }[] = [
  {
    what: "fixed addresses taken from servers",
    sql: `UPDATE fixed_ips SET port_id = NULL, virtual_interface_id = NULL, allocated = 0, leased = 0
      WHERE instance_uuid IS NULL AND port_id IN (SELECT id FROM ports WHERE device_owner LIKE 'compute:%')`,
  },
  {
    what: "fixed addresses of servers that are gone",
    sql: `UPDATE fixed_ips SET instance_uuid = NULL, virtual_interface_id = NULL, allocated = 0, leased = 0
      WHERE instance_uuid IS NOT NULL AND port_id IS NULL
        AND instance_uuid NOT IN (SELECT device_id FROM ports WHERE device_owner LIKE 'compute:%')`,
  },
  {
    what: "floating addresses on fixed addresses that nobody has",
    sql: `UPDATE floating_ips SET fixed_ip_id = NULL, host = NULL, router_id = NULL, status = 'DOWN'
      WHERE fixed_ip_id IS NOT NULL
        AND fixed_ip_id NOT IN (SELECT id FROM fixed_ips WHERE port_id IS NOT NULL AND deleted = 0)`,
  },
  {
    what: "floating addresses taken off by hand",
    sql: `UPDATE floating_ips SET router_id = NULL, status = 'DOWN'
      WHERE fixed_ip_id IS NULL AND status = 'ACTIVE'
        AND uuid NOT IN (SELECT floatingip_id FROM port_forwardings)`,
  },
  {
    what: "marks of the lowest free address",
    sql: "UPDATE subnets SET lowest_free = 0 WHERE lowest_free <> 0",
  },
];

/** Returns what was put right, a line each. */
export function healAfterForeignWrite(db: ProjectDatabase): string[] {
  return db.transaction(() =>
    STATEMENTS.flatMap(({ what, sql }) => {
      const { changes } = db.raw.query(sql).run();
      return changes > 0 && !what.startsWith("marks") ? [`${what}: ${changes}`] : [];
    }),
  );
}
