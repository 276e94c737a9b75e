// What there is of users and projects, in figures; names as openstack-exporter has them.

import { gaugeOf, type Metric } from "../../core/metrics.ts";
import type { ProjectDatabase } from "../../db/open.ts";

export function identityMetrics({ raw }: ProjectDatabase): Metric[] {
  const rows = (sql: string) => raw.query<Record<string, unknown>, []>(sql).all();
  return [
    gaugeOf(
      "openstack_identity_domains",
      "Domains.",
      rows("SELECT count(*) AS value FROM project WHERE is_domain = 1"),
    ),
    gaugeOf(
      "openstack_identity_projects",
      "Projects.",
      rows("SELECT count(*) AS value FROM project WHERE is_domain = 0"),
    ),
    gaugeOf("openstack_identity_users", "Users.", rows("SELECT count(*) AS value FROM user")),
  ];
}
