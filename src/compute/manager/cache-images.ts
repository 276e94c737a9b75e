// Images that a host is to have before a server needs them. Authority: nova/compute/manager.py (cache_images) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { ImageCaching } from "../topics.ts";
import type { Compute, Host } from "./compute.ts";
import { fetchImages, guestImage } from "./guest-spec.ts";

/** What became of each; one that fails does not stop the others. */
export async function cacheImages(
  compute: Compute,
  context: RequestContext,
  { driver }: Host,
  imageIds: readonly string[],
): Promise<Record<string, ImageCaching>> {
  const results: Record<string, ImageCaching> = {};
  compute.log.info(context, `Caching ${imageIds.length} image(s) by request`);
  for (const id of imageIds) {
    if (!driver.cacheImage) {
      compute.log.warning(context, "Virt driver does not support image pre-caching; ignoring request");
      results[id] = "unsupported";
      continue;
    }
    try {
      await fetchImages(compute, context, id);
      results[id] = (await driver.cacheImage(guestImage(compute, context, id))) ? "cached" : "existing";
    } catch (error) {
      compute.log.warning(context, `Failed to cache image ${id}: ${messageOf(error)}`);
      results[id] = "error";
    }
  }
  return results;
}
