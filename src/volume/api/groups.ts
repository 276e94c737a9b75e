// /groups, since 3.13. Authority: cinder/api/v3/groups.py and cinder/api/v3/views/groups.py of Zed.

import { and } from "drizzle-orm";
import { Conflict, Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { createGroup, deleteGroup, findGroup, resetGroupStatus, updateGroup } from "../groups/groups.ts";
import { isLegacy, refuseLegacy } from "../groups/legacy.ts";
import { createGroupFromSource } from "../groups/snapshots.ts";
import { shownMoment } from "../moments.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type GroupRow, groups } from "../tables-groups.ts";
import { actionRoute } from "./actions.ts";
import { type Json, trimmed } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { nextLink } from "./paths.ts";
import { boolParam, take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/groups.ts";

const SINCE = 13;
const FROM_SOURCE = 14;
const RESET_STATUS = 20;
const VOLUME_LIST = 25;
const REPLICATION = 38;
const PROJECT = 58;
const ATTRIBUTES = "group:group_project_attribute";

export function groupRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => {
    const row = findGroup(cinder, call, call.param("id"));
    refuseLegacy(cinder, row.group_type_id);
    return row;
  };
  const summary = (_: Call, { id, name }: GroupRow): Json => ({ id, name });

  function detail(call: Call, row: GroupRow): Json {
    const view: Json = {
      id: row.id,
      status: row.status,
      availability_zone: row.availability_zone,
      created_at: shownMoment(row.created_at),
      name: row.name,
      description: row.description,
      group_type: row.group_type_id,
      volume_types: cinder.store.groups.volumeTypesOf(row.id),
    };
    if (call.minor >= FROM_SOURCE) {
      view["group_snapshot_id"] = row.group_snapshot_id;
      view["source_group_id"] = row.source_group_id;
    }
    if (call.minor >= VOLUME_LIST && boolParam("list_volume", call.query.get("list_volume"))) {
      view["volumes"] = cinder.store.groups.volumesOf(row.id).map(({ id }) => id);
    }
    if (call.minor >= REPLICATION) view["replication_status"] = row.replication_status;
    if (call.minor >= PROJECT && call.allows(ATTRIBUTES)) view["project_id"] = row.project_id;
    return view;
  }

  function list(view: (call: Call, row: GroupRow) => Json) {
    return (call: Call): Reply => {
      call.enforce("group:get_all");
      const { context, minor } = call;
      const query = new URLSearchParams(call.query);
      const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const sort = takeSort(query);
      query.delete("list_volume");
      const allTenants = context.isAdmin && query.has("all_tenants");
      if (minor >= 31) rejectFilters(context, minor, "group", query);
      take(query, "all_tenants");
      const conditions = conditionsOf(groups, query);
      const where = conditions && conditionsSql(groups, conditions);
      if (where === null) return json(200, { groups: [] });
      const own = { column: "project_id", equals: context.projectId };
      if (!allTenants) where.push(...(conditionsSql(groups, [own]) ?? []));
      const marker = page.marker === null ? null : findGroup(cinder, call, page.marker);
      const rows = pageOf(cinder.store.groups.rows, and(...where), { ...page, sort }, marker);
      const ids = rows.map(({ id }) => id);
      return json(200, {
        groups: rows
          .filter(({ group_type_id }) => !isLegacy(cinder, group_type_id))
          .map((row) => view(call, row)),
        ...nextLink(call, "group_links", "groups", page.limit, ids),
      });
    };
  }

  function create(call: Call): Reply {
    const body = (call.body as { group: Json }).group;
    refuseLegacy(cinder, body["group_type"] as string);
    const row = createGroup(cinder, call, {
      name: trimmed(body["name"]),
      description: trimmed(body["description"]),
      groupType: body["group_type"] as string,
      volumeTypes: body["volume_types"] as string[],
      availabilityZone: (body["availability_zone"] ?? null) as string | null,
    });
    return json(202, { group: summary(call, row) });
  }

  function createFromSource(call: Call, given: unknown): Reply {
    const args = given as Json;
    try {
      const row = createGroupFromSource(cinder, call, {
        name: trimmed(args["name"]),
        description: trimmed(args["description"]),
        groupSnapshotId: (args["group_snapshot_id"] ?? null) as string | null,
        sourceGroupId: (args["source_group_id"] ?? null) as string | null,
      });
      return json(202, { group: summary(call, row) });
    } catch (error) {
      if (error instanceof Conflict) throw new Invalid(error.message);
      throw error;
    }
  }

  function update(call: Call): Reply {
    const body = (call.body as { group: Json }).group;
    updateGroup(cinder, call, find(call), {
      name: trimmed(body["name"]),
      description: trimmed(body["description"]),
      addVolumes: idsIn(body["add_volumes"]),
      removeVolumes: idsIn(body["remove_volumes"]),
    });
    return empty(202);
  }

  function remove(call: Call, given: unknown): Reply {
    const deleteVolumes = boolFromString((given as Json)["delete-volumes"] ?? false) === true;
    deleteGroup(cinder, call, find(call), deleteVolumes);
    return empty(202);
  }

  function reset(call: Call, given: unknown): Reply {
    const { status } = given as { status: string };
    resetGroupStatus(cinder, call, find(call), status.toLowerCase());
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const since = SINCE;
  const path = "/groups";
  const fromSource = {
    name: "create-from-src",
    rules: ["group:create", "group:get", "group:get_group_snapshot"],
    since: FROM_SOURCE,
    body: schemas.createGroupFromSource,
    handler: createFromSource,
  };
  return [
    { method: "GET", path, handler: list(summary), access: asks("group:get_all"), since },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: list(detail),
      access: asks("group:get_all", ATTRIBUTES),
      since,
    },
    { method: "POST", path, handler: create, access: asks("group:create"), body: schemas.createGroup, since },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: (call) => json(200, { group: detail(call, find(call)) }),
      access: asks("group:get", ATTRIBUTES),
      since,
    },
    {
      method: "PUT",
      path: `${path}/:id`,
      handler: update,
      access: asks("group:get", "group:update"),
      body: schemas.updateGroup,
      since,
    },
    { ...actionRoute(`${path}/action`, [fromSource]), since },
    {
      ...actionRoute(`${path}/:id/action`, [
        { name: "delete", rules: ["group:get", "group:delete"], body: schemas.deleteGroup, handler: remove },
        {
          name: "reset_status",
          rules: ["group:get", "group:reset_status"],
          since: RESET_STATUS,
          body: schemas.resetGroupStatus,
          handler: reset,
        },
      ]),
      since,
    },
  ];
}

/** `ID,ID,...` */
function idsIn(text: unknown): string[] {
  return typeof text === "string" ? text.split(",").filter((id) => id !== "") : [];
}
