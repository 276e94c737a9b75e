// Is there room? Authority: cinder/scheduler/filters/capacity_filter.py of Zed.

import type { Logger } from "../../../core/log.ts";
import { capacityFactors } from "../capacity.ts";
import type { PoolState } from "../pools.ts";
import { isThin, type PlacementRequest } from "../request.ts";
import type { BackendFilter } from "./filter.ts";

export class CapacityFilter implements BackendFilter {
  readonly name = "CapacityFilter";

  passes(pool: PoolState, request: PlacementRequest, log: Logger): boolean {
    const { context, sizeGb } = request;
    if (pool.id === request.existsOn || sizeGb === 0) return true;
    const { sizes } = pool;
    if (sizes.total <= 0) {
      log.warning(
        context,
        `Insufficient free space for volume creation. Total capacity is ${sizes.total.toFixed(2)} on host ${pool.id}.`,
      );
      return false;
    }
    const thin = isThin(request) && sizes.thinSupport;
    const { totalAvailable, virtualFree } = capacityFactors(sizes, thin);
    if (!thin) {
      if (virtualFree >= sizeGb) return true;
      log.warning(
        context,
        `Insufficient free space for volume creation on host ${pool.id} (requested / avail): ${sizeGb}/${virtualFree}`,
      );
      return false;
    }
    const ratio = sizes.maxOverSubscriptionRatio;
    if (ratio < 1) {
      log.warning(
        context,
        `Filtering out host ${pool.id} with an invalid maximum over subscription ratio of ${ratio.toFixed(2)}. The ratio should be a minimum of 1.0.`,
      );
      return false;
    }
    const provisioned = (sizes.provisioned + sizeGb) / totalAvailable;
    if (provisioned > ratio) {
      log.warning(
        context,
        `Insufficient free space for thin provisioning. The ratio of provisioned capacity over total capacity ${provisioned.toFixed(2)} has exceeded the maximum over subscription ratio ${ratio.toFixed(2)} on host ${pool.id}.`,
      );
      return false;
    }
    if (virtualFree >= sizeGb) return true;
    log.warning(
      context,
      `Insufficient free virtual space (${virtualFree}GB) to accommodate thin provisioned ${sizeGb}GB volume on host ${pool.id}.`,
    );
    return false;
  }
}
