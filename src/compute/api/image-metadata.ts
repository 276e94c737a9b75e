// /images/ID/metadata, until 2.38. Authority: nova/api/openstack/compute/image_metadata.py of Zed.

import { Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Nova } from "../nova.ts";
import * as schemas from "./action-schemas.ts";
import { IMAGES_RULE, imageFor } from "./images.ts";

const UNTIL = 38;

export function imageMetadataRoutes(nova: Nova): Route[] {
  const image = (call: Call): ImageInfo => imageFor(nova, call, call.param("image_id"));

  function checkCount(call: Call, count: number): void {
    const most = nova.quotas.limit(call.context.projectId, "metadata_items");
    if (most >= 0 && count > most) throw new Forbidden("Image metadata limit exceeded");
  }

  const listMetadata = (call: Call): Reply => json(200, { metadata: image(call).properties });

  function showItem(call: Call): Reply {
    const value = image(call).properties[call.param("key")];
    if (value === undefined) throw new NotFound("The resource could not be found.");
    return json(200, { meta: { [call.param("key")]: value } });
  }

  function addMetadata(call: Call): Reply {
    const { metadata } = call.body as { metadata: Record<string, string> };
    const { id, properties } = image(call);
    checkCount(call, Object.keys({ ...properties, ...metadata }).length);
    return json(200, { metadata: nova.images.setProperties(call.context, id, metadata).properties });
  }

  function replaceMetadata(call: Call): Reply {
    const { metadata } = call.body as { metadata: Record<string, string> };
    const { id, properties } = image(call);
    checkCount(call, Object.keys(metadata).length);
    const gone = Object.fromEntries(Object.keys(properties).map((name) => [name, null]));
    nova.images.setProperties(call.context, id, { ...gone, ...metadata });
    return json(200, { metadata });
  }

  function updateItem(call: Call): Reply {
    const { meta } = call.body as { meta: Record<string, string> };
    if (!(call.param("key") in meta)) throw new Invalid("Request body and URI mismatch");
    const { id, properties } = image(call);
    checkCount(call, Object.keys({ ...properties, ...meta }).length);
    nova.images.setProperties(call.context, id, meta);
    return json(200, { meta });
  }

  function deleteItem(call: Call): Reply {
    const { id, properties } = image(call);
    const key = call.param("key");
    if (!(key in properties)) throw new NotFound("Invalid metadata key");
    nova.images.setProperties(call.context, id, { [key]: null });
    return empty(204);
  }

  const path = "/images/:image_id/metadata";
  const item = `${path}/:key`;
  const shared = { until: UNTIL, access: IMAGES_RULE };
  return [
    { method: "GET", path, handler: listMetadata, ...shared },
    { method: "POST", path, handler: addMetadata, body: schemas.setMetadata, ...shared },
    { method: "PUT", path, handler: replaceMetadata, body: schemas.setMetadata, ...shared },
    { method: "GET", path: item, handler: showItem, ...shared },
    { method: "PUT", path: item, handler: updateItem, body: schemas.setMetadataItem, ...shared },
    { method: "DELETE", path: item, handler: deleteItem, ...shared },
  ];
}
