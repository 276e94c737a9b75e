// What there is of images, in figures; names as openstack-exporter has them.

import { gaugeOf, type Metric } from "../core/metrics.ts";
import type { ProjectDatabase } from "../db/open.ts";

export function imageMetrics({ raw }: ProjectDatabase): Metric[] {
  const rows = (sql: string) => raw.query<Record<string, unknown>, []>(sql).all();
  return [
    gaugeOf(
      "openstack_glance_images",
      "Images by status.",
      rows("SELECT status, count(*) AS value FROM images WHERE deleted = 0 GROUP BY status"),
    ),
    gaugeOf(
      "openstack_glance_image_bytes",
      "Size of all images.",
      rows("SELECT coalesce(sum(size), 0) AS value FROM images WHERE deleted = 0"),
    ),
  ];
}
