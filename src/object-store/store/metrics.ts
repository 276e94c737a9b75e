// What there is of objects, in figures.

import { gaugeOf, type Metric } from "../../core/metrics.ts";
import type { ProjectDatabase } from "../../db/open.ts";

export function objectMetrics({ raw }: ProjectDatabase): Metric[] {
  const sum = (column: string) =>
    raw.query<Record<string, unknown>, []>(`SELECT coalesce(sum(${column}), 0) AS value FROM account`).all();
  return [
    gaugeOf("openstack_object_store_containers", "Containers.", sum("container_count")),
    gaugeOf("openstack_object_store_objects", "Objects.", sum("object_count")),
    gaugeOf("openstack_object_store_bytes", "Size of all objects.", sum("bytes_used")),
  ];
}
