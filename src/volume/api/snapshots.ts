// /snapshots. Authority: cinder/api/v3/snapshots.py, cinder/api/v2/snapshots.py, cinder/api/contrib/{snapshot_actions,
// snapshot_unmanage,extended_snapshot_attributes,admin_actions}.py of Zed.

import { and, type SQL } from "drizzle-orm";
import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { targetOf } from "../access.ts";
import type { Cinder } from "../cinder.ts";
import { SnapshotNotFound } from "../errors.ts";
import { findSnapshot, findVolume } from "../locate.ts";
import { shownMoment } from "../moments.ts";
import {
  createSnapshot,
  deleteSnapshot,
  reportSnapshotStatus,
  resetSnapshotStatus,
  updateSnapshot,
} from "../snapshots.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type SnapshotRecord, SnapshotStore } from "../store/snapshots.ts";
import { type SnapshotRow, snapshots } from "../tables.ts";
import { type Action, actionRoute } from "./actions.ts";
import { given, type Json } from "./bodies.ts";
import { takeFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { nextLink } from "./paths.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { boolParam, renameSort, take, takePage, takeSort } from "./query.ts";
import * as actionSchemas from "./schemas/actions.ts";
import * as schemas from "./schemas/volumes.ts";

/** Since 3.66 snapshots of volumes in use need no force. */
const IN_USE = 66;
const FORCE_IS_OVER =
  "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, when the 'force' flag is passed with a value evaluating to True, it is silently ignored.";

export function snapshotView(call: Call, { row, metadata }: SnapshotRecord, extended: boolean): Json {
  const view: Json = {
    id: row.id,
    created_at: shownMoment(row.created_at),
    updated_at: shownMoment(row.updated_at),
    name: row.display_name,
    description: row.display_description,
    volume_id: row.volume_id,
    status: row.status,
    size: row.volume_size,
    metadata,
  };
  if (!extended) return view;
  if (call.minor >= 14) view["group_snapshot_id"] = row.group_snapshot_id;
  if (call.minor >= 41) view["user_id"] = row.user_id;
  if (call.minor >= 65) view["consumes_quota"] = row.use_quota;
  return view;
}

function withAttributes(call: Call, record: SnapshotRecord): Json {
  const view = snapshotView(call, record, true);
  if (!call.allows("volume_extension:extended_snapshot_attributes", targetOf(record.row))) return view;
  return {
    ...view,
    "os-extended-snapshot-attributes:project_id": record.row.project_id,
    "os-extended-snapshot-attributes:progress": record.row.progress,
  };
}

export function snapshotRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findSnapshot(cinder, call, call.param("id"));
  const record = (row: SnapshotRow): SnapshotRecord => cinder.store.snapshots.records([row])[0]!;

  function page(call: Call) {
    call.enforce("volume:get_all_snapshots");
    const { context, minor } = call;
    const query = new URLSearchParams(call.query);
    const limits = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const sort = renameSort(takeSort(query), "name", "display_name");
    const counted =
      minor >= 45 && query.has("with_count") && boolParam("with_count", take(query, "with_count"));
    if (minor < 22) query.delete("metadata");
    if (minor < 65) query.delete("consumes_quota");
    takeFilters(context, minor, "snapshot", query, ["status", "volume_id", "name", "metadata"]);
    const allTenants = boolParam("all_tenants", take(query, "all_tenants"));
    const where = snapshotWhere(query);
    if (where === null) return { rows: [], limit: limits.limit, count: counted ? 0 : null };
    if (!(context.isAdmin && allTenants)) {
      where.push(...(conditionsSql(snapshots, [{ column: "project_id", equals: context.projectId }]) ?? []));
    }
    const marker = limits.marker === null ? null : markerRow(call, limits.marker);
    const all = and(...where);
    return {
      rows: pageOf(cinder.store.snapshots.rows, all, { ...limits, sort }, marker),
      limit: limits.limit,
      count: counted ? cinder.store.snapshots.rows.count(all) : null,
    };
  }

  function markerRow({ context }: Call, id: string): SnapshotRow {
    const row = cinder.store.snapshots.get(id);
    if (!row || (!context.isAdmin && row.project_id !== context.projectId)) throw new SnapshotNotFound(id);
    return row;
  }

  function list(path: string, view: (call: Call, record: SnapshotRecord) => Json) {
    return (call: Call): Reply => {
      const { rows, limit, count } = page(call);
      const ids = rows.map(({ id }) => id);
      return json(200, {
        snapshots: cinder.store.snapshots.records(rows).map((each) => view(call, each)),
        ...nextLink(call, "snapshots_links", path, limit, ids, count),
        ...(count === null ? {} : { count }),
      });
    };
  }

  function create(call: Call): Reply {
    const { snapshot } = call.body as { snapshot: Json };
    // A volume that is not named is one that is not there.
    const volume = findVolume(cinder, call, String(snapshot["volume_id"] ?? "None"));
    const force = snapshot["force"] === undefined ? null : boolFromString(snapshot["force"]) === true;
    if (call.minor >= IN_USE && force === false) throw new Invalid(FORCE_IS_OVER);
    const row = createSnapshot(cinder, call, volume, {
      name: given(snapshot, "name", "display_name") ?? null,
      description: given(snapshot, "description") ?? null,
      metadata: (snapshot["metadata"] ?? {}) as Record<string, string>,
      force: force === true || call.minor >= IN_USE,
    });
    return json(202, { snapshot: snapshotView(call, record(row), true) });
  }

  function update(call: Call): Reply {
    const { snapshot } = call.body as { snapshot: Json };
    const row = find(call);
    const name = given(snapshot, "name", "display_name");
    const description = given(snapshot, "description", "display_description");
    const changed = updateSnapshot(cinder, call, row, {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    });
    return json(200, { snapshot: snapshotView(call, record(changed), true) });
  }

  function remove(call: Call): Reply {
    deleteSnapshot(cinder, call, find(call));
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    {
      method: "GET",
      path: "/snapshots",
      handler: list("snapshots", (call, r) => snapshotView(call, r, false)),
      access: asks("volume:get_all_snapshots"),
    },
    {
      method: "GET",
      path: "/snapshots/detail",
      handler: list("snapshots/detail", withAttributes),
      access: asks("volume:get_all_snapshots", "volume_extension:extended_snapshot_attributes"),
    },
    {
      method: "POST",
      path: "/snapshots",
      handler: create,
      access: asks("volume:get", "volume:create_snapshot"),
      body: schemas.createSnapshot,
    },
    {
      method: "GET",
      path: "/snapshots/:id",
      handler: (call) => json(200, { snapshot: withAttributes(call, record(find(call))) }),
      access: asks("volume:get_snapshot", "volume_extension:extended_snapshot_attributes"),
    },
    {
      method: "PUT",
      path: "/snapshots/:id",
      handler: update,
      access: asks("volume:get_snapshot", "volume:update_snapshot"),
      body: schemas.updateSnapshot,
    },
    {
      method: "DELETE",
      path: "/snapshots/:id",
      handler: remove,
      access: asks("volume:get_snapshot", "volume:delete_snapshot"),
    },
    actionRoute("/snapshots/:id/action", snapshotActions(cinder, find)),
  ];
}

/** Null when something is asked for that snapshots do not have: nothing matches. */
function snapshotWhere(query: URLSearchParams): SQL[] | null {
  const clauses: SQL[] = [];
  const metadata = take(query, "metadata");
  if (metadata !== null) {
    const pairs = parsePythonLiteral(metadata);
    if (typeof pairs !== "object" || pairs === null || Array.isArray(pairs)) return null;
    for (const [key, value] of Object.entries(pairs)) clauses.push(SnapshotStore.hasPair(key, String(value)));
  }
  const zone = take(query, "availability_zone");
  if (zone !== null) clauses.push(SnapshotStore.inZone(zone));
  const columns = { name: "display_name", consumes_quota: "use_quota" };
  const conditions = conditionsOf(snapshots, query, columns);
  const more = conditions && conditionsSql(snapshots, conditions);
  return more && [...clauses, ...more];
}

function snapshotActions(cinder: Cinder, find: (call: Call) => SnapshotRow): Action[] {
  const admin = "volume_extension:snapshot_admin_actions";
  return [
    {
      name: "os-reset_status",
      rules: [`${admin}:reset_status`],
      body: actionSchemas.resetSnapshotStatus,
      handler(call, args) {
        resetSnapshotStatus(cinder, call, find(call), String((args as Json)["status"]).toLowerCase());
        return empty(202);
      },
    },
    {
      name: "os-force_delete",
      rules: [`${admin}:force_delete`, "volume:delete_snapshot"],
      handler(call) {
        const row = find(call);
        call.enforce(`${admin}:force_delete`, targetOf(row));
        deleteSnapshot(cinder, call, row, { force: true });
        return empty(202);
      },
    },
    {
      name: "os-update_snapshot_status",
      rules: ["snapshot_extension:snapshot_actions:update_snapshot_status"],
      body: actionSchemas.reportSnapshotStatus,
      handler(call, given) {
        const args = given as Json;
        const progress = typeof args["progress"] === "string" ? args["progress"] : null;
        reportSnapshotStatus(cinder, call, find(call), args["status"] as string, progress);
        return empty(202);
      },
    },
    {
      name: "os-unmanage",
      rules: ["snapshot_extension:snapshot_unmanage", "volume:delete_snapshot"],
      handler(call) {
        const row = find(call);
        call.enforce("snapshot_extension:snapshot_unmanage", targetOf(row));
        deleteSnapshot(cinder, call, row, { unmanageOnly: true });
        return empty(202);
      },
    },
  ];
}
