// /v2/images

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { ReadOnlyAttribute, ReservedAttribute } from "../errors.ts";
import type { ImageFields } from "../images.ts";
import type { ImageRecord } from "../records.ts";
import { readJsonBody, refuseBody } from "./bodies.ts";
import { draftOf, parsePatch, refuseReserved } from "./json-patch.ts";
import { pageLinks, parseListQuery } from "./list-query.ts";
import type { ImageApi } from "./parts.ts";
import { asTSchema } from "./schemas.ts";
import { imageJson, taskRowView } from "./views.ts";

/** Never accepted from a client, whatever the schema says. */
const DISALLOWED = ["direct_url", "self", "file", "schema", "stores"];
/** Set by the service alone. */
const SERVICE_SET = [
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "os_hash_algo",
  "os_hash_value",
  "size",
  "virtual_size",
];
const SETTABLE: readonly string[] = [
  "id",
  "name",
  "visibility",
  "disk_format",
  "container_format",
  "min_disk",
  "min_ram",
  "protected",
  "os_hidden",
  "owner",
];

export function imageRoutes(glance: ImageApi): Route[] {
  const { images, patch, schema, views, limits, importMethods, stores } = glance;

  function show(call: Call, status: number, image: ImageRecord, headers: Record<string, string> = {}): Reply {
    return {
      status,
      headers: { "content-type": "application/json", ...headers },
      body: imageJson(call, image, views),
    };
  }

  function createImage(call: Call): Reply {
    const body = call.body as Record<string, unknown>;
    const { tags = [], ...rest } = body;
    const fields: Record<string, unknown> = {};
    const properties: Record<string, string> = {};
    for (const [name, value] of Object.entries(rest)) {
      if (DISALLOWED.includes(name) || SERVICE_SET.includes(name)) throw new ReadOnlyAttribute(name);
      if (name === "locations") throw new ReservedAttribute(name);
      if (SETTABLE.includes(name)) fields[name] = value;
      else {
        refuseReserved(name);
        if (value !== null) properties[name] = String(value);
      }
    }
    const image = images.create(call, fields as ImageFields, properties, tags as string[]);
    const headers: Record<string, string> = { location: `/v2/images/${image.row.id}` };
    if (importMethods.length > 0) headers["openstack-image-import-methods"] = importMethods.join(",");
    headers["openstack-image-store-ids"] = stores
      .all()
      .map(({ id }) => id)
      .join(",");
    return show(call, 201, image, headers);
  }

  function listImages(call: Call): Reply {
    const query = parseListQuery(call.query, limits);
    const page = images.list(call, query);
    const links = pageLinks(
      "/v2/images",
      call.query,
      page.more ? (page.images.at(-1)?.row.id ?? null) : null,
    );
    const rows = page.images.map((image) => imageJson(call, image, views)).join(",");
    const rest = JSON.stringify({ ...links, schema: "/v2/schemas/images" });
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: `{"images":[${rows}],${rest.slice(1)}`,
    };
  }

  function showImage(call: Call): Reply {
    refuseBody(call);
    return show(call, 200, images.show(call, call.param("image_id")));
  }

  async function updateImage(call: Call): Promise<Reply> {
    const draft = draftOf(call.header("content-type"));
    const changes = parsePatch(await readJsonBody(call), draft, schema);
    return show(call, 200, await patch.apply(call, call.param("image_id"), changes));
  }

  function deleteImage(call: Call): Reply {
    refuseBody(call);
    images.delete(call, call.param("image_id"));
    return empty(204);
  }

  function deactivateImage(call: Call): Reply {
    refuseBody(call);
    images.deactivate(call, call.param("image_id"));
    return empty(204);
  }

  function reactivateImage(call: Call): Reply {
    refuseBody(call);
    images.reactivate(call, call.param("image_id"));
    return empty(204);
  }

  function listImageTasks(call: Call): Reply {
    refuseBody(call);
    return json(200, { tasks: glance.tasks.ofImage(call, call.param("image_id")).map(taskRowView) });
  }

  return [
    {
      method: "GET",
      path: "/v2/images",
      handler: listImages,
      access: { handlerAsks: ["get_images", "get_image"] },
    },
    {
      method: "POST",
      path: "/v2/images",
      handler: createImage,
      access: { handlerAsks: ["add_image", "publicize_image", "communitize_image"] },
      body: asTSchema(schema),
    },
    {
      method: "GET",
      path: "/v2/images/:image_id",
      handler: showImage,
      access: { handlerAsks: ["get_image"] },
    },
    {
      method: "PATCH",
      path: "/v2/images/:image_id",
      handler: updateImage,
      access: {
        handlerAsks: [
          "modify_image",
          "publicize_image",
          "communitize_image",
          "set_image_location",
          "delete_image_location",
        ],
      },
    },
    {
      method: "DELETE",
      path: "/v2/images/:image_id",
      handler: deleteImage,
      access: { handlerAsks: ["delete_image"] },
    },
    {
      method: "POST",
      path: "/v2/images/:image_id/actions/deactivate",
      handler: deactivateImage,
      access: { handlerAsks: ["deactivate"] },
    },
    {
      method: "POST",
      path: "/v2/images/:image_id/actions/reactivate",
      handler: reactivateImage,
      access: { handlerAsks: ["reactivate"] },
    },
    {
      method: "GET",
      path: "/v2/images/:image_id/tasks",
      handler: listImageTasks,
      access: { handlerAsks: ["get_image"] },
    },
  ];
}
