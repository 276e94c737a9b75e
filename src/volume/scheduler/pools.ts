// The pools of the back ends that can take volumes: what each said of itself, and what of it is given out since.
// Authority: cinder/scheduler/host_manager.py of Zed; what Cinder keeps in the scheduler's memory stands in the database here,
// so that the API sees the same.

import type { Cinder } from "../cinder.ts";
import type { VolumeSums } from "../store/volumes.ts";
import type { ServiceRow } from "../tables.ts";
import { overSubscriptionRatio, type PoolSizes } from "./capacity.ts";

export type Capabilities = Record<string, unknown>;

export interface PoolState {
  /** `HOST@BACKEND#POOL` */
  id: string;
  /** `HOST@BACKEND` */
  backend: string;
  service: ServiceRow;
  sizes: PoolSizes;
  /** GB of the volumes on it. */
  allocatedGb: number;
  volumes: number;
  /** As shown by `scheduler-stats/get_pools`. */
  capabilities: Capabilities;
}

/** What a back end reports of its one pool. */
export interface PoolReport extends Capabilities {
  pool_name: string;
  volume_backend_name: string;
  total_capacity_gb: number;
  free_capacity_gb: number;
  /** When the report was made. */
  allocated_capacity_gb: number;
  reserved_percentage: number;
  max_over_subscription_ratio: string;
  thin_provisioning_support: boolean;
}

const NO_VOLUMES: VolumeSums = { count: 0, sizeGb: 0 };

export function poolStates(cinder: Cinder): PoolState[] {
  const allocated = cinder.store.volumes.allocated();
  return cinder.services.usableBackends().map(({ service, report }) => {
    const pool = report.capabilities as PoolReport;
    const id = `${service.host}#${pool.pool_name}`;
    const sums = allocated.get(id) ?? NO_VOLUMES;
    return stateOf(id, service, pool, sums, report.updatedAt);
  });
}

function stateOf(
  id: string,
  service: ServiceRow,
  pool: PoolReport,
  { count, sizeGb }: VolumeSums,
  timestamp: string,
): PoolState {
  const total = pool.total_capacity_gb;
  // What was given out since the report is taken for written until the next one tells.
  const free = pool.free_capacity_gb - Math.max(0, sizeGb - pool.allocated_capacity_gb);
  const thinSupport = pool.thin_provisioning_support;
  const sizes: PoolSizes = {
    total,
    free,
    provisioned: sizeGb,
    reservedPercentage: pool.reserved_percentage,
    thinSupport,
    maxOverSubscriptionRatio: overSubscriptionRatio(pool.max_over_subscription_ratio, {
      total,
      free: pool.free_capacity_gb,
      provisioned: sizeGb,
      thinSupport,
    }),
  };
  const capabilities: Capabilities = {
    ...pool,
    free_capacity_gb: free,
    allocated_capacity_gb: sizeGb,
    provisioned_capacity_gb: sizeGb,
    timestamp: timestamp.replace(" ", "T"),
  };
  return { id, backend: service.host, service, sizes, allocatedGb: sizeGb, volumes: count, capabilities };
}
