// /os-quota-sets and /os-quota-class-sets. Authority: nova/api/openstack/compute/quota_{sets,classes}.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Quotas } from "../quotas/quotas.ts";
import { isResource, type Limits, RESOURCES, type Resource } from "../quotas/resources.ts";
import type { ProjectCheck } from "./project-check.ts";
import {
  FILE_QUOTAS,
  NETWORK_QUOTAS,
  quotaQuery,
  updateQuotaClass,
  updateQuotaSet,
} from "./quotas.schemas.ts";

/** Quota classes show these only since 2.50. */
const GROUP_QUOTAS = ["server_groups", "server_group_members"];
const MAX_CLASS_NAME = 255;

type Body = Record<string, number | string | boolean>;

export function quotaRoutes(quotas: Quotas, checkProject: ProjectCheck): Route[] {
  /** The project of the path, when the caller may do this to it. */
  function target(call: Call, verb: string): string {
    const id = call.param("id");
    call.enforce(`os_compute_api:os-quota-sets:${verb}`, { project_id: id });
    if (verb !== "delete") checkProject(id);
    return id;
  }

  const user = (call: Call) => call.query.get("user_id");

  function show(call: Call): Reply {
    const id = target(call, "show");
    return json(200, { quota_set: { id, ...visible(call, quotas.limits(id, user(call))) } });
  }

  function detail(call: Call): Reply {
    const id = target(call, "detail");
    const state = quotas.state(id, user(call));
    const shown = Object.fromEntries(
      RESOURCES.map((name) => {
        const { limit, inUse, reserved } = state[name];
        return [name, { limit, in_use: inUse, reserved }];
      }),
    ) as Record<Resource, unknown>;
    return json(200, { quota_set: { id, ...visible(call, shown) } });
  }

  function defaults(call: Call): Reply {
    const id = target(call, "defaults");
    return json(200, { quota_set: { id, ...visible(call, quotas.defaults()) } });
  }

  function update(call: Call): Reply {
    const id = target(call, "update");
    const { quota_set: body } = call.body as { quota_set: Body };
    if ("networks" in body) throw new Invalid("The networks quota has been removed");
    const force = boolFromString(body["force"] ?? "False") ?? false;
    quotas.set(id, user(call), limitsIn(body), { force });
    return json(200, { quota_set: visible(call, quotas.limits(id, user(call))) });
  }

  function remove(call: Call): Reply {
    quotas.clear(target(call, "delete"), user(call));
    return empty(202);
  }

  function showClass(call: Call): Reply {
    const id = call.param("id");
    return json(200, { quota_class_set: { id, ...visibleInClass(call, quotas.classLimits(id)) } });
  }

  function updateClass(call: Call): Reply {
    const id = call.param("id");
    if (id.length > MAX_CLASS_NAME) {
      throw new Invalid(
        `Invalid input received: quota_class_name has ${id.length} characters, more than ${MAX_CLASS_NAME}.`,
      );
    }
    const { quota_class_set: body } = call.body as { quota_class_set: Body };
    quotas.setClass(id, limitsIn(body));
    return json(200, { quota_class_set: visibleInClass(call, quotas.classLimits(id)) });
  }

  const asks = (verb: string) => ({ handlerAsks: [`os_compute_api:os-quota-sets:${verb}`] });
  const one = "/os-quota-sets/:id";
  const ofClass = "/os-quota-class-sets/:id";
  return [
    { method: "GET", path: one, handler: show, access: asks("show"), query: quotaQuery },
    {
      method: "PUT",
      path: one,
      handler: update,
      access: asks("update"),
      query: quotaQuery,
      body: updateQuotaSet,
    },
    { method: "DELETE", path: one, handler: remove, access: asks("delete"), query: quotaQuery },
    { method: "GET", path: `${one}/defaults`, handler: defaults, access: asks("defaults") },
    { method: "GET", path: `${one}/detail`, handler: detail, access: asks("detail"), query: quotaQuery },
    {
      method: "GET",
      path: ofClass,
      handler: showClass,
      access: "os_compute_api:os-quota-class-sets:show",
    },
    {
      method: "PUT",
      path: ofClass,
      handler: updateClass,
      access: "os_compute_api:os-quota-class-sets:update",
      body: updateQuotaClass,
    },
  ];
}

/** Values may be numbers in strings; empty ones are left out, as Nova does. */
function limitsIn(body: Body): Partial<Limits> {
  const limits: Partial<Limits> = {};
  for (const [name, value] of Object.entries(body)) {
    if (isResource(name) && value !== "") limits[name] = Number(value);
  }
  return limits;
}

function visible<T>(call: Call, values: Record<Resource, T>): Partial<Record<Resource, T>> {
  return without(values, [
    ...(call.minor >= 36 ? NETWORK_QUOTAS : []),
    ...(call.minor >= 57 ? FILE_QUOTAS : []),
  ]);
}

function visibleInClass(call: Call, values: Limits): Partial<Limits> {
  return without(values, [
    ...(call.minor < 50 ? GROUP_QUOTAS : NETWORK_QUOTAS),
    ...(call.minor >= 57 ? FILE_QUOTAS : []),
  ]);
}

function without<T>(values: Record<Resource, T>, hidden: readonly string[]): Partial<Record<Resource, T>> {
  return Object.fromEntries(
    RESOURCES.filter((name) => !hidden.includes(name)).map((name) => [name, values[name]]),
  ) as Partial<Record<Resource, T>>;
}
