// /v3/registered_limits and /v3/limits. Authority: keystone/api/{registered_limits,limits}.py.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { LimitFields, LimitFilter, RegisteredLimitFields } from "../limits.ts";
import type { Identity } from "../manager.ts";
import { enforce, exact } from "./requests.ts";
import { createLimits, createRegisteredLimits, updateLimit, updateRegisteredLimit } from "./schemas.ts";
import { collection, limitView, registeredLimitView } from "./views.ts";

export function limitRoutes({ limits, store, listLimit }: Identity): Route[] {
  function listRegistered(call: Call): Reply {
    const shown = limits.listRegistered(aboutWhat(call)).map((row) => registeredLimitView(call, row));
    return json(200, collection(call, "registered_limits", shown, listLimit));
  }

  function createRegistered(call: Call): Reply {
    const { registered_limits } = call.body as { registered_limits: RegisteredLimitFields[] };
    const made = limits.createRegistered(registered_limits).map((row) => registeredLimitView(call, row));
    return json(201, { registered_limits: made });
  }

  function showRegistered(call: Call): Reply {
    const row = limits.registered(call.param("registered_limit_id"));
    return json(200, { registered_limit: registeredLimitView(call, row) });
  }

  function updateRegistered(call: Call): Reply {
    const { registered_limit } = call.body as { registered_limit: Partial<RegisteredLimitFields> };
    const row = limits.updateRegistered(call.param("registered_limit_id"), registered_limit);
    return json(200, { registered_limit: registeredLimitView(call, row) });
  }

  function deleteRegistered(call: Call): Reply {
    limits.deleteRegistered(call.param("registered_limit_id"));
    return empty(204);
  }

  /** Everybody sees what concerns the scope of the own token; system users see all. */
  function listLimits(call: Call): Reply {
    const { systemScope, domainId, projectId, isServiceToken } = call.context;
    const filter: LimitFilter = {
      ...aboutWhat(call),
      project_id: exact(call, "project_id"),
      domain_id: exact(call, "domain_id"),
    };
    let found = limits.list(filter);
    if (systemScope === null && !isServiceToken) {
      found = found.filter((limit) => {
        if (domainId === null) return limit.project_id !== null && limit.project_id === projectId;
        const owner =
          limit.project_id === null ? limit.domain_id : store.projects.get(limit.project_id)?.domain_id;
        return owner === domainId;
      });
    }
    const shown = found.map((limit) => limitView(call, limit));
    return json(200, collection(call, "limits", shown, listLimit));
  }

  function createLimitsHandler(call: Call): Reply {
    const { limits: wanted } = call.body as { limits: LimitFields[] };
    return json(201, { limits: limits.create(wanted).map((limit) => limitView(call, limit)) });
  }

  function showLimit(call: Call): Reply {
    const id = call.param("limit_id");
    const row = store.limits.get(id);
    const project = row?.project_id ? store.projects.get(row.project_id) : undefined;
    const domain = row?.domain_id ? store.domain(row.domain_id) : undefined;
    enforce(call, "identity:get_limit", row ? { limit: { ...row, project, domain } } : {});
    return json(200, { limit: limitView(call, limits.get(id)) });
  }

  function updateLimitHandler(call: Call): Reply {
    const { limit } = call.body as { limit: Partial<LimitFields> };
    return json(200, { limit: limitView(call, limits.update(call.param("limit_id"), limit)) });
  }

  function deleteLimit(call: Call): Reply {
    limits.delete(call.param("limit_id"));
    return empty(204);
  }

  function showModel(): Reply {
    const { name, description } = limits.model;
    return json(200, { model: { name, description } });
  }

  const registered = "/v3/registered_limits/:registered_limit_id";
  return [
    {
      method: "GET",
      path: "/v3/registered_limits",
      handler: listRegistered,
      access: "identity:list_registered_limits",
    },
    {
      method: "POST",
      path: "/v3/registered_limits",
      handler: createRegistered,
      access: "identity:create_registered_limits",
      body: createRegisteredLimits,
    },
    { method: "GET", path: registered, handler: showRegistered, access: "identity:get_registered_limit" },
    {
      method: "PATCH",
      path: registered,
      handler: updateRegistered,
      access: "identity:update_registered_limit",
      body: updateRegisteredLimit,
    },
    {
      method: "DELETE",
      path: registered,
      handler: deleteRegistered,
      access: "identity:delete_registered_limit",
    },
    { method: "GET", path: "/v3/limits/model", handler: showModel, access: "identity:get_limit_model" },
    { method: "GET", path: "/v3/limits", handler: listLimits, access: "identity:list_limits" },
    {
      method: "POST",
      path: "/v3/limits",
      handler: createLimitsHandler,
      access: "identity:create_limits",
      body: createLimits,
    },
    {
      method: "GET",
      path: "/v3/limits/:limit_id",
      handler: showLimit,
      access: { handlerAsks: ["identity:get_limit"] },
    },
    {
      method: "PATCH",
      path: "/v3/limits/:limit_id",
      handler: updateLimitHandler,
      access: "identity:update_limit",
      body: updateLimit,
    },
    { method: "DELETE", path: "/v3/limits/:limit_id", handler: deleteLimit, access: "identity:delete_limit" },
  ];
}

function aboutWhat(call: Call) {
  return {
    service_id: exact(call, "service_id"),
    region_id: exact(call, "region_id"),
    resource_name: exact(call, "resource_name"),
  };
}
