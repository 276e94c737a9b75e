// /os-migrations and /servers/ID/migrations. Authority: nova/api/openstack/compute/{migrations,server_migrations}.py.

import { Invalid, NotFound } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { isoMicros, parseIso } from "../../core/times.ts";
import type { Route, VersionedSchema } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { abortLiveMigration, forceComplete, MigrationNotFound, migrationOf } from "../servers/moves.ts";
import type { MigrationRow } from "../tables.ts";
import * as schemas from "./action-schemas.ts";
import { linkBase, nextLink, resourceLinks } from "./links.ts";
import * as p from "./parameter-types.ts";
import { limitOf } from "./server-queries.ts";
import { handlerAsks, targetServer } from "./target.ts";

const LIST = "os_compute_api:os-migrations:index";
const rule = (name: string) => `os_compute_api:servers:migrations:${name}`;

const IN_PROGRESS = ["queued", "preparing", "running", "post-migrating"];

function listSchema(minor: number) {
  const text = p.single({ type: "string" });
  const moment = p.single({ type: "string", format: "date-time" });
  return {
    type: "object",
    properties: {
      hidden: p.queryText,
      host: p.queryText,
      instance_uuid: p.queryText,
      source_compute: p.queryText,
      status: p.queryText,
      migration_type: p.queryText,
      ...(minor >= 59
        ? { limit: p.single(p.nonNegativeInteger), marker: text, "changes-since": moment }
        : {}),
      ...(minor >= 66 ? { "changes-before": moment } : {}),
      ...(minor >= 80 ? { user_id: text, project_id: text } : {}),
    },
    additionalProperties: minor < 59,
  };
}

const listQuery = [1, 59, 66, 80].map(
  (minor) => [minor, listSchema(minor)] as const,
) as unknown as VersionedSchema;

const moment = (ms: number | null) => (ms === null ? null : isoMicros(ms));

export function migrationRoutes(nova: Nova): Route[] {
  function listMigrations(call: Call): Reply {
    const rows = nova.store.migrations
      .list({ deleted: 0 }, "ORDER BY created_at DESC, id DESC")
      .filter(matches(call));
    if (call.minor < 59) return json(200, { migrations: rows.map((row) => view(call, row)) });
    const marker = call.query.get("marker");
    let from = 0;
    if (marker !== null) {
      from = rows.findIndex((row) => row.uuid === marker) + 1;
      if (from === 0) throw new Invalid(`Marker ${marker} could not be found.`);
    }
    const limit = limitOf(nova, call);
    const page = rows.slice(from, from + limit);
    return json(200, {
      migrations: page.map((row) => view(call, row)),
      ...nextLink(
        call,
        "migrations",
        "os-migrations",
        limit,
        page.map((row) => row.uuid),
      ),
    });
  }

  function matches(call: Call): (row: MigrationRow) => boolean {
    const asked = (name: string) => call.query.get(name);
    const since = call.minor >= 59 ? asked("changes-since") : null;
    const before = call.minor >= 66 ? asked("changes-before") : null;
    const [sinceMs, beforeMs] = [since && parseIso(since), before && parseIso(before)];
    if (sinceMs && beforeMs && beforeMs < sinceMs) {
      throw new Invalid("The value of changes-since must be less than or equal to changes-before.");
    }
    const hidden = boolFromString(asked("hidden") ?? "false") === true;
    const equal = (name: string, value: string | null) => asked(name) === null || asked(name) === value;
    return (row) =>
      row.hidden === hidden &&
      equal("status", row.status) &&
      equal("instance_uuid", row.instance_uuid) &&
      equal("migration_type", row.migration_type) &&
      equal("source_compute", row.source_compute) &&
      (asked("host") === null ||
        row.source_compute === asked("host") ||
        row.dest_compute === asked("host")) &&
      (call.minor < 80 || (equal("user_id", row.user_id) && equal("project_id", row.project_id))) &&
      (!sinceMs || (row.updated_at ?? 0) >= sinceMs) &&
      (!beforeMs || (row.updated_at ?? 0) <= beforeMs);
  }

  function view(call: Call, row: MigrationRow) {
    const { minor } = call;
    const live = row.migration_type === "live-migration" && IN_PROGRESS.includes(row.status ?? "");
    return {
      id: row.id,
      source_compute: row.source_compute,
      source_node: row.source_node,
      dest_compute: row.dest_compute,
      dest_host: row.dest_host,
      dest_node: row.dest_node,
      status: row.status,
      instance_uuid: row.instance_uuid,
      old_instance_type_id: row.old_instance_type_id,
      new_instance_type_id: row.new_instance_type_id,
      created_at: moment(row.created_at),
      updated_at: moment(row.updated_at),
      ...(minor >= 23 ? { migration_type: row.migration_type } : {}),
      ...(minor >= 23 && live
        ? { links: resourceLinks(linkBase(call), `servers/${row.instance_uuid}/migrations`, String(row.id)) }
        : {}),
      ...(minor >= 59 ? { uuid: row.uuid } : {}),
      ...(minor >= 80 ? { user_id: row.user_id, project_id: row.project_id } : {}),
    };
  }

  return [
    { method: "GET", path: "/os-migrations", handler: listMigrations, access: LIST, query: listQuery },
    ...serverMigrationRoutes(nova),
  ];
}

function serverMigrationRoutes(nova: Nova): Route[] {
  const target = (call: Call, name: string) => targetServer(nova, call, rule(name), "server_id");

  function list(call: Call): Reply {
    const instance = target(call, "index");
    const rows = nova.store
      .migrationsOf(instance.uuid, IN_PROGRESS)
      .filter((row) => row.migration_type === "live-migration");
    return json(200, { migrations: rows.map((row) => serverView(row, call.minor)) });
  }

  function show(call: Call): Reply {
    const instance = target(call, "show");
    const id = call.param("id");
    let row: MigrationRow;
    try {
      row = migrationOf(nova, instance, id);
    } catch (error) {
      if (!(error instanceof MigrationNotFound)) throw error;
      throw new NotFound(`In-progress live migration ${id} is not found for server ${instance.uuid}.`);
    }
    if (row.migration_type !== "live-migration") {
      throw new NotFound(`Migration ${id} for server ${instance.uuid} is not live-migration.`);
    }
    if (!IN_PROGRESS.includes(row.status ?? "")) {
      throw new NotFound(`Live migration ${id} for server ${instance.uuid} is not in progress.`);
    }
    return json(200, { migration: serverView(row, call.minor) });
  }

  async function abort(call: Call): Promise<Reply> {
    const instance = target(call, "delete");
    await abortLiveMigration(nova, call.context, instance, call.param("id"), call.minor >= 65);
    return empty(202);
  }

  function force(call: Call): Reply {
    const instance = target(call, "force_complete");
    try {
      forceComplete(nova, call.context, instance, call.param("id"));
    } catch (error) {
      if (error instanceof MigrationNotFound) throw new Invalid(error.message);
      throw error;
    }
    return empty(202);
  }

  const path = "/servers/:server_id/migrations";
  return [
    { method: "GET", path, handler: list, since: 23, access: handlerAsks(rule("index")) },
    { method: "GET", path: `${path}/:id`, handler: show, since: 23, access: handlerAsks(rule("show")) },
    { method: "DELETE", path: `${path}/:id`, handler: abort, since: 24, access: handlerAsks(rule("delete")) },
    {
      method: "POST",
      path: `${path}/:id/action`,
      handler: force,
      since: 22,
      access: handlerAsks(rule("force_complete")),
      body: schemas.forceComplete,
    },
  ];
}

function serverView(row: MigrationRow, minor: number) {
  return {
    created_at: moment(row.created_at),
    dest_compute: row.dest_compute,
    dest_host: row.dest_host,
    dest_node: row.dest_node,
    disk_processed_bytes: row.disk_processed,
    disk_remaining_bytes: row.disk_remaining,
    disk_total_bytes: row.disk_total,
    id: row.id,
    memory_processed_bytes: row.memory_processed,
    memory_remaining_bytes: row.memory_remaining,
    memory_total_bytes: row.memory_total,
    server_uuid: row.instance_uuid,
    source_compute: row.source_compute,
    source_node: row.source_node,
    status: row.status,
    updated_at: moment(row.updated_at),
    ...(minor >= 59 ? { uuid: row.uuid } : {}),
    ...(minor >= 80 ? { user_id: row.user_id, project_id: row.project_id } : {}),
  };
}
