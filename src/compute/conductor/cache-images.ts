// Asks the hosts of an aggregate, one after the other, to fetch images before servers need them. A repeat after a crash
// finds what is there already. Authority: nova/conductor/manager.py (cache_images) of Zed.

import type { Handler } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { ServiceDirectory } from "../periphery.ts";
import { type CacheImages, computeTopic, type ImageCaching } from "../topics.ts";

/** nova.conf: long_rpc_timeout. */
const ANSWER_SECONDS = 1800;

type Counts = Record<ImageCaching, number>;

export function imageCaching(context: ServiceContext, services: ServiceDirectory): Handler {
  const log = context.log.child("nova.conductor.manager");

  /** Null: it is not up, or does not answer. */
  async function ask(
    caller: RequestContext,
    host: string,
    imageIds: string[],
  ): Promise<Record<string, ImageCaching> | null> {
    const service = services.find("nova-compute", host);
    if (!service || !services.isUp(service)) {
      log.info(caller, `Skipping image pre-cache request to compute '${host}' because it is not up`);
      return null;
    }
    try {
      const args = { imageIds };
      return await context.bus.call(caller, computeTopic(host), "cache_images", args, ANSWER_SECONDS);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      log.warning(caller, `Image pre-cache request to compute '${host}' failed: ${messageOf(error)}`);
      return null;
    }
  }

  async function cacheImages(caller: RequestContext, { hosts, imageIds }: CacheImages): Promise<void> {
    const images = imageIds.join(",");
    log.info(caller, `Preparing to request pre-caching of image(s) ${images} on ${hosts.length} hosts.`);
    const startedAtMs = context.clock.now();
    const counts: Counts = { cached: 0, existing: 0, error: 0, unsupported: 0 };
    const failures = new Map<string, number>();
    let skipped = 0;
    for (const host of hosts) {
      const results = await ask(caller, host, imageIds);
      if (results === null) skipped++;
      for (const [id, result] of Object.entries(results ?? {})) {
        counts[result]++;
        if (result === "error") failures.set(id, (failures.get(id) ?? 0) + 1);
      }
    }
    report(log, caller, images, (context.clock.now() - startedAtMs) / 1000, counts, skipped);
    for (const [id, times] of failures) {
      log.warning(caller, `Image pre-cache operation for image ${id} failed ${times} times`);
    }
  }

  return cacheImages as Handler;
}

function report(
  log: Logger,
  caller: RequestContext,
  images: string,
  seconds: number,
  counts: Counts,
  skipped: number,
): void {
  const { cached, existing, error, unsupported } = counts;
  log.info(
    caller,
    `Image pre-cache operation for image(s) ${images} completed in ${seconds.toFixed(2)} seconds; ` +
      `${cached} cached, ${existing} existing, ${error} errors, ${unsupported} unsupported, ${skipped} skipped (down) hosts`,
  );
}
