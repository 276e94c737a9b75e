// /v1/images

import { CloudError, Invalid } from "../../../core/errors.ts";
import { boolFromString } from "../../../core/python.ts";
import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { opened } from "../../buffers.ts";
import type { LegacySource } from "../images.ts";
import { briefView, headersOf, legacyView, metaOfHeaders } from "../meta.ts";
import type { LegacyApi } from "./index.ts";
import { parseLegacyQuery } from "./list-query.ts";

export function legacyImageRoutes(api: LegacyApi): Route[] {
  const { images, formats } = api;

  function listImages(call: Call): Reply {
    return json(200, { images: images.list(call, parseLegacyQuery(call.query, api.limits)).map(briefView) });
  }

  function listImagesDetail(call: Call): Reply {
    return json(200, { images: images.list(call, parseLegacyQuery(call.query, api.limits)).map(legacyView) });
  }

  function refuseHead(): Reply {
    throw new CloudError(
      "method-not-allowed",
      "This operation is currently not permitted on Glance images details.",
      { headers: { allow: "GET" } },
    );
  }

  function showMeta(call: Call): Reply {
    const view = legacyView(images.show(call, call.param("image_id")));
    return empty(200, {
      "content-type": "text/html; charset=UTF-8",
      "content-length": "0",
      ...headersOf(view),
    });
  }

  async function downloadImage(call: Call): Promise<Reply> {
    const { image, content } = images.content(call, call.param("image_id"));
    const view = legacyView(image);
    const length = content?.sizeBytes ?? 0;
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(length),
      ...headersOf(view),
    };
    if (!content || length === 0) return { status: 200, headers, body: null };
    if (content.path === null) return { status: 200, headers, body: await opened(content.read(0, length)) };
    return { status: 200, headers, body: { file: content.path, offset: 0, length } };
  }

  async function createImage(call: Call): Promise<Reply> {
    const view = legacyView(await images.create(call, metaOf(call), sourceOf(call)));
    const headers: Record<string, string> = { location: `/v1/images/${view.id}` };
    if (view.checksum !== null) headers["etag"] = view.checksum;
    return json(201, { image: view }, headers);
  }

  async function updateImage(call: Call): Promise<Reply> {
    const purge = boolFromString(call.header("x-glance-registry-purge-props") ?? "true") ?? false;
    const image = await images.update(call, call.param("image_id"), metaOf(call), sourceOf(call), purge);
    const view = legacyView(image);
    return json(200, { image: view }, view.checksum === null ? {} : { etag: view.checksum });
  }

  function deleteImage(call: Call): Reply {
    images.delete(call, call.param("image_id"));
    return empty(200, { "content-type": "text/html; charset=UTF-8", "content-length": "0" });
  }

  function metaOf(call: Call) {
    const meta = metaOfHeaders(call.headers(), formats);
    const announced = call.contentLength || (meta.fields.size ?? null);
    if (announced !== null && announced > api.sizeCapBytes) {
      throw new Invalid(`Denying attempt to upload image larger than ${api.sizeCapBytes} bytes.`);
    }
    return meta;
  }

  const sources = ["upload_image", "publicize_image", "copy_from", "set_image_location"];
  return [
    { method: "GET", path: "/v1", handler: listImages, access: { handlerAsks: ["get_images"] } },
    { method: "GET", path: "/v1/images", handler: listImages, access: { handlerAsks: ["get_images"] } },
    {
      method: "POST",
      path: "/v1/images",
      handler: createImage,
      access: { handlerAsks: ["add_image", ...sources] },
    },
    {
      method: "GET",
      path: "/v1/images/detail",
      handler: listImagesDetail,
      access: { handlerAsks: ["get_images"] },
    },
    {
      method: "HEAD",
      path: "/v1/images/detail",
      handler: refuseHead,
      access: { handlerAsks: ["get_images"] },
    },
    {
      method: "HEAD",
      path: "/v1/images/:image_id",
      handler: showMeta,
      access: { handlerAsks: ["get_image"] },
    },
    {
      method: "GET",
      path: "/v1/images/:image_id",
      handler: downloadImage,
      access: { handlerAsks: ["get_image", "download_image"] },
    },
    {
      method: "PUT",
      path: "/v1/images/:image_id",
      handler: updateImage,
      access: { handlerAsks: ["modify_image", ...sources] },
    },
    {
      method: "DELETE",
      path: "/v1/images/:image_id",
      handler: deleteImage,
      access: { handlerAsks: ["delete_image"] },
    },
  ];
}

function sourceOf(call: Call): LegacySource {
  return {
    copyFrom: call.header("x-glance-api-copy-from"),
    data: call.hasBody ? call.stream() : null,
    sizeBytes: call.contentLength || null,
    contentType: call.header("content-type"),
  };
}
