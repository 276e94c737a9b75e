// /servers/ID/os-instance-actions. Authority: nova/api/openstack/compute/instance_actions.py of Zed.

import { Invalid, NotFound } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import { isoMicros, parseIso } from "../../core/times.ts";
import type { Route, VersionedSchema } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { InstanceNotFound } from "../errors.ts";
import { hostIdOf } from "../names.ts";
import type { Nova } from "../nova.ts";
import { findInstance } from "../servers/access.ts";
import type { InstanceActionEventRow, InstanceActionRow, InstanceRow } from "../tables.ts";
import { nextLink } from "./links.ts";
import * as p from "./parameter-types.ts";
import { limitOf } from "./server-queries.ts";
import { handlerAsks } from "./target.ts";

const rule = (name: string) => `os_compute_api:os-instance-actions:${name}`;

const paged = (more: object) => ({
  type: "object",
  properties: {
    limit: p.single(p.nonNegativeInteger),
    marker: p.single({ type: "string" }),
    "changes-since": p.single({ type: "string", format: "date-time" }),
    ...more,
  },
  additionalProperties: false,
});

const listQuery = [
  [1, {}],
  [58, paged({})],
  [66, paged({ "changes-before": p.single({ type: "string", format: "date-time" }) })],
] as unknown as VersionedSchema;

const moment = (ms: number | null) => (ms === null ? null : isoMicros(ms));

function actionView(row: InstanceActionRow, minor: number) {
  return {
    action: row.action,
    instance_uuid: row.instance_uuid,
    request_id: row.request_id,
    user_id: row.user_id,
    project_id: row.project_id,
    start_time: moment(row.start_time),
    message: row.message,
    ...(minor >= 58 ? { updated_at: moment(row.updated_at) } : {}),
  };
}

export function instanceActionRoutes(nova: Nova): Route[] {
  /** From 2.21 on also of servers that are deleted. */
  function target(call: Call, name: string): InstanceRow {
    const id = call.param("server_id");
    let instance: InstanceRow;
    if (call.minor < 21) instance = findInstance(nova, call.context, id);
    else {
      const row = isUuidLike(id) ? nova.store.instances.first({ uuid: id }) : null;
      if (!row || (!call.context.isAdmin && row.project_id !== call.context.projectId))
        throw new InstanceNotFound(id);
      instance = row;
    }
    call.enforce(rule(name), { project_id: instance.project_id });
    return instance;
  }

  function listActions(call: Call): Reply {
    const instance = target(call, "list");
    let rows = nova.store.actions.list({ instance_uuid: instance.uuid }, "ORDER BY created_at DESC, id DESC");
    if (call.minor < 58) {
      return json(200, { instanceActions: rows.map((row) => actionView(row, call.minor)) });
    }
    rows = filtered(call, rows);
    const limit = limitOf(nova, call);
    const page = rows.slice(0, limit);
    const ids = page.map((row) => row.request_id ?? "");
    const next = nextLink(call, "x", `servers/${instance.uuid}/os-instance-actions`, limit, ids)["x_links"];
    return json(200, {
      instanceActions: page.map((row) => actionView(row, call.minor)),
      ...(next ? { links: next } : {}),
    });
  }

  function filtered(call: Call, rows: InstanceActionRow[]): InstanceActionRow[] {
    const since = momentOf(call, "changes-since");
    const before = momentOf(call, "changes-before");
    if (since !== null && before !== null && before < since) {
      throw new Invalid("The value of changes-since must be less than or equal to changes-before.");
    }
    const marker = call.query.get("marker");
    let from = 0;
    if (marker !== null) {
      from = rows.findIndex((row) => row.request_id === marker) + 1;
      if (from === 0) throw new Invalid(`Marker ${marker} could not be found.`);
    }
    return rows
      .slice(from)
      .filter((row) => since === null || (row.updated_at ?? 0) >= since)
      .filter((row) => before === null || (row.updated_at ?? 0) <= before);
  }

  function showAction(call: Call): Reply {
    const instance = target(call, "show");
    const requestId = call.param("id");
    const action = nova.store.actions.first({ instance_uuid: instance.uuid, request_id: requestId });
    if (!action) throw new NotFound(`Action ${requestId} not found`);
    const allowed = { project_id: instance.project_id };
    const everything = call.allows(rule("events"), allowed);
    const view = actionView(action, call.minor);
    if (!everything && call.minor < 51) return json(200, { instanceAction: view });
    const shown = {
      traceback: everything,
      host: everything && call.minor >= 62,
      hostId: call.minor >= 62,
      details: call.minor >= 84 && call.allows(rule("events:details"), allowed),
      project: action.project_id ?? instance.project_id,
    };
    const events = nova.store.actionEvents
      .list({ action_id: action.id }, "ORDER BY start_time DESC, id DESC")
      .map((event) => eventView(event, shown));
    return json(200, { instanceAction: { ...view, events } });
  }

  const path = "/servers/:server_id/os-instance-actions";
  return [
    {
      method: "GET",
      path,
      handler: listActions,
      access: handlerAsks(rule("list")),
      query: listQuery,
    },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: showAction,
      access: handlerAsks(rule("show"), rule("events"), rule("events:details")),
    },
  ];
}

function momentOf(call: Call, name: string): number | null {
  const text = call.query.get(name);
  return text === null ? null : parseIso(text);
}

function eventView(
  row: InstanceActionEventRow,
  shown: { traceback: boolean; host: boolean; hostId: boolean; details: boolean; project: string | null },
) {
  return {
    event: row.event,
    start_time: moment(row.start_time),
    finish_time: moment(row.finish_time),
    result: row.result,
    ...(shown.traceback ? { traceback: row.traceback } : {}),
    ...(shown.host ? { host: row.host } : {}),
    ...(shown.hostId ? { hostId: hostIdOf(row.host, shown.project) } : {}),
    ...(shown.details ? { details: row.details } : {}),
  };
}
