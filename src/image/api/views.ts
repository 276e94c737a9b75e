// What version 2 shows of each resource. Authority: the ResponseSerializers in glance/api/v2 of Zed.

import { isoMicros, isoSeconds } from "../../core/times.ts";
import { type Caller, imageTarget, isAdmin } from "../access.ts";
import { fromMoment } from "../moments.ts";
import { type ImageRecord, storesOf } from "../records.ts";
import type { Task } from "../store-tasks.ts";
import type { MemberRow } from "../tables.ts";

export interface ViewOptions {
  /** `show_multiple_locations` */
  locations: boolean;
  /** `show_image_direct_url` */
  directUrl: boolean;
}

const rendered = new WeakMap<ImageRecord, string>();

/** Kept for the service alone. */
const HIDDEN = ["os_glance_stage_host"];

/** JSON text, made once per state of the image. */
export function imageJson(caller: Caller, image: ImageRecord, options: ViewOptions): string {
  if (options.locations || options.directUrl) return JSON.stringify(imageView(caller, image, options));
  let text = rendered.get(image);
  if (text === undefined) {
    text = JSON.stringify(imageView(caller, image, options));
    rendered.set(image, text);
  }
  return text;
}

function imageView(caller: Caller, image: ImageRecord, options: ViewOptions): Record<string, unknown> {
  const { row } = image;
  const self = `/v2/images/${row.id}`;
  const view: Record<string, unknown> = {
    ...Object.fromEntries(Object.entries(image.properties).filter(([name]) => !HIDDEN.includes(name))),
    name: row.name,
    disk_format: row.disk_format,
    container_format: row.container_format,
    visibility: row.visibility,
    size: row.size,
    virtual_size: row.virtual_size,
    status: row.status,
    checksum: row.checksum,
    protected: row.protected,
    min_ram: row.min_ram,
    min_disk: row.min_disk,
    owner: row.owner,
    os_hidden: row.os_hidden,
    os_hash_algo: row.os_hash_algo,
    os_hash_value: row.os_hash_value,
    id: row.id,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at ?? row.created_at),
  };
  if (options.locations || options.directUrl) {
    const locations = visibleLocations(caller, image);
    if (options.locations) view["locations"] = locations;
    if (options.directUrl && locations[0]) view["direct_url"] = locations[0].url;
  }
  const stores = storesOf(image);
  return {
    ...view,
    tags: image.tags,
    self,
    file: `${self}/file`,
    schema: "/v2/schemas/image",
    ...(stores.length > 0 ? { stores: stores.join(",") } : {}),
  };
}

function visibleLocations(caller: Caller, image: ImageRecord): { url: string; metadata: unknown }[] {
  if (image.row.status === "deactivated" && !isAdmin(caller)) return [];
  if (!caller.allows("get_image_location", imageTarget(caller, image))) return [];
  return image.locations.map(({ url, metadata }) => ({ url, metadata }));
}

/** `2013-02-13T20:08:36Z` */
function seconds(moment: string | null): string | null {
  return moment === null ? null : isoSeconds(fromMoment(moment));
}

export function memberView(row: MemberRow): Record<string, unknown> {
  return {
    member_id: row.member,
    image_id: row.image_id,
    status: row.status,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    schema: "/v2/schemas/member",
  };
}

/** In a list. */
export function taskStub(task: Task): Record<string, unknown> {
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    owner: task.owner,
    created_at: seconds(task.created_at),
    updated_at: seconds(task.updated_at),
    self: `/v2/tasks/${task.id}`,
    schema: "/v2/schemas/task",
    ...(task.expires_at === null ? {} : { expires_at: seconds(task.expires_at) }),
  };
}

export function taskView(task: Task): Record<string, unknown> {
  return {
    ...taskStub(task),
    input: task.info.input,
    message: task.info.message ?? "",
    result: task.info.result,
    ...(task.image_id === null ? {} : { image_id: task.image_id }),
    ...(task.request_id === null ? {} : { request_id: task.request_id }),
    ...(task.user_id === null ? {} : { user_id: task.user_id }),
  };
}

/** As /v2/images/ID/tasks shows it: the row itself, moments with fractions and without a zone. */
export function taskRowView(task: Task): Record<string, unknown> {
  const micros = (moment: string | null) => (moment === null ? null : isoMicros(fromMoment(moment)));
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    owner: task.owner,
    expires_at: micros(task.expires_at),
    created_at: micros(task.created_at),
    updated_at: micros(task.updated_at),
    deleted_at: micros(task.deleted_at),
    deleted: task.deleted,
    image_id: task.image_id,
    request_id: task.request_id,
    user_id: task.user_id,
    input: task.info.input,
    result: task.info.result,
    message: task.info.message ?? "",
  };
}
