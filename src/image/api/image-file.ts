// /v2/images/ID/file, /stage and /import: the data.

import { Conflict, Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, type Reply } from "../../http/call.ts";
import { opened } from "../buffers.ts";
import { ImageNotFound, UnsupportedContentType } from "../errors.ts";
import type { ImportRequest } from "../import-request.ts";
import { readJsonBody, refuseBody } from "./bodies.ts";
import type { ImageApi } from "./parts.ts";
import { rangeOf } from "./ranges.ts";

export function imageFileRoutes(glance: ImageApi): Route[] {
  const { data, imports, importMethods } = glance;

  async function uploadImage(call: Call): Promise<Reply> {
    requireOctets(call);
    const store = call.header("x-image-meta-store");
    await data.upload(call, call.param("image_id"), call.stream(), announcedSize(call), store);
    return empty(204);
  }

  async function downloadImage(call: Call): Promise<Reply> {
    if (call.method !== "HEAD") refuseBody(call);
    const content = data.content(call, call.param("image_id"));
    if (!content) return empty(204);
    const range = rangeOf(call, content.sizeBytes);
    const { offset, length } = range ?? { offset: 0, length: content.sizeBytes };
    const headers: Record<string, string> = {
      "content-type": "application/octet-stream",
      "content-length": String(length),
    };
    if (content.checksum !== null) headers["content-md5"] = content.checksum;
    if (range) headers["content-range"] = `bytes ${offset}-${offset + length - 1}/${content.sizeBytes}`;
    if (content.path !== null) {
      return { status: range ? 206 : 200, headers, body: { file: content.path, offset, length } };
    }
    const body = call.method === "HEAD" ? null : await opened(content.read(offset, length));
    return { status: range ? 206 : 200, headers, body };
  }

  async function stageImage(call: Call): Promise<Reply> {
    if (!importMethods.includes("glance-direct")) {
      throw new NotFound("'glance-direct' method is not available at this site.");
    }
    requireOctets(call);
    await data.stage(call, call.param("image_id"), call.stream(), announcedSize(call));
    return empty(204);
  }

  async function importImage(call: Call): Promise<Reply> {
    const request = importRequest(await readJsonBody(call), importMethods);
    await imports.accept(call, call.param("image_id"), request, call.header("x-image-meta-store"));
    return empty(202);
  }

  function deleteFromStore(call: Call): Reply {
    refuseBody(call);
    const storeId = call.param("store_id");
    if (!glance.stores.find(storeId)) {
      throw new Conflict(`The selected store ${storeId} is not available on this node.`);
    }
    const id = call.param("image_id");
    try {
      glance.images.deleteFromStore(call, id, storeId);
    } catch (error) {
      throw error instanceof ImageNotFound ? new NotFound(`Failed to find image ${id}`) : error;
    }
    return empty(204);
  }

  return [
    {
      method: "PUT",
      path: "/v2/images/:image_id/file",
      handler: uploadImage,
      access: { handlerAsks: ["upload_image"] },
    },
    {
      method: "GET",
      path: "/v2/images/:image_id/file",
      handler: downloadImage,
      access: { handlerAsks: ["download_image"] },
    },
    {
      method: "PUT",
      path: "/v2/images/:image_id/stage",
      handler: stageImage,
      access: { handlerAsks: ["modify_image"] },
    },
    {
      method: "POST",
      path: "/v2/images/:image_id/import",
      handler: importImage,
      access: { handlerAsks: ["modify_image", "copy_image"] },
    },
    {
      method: "DELETE",
      path: "/v2/stores/:store_id/:image_id",
      handler: deleteFromStore,
      access: { handlerAsks: ["get_image_location", "delete_image_location"] },
    },
  ];
}

/** @throws UnsupportedContentType */
function requireOctets(call: Call): void {
  const type = call.header("content-type");
  if (/^\s*application\/octet-stream\s*(;|$)/i.test(type ?? "")) return;
  throw new UnsupportedContentType(`Invalid content type ${type ?? "None"}`);
}

/** Null when it is not known; Glance takes 0 for that too. */
function announcedSize(call: Call): number | null {
  return call.contentLength === 0 ? null : call.contentLength;
}

/** @throws Invalid */
function importRequest(body: unknown, methods: readonly string[]): ImportRequest {
  const request = body as Record<string, unknown>;
  if (Array.isArray(body) || !("method" in request))
    throw new Invalid("Import request requires a 'method' field.");
  const method = request["method"] as Record<string, unknown> | null;
  if (typeof method !== "object" || method === null || !("name" in method)) {
    throw new Invalid("Import request requires a 'name' field.");
  }
  if (!methods.includes(String(method["name"]))) {
    throw new Invalid(`Unknown import method name '${String(method["name"])}'.`);
  }
  for (const name of ["all_stores_must_succeed", "all_stores"]) {
    if (name in request && typeof request[name] !== "boolean") {
      throw new Invalid(`'${name}' must be boolean value only`);
    }
  }
  const stores = request["stores"];
  if (stores !== undefined && !(Array.isArray(stores) && stores.every((name) => typeof name === "string"))) {
    throw new Invalid("'stores' must be a list of store identifiers");
  }
  return request as ImportRequest;
}
