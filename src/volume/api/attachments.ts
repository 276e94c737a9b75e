// /attachments, since 3.27. Authority: cinder/api/v3/attachments.py and cinder/api/v3/views/attachments.py of Zed.

import { and } from "drizzle-orm";
import type { Route } from "../../http/api.ts";
import { tokenValidator } from "../../http/auth.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { enforce, targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { findVolume } from "../locate.ts";
import { shownMoment } from "../moments.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { ofProjectsVolumes } from "../store/volumes.ts";
import { type AttachmentRow, volumeAttachment } from "../tables.ts";
import type { Connector } from "../topics.ts";
import {
  completeAttachment,
  connectAttachment,
  deleteAttachment,
  findAttachment,
  reserveAttachment,
} from "../volumes/attachments.ts";
import { actionRoute } from "./actions.ts";
import type { Json } from "./bodies.ts";
import { takeFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { boolParam, take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/volumes.ts";

const SINCE = 27;
const COMPLETE_SINCE = 44;

function summary(row: AttachmentRow): Json {
  return { id: row.id, status: row.attach_status, instance: row.instance_uuid, volume_id: row.volume_id };
}

function detail(row: AttachmentRow): Json {
  return {
    ...summary(row),
    attached_at: shownMoment(row.attach_time) ?? "",
    detached_at: shownMoment(row.detach_time) ?? "",
    attach_mode: row.attach_mode,
    connection_info: row.connection_info ?? {},
  };
}

export function attachmentRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findAttachment(cinder, call, call.param("id"));

  function list(view: (row: AttachmentRow) => Json) {
    return (call: Call): Reply => {
      call.enforce("volume:attachment_get");
      const { context, minor } = call;
      const query = new URLSearchParams(call.query);
      const limits = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const sort = takeSort(query);
      takeFilters(context, minor, "attachment", query);
      const allTenants = query.has("all_tenants") && boolParam("all_tenants", take(query, "all_tenants"));
      const conditions = conditionsOf(volumeAttachment, query, {
        instance_id: "instance_uuid",
        status: "attach_status",
      });
      const where = conditions && conditionsSql(volumeAttachment, conditions);
      if (where === null) return json(200, { attachments: [] });
      if (!(context.isAdmin && allTenants)) {
        where.push(ofProjectsVolumes(volumeAttachment.volume_id, context.projectId));
      }
      const marker = limits.marker === null ? null : findAttachment(cinder, call, limits.marker).attachment;
      const rows = pageOf(cinder.store.volumes.attachments, and(...where), { ...limits, sort }, marker);
      return json(200, { attachments: rows.map(view) });
    };
  }

  function show(call: Call): Reply {
    const { attachment, volume } = find(call);
    enforce(call, "volume:attachment_get", targetOf(volume));
    return json(200, { attachment: detail(attachment) });
  }

  async function create(call: Call): Promise<Reply> {
    const { attachment: body } = call.body as { attachment: Json };
    const volume = findVolume(cinder, call, body["volume_uuid"] as string);
    const mode = call.minor >= 54 ? ((body["mode"] ?? null) as string | null) : null;
    const server = (body["instance_uuid"] ?? null) as string | null;
    const row = reserveAttachment(cinder, call, volume, server, mode);
    const connector = (body["connector"] ?? null) as Connector | null;
    if (connector === null || Object.keys(connector).length === 0) {
      return json(200, { attachment: detail(row) });
    }
    try {
      const { attachment } = await connectAttachment(cinder, call, row, connector);
      return json(200, { attachment: detail(attachment) });
    } catch (error) {
      // What was reserved for a connection that fails is let go.
      await deleteAttachment(cinder, call, row, true);
      throw error;
    }
  }

  async function update(call: Call): Promise<Reply> {
    const { attachment: body } = call.body as { attachment: { connector: Connector } };
    const { attachment } = await connectAttachment(cinder, call, find(call).attachment, body.connector);
    return json(200, { attachment: detail(attachment) });
  }

  async function remove(call: Call): Promise<Reply> {
    const left = await deleteAttachment(cinder, call, find(call).attachment, isFromService(cinder, call));
    return json(200, { attachments: left.map(summary) });
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const since = SINCE;
  return [
    {
      method: "GET",
      path: "/attachments",
      handler: list(summary),
      access: asks("volume:attachment_get"),
      since,
    },
    {
      method: "GET",
      path: "/attachments/detail",
      handler: list(detail),
      access: asks("volume:attachment_get"),
      since,
    },
    {
      method: "POST",
      path: "/attachments",
      handler: create,
      access: asks(
        "volume:get",
        "volume:attachment_create",
        "volume:multiattach_bootable_volume",
        "volume:attachment_update",
      ),
      body: schemas.createAttachment as never,
      since,
    },
    { method: "GET", path: "/attachments/:id", handler: show, access: asks("volume:attachment_get"), since },
    {
      method: "PUT",
      path: "/attachments/:id",
      handler: update,
      access: asks("volume:attachment_update"),
      body: schemas.updateAttachment,
      since,
    },
    {
      method: "DELETE",
      path: "/attachments/:id",
      handler: remove,
      access: asks("volume:attachment_delete"),
      since,
    },
    {
      ...actionRoute("/attachments/:id/action", [
        {
          name: "os-complete",
          rules: ["volume:attachment_complete"],
          since: COMPLETE_SINCE,
          handler(call) {
            completeAttachment(cinder, call, find(call).attachment);
            return empty(204);
          },
        },
      ]),
      since,
    },
  ];
}

/** Another service sends its own token beside the user's (cinder/volume/api.py, is_service_request). */
function isFromService(cinder: Cinder, call: Call): boolean {
  const token = call.header("x-service-token");
  const facts = token ? cinder.context.peers.get(tokenValidator).validate(token) : null;
  return facts?.roles.includes("service") ?? false;
}
