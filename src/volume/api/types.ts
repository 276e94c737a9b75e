// /types. Authority: cinder/api/v3/types.py, cinder/api/contrib/{types_manage,volume_type_access}.py of Zed.

import { inArray } from "drizzle-orm";
import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { pageOf } from "../store/page.ts";
import type { Pairs } from "../store/pairs.ts";
import type { VolumeTypeRecord } from "../store/types.ts";
import { volumeTypes } from "../tables.ts";
import { USER_VISIBLE_SPECS } from "../volume-types.ts";
import { actionRoute } from "./actions.ts";
import type { Json } from "./bodies.ts";
import { rejectFilters } from "./filters.ts";
import { nextLink } from "./paths.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { take, takePage, takeSort } from "./query.ts";
import * as schemas from "./schemas/administration.ts";

const ACCESS = "volume_extension:volume_type_access";
const SENSITIVE = "volume_extension:types_extra_specs:read_sensitive";
/** Rules every answer that shows a type asks. */
const VIEW_RULES = [
  "volume_extension:access_types_extra_specs",
  SENSITIVE,
  "volume_extension:access_types_qos_specs_id",
  ACCESS,
];

/** What of the extra specs this caller may see. */
export function shownSpecs(call: Call, specs: Pairs): Pairs {
  if (call.allows(SENSITIVE)) return specs;
  return Object.fromEntries(Object.entries(specs).filter(([key]) => USER_VISIBLE_SPECS.includes(key)));
}

function typeView(call: Call, { row, extraSpecs }: VolumeTypeRecord): Json {
  const view: Json = { id: row.id, name: row.name, is_public: row.is_public, description: row.description };
  if (call.allows("volume_extension:access_types_extra_specs"))
    view["extra_specs"] = shownSpecs(call, extraSpecs);
  if (call.allows("volume_extension:access_types_qos_specs_id")) view["qos_specs_id"] = row.qos_specs_id;
  if (call.allows(ACCESS)) view["os-volume-type-access:is_public"] = row.is_public;
  return view;
}

/** What creating and updating answer: an older view, without QoS specs and with all extra specs. */
function changedView({ row, extraSpecs }: VolumeTypeRecord): Json {
  const { id, name, is_public, description } = row;
  return { id, name, is_public, extra_specs: extraSpecs, description };
}

export function typeRoutes(cinder: Cinder): Route[] {
  const { types } = cinder;

  function list(call: Call): Reply {
    call.enforce("volume_extension:type_get_all");
    const query = new URLSearchParams(call.query);
    const page = takePage(query, cinder.settings.CINDER_OSAPI_MAX_LIMIT);
    const sort = takeSort(query);
    const wanted = publicFilter(call, take(query, "is_public"));
    if (call.minor >= 52) rejectFilters(call.context, call.minor, "volume_type", query);
    const specs = call.minor >= 52 || call.context.isAdmin ? take(query, "extra_specs") : null;
    const matching = cinder.store.types
      .all()
      .filter((record) => types.isVisible(call, record))
      .filter(({ row }) => wanted === null || row.is_public === wanted)
      .filter(({ extraSpecs }) => specs === null || hasSpecs(call, extraSpecs, specs));
    const marker = page.marker === null ? null : types.get(call, page.marker).row;
    const ids = matching.map(({ row }) => row.id);
    const rows = pageOf(cinder.store.types.rows, inArray(volumeTypes.id, ids), { ...page, sort }, marker);
    const records = rows.flatMap((row) => cinder.store.types.get(row.id) ?? []);
    return json(200, {
      volume_types: records.map((record) => typeView(call, record)),
      ...nextLink(
        call,
        "volume_type_links",
        "types",
        page.limit,
        rows.map(({ id }) => id),
      ),
    });
  }

  function show(call: Call): Reply {
    const id = call.param("id");
    const record = id === "default" ? types.default(call.context.projectId) : types.get(call, id);
    call.enforce("volume_extension:type_get");
    return json(200, { volume_type: typeView(call, record) });
  }

  function create(call: Call): Reply {
    call.enforce("volume_extension:type_create");
    const body = (call.body as { volume_type: Json }).volume_type;
    const record = types.create(
      body["name"] as string,
      (body["description"] ?? null) as string | null,
      boolFromString(body["os-volume-type-access:is_public"] ?? true) === true,
      (body["extra_specs"] ?? {}) as Record<string, string | null>,
    );
    const access = call.allows(ACCESS) ? { "os-volume-type-access:is_public": record.row.is_public } : {};
    return json(200, { volume_type: { ...changedView(record), ...access } });
  }

  function update(call: Call): Reply {
    call.enforce("volume_extension:type_update");
    const body = (call.body as { volume_type: Json }).volume_type;
    const isPublic = body["is_public"] ?? null;
    const record = types.update(call, call.param("id"), {
      name: (body["name"] ?? null) as string | null,
      description: (body["description"] ?? null) as string | null,
      isPublic: isPublic === null ? null : boolFromString(isPublic) === true,
    });
    return json(200, { volume_type: changedView(record) });
  }

  function remove(call: Call): Reply {
    call.enforce("volume_extension:type_delete");
    types.delete(call, call.param("id"));
    return empty(202);
  }

  function access(call: Call): Reply {
    call.enforce(`${ACCESS}:get_all_for_type`);
    const id = call.param("id");
    const projects = types.access(call, id);
    return json(200, {
      volume_type_access: projects.map((project_id) => ({ volume_type_id: id, project_id })),
    });
  }

  const change = (rule: string, work: (call: Call, id: string, project: string) => void) => ({
    rules: [`${ACCESS}:${rule}`],
    handler(call: Call, args: unknown) {
      call.enforce(`${ACCESS}:${rule}`);
      work(call, call.param("id"), (args as { project: string }).project);
      return empty(202);
    },
  });
  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    {
      method: "GET",
      path: "/types",
      handler: list,
      access: asks("volume_extension:type_get_all", ...VIEW_RULES),
    },
    {
      method: "POST",
      path: "/types",
      handler: create,
      access: asks("volume_extension:type_create", ACCESS),
      body: schemas.createType,
    },
    {
      method: "GET",
      path: "/types/:id",
      handler: show,
      access: asks("volume_extension:type_get", ...VIEW_RULES),
    },
    {
      method: "PUT",
      path: "/types/:id",
      handler: update,
      access: asks("volume_extension:type_update"),
      body: schemas.updateType,
    },
    { method: "DELETE", path: "/types/:id", handler: remove, access: asks("volume_extension:type_delete") },
    {
      method: "GET",
      path: "/types/:id/os-volume-type-access",
      handler: access,
      access: asks(`${ACCESS}:get_all_for_type`),
    },
    actionRoute("/types/:id/action", [
      {
        name: "addProjectAccess",
        body: schemas.addProjectAccess,
        ...change("addProjectAccess", (call, id, project) => types.allow(call, id, project)),
      },
      {
        name: "removeProjectAccess",
        body: schemas.removeProjectAccess,
        ...change("removeProjectAccess", (call, id, project) => types.disallow(call, id, project)),
      },
    ]),
  ];
}

/** Null: both. Only administrators see private types in lists. @throws Invalid */
export function publicFilter(call: Call, text: string | null): boolean | null {
  if (!call.context.isAdmin || text === null) return true;
  if (["none", ""].includes(text.toLowerCase())) return null;
  const value = boolFromString(text);
  if (value === null) throw new Invalid(`Invalid is_public filter [${text}]`);
  return value;
}

/** Nobody finds out by filters what he may not see. */
function hasSpecs(call: Call, extraSpecs: Pairs, filter: string): boolean {
  const wanted = parsePythonLiteral(filter);
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) return false;
  const shown = shownSpecs(call, extraSpecs);
  return Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(shown, key) && shown[key] === String(value),
  );
}
