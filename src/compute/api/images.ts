// /images: the image service through the old compute API, until 2.35. Authority: nova/api/openstack/compute/images.py
// and views/images.py of Zed. Who may see and delete an image is the image service's to say.

import { Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { isoSeconds, parseIso } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { Nova } from "../nova.ts";
import { linkBase, nextLink, resourceLinks } from "./links.ts";
import { limitOf } from "./server-queries.ts";

export const IMAGES_RULE = "os_compute_api:images";
const UNTIL = 35;

const STATUS: Readonly<Record<string, string>> = {
  active: "ACTIVE",
  queued: "SAVING",
  saving: "SAVING",
  deleted: "DELETED",
  pending_delete: "DELETED",
  killed: "ERROR",
};

const PROGRESS: Readonly<Record<string, number>> = { queued: 25, saving: 50, active: 100 };

/** @throws NotFound in this API's words */
export function imageFor(nova: Nova, call: Call, id: string): ImageInfo {
  try {
    return nova.images.show(call.context, id);
  } catch (error) {
    if (error instanceof NotFound) throw new NotFound("Image not found.");
    throw error;
  }
}

export function imageRoutes(nova: Nova): Route[] {
  const listImages = (call: Call) => list(nova, call, "images", (image) => basicView(nova, call, image));
  const listDetail = (call: Call) =>
    list(nova, call, "images/detail", (image) => fullView(nova, call, image));

  const showImage = (call: Call) =>
    json(200, { image: fullView(nova, call, imageFor(nova, call, call.param("id"))) });

  function deleteImage(call: Call): Reply {
    const { id } = imageFor(nova, call, call.param("id"));
    try {
      nova.images.delete(call.context, id);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      throw new Forbidden("You are not allowed to delete the image.");
    }
    return empty(204);
  }

  const shared = { until: UNTIL, access: IMAGES_RULE };
  return [
    { method: "GET", path: "/images", handler: listImages, ...shared },
    { method: "GET", path: "/images/detail", handler: listDetail, ...shared },
    { method: "GET", path: "/images/:id", handler: showImage, ...shared },
    { method: "DELETE", path: "/images/:id", handler: deleteImage, ...shared },
  ];
}

function list(nova: Nova, call: Call, path: string, view: (image: ImageInfo) => object): Reply {
  const wanted = filterOf(call);
  const found = nova.images.list(call.context).filter(wanted);
  const marker = call.query.get("marker");
  const from = marker === null ? 0 : found.findIndex(({ id }) => id === marker) + 1;
  if (marker !== null && from === 0) throw new Invalid(`Marker ${marker} could not be found.`);
  const limit = limitOf(nova, call);
  const page = found.slice(from, from + limit);
  const asked = call.query.get("limit") === null ? 0 : limit;
  return json(200, {
    images: page.map(view),
    ...nextLink(
      call,
      "images",
      path,
      asked,
      page.map(({ id }) => id),
    ),
  });
}

function filterOf(call: Call): (image: ImageInfo) => boolean {
  const tests: ((image: ImageInfo) => boolean)[] = [];
  const whole = (name: string, value: string) => {
    if (!/^\d+$/.test(value)) throw new Invalid(`Invalid value for option ${name}: ${value}`);
    return Number(value);
  };
  for (const [name, value] of call.query) {
    if (name === "name") tests.push((image) => image.name === value);
    else if (name === "status") tests.push((image) => image.status === value.toLowerCase());
    else if (name === "minRam") {
      const mb = whole("min_ram", value);
      tests.push((image) => image.minRamMb === mb);
    } else if (name === "minDisk") {
      const gb = whole("min_disk", value);
      tests.push((image) => image.minDiskGb === gb);
    } else if (name === "server") {
      // A server's address is as good as its id.
      const uuid = value.slice(value.lastIndexOf("/") + 1);
      tests.push((image) => image.properties["instance_uuid"] === uuid);
    } else if (name === "type") tests.push((image) => image.properties["image_type"] === value);
    else if (name === "changes-since") {
      const since = parseIso(value);
      if (since === null) throw new Invalid(`Invalid time value ${value}`);
      tests.push((image) => image.updatedAtMs >= since);
    } else if (name.startsWith("property-")) {
      tests.push((image) => image.properties[name.slice("property-".length)] === value);
    }
  }
  return (image) => tests.every((test) => test(image));
}

function links(nova: Nova, call: Call, id: string) {
  const glance = nova.context.endpoints.base("g-api") ?? call.baseUrl;
  return [
    ...resourceLinks(linkBase(call), "images", id),
    { rel: "alternate", type: "application/vnd.openstack.image", href: `${glance}/images/${id}` },
  ];
}

const basicView = (nova: Nova, call: Call, { id, name }: ImageInfo) => ({
  id,
  name,
  links: links(nova, call, id),
});

function fullView(nova: Nova, call: Call, image: ImageInfo) {
  const { properties } = image;
  const server = properties["instance_uuid"];
  const diskConfig = properties["auto_disk_config"];
  return {
    id: image.id,
    name: image.name,
    minRam: image.minRamMb,
    minDisk: image.minDiskGb,
    metadata: properties,
    created: isoSeconds(image.createdAtMs),
    updated: isoSeconds(image.updatedAtMs),
    status: STATUS[image.status] ?? "UNKNOWN",
    progress: PROGRESS[image.status] ?? 0,
    "OS-EXT-IMG-SIZE:size": image.sizeBytes,
    links: links(nova, call, image.id),
    ...(server === undefined
      ? {}
      : { server: { id: server, links: resourceLinks(linkBase(call), "servers", server) } }),
    ...(diskConfig === undefined
      ? {}
      : { "OS-DCF:diskConfig": boolFromString(diskConfig) === true ? "AUTO" : "MANUAL" }),
  };
}
