// Glance's notifications. Authority: glance/notifier.py of Zed.

import type { ServiceContext } from "../core/service.ts";
import { isoSeconds } from "../core/times.ts";
import type { Route } from "../http/api.ts";
import type { Call } from "../http/call.ts";
import { answered, type RouteNotice } from "../http/notices.ts";
import { fromMoment } from "./moments.ts";
import type { ImageRecord } from "./records.ts";
import type { ImageStore } from "./store.ts";

type Notifying = Pick<ServiceContext, "notify" | "clock">;

const ONE = "/v2/images/:image_id";

/** What a route of the API tells the world; null for what Glance does not tell. */
export function imageNotice(
  context: Notifying,
  store: Pick<ImageStore, "image">,
  { method, path }: Route,
): RouteNotice | null {
  const tell = (call: Call, event: string, id: string, more: object = {}) => {
    const record = store.image(id);
    if (record) context.notify(call.context, `image.${event}`, () => ({ ...imagePayload(record), ...more }));
  };
  const updated: RouteNotice = { after: (call) => tell(call, "update", call.param("image_id")) };
  switch (`${method} ${path}`) {
    case "POST /v2/images":
      return {
        after(call, reply) {
          const id = answered(reply)?.["id"];
          if (typeof id === "string") tell(call, "create", id);
        },
      };
    case `PATCH ${ONE}`:
    case `POST ${ONE}/actions/deactivate`:
    case `POST ${ONE}/actions/reactivate`:
    case `PUT ${ONE}/tags/:tag_value`:
    case `DELETE ${ONE}/tags/:tag_value`:
      return updated;
    case `DELETE ${ONE}`:
      return {
        before: (call) => store.image(call.param("image_id")),
        after(call, _, before) {
          const record = before as ImageRecord | null;
          const deleted_at = isoSeconds(context.clock.now());
          const gone = { status: "deleted", deleted: true, deleted_at };
          if (record)
            context.notify(call.context, "image.delete", () => ({ ...imagePayload(record), ...gone }));
        },
      };
    case `PUT ${ONE}/file`:
      return {
        before: (call) => {
          const importing = { os_glance_importing_to_stores: [], os_glance_failed_import: [] };
          tell(call, "prepare", call.param("image_id"), importing);
        },
        after(call) {
          for (const event of ["upload", "activate"]) tell(call, event, call.param("image_id"));
        },
      };
    case `POST ${ONE}/members`:
      return { after: (call, reply) => memberNotice(context, call, "create", answered(reply)) };
    case `PUT ${ONE}/members/:member_id`:
      return { after: (call, reply) => memberNotice(context, call, "update", answered(reply)) };
    case `DELETE ${ONE}/members/:member_id`:
      return {
        after(call) {
          const [image_id, member_id] = [call.param("image_id"), call.param("member_id")];
          const deleted_at = isoSeconds(context.clock.now());
          memberNotice(context, call, "delete", { image_id, member_id, deleted: true, deleted_at });
        },
      };
    default:
      return null;
  }
}

function memberNotice(context: Notifying, call: Call, event: string, member: object | null): void {
  if (!member) return;
  const { schema: _, ...shown } = member as { schema?: unknown };
  context.notify(call.context, `image.member.${event}`, () => ({
    deleted: false,
    deleted_at: null,
    ...shown,
  }));
}

/** `format_image_notification`: no locations, which may hold passwords. */
function imagePayload({ row, properties, tags }: ImageRecord): object {
  const moment = (text: string | null) => (text === null ? null : isoSeconds(fromMoment(text)));
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    created_at: moment(row.created_at),
    updated_at: moment(row.updated_at ?? row.created_at),
    min_disk: row.min_disk,
    min_ram: row.min_ram,
    protected: row.protected,
    checksum: row.checksum,
    owner: row.owner,
    disk_format: row.disk_format,
    container_format: row.container_format,
    size: row.size,
    virtual_size: row.virtual_size,
    is_public: row.visibility === "public",
    visibility: row.visibility,
    properties,
    tags,
    deleted: false,
    deleted_at: null,
  };
}
