// /backups. Authority: cinder/api/contrib/backups.py, cinder/api/v3/backups.py and their views, cinder/api/contrib/
// admin_actions.py of Zed.

import { and } from "drizzle-orm";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { targetOf } from "../access.ts";
import {
  createBackup,
  deleteBackup,
  findBackup,
  resetBackupStatus,
  updateBackup,
} from "../backups/backups.ts";
import { exportRecord, importRecord } from "../backups/records.ts";
import { restoreBackup } from "../backups/restore.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidParameterValue } from "../errors.ts";
import { shownMoment } from "../moments.ts";
import type { BackupRecord } from "../store/backups.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type BackupRow, backups } from "../tables-backups.ts";
import { type Action, actionRoute } from "./actions.ts";
import { given, type Json } from "./bodies.ts";
import { takeFilters } from "./filters.ts";
import { conditionsOf } from "./list.ts";
import { nextLink, resourceLinks } from "./paths.ts";
import { boolParam, renameSort, take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/backups.ts";

const UPDATE = 9;
const PROJECT = 18;
const SORT_BY_NAME = 37;
const METADATA = 43;
const COUNT = 45;
const USER = 56;
const KEY_ID = 64;
const COLLECTION = "backups";
const ATTRIBUTES = "backup:backup_project_attribute";
const ADMIN = "volume_extension:backup_admin_actions";

function summary(call: Call, { row }: BackupRecord): Json {
  return { id: row.id, name: row.display_name, links: resourceLinks(call, COLLECTION, row.id) };
}

function detail(call: Call, record: BackupRecord): Json {
  const { row, metadata } = record;
  const view: Json = {
    ...summary(call, record),
    status: row.status,
    size: row.size,
    object_count: row.object_count,
    availability_zone: row.availability_zone,
    container: row.container,
    created_at: shownMoment(row.created_at),
    updated_at: shownMoment(row.updated_at),
    description: row.display_description,
    fail_reason: row.fail_reason,
    volume_id: row.volume_id,
    is_incremental: row.parent_id !== null,
    has_dependent_backups: row.num_dependent_backups > 0,
    snapshot_id: row.snapshot_id,
    data_timestamp: shownMoment(row.data_timestamp),
  };
  if (call.minor >= METADATA) view["metadata"] = metadata;
  if (call.minor >= KEY_ID && row.encryption_key_id) view["encryption_key_id"] = row.encryption_key_id;
  if (call.minor < PROJECT || !call.allows(ATTRIBUTES)) return view;
  view["os-backup-project-attr:project_id"] = row.project_id;
  if (call.minor >= USER) view["user_id"] = row.user_id;
  return view;
}

export function backupRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findBackup(cinder, call, call.param("id"));
  const record = (row: BackupRow): BackupRecord => cinder.store.backups.records([row])[0]!;

  function page(call: Call) {
    call.enforce("backup:get_all");
    const { context, minor } = call;
    const query = new URLSearchParams(call.query);
    const limits = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const given = takeSort(query);
    const sort = minor >= SORT_BY_NAME ? renameSort(given, "name", "display_name") : given;
    const counted =
      minor >= COUNT && query.has("with_count") && boolParam("with_count", take(query, "with_count"));
    const allText = query.getAll("all_tenants").at(-1) ?? "0";
    takeFilters(context, minor, "backup", query);
    take(query, "all_tenants");
    const all = boolFromString(allText);
    if (all === null) {
      throw new InvalidParameterValue(`all_tenants must be a boolean, got '${allText}'.`);
    }
    const conditions = conditionsOf(backups, query, { name: "display_name" });
    const where = conditions && conditionsSql(backups, conditions);
    if (where === null) return { rows: [], limit: limits.limit, count: counted ? 0 : null };
    const own = { column: "project_id", equals: context.projectId };
    if (!(context.isAdmin && all)) where.push(...(conditionsSql(backups, [own]) ?? []));
    const marker = limits.marker === null ? null : findBackup(cinder, call, limits.marker);
    const clause = and(...where);
    return {
      rows: pageOf(cinder.store.backups.rows, clause, { ...limits, sort }, marker),
      limit: limits.limit,
      count: counted ? cinder.store.backups.rows.count(clause) : null,
    };
  }

  function list(path: string, view: (call: Call, record: BackupRecord) => Json) {
    return (call: Call): Reply => {
      const { rows, limit, count } = page(call);
      const ids = rows.map(({ id }) => id);
      return json(200, {
        backups: cinder.store.backups.records(rows).map((each) => view(call, each)),
        ...nextLink(call, "backups_links", path, limit, ids, count),
        ...(count === null ? {} : { count }),
      });
    };
  }

  function create(call: Call): Reply {
    const body = (call.body as { backup: Json }).backup;
    const text = (name: string) => (body[name] ?? null) as string | null;
    const row = createBackup(cinder, call, {
      volumeId: body["volume_id"] as string,
      name: given(body, "name") ?? null,
      description: given(body, "description") ?? null,
      container: text("container"),
      incremental: boolFromString(body["incremental"] ?? false) === true,
      force: boolFromString(body["force"] ?? false) === true,
      snapshotId: text("snapshot_id"),
      metadata: call.minor >= METADATA ? ((body["metadata"] ?? {}) as Record<string, string>) : {},
    });
    return json(202, { backup: summary(call, record(row)) });
  }

  function update(call: Call): Reply {
    const body = (call.body as { backup: Json | null }).backup ?? {};
    const name = given(body, "name");
    const description = given(body, "description");
    const metadata = call.minor >= METADATA ? body["metadata"] : undefined;
    const row = updateBackup(cinder, call, call.param("id"), {
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
      ...(metadata === undefined ? {} : { metadata: metadata as Record<string, string> }),
    });
    return json(200, { backup: summary(call, record(row)) });
  }

  function remove(call: Call): Reply {
    deleteBackup(cinder, call, find(call));
    return empty(202);
  }

  function restore(call: Call): Reply {
    const body = (call.body as { restore: Json | null }).restore ?? {};
    const backup = find(call);
    const volume = restoreBackup(cinder, call, backup, {
      volumeId: (body["volume_id"] ?? null) as string | null,
      name: (body["name"] ?? null) as string | null,
    });
    return json(202, {
      restore: { backup_id: backup.id, volume_id: volume.id, volume_name: volume.display_name },
    });
  }

  function importBackup(call: Call): Reply {
    const body = (call.body as { "backup-record": Record<string, string> })["backup-record"];
    const row = importRecord(cinder, call, body["backup_service"] ?? "", body["backup_url"] ?? "");
    return json(201, { backup: summary(call, record(row)) });
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const path = "/backups";
  const shown = asks("backup:get", ATTRIBUTES);
  return [
    { method: "GET", path, handler: list(COLLECTION, summary), access: asks("backup:get_all") },
    {
      method: "GET",
      path: `${path}/detail`,
      handler: list(`${COLLECTION}/detail`, detail),
      access: asks("backup:get_all", ATTRIBUTES),
    },
    {
      method: "POST",
      path,
      handler: create,
      access: asks("volume:get", "volume:get_snapshot", "backup:create"),
      body: schemas.createBackup as never,
    },
    {
      method: "POST",
      path: `${path}/import_record`,
      handler: importBackup,
      access: asks("backup:backup-import"),
      body: schemas.importRecord,
    },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: (call) => json(200, { backup: detail(call, record(find(call))) }),
      access: shown,
    },
    {
      method: "PUT",
      path: `${path}/:id`,
      handler: update,
      access: asks("backup:get", "backup:update"),
      body: schemas.updateBackup as never,
      since: UPDATE,
    },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: asks("backup:get", "backup:delete") },
    {
      method: "POST",
      path: `${path}/:id/restore`,
      handler: restore,
      access: asks("backup:get", "backup:restore", "volume:get", "volume:create"),
      body: schemas.restoreBackup,
    },
    {
      method: "GET",
      path: `${path}/:id/export_record`,
      handler: (call) => json(200, { "backup-record": exportRecord(cinder, call, find(call)) }),
      access: asks("backup:get", "backup:export-import"),
    },
    actionRoute(`${path}/:id/action`, backupActions(cinder, find)),
  ];
}

function backupActions(cinder: Cinder, find: (call: Call) => BackupRow): Action[] {
  return [
    {
      name: "os-reset_status",
      rules: ["backup:get", `${ADMIN}:reset_status`],
      body: schemas.resetBackupStatus,
      handler(call, args) {
        resetBackupStatus(cinder, call, find(call), String((args as Json)["status"]).toLowerCase());
        return empty(202);
      },
    },
    {
      name: "os-force_delete",
      rules: ["backup:get", `${ADMIN}:force_delete`, "backup:delete"],
      handler(call) {
        const row = find(call);
        call.enforce(`${ADMIN}:force_delete`, targetOf(row));
        deleteBackup(cinder, call, row, true);
        return empty(202);
      },
    },
  ];
}
