// /v2/cache, and what it was before: /v2/cached_images and /v2/queued_images.

import { Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import { pyFloat } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { imageTarget } from "../access.ts";
import type { ImageCache } from "../cache.ts";
import { ImageNotFound } from "../errors.ts";
import type { ImageRecord } from "../records.ts";
import type { CachedImageRow } from "../tables.ts";
import type { ImageApi } from "./parts.ts";

export function cacheRoutes({ cacheApi, cache, access }: ImageApi): Route[] {
  /** @throws Forbidden, NotFound where there is no cache */
  function open(call: Call, rule: string, image?: ImageRecord): ImageCache {
    const target = image ? imageTarget(call, image) : {};
    if (!call.allows(rule, target)) throw new Forbidden("Access was denied to this resource.");
    if (!cacheApi) throw new NotFound("Caching via API is not supported at this site.");
    return cache;
  }

  function visible(call: Call): ImageRecord | null {
    try {
      return access.visible(call, call.param("image_id"));
    } catch (error) {
      if (error instanceof ImageNotFound) return null;
      throw error;
    }
  }

  const notFound = (id: string) => new NotFound(`Image ${id} not found.`);

  function showCache(call: Call): Reply {
    const held = open(call, "cache_list");
    return json(200, { cached_images: held.cached().map(cachedView), queued_images: held.queued() });
  }

  function queueImage(call: Call): Reply {
    const image = visible(call);
    if (!image) throw notFound(call.param("image_id"));
    const held = open(call, "cache_image", image);
    if (image.row.status !== "active") {
      throw new Invalid("Only images with status active can be targeted for queueing");
    }
    held.queue(call.context, image.row.id);
    return empty(202);
  }

  function dropImage(call: Call): Reply {
    const image = visible(call);
    const id = call.param("image_id");
    if (!image && !cache.holds(id)) {
      call.allows("cache_delete", {});
      throw notFound(id);
    }
    const held = open(call, "cache_delete", image ?? undefined);
    held.drop(id);
    held.unqueue(id);
    return empty(204);
  }

  function clearCache(call: Call): Reply {
    const held = open(call, "cache_delete");
    const target = (call.header("x-image-cache-clear-target") ?? "").toLowerCase();
    if (!["", "cache", "queue"].includes(target)) {
      throw new Invalid("If provided 'x-image-cache-clear-target' must be 'cache', 'queue' or empty string.");
    }
    if (target !== "queue") held.clearCached();
    if (target !== "cache") held.clearQueued();
    return empty(204);
  }

  const manage = "manage_image_cache";
  const former: Route[] = [
    {
      method: "GET",
      path: "/v2/cached_images",
      handler: (call) => json(200, { cached_images: open(call, manage).cached().map(cachedView) }),
      access: { handlerAsks: [manage] },
    },
    {
      method: "DELETE",
      path: "/v2/cached_images",
      handler: (call) => json(200, { num_deleted: open(call, manage).clearCached() }),
      access: { handlerAsks: [manage] },
    },
    {
      method: "DELETE",
      path: "/v2/cached_images/:image_id",
      handler: (call) => {
        open(call, manage).drop(idOf(call));
        return json(200, null);
      },
      access: { handlerAsks: [manage] },
    },
    {
      method: "GET",
      path: "/v2/queued_images",
      handler: (call) => json(200, { queued_images: open(call, manage).queued() }),
      access: { handlerAsks: [manage] },
    },
    {
      method: "PUT",
      path: "/v2/queued_images/:image_id",
      handler: (call) => {
        open(call, manage).queue(call.context, idOf(call));
        return json(200, null);
      },
      access: { handlerAsks: [manage] },
    },
    {
      method: "DELETE",
      path: "/v2/queued_images",
      handler: (call) => json(200, { num_deleted: open(call, manage).clearQueued() }),
      access: { handlerAsks: [manage] },
    },
    {
      method: "DELETE",
      path: "/v2/queued_images/:image_id",
      handler: (call) => {
        open(call, manage).unqueue(idOf(call));
        return json(200, null);
      },
      access: { handlerAsks: [manage] },
    },
  ];
  return [
    { method: "GET", path: "/v2/cache", handler: showCache, access: { handlerAsks: ["cache_list"] } },
    { method: "DELETE", path: "/v2/cache", handler: clearCache, access: { handlerAsks: ["cache_delete"] } },
    {
      method: "PUT",
      path: "/v2/cache/:image_id",
      handler: queueImage,
      access: { handlerAsks: ["cache_image"] },
    },
    {
      method: "DELETE",
      path: "/v2/cache/:image_id",
      handler: dropImage,
      access: { handlerAsks: ["cache_delete"] },
    },
    ...former,
  ];
}

const IMAGE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** It names a file: nothing but a plain name. */
function idOf(call: Call): string {
  const id = call.param("image_id");
  if (!IMAGE_ID.test(id)) throw new NotFound(`Image ${id} not found.`);
  return id;
}

function cachedView(row: CachedImageRow): Record<string, unknown> {
  return {
    image_id: row.image_id,
    hits: row.hits,
    last_accessed: pyFloat(row.last_accessed),
    last_modified: pyFloat(row.last_modified),
    size: row.size,
  };
}
