// /group_types and their specs, since 3.11. Authority: cinder/api/v3/{group_types,group_specs}.py of Zed.

import { inArray } from "drizzle-orm";
import { Invalid, NotFound } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import {
  createGroupType,
  deleteGroupType,
  getGroupType,
  groupSpecs,
  listGroupTypes,
  removeGroupSpec,
  setGroupSpecs,
  updateGroupType,
} from "../groups/types.ts";
import { pageOf } from "../store/page.ts";
import { type GroupTypeRow, groupTypes } from "../tables-groups.ts";
import type { Json } from "./bodies.ts";
import { nextLink } from "./paths.ts";
import { take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/groups.ts";
import { publicFilter } from "./types.ts";

const SINCE = 11;
const TYPES = "group:group_types";
const SPECS = "group:group_types_specs";
const ATTRIBUTES = "group:access_group_types_specs";

export function groupTypeRoutes(cinder: Cinder): Route[] {
  function view(call: Call, row: GroupTypeRow): Json {
    const { id, name, description, is_public } = row;
    const shown: Json = { id, name, description, is_public };
    if (call.allows(ATTRIBUTES)) shown["group_specs"] = cinder.store.groups.specs.of(id);
    return shown;
  }

  function list(call: Call): Reply {
    call.enforce(`${TYPES}:get`);
    const query = new URLSearchParams(call.query);
    const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const sort = takeSort(query);
    const matching = listGroupTypes(cinder, call, publicFilter(call, take(query, "is_public")));
    const where = inArray(
      groupTypes.id,
      matching.map(({ id }) => id),
    );
    const marker = page.marker === null ? null : getGroupType(cinder, call, page.marker);
    const rows = pageOf(cinder.store.groups.types, where, { ...page, sort }, marker);
    const ids = rows.map(({ id }) => id);
    return json(200, {
      group_types: rows.map((row) => view(call, row)),
      ...nextLink(call, "group_type_links", "group_types", page.limit, ids),
    });
  }

  function show(call: Call): Reply {
    call.enforce(`${TYPES}:get`);
    return json(200, { group_type: view(call, getGroupType(cinder, call, call.param("id"))) });
  }

  function create(call: Call): Reply {
    call.enforce(`${TYPES}:create`);
    const body = (call.body as { group_type: Json }).group_type;
    const row = createGroupType(cinder, {
      name: body["name"] as string,
      description: (body["description"] ?? null) as string | null,
      isPublic: boolFromString(body["is_public"] ?? true) === true,
      specs: (body["group_specs"] ?? {}) as Record<string, string>,
    });
    return json(202, { group_type: view(call, row) });
  }

  function update(call: Call): Reply {
    call.enforce(`${TYPES}:update`);
    const body = (call.body as { group_type: Json }).group_type;
    const isPublic = body["is_public"] ?? null;
    const row = updateGroupType(cinder, call, call.param("id"), {
      name: (body["name"] ?? null) as string | null,
      description: (body["description"] ?? null) as string | null,
      isPublic: isPublic === null ? null : boolFromString(isPublic) === true,
    });
    return json(200, { group_type: view(call, row) });
  }

  function remove(call: Call): Reply {
    call.enforce(`${TYPES}:delete`);
    deleteGroupType(cinder, call, call.param("id"));
    return empty(202);
  }

  const typeId = (call: Call) => call.param("type_id");

  function listSpecs(call: Call): Reply {
    call.enforce(`${SPECS}:get_all`);
    return json(200, { group_specs: groupSpecs(cinder, call, typeId(call)) });
  }

  function createSpecs(call: Call): Reply {
    call.enforce(`${SPECS}:create`);
    const body = call.body as { group_specs: Record<string, string | null> };
    setGroupSpecs(cinder, call, typeId(call), body.group_specs);
    return json(202, body);
  }

  function showSpec(call: Call): Reply {
    call.enforce(`${SPECS}:get`);
    const key = call.param("key");
    const specs = groupSpecs(cinder, call, typeId(call));
    if (!Object.hasOwn(specs, key)) {
      throw new NotFound(`Group Type ${typeId(call)} has no extra spec with key ${key}.`);
    }
    return json(200, { [key]: specs[key] });
  }

  function updateSpec(call: Call): Reply {
    call.enforce(`${SPECS}:update`);
    const body = call.body as Record<string, string | null>;
    if (!Object.hasOwn(body, call.param("key"))) throw new Invalid("Request body and URI mismatch");
    setGroupSpecs(cinder, call, typeId(call), body);
    return json(200, body);
  }

  function removeSpec(call: Call): Reply {
    call.enforce(`${SPECS}:delete`);
    removeGroupSpec(cinder, call, typeId(call), call.param("key"));
    return empty(202);
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const since = SINCE;
  const path = "/group_types";
  const specs = `${path}/:type_id/group_specs`;
  return [
    { method: "GET", path, handler: list, access: asks(`${TYPES}:get`, ATTRIBUTES), since },
    {
      method: "POST",
      path,
      handler: create,
      access: asks(`${TYPES}:create`, ATTRIBUTES),
      body: schemas.createGroupType,
      since,
    },
    { method: "GET", path: `${path}/:id`, handler: show, access: asks(`${TYPES}:get`, ATTRIBUTES), since },
    {
      method: "PUT",
      path: `${path}/:id`,
      handler: update,
      access: asks(`${TYPES}:update`, ATTRIBUTES),
      body: schemas.updateGroupType,
      since,
    },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: asks(`${TYPES}:delete`), since },
    { method: "GET", path: specs, handler: listSpecs, access: asks(`${SPECS}:get_all`), since },
    {
      method: "POST",
      path: specs,
      handler: createSpecs,
      access: asks(`${SPECS}:create`),
      body: schemas.createGroupSpecs,
      since,
    },
    { method: "GET", path: `${specs}/:key`, handler: showSpec, access: asks(`${SPECS}:get`), since },
    {
      method: "PUT",
      path: `${specs}/:key`,
      handler: updateSpec,
      access: asks(`${SPECS}:update`),
      body: schemas.updateGroupSpec,
      since,
    },
    { method: "DELETE", path: `${specs}/:key`, handler: removeSpec, access: asks(`${SPECS}:delete`), since },
  ];
}
