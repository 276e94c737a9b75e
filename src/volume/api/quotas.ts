// /os-quota-sets, /os-quota-class-sets and /limits. Authority: cinder/api/contrib/{quotas,quota_classes,used_limits}.py and
// cinder/api/v3/limits.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { pyStr } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { InvalidInput } from "../errors.ts";
import type { QuotaState } from "../quotas.ts";
import type { Json } from "./bodies.ts";
import { boolParam, MAX_INT, pythonInt, take } from "./query.ts";
import * as schemas from "./schemas/administration.ts";

/** Limits of other projects, for administrators. */
const LIMITS_ADMIN_FILTER = 39;
/** In bodies of updates, and no resources (cinder/quota.py, NON_QUOTA_KEYS). */
const NO_RESOURCES = ["tenant_id", "id"];

const LIMITS: readonly (readonly [string, string])[] = [
  ["maxTotalVolumes", "volumes"],
  ["maxTotalSnapshots", "snapshots"],
  ["maxTotalVolumeGigabytes", "gigabytes"],
  ["maxTotalBackups", "backups"],
  ["maxTotalBackupGigabytes", "backup_gigabytes"],
];
const USED: readonly (readonly [string, string])[] = [
  ["totalVolumesUsed", "volumes"],
  ["totalGigabytesUsed", "gigabytes"],
  ["totalSnapshotsUsed", "snapshots"],
  ["totalBackupsUsed", "backups"],
  ["totalBackupGigabytesUsed", "backup_gigabytes"],
];

export function quotaRoutes(cinder: Cinder): Route[] {
  const { quotas } = cinder;
  const target = (call: Call) => ({ project_id: call.param("id") });

  function show(call: Call): Reply {
    call.enforce("volume_extension:quotas:show", target(call));
    const id = call.param("id");
    const usage = boolParam("usage", take(new URLSearchParams(call.query), "usage"));
    const values = usage
      ? [...quotas.states(id)].map(([name, state]) => [name, usageView(name, state)])
      : [...quotas.limits(id)];
    return json(200, { quota_set: { ...Object.fromEntries(values), id } });
  }

  function defaults(call: Call): Reply {
    call.enforce("volume_extension:quotas:show", target(call));
    return json(200, { quota_set: { ...Object.fromEntries(quotas.defaults()), id: call.param("id") } });
  }

  function update(call: Call): Reply {
    call.enforce("volume_extension:quotas:update", target(call));
    const id = call.param("id");
    checkName("quota_set_name", id);
    const { quota_set } = call.body as { quota_set: Json };
    const known = quotas.resources();
    const limits = Object.entries(quota_set)
      .filter(([name]) => !NO_RESOURCES.includes(name))
      .map(([name, value]) => [name, limitOf(name, value)] as const);
    const unknown = limits.filter(([name]) => !known.includes(name)).map(([name]) => name);
    if (unknown.length > 0) throw new InvalidInput(`Bad key(s) in quota set: ${unknown.join(", ")}`);
    cinder.transaction(() => {
      const usages = quotas.usages(id);
      for (const [name, limit] of limits) {
        const { inUse, reserved } = usages.get(name) ?? { inUse: 0, reserved: 0 };
        if (name !== "per_volume_gigabytes" && limit !== -1 && limit < inUse + reserved) {
          throw new Invalid(
            `Quota ${name} limit must be equal or greater than existing resources. Current usage is ${inUse + reserved} and the requested limit is ${limit}.`,
          );
        }
      }
      for (const [name, limit] of limits) cinder.store.quotas.setLimit(id, name, limit);
    });
    return json(200, { quota_set: Object.fromEntries(quotas.limits(id)) });
  }

  function remove(call: Call): Reply {
    call.enforce("volume_extension:quotas:delete", target(call));
    cinder.store.quotas.removeLimits(call.param("id"));
    return empty(200);
  }

  function showClass(call: Call): Reply {
    call.enforce("volume_extension:quota_classes:get");
    const id = call.param("id");
    return json(200, { quota_class_set: { ...Object.fromEntries(quotas.ofClass(id)), id } });
  }

  function updateClass(call: Call): Reply {
    call.enforce("volume_extension:quota_classes:update");
    const id = call.param("id");
    checkName("quota_class_name", id);
    const { quota_class_set } = call.body as { quota_class_set: Json };
    cinder.transaction(() => {
      for (const [name, value] of Object.entries(quota_class_set)) {
        cinder.store.quotas.setClassLimit(id, name, Number(value));
      }
    });
    return json(200, { quota_class_set: Object.fromEntries(quotas.ofClass(id)) });
  }

  function limits(call: Call): Reply {
    call.enforce("volume_extension:limits");
    const { context, query, minor } = call;
    const other =
      minor >= LIMITS_ADMIN_FILTER && context.isAdmin
        ? (query.get("project_id") ?? query.get("tenant_id"))
        : null;
    const states = quotas.states(other ?? context.projectId ?? "");
    const pick = (names: typeof LIMITS, field: "limit" | "inUse") =>
      Object.fromEntries(names.map(([shown, name]) => [shown, states.get(name)?.[field] ?? 0]));
    const absolute = {
      ...pick(LIMITS, "limit"),
      ...(call.allows("limits_extension:used_limits") ? pick(USED, "inUse") : {}),
    };
    return json(200, { limits: { rate: [], absolute } });
  }

  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const path = "/os-quota-sets/:id";
  const classPath = "/os-quota-class-sets/:id";
  return [
    { method: "GET", path, handler: show, access: asks("volume_extension:quotas:show") },
    {
      method: "GET",
      path: `${path}/defaults`,
      handler: defaults,
      access: asks("volume_extension:quotas:show"),
    },
    {
      method: "PUT",
      path,
      handler: update,
      access: asks("volume_extension:quotas:update"),
      body: schemas.updateQuotas,
    },
    { method: "DELETE", path, handler: remove, access: asks("volume_extension:quotas:delete") },
    {
      method: "GET",
      path: classPath,
      handler: showClass,
      access: asks("volume_extension:quota_classes:get"),
    },
    {
      method: "PUT",
      path: classPath,
      handler: updateClass,
      access: asks("volume_extension:quota_classes:update"),
      body: schemas.updateQuotaClass,
    },
    {
      method: "GET",
      path: "/limits",
      handler: limits,
      access: asks("volume_extension:limits", "limits_extension:used_limits"),
    },
  ];
}

/** The largest volume is a limit of its own kind: nothing is in use of it. */
function usageView(name: string, { limit, inUse, reserved }: QuotaState): Json {
  return name === "per_volume_gigabytes"
    ? { limit, in_use: 0, reserved: 0 }
    : { limit, in_use: inUse, reserved };
}

/** cinder/api/schemas/quotas.py and validators.py (validate_quota_set). @throws InvalidInput */
function limitOf(name: string, value: unknown): number {
  const number = typeof value === "number" && Number.isInteger(value) ? value : pythonInt(pyStr(value));
  if (number === null || typeof value === "boolean") {
    throw new Invalid(`${name} must be an integer`);
  }
  if (number < -1) throw new Invalid(`${name} must be >= -1`);
  if (number > MAX_INT) throw new Invalid(`${name} must be <= ${MAX_INT}`);
  return number;
}

function checkName(what: string, name: string): void {
  if (name.length > 255) {
    throw new InvalidInput(`${what} has ${name.length} characters, more than 255.`);
  }
  if (name === "") throw new InvalidInput(`${what} has a minimum character requirement of 1.`);
}
