// /consistencygroups and /cgsnapshots: groups and their snapshots under their former names. Authority: cinder/api/contrib/
// consistencygroups.py and cgsnapshots.py, cinder/api/v3/consistencygroups.py and their views of Zed.

import { and } from "drizzle-orm";
import { CloudError, Invalid, NotFound } from "../../core/errors.ts";
import { boolFromString, pyRepr } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { createGroup, deleteGroup, findGroup, updateGroup } from "../groups/groups.ts";
import { legacyType } from "../groups/legacy.ts";
import {
  createGroupFromSource,
  createGroupSnapshot,
  deleteGroupSnapshot,
  findGroupSnapshot,
} from "../groups/snapshots.ts";
import { shownMoment } from "../moments.ts";
import { conditionsSql, pageOf } from "../store/page.ts";
import { type GroupRow, type GroupSnapshotRow, groupSnapshots, groups } from "../tables-groups.ts";
import { type Json, readJson, requiredObject } from "./bodies.ts";
import { conditionsOf } from "./list.ts";
import { nextLink } from "./paths.ts";
import { take, takePage, takeSort } from "./query.ts";

/** Since then a name or description may be emptied. */
const BLANK_PROPERTIES = 6;
const MAX_LENGTH = 255;

const asks = (...rules: string[]) => ({ handlerAsks: rules.map((rule) => `group:${rule}`) });

/** `{"NAME": {...}}` @throws Invalid */
async function bodyOf(call: Call, name: string): Promise<Json> {
  const body = requiredObject(await readJson(call), name);
  for (const key of ["name", "description"]) checkLength(body[key], key);
  return body;
}

function checkLength(value: unknown, name: string): void {
  if (value === undefined || value === null) return;
  if (typeof value !== "string") throw new Invalid(`${name} is not a string or unicode`);
  const { length } = value.trim();
  if (length > MAX_LENGTH) throw new Invalid(`${name} has ${length} characters, more than ${MAX_LENGTH}.`);
}

/** Null when it is not there. @throws Invalid for what is no text */
function textIn(body: Json, name: string): string | null {
  const value = body[name] ?? null;
  if (value === null || typeof value === "string") return value?.trim() ?? null;
  throw new Invalid(`Invalid value for ${name}: ${pyRepr(value)}`);
}

/** `ID,ID,...` */
const idsIn = (text: string | null) => (text ?? "").split(",").filter((id) => id !== "");

export function consistencyGroupRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findGroup(cinder, call, call.param("id"));
  const summary = ({ id, name }: GroupRow): Json => ({ id, name });
  const detail = (row: GroupRow): Json => ({
    id: row.id,
    status: row.status,
    availability_zone: row.availability_zone,
    created_at: shownMoment(row.created_at),
    name: row.name,
    description: row.description,
    volume_types: cinder.store.groups.volumeTypesOf(row.id),
  });

  function list(view: (row: GroupRow) => Json) {
    return (call: Call): Reply => {
      call.enforce("group:get_all");
      const { context } = call;
      const query = new URLSearchParams(call.query);
      const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const sort = takeSort(query);
      const allTenants = context.isAdmin && query.has("all_tenants");
      take(query, "all_tenants");
      const conditions = conditionsOf(groups, query);
      const where = conditions && conditionsSql(groups, conditions);
      if (where === null) return json(200, { consistencygroups: [] });
      const own = { column: "project_id", equals: context.projectId };
      if (!allTenants) where.push(...(conditionsSql(groups, [own]) ?? []));
      const marker = page.marker === null ? null : findGroup(cinder, call, page.marker);
      const rows = pageOf(cinder.store.groups.rows, and(...where), { ...page, sort }, marker);
      const ids = rows.map(({ id }) => id);
      return json(200, {
        consistencygroups: rows.map(view),
        ...nextLink(call, "consistencygroup_links", "consistencygroups", page.limit, ids),
      });
    };
  }

  async function create(call: Call): Promise<Reply> {
    call.enforce("group:create");
    const body = await bodyOf(call, "consistencygroup");
    const name = textIn(body, "name");
    const volumeTypes = idsIn(textIn(body, "volume_types"));
    if (volumeTypes.length === 0) {
      throw new Invalid(`volume_types must be provided to create consistency group ${name ?? "None"}.`);
    }
    const row = createGroup(cinder, call, {
      name,
      description: textIn(body, "description"),
      groupType: legacyType(cinder).id,
      volumeTypes,
      availabilityZone: textIn(body, "availability_zone"),
    });
    return json(202, { consistencygroup: summary(row) });
  }

  async function createFromSource(call: Call): Promise<Reply> {
    call.enforce("group:create");
    const body = await bodyOf(call, "consistencygroup-from-src");
    const name = textIn(body, "name");
    const groupSnapshotId = textIn(body, "cgsnapshot_id") || null;
    const sourceGroupId = textIn(body, "source_cgid") || null;
    if (groupSnapshotId === null && sourceGroupId === null) {
      throw new Invalid(
        `Either 'cgsnapshot_id' or 'source_cgid' must be provided to create consistency group ${name ?? "None"} from source.`,
      );
    }
    if (groupSnapshotId !== null && sourceGroupId !== null) {
      throw new Invalid(
        `Cannot provide both 'cgsnapshot_id' and 'source_cgid' to create consistency group ${name ?? "None"} from source.`,
      );
    }
    try {
      const description = textIn(body, "description");
      const row = createGroupFromSource(cinder, call, { name, description, groupSnapshotId, sourceGroupId });
      return json(202, { consistencygroup: summary(row) });
    } catch (error) {
      if (error instanceof NotFound || !(error instanceof CloudError)) throw error;
      // Whatever it is, the request is told to be bad.
      throw error.kind === "forbidden" ? error : new Invalid(error.message);
    }
  }

  async function remove(call: Call): Promise<Reply> {
    const body = requiredObject(await readJson(call), "consistencygroup");
    const force = boolFromString(body["force"] ?? false);
    if (force === null) throw new Invalid(`Invalid value '${String(body["force"])}' for force.`);
    deleteGroup(cinder, call, find(call), force);
    return empty(202);
  }

  async function update(call: Call): Promise<Reply> {
    const body = await bodyOf(call, "consistencygroup");
    const row = find(call);
    call.enforce("group:update", { project_id: row.project_id, user_id: row.user_id });
    const [name, description] = [textIn(body, "name"), textIn(body, "description")];
    const [addVolumes, removeVolumes] = [
      idsIn(textIn(body, "add_volumes")),
      idsIn(textIn(body, "remove_volumes")),
    ];
    const moves = addVolumes.length > 0 || removeVolumes.length > 0;
    if (call.minor >= BLANK_PROPERTIES && name === null && description === null && !moves) {
      throw new Invalid(
        "Must specify one or more of the following keys to update: name, description, add_volumes, remove_volumes.",
      );
    }
    if (call.minor < BLANK_PROPERTIES && !name && !description && !moves) {
      throw new Invalid(
        "Name, description, add_volumes, and remove_volumes can not be all empty in the request body.",
      );
    }
    updateGroup(cinder, call, row, { name, description, addVolumes, removeVolumes });
    return empty(202);
  }

  const path = "/consistencygroups";
  return [
    { method: "GET", path, handler: list(summary), access: asks("get_all") },
    { method: "GET", path: `${path}/detail`, handler: list(detail), access: asks("get_all") },
    { method: "POST", path, handler: create, access: asks("create", "group_types:get") },
    {
      method: "POST",
      path: `${path}/create_from_src`,
      handler: createFromSource,
      access: asks("create", "get", "get_group_snapshot"),
    },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: (call) => json(200, { consistencygroup: detail(find(call)) }),
      access: asks("get"),
    },
    { method: "POST", path: `${path}/:id/delete`, handler: remove, access: asks("get", "delete") },
    { method: "PUT", path: `${path}/:id/update`, handler: update, access: asks("get", "update") },
    { method: "PUT", path: `${path}/:id`, handler: update, access: asks("get", "update") },
    ...cgsnapshotRoutes(cinder),
  ];
}

function cgsnapshotRoutes(cinder: Cinder): Route[] {
  const find = (call: Call) => findGroupSnapshot(cinder, call, call.param("id"));
  const summary = ({ id, name }: GroupSnapshotRow): Json => ({ id, name });
  const detail = (row: GroupSnapshotRow): Json => ({
    id: row.id,
    consistencygroup_id: row.group_id,
    status: row.status,
    created_at: shownMoment(row.created_at),
    name: row.name,
    description: row.description,
  });

  function list(view: (row: GroupSnapshotRow) => Json) {
    return (call: Call): Reply => {
      call.enforce("group:get_all_group_snapshots");
      const page = takePage(new URLSearchParams(call.query), cinder.settings.CINDER_OSAPI_MAX_LIMIT);
      const own = { column: "project_id", equals: call.context.projectId };
      const where = and(...(conditionsSql(groupSnapshots, [own]) ?? []));
      const limits = { ...page, sort: [{ key: "created_at", direction: "desc" }], marker: null };
      const rows = pageOf(cinder.store.groups.snapshots, where, limits, null);
      return json(200, { cgsnapshots: rows.map(view) });
    };
  }

  async function create(call: Call): Promise<Reply> {
    const body = await bodyOf(call, "cgsnapshot");
    const groupId = textIn(body, "consistencygroup_id");
    if (groupId === null) throw new Invalid("'consistencygroup_id' must be specified");
    const row = createGroupSnapshot(cinder, call, findGroup(cinder, call, groupId), {
      name: textIn(body, "name"),
      description: textIn(body, "description"),
    });
    return json(202, { cgsnapshot: summary(row) });
  }

  function remove(call: Call): Reply {
    deleteGroupSnapshot(cinder, call, find(call));
    return empty(202);
  }

  const path = "/cgsnapshots";
  return [
    { method: "GET", path, handler: list(summary), access: asks("get_all_group_snapshots") },
    { method: "GET", path: `${path}/detail`, handler: list(detail), access: asks("get_all_group_snapshots") },
    { method: "POST", path, handler: create, access: asks("get", "create_group_snapshot") },
    {
      method: "GET",
      path: `${path}/:id`,
      handler: (call) => json(200, { cgsnapshot: detail(find(call)) }),
      access: asks("get_group_snapshot"),
    },
    {
      method: "DELETE",
      path: `${path}/:id`,
      handler: remove,
      access: asks("get_group_snapshot", "delete_group_snapshot"),
    },
  ];
}
