// /group_snapshots, since 3.14. Authority: cinder/api/v3/group_snapshots.py and cinder/api/v3/views/group_snapshots.py of Zed.

import { and } from "drizzle-orm";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { findGroup } from "../groups/groups.ts";
import {
  createGroupSnapshot,
  deleteGroupSnapshot,
  findGroupSnapshot,
  resetGroupSnapshotStatus,
} from "../groups/snapshots.ts";
import { shownMoment } from "../moments.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type GroupSnapshotRow, groupSnapshots } from "../tables-groups.ts";
import { actionRoute } from "./actions.ts";
import { type Json, trimmed } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { nextLink } from "./paths.ts";
import { take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/groups.ts";

const SINCE = 14;
const RESET_STATUS = 19;
const PAGINATION = 29;
const PROJECT = 58;
const ATTRIBUTES = "group:group_snapshot_project_attribute";

export function groupSnapshotRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findGroupSnapshot(cinder, call, call.param("id"));
  const brief = (_: Call, { id, name }: GroupSnapshotRow): Json => ({ id, name });

  function detail(call: Call, row: GroupSnapshotRow): Json {
    const view: Json = {
      id: row.id,
      group_id: row.group_id,
      group_type_id: row.group_type_id,
      status: row.status,
      created_at: shownMoment(row.created_at),
      name: row.name,
      description: row.description,
    };
    if (call.minor >= PROJECT && call.allows(ATTRIBUTES)) view["project_id"] = row.project_id;
    return view;
  }

  function list(view: (call: Call, row: GroupSnapshotRow) => Json) {
    return (call: Call): Reply => {
      call.enforce("group:get_all_group_snapshots");
      const { context, minor } = call;
      const query = minor >= PAGINATION ? new URLSearchParams(call.query) : new URLSearchParams();
      const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const sort = takeSort(query);
      const allTenants = context.isAdmin && query.has("all_tenants");
      if (minor >= 31) rejectFilters(context, minor, "group_snapshot", query);
      take(query, "all_tenants");
      const conditions = conditionsOf(groupSnapshots, query);
      const where = conditions && conditionsSql(groupSnapshots, conditions);
      if (where === null) return json(200, { group_snapshots: [] });
      const own = { column: "project_id", equals: context.projectId };
      if (!allTenants) where.push(...(conditionsSql(groupSnapshots, [own]) ?? []));
      const marker = page.marker === null ? null : findGroupSnapshot(cinder, call, page.marker);
      const rows = pageOf(cinder.store.groups.snapshots, and(...where), { ...page, sort }, marker);
      const ids = rows.map(({ id }) => id);
      return json(200, {
        group_snapshots: rows.map((row) => view(call, row)),
        ...nextLink(call, "group_snapshot_links", "group_snapshots", page.limit, ids),
      });
    };
  }

  function create(call: Call): Reply {
    const body = (call.body as { group_snapshot: Json }).group_snapshot;
    const group = findGroup(cinder, call, body["group_id"] as string);
    const row = createGroupSnapshot(cinder, call, group, {
      name: trimmed(body["name"]),
      description: trimmed(body["description"]),
    });
    const { id, name, group_type_id } = row;
    return json(202, { group_snapshot: { id, name, group_type_id } });
  }

  function remove(call: Call): Reply {
    deleteGroupSnapshot(cinder, call, find(call));
    return empty(202);
  }

  function reset(call: Call, given: unknown): Reply {
    const { status } = given as { status: string };
    resetGroupSnapshotStatus(cinder, call, find(call), status.toLowerCase());
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules.map((rule) => `group:${rule}`) });
  const attributes = "group_snapshot_project_attribute";
  const since = SINCE;
  const path = "/group_snapshots";
  return [
    { method: "GET", path, handler: list(brief), access: asks("get_all_group_snapshots"), since },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: list(detail),
      access: asks("get_all_group_snapshots", attributes),
      since,
    },
    {
      method: "POST",
      path,
      handler: create,
      access: asks("get", "create_group_snapshot"),
      body: schemas.createGroupSnapshot,
      since,
    },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: (call) => json(200, { group_snapshot: detail(call, find(call)) }),
      access: asks("get_group_snapshot", attributes),
      since,
    },
    {
      method: "DELETE",
      path: `${path}/:id`,
      handler: remove,
      access: asks("get_group_snapshot", "delete_group_snapshot"),
      since,
    },
    {
      ...actionRoute(`${path}/:id/action`, [
        {
          name: "reset_status",
          rules: ["group:get_group_snapshot", "group:reset_group_snapshot_status"],
          since: RESET_STATUS,
          body: schemas.resetGroupSnapshotStatus,
          handler: reset,
        },
      ]),
      since,
    },
  ];
}
