// What there is of servers and hosts, in figures; names as openstack-exporter has them.

import { gaugeOf, type Metric } from "../core/metrics.ts";
import type { ProjectDatabase } from "../db/open.ts";

export function computeMetrics({ raw }: ProjectDatabase): Metric[] {
  const rows = (sql: string) => raw.query<Record<string, unknown>, []>(sql).all();
  const nodes = (column: string) =>
    rows(`SELECT hypervisor_hostname AS hostname, ${column} AS value FROM compute_nodes WHERE deleted = 0`);
  return [
    gaugeOf(
      "openstack_nova_total_vms",
      "Servers.",
      rows("SELECT count(*) AS value FROM instances WHERE deleted = 0"),
    ),
    gaugeOf(
      "openstack_nova_server_states",
      "Servers by state and host.",
      rows(`SELECT host AS hostname, vm_state AS state, count(*) AS value FROM instances WHERE deleted = 0
            GROUP BY host, vm_state`),
    ),
    gaugeOf(
      "openstack_nova_server_flavors",
      "Servers by the flavor they use.",
      rows(`SELECT flavors.name AS flavor, count(*) AS value FROM instances
            JOIN flavors ON flavors.id = instances.instance_type_id WHERE instances.deleted = 0 GROUP BY flavors.name`),
    ),
    gaugeOf("openstack_nova_running_vms", "Running servers of a host.", nodes("running_vms")),
    gaugeOf("openstack_nova_vcpus", "Processors of a host.", nodes("vcpus")),
    gaugeOf("openstack_nova_vcpus_used", "Processors that its servers were given.", nodes("vcpus_used")),
    gaugeOf("openstack_nova_memory_bytes", "Memory of a host.", nodes("memory_mb * 1048576")),
    gaugeOf(
      "openstack_nova_memory_used_bytes",
      "Memory that its servers were given.",
      nodes("memory_mb_used * 1048576"),
    ),
  ];
}
