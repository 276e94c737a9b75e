// What of a pool can still be given out. Authority: cinder/utils.py (calculate_capacity_factors,
// calculate_max_over_subscription_ratio) of Zed.

/** GB throughout. */
export interface PoolSizes {
  total: number;
  free: number;
  /** What the volumes on it add up to. */
  provisioned: number;
  reservedPercentage: number;
  thinSupport: boolean;
  maxOverSubscriptionRatio: number;
}

export interface CapacityFactors {
  /** What volumes may add up to. */
  totalAvailable: number;
  virtualFree: number;
}

const INITIAL_AUTO_RATIO = 20;

/** @param thin the volume is thin, unless its type says otherwise */
export function capacityFactors(pool: PoolSizes, thin: boolean): CapacityFactors {
  const usable = pool.total - Math.floor(pool.total * (pool.reservedPercentage / 100));
  const thinly = thin && pool.thinSupport;
  const totalAvailable = thinly ? usable * pool.maxOverSubscriptionRatio : usable;
  const left = totalAvailable - pool.provisioned;
  return {
    totalAvailable: rounded(totalAvailable),
    virtualFree: rounded(thinly ? left : Math.min(left, pool.free)),
  };
}

/** @param setting a number from 1, or `auto`: as much as what is written turns out to be less than what is provisioned */
export function overSubscriptionRatio(
  setting: string,
  pool: Pick<PoolSizes, "total" | "free" | "provisioned" | "thinSupport">,
): number {
  if (!pool.thinSupport) return 1;
  if (setting !== "auto") return Number(setting);
  if (pool.provisioned === 0) return INITIAL_AUTO_RATIO;
  return 1 + pool.provisioned / (pool.total - pool.free + 1);
}

function rounded(n: number): number {
  return Math.round(n * 100) / 100;
}
