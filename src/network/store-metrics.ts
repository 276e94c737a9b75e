// What there is of networks and addresses, in figures; names as openstack-exporter has them.

import { gaugeOf, type Metric } from "../core/metrics.ts";
import type { ProjectDatabase } from "../db/open.ts";

export function networkMetrics({ raw }: ProjectDatabase): Metric[] {
  const rows = (sql: string) => raw.query<Record<string, unknown>, []>(sql).all();
  return [
    gaugeOf(
      "openstack_neutron_networks",
      "Networks.",
      rows("SELECT count(*) AS value FROM networks WHERE deleted = 0"),
    ),
    gaugeOf("openstack_neutron_ports", "Ports.", rows("SELECT count(*) AS value FROM ports")),
    gaugeOf("openstack_neutron_routers", "Routers.", rows("SELECT count(*) AS value FROM routers")),
    gaugeOf(
      "openstack_neutron_floating_ips",
      "Floating addresses, by status.",
      rows(`SELECT status, count(*) AS value FROM floating_ips WHERE deleted = 0 AND project_id IS NOT NULL
            GROUP BY status`),
    ),
    gaugeOf(
      "openstack_neutron_security_groups",
      "Security groups.",
      rows("SELECT count(*) AS value FROM security_groups WHERE deleted = 0"),
    ),
  ];
}
