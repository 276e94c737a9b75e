// /v2.0/quotas (neutron/extensions/quotasv2.py, quotasv2_detail.py, quota_check_limit.py).

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { HTTPBadRequest, HTTPNotImplemented } from "../errors/common.ts";
import { QuotaMissingTenant } from "../errors/extensions.ts";
import { type Limits, QUOTA_RESOURCES, type QuotaResource } from "../rules/quotas.ts";
import { attribute, type Fields, prepareFields, readBody } from "./attributes.ts";
import { toBoolean, toInt } from "./converters.ts";
import { enforceRule } from "./policy.ts";
import { readJson } from "./resource.ts";
import type { ApiParts } from "./resources.ts";
import { range } from "./validators.ts";

const MAX = 2 ** 31 - 1;

const attributes = Object.fromEntries(
  QUOTA_RESOURCES.map((name) => [name, attribute("Uv", { convert: toInt, validate: range(-1, MAX) })]),
);

export function quotaRoutes(prefix: string, { parts }: ApiParts): Route[] {
  const { quotas, store } = parts;

  /** One's own quotas may be seen by anybody. */
  function ask(call: Call, rule: string, projectId: string | null): void {
    call.policyChecks++;
    if (projectId !== null && projectId === call.context.projectId && rule === "get_quota") return;
    enforceRule(call, rule, { project_id: call.context.projectId, tenant_id: call.context.projectId });
  }

  function listQuotas(call: Call): Reply {
    ask(call, "get_quota", null);
    const rows = [...quotas.all()].map(([projectId, limits]) => ({
      ...limits,
      tenant_id: projectId,
      project_id: projectId,
    }));
    return json(200, { quotas: rows });
  }

  function showOwn(call: Call): Reply {
    call.policyChecks++;
    const { projectId } = call.context;
    if (projectId === null) throw new QuotaMissingTenant();
    const key = call.path.endsWith("/tenant") ? "tenant" : "project";
    return json(200, { [key]: { [`${key}_id`]: projectId } });
  }

  function showQuota(call: Call): Reply {
    const id = call.param("project_id");
    ask(call, "get_quota", id);
    return json(200, { quota: quotas.limits(id) });
  }

  function showDefaults(call: Call): Reply {
    ask(call, "get_quota", call.param("project_id"));
    return json(200, { quota: quotas.defaults() });
  }

  function showDetails(call: Call): Reply {
    const id = call.param("project_id");
    ask(call, "get_quota", id);
    const limits = quotas.limits(id);
    const details = QUOTA_RESOURCES.map((name) => [
      name,
      { used: quotas.used(id, name), limit: limits[name], reserved: 0 },
    ]);
    return json(200, { quota: Object.fromEntries(details) });
  }

  async function updateQuota(call: Call): Promise<Reply> {
    ask(call, "update_quota", null);
    const id = call.param("project_id");
    const { items } = readBody(await readJson(call), "quota", "quotas", false);
    const { force: _force, check_limit: checkLimit, ...given } = items[0] as Fields;
    // The client library also names the project, which is in the path.
    const fields = prepareFields(call.context, { ...attributes, ...PROJECT }, given, false);
    const { project_id: _project, tenant_id: _tenant, ...changes } = fields as Partial<Limits> & Fields;
    if (checkLimit !== undefined && toBoolean(checkLimit)) {
      for (const [name, limit] of Object.entries(changes)) {
        const used = quotas.used(id, name as QuotaResource);
        if (used > Number(limit)) {
          throw new HTTPBadRequest(
            `Quota limit ${limit} for ${name} must be greater than or equal to already used ${used}`,
          );
        }
      }
    }
    quotas.set(id, changes as Partial<Limits>);
    return json(200, { quota: quotas.limits(id) });
  }

  function resetQuota(call: Call): Reply {
    ask(call, "delete_quota", null);
    store.transaction(() => quotas.reset(call.param("project_id")));
    return empty(204);
  }

  function createQuota(call: Call): Reply {
    call.policyChecks++;
    throw new HTTPNotImplemented("POST requests are not supported on this resource.");
  }

  const path = `${prefix}/quotas`;
  const get = { handlerAsks: ["get_quota"] };
  return [
    { method: "GET", path, handler: listQuotas, access: get },
    { method: "POST", path, handler: createQuota, access: { handlerAsks: [] } },
    { method: "GET", path: `${path}/tenant`, handler: showOwn, access: { handlerAsks: [] } },
    { method: "GET", path: `${path}/project`, handler: showOwn, access: { handlerAsks: [] } },
    { method: "GET", path: `${path}/:project_id`, handler: showQuota, access: get },
    { method: "GET", path: `${path}/:project_id/default`, handler: showDefaults, access: get },
    { method: "GET", path: `${path}/:project_id/details`, handler: showDetails, access: get },
    {
      method: "PUT",
      path: `${path}/:project_id`,
      handler: updateQuota,
      access: { handlerAsks: ["update_quota"] },
    },
    {
      method: "DELETE",
      path: `${path}/:project_id`,
      handler: resetQuota,
      access: { handlerAsks: ["delete_quota"] },
    },
  ];
}

const PROJECT = { project_id: attribute("U"), tenant_id: attribute("U") };
