// Bodies of clusters, clean-ups and log levels. Authority: cinder/api/schemas/{clusters,workers,services}.py of Zed.

import * as c from "./common.ts";

const CLUSTER = { name: c.name, binary: c.nullableString };

export const enableCluster = c.object(CLUSTER, ["name"]);
export const disableCluster = c.object(
  { ...CLUSTER, disabled_reason: { type: ["string", "null"], format: "cinder_disabled_reason" } },
  ["name"],
);

export const cleanup = c.object({
  cluster_name: c.hostname,
  disabled: c.boolean,
  host: c.hostname,
  is_up: c.boolean,
  binary: { enum: ["cinder-volume", "cinder-scheduler"] },
  resource_id: c.optionalUuid,
  resource_type: { type: ["string", "null"], minLength: 0, maxLength: 255 },
  service_id: { type: ["string", "integer", "null"], maxLength: 11 },
});

export const failoverHost = c.object({
  host: c.host,
  backend_id: c.nullableString,
  cluster: c.nullableString,
});
