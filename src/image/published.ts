// The image service as other services of this cloud see it. Visibility and policy are those of the user they act for.

import type { RequestContext } from "../core/context.ts";
import { Conflict } from "../core/errors.ts";
import type { Enforcer } from "../policy/enforcer.ts";
import { type Caller, enforce } from "./access.ts";
import type { Glance } from "./manager.ts";
import { fromMoment } from "./moments.ts";
import type { ImageInfo, ImagePublic } from "./public.ts";
import type { ImageRecord } from "./records.ts";
import type { ListQuery } from "./store-list.ts";

const EVERYTHING: Omit<ListQuery, "marker"> & { marker: null } = {
  conditions: [],
  visibility: null,
  memberStatus: "accepted",
  sort: [{ column: "created_at", direction: "desc" }],
  marker: null,
  limit: -1,
};

export function publishedImages(glance: Glance, enforcer: Enforcer): ImagePublic {
  const { images, data, access, patch } = glance;
  const callerOf = (context: RequestContext): Caller => ({
    context,
    allows: (rule, target = { project_id: context.projectId, user_id: context.userId }) =>
      enforcer.allows(rule, target, context),
  });
  return {
    show: (context, id) => infoOf(images.show(callerOf(context), id)),
    list(context, filter) {
      const wanted = filter
        ? [{ kind: "in" as const, column: "status" as const, values: [...filter.statuses] }]
        : [];
      const query = { ...EVERYTHING, conditions: wanted };
      return images.list(callerOf(context), query).images.map(infoOf);
    },
    dataPath(context, id) {
      const content = data.content(callerOf(context), id);
      if (!content) throw new Conflict(`Image ${id} has no data`);
      if (content.path === null) throw new Conflict(`The data of image ${id} is not on this host`);
      return content.path;
    },
    async fetch(context, id) {
      const path = await data.fileOf(callerOf(context), id);
      if (path === null) throw new Conflict(`Image ${id} has no data`);
      return path;
    },
    create(context, image) {
      const fields = {
        name: image.name,
        disk_format: image.diskFormat,
        container_format: image.containerFormat,
        ...(image.visibility === undefined ? {} : { visibility: image.visibility }),
        ...(image.minDiskGb === undefined ? {} : { min_disk: image.minDiskGb }),
        ...(image.minRamMb === undefined ? {} : { min_ram: image.minRamMb }),
      };
      return infoOf(images.create(callerOf(context), fields, image.properties ?? {}, []));
    },
    async upload(context, id, source) {
      return infoOf(await data.upload(callerOf(context), id, source, null, null));
    },
    setProperties(context, id, properties) {
      return infoOf(patch.setProperties(callerOf(context), id, properties));
    },
    delete(context, id) {
      const caller = callerOf(context);
      enforce(caller, "get_image", access.visible(caller, id));
      images.delete(caller, id);
    },
  };
}

export function infoOf({ row, properties, tags }: ImageRecord): ImageInfo {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    visibility: row.visibility,
    owner: row.owner,
    diskFormat: row.disk_format,
    containerFormat: row.container_format,
    sizeBytes: row.size,
    virtualSizeBytes: row.virtual_size,
    checksum: row.checksum,
    minDiskGb: row.min_disk,
    minRamMb: row.min_ram,
    protected: row.protected,
    tags: [...tags],
    properties: { ...properties },
    createdAtMs: fromMoment(row.created_at),
    updatedAtMs: fromMoment(row.updated_at ?? row.created_at),
  };
}
