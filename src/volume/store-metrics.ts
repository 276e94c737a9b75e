// What there is of volumes, in figures; names as openstack-exporter has them.

import { gaugeOf, type Metric } from "../core/metrics.ts";
import type { ProjectDatabase } from "../db/open.ts";

export function volumeMetrics({ raw }: ProjectDatabase): Metric[] {
  const rows = (sql: string) => raw.query<Record<string, unknown>, []>(sql).all();
  return [
    gaugeOf(
      "openstack_cinder_volumes",
      "Volumes.",
      rows("SELECT count(*) AS value FROM volumes WHERE deleted = 0"),
    ),
    gaugeOf(
      "openstack_cinder_volume_status_counter",
      "Volumes by status.",
      rows("SELECT status, count(*) AS value FROM volumes WHERE deleted = 0 GROUP BY status"),
    ),
    gaugeOf(
      "openstack_cinder_volume_gb",
      "Size of all volumes, in GiB.",
      rows("SELECT coalesce(sum(size), 0) AS value FROM volumes WHERE deleted = 0"),
    ),
    gaugeOf(
      "openstack_cinder_snapshots",
      "Snapshots.",
      rows("SELECT count(*) AS value FROM snapshots WHERE deleted = 0"),
    ),
  ];
}
