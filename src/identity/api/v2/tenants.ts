// /v2.0/tenants. Authority: keystone/{resource,assignment}/controllers.py of Newton.
//
// Keystone's public side lists the caller's own tenants and its admin side all of them, to administrators only.

import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { DEFAULT_DOMAIN_ID } from "../../bootstrap.ts";
import { EntityNotFound, ValidationFailed } from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import type { ProjectFields } from "../../projects.ts";
import type { ProjectRow } from "../../tables.ts";
import { createTenant, updateTenant } from "./schemas.ts";
import { isAdminSide } from "./sides.ts";
import { tenantView, userView } from "./views.ts";

export function tenantRoutes({ projects, resolver, roleAssignments, store }: Identity): Route[] {
  function listTenants(call: Call): Reply {
    // The static token is nobody and has none of its own.
    if (isAdminSide(call) || call.context.isServiceToken) {
      call.enforce("admin_required");
      return listAll(call);
    }
    call.enforce("identity:get_auth_projects");
    const own = resolver
      .projectIds(call.context.userId ?? "")
      .map((id) => store.projects.get(id))
      .filter((row) => row?.domain_id === DEFAULT_DOMAIN_ID);
    return json(200, page(call, own as ProjectRow[]));
  }

  function listAll(call: Call): Reply {
    const name = call.query.get("name");
    if (!name) return json(200, page(call, projects.list({ domain_id: DEFAULT_DOMAIN_ID })));
    const row = store.projectByName(DEFAULT_DOMAIN_ID, name);
    if (!row) throw new EntityNotFound("project", name);
    return json(200, { tenant: tenantView(row) });
  }

  function createTenantHandler(call: Call): Reply {
    const { tenant } = call.body as { tenant: ProjectFields & { name: string } };
    const { id, ...fields } = tenant;
    const row = projects.create({ ...fields, ...(id ? { id } : {}), domain_id: DEFAULT_DOMAIN_ID });
    return json(200, { tenant: tenantView(row) });
  }

  function showTenant(call: Call): Reply {
    return json(200, { tenant: tenantView(target(call)) });
  }

  function updateTenantHandler(call: Call): Reply {
    const { id } = target(call);
    const { tenant } = call.body as { tenant: ProjectFields };
    const row = projects.update(id, tenant);
    return json(200, { tenant: { ...tenantView(row), extra: row.extra } });
  }

  function deleteTenant(call: Call): Reply {
    projects.delete(target(call).id);
    return empty(204);
  }

  function listUsers(call: Call): Reply {
    const { id } = projects.get(call.param("tenant_id"));
    const assignments = roleAssignments.list({ projectId: id, effective: true });
    const userIds = new Set(assignments.map((assignment) => assignment.userId ?? ""));
    const rows = [...userIds].map((userId) => store.users.get(userId)).filter((row) => row !== null);
    return json(200, { users: rows.map(userView) });
  }

  /** A domain is no tenant. */
  function target(call: Call): ProjectRow {
    const id = call.param("tenant_id");
    const row = projects.get(id);
    if (row.is_domain) throw new EntityNotFound("project", id);
    return row;
  }

  const one = "/v2.0/tenants/:tenant_id";
  const access = "admin_required";
  return [
    {
      method: "GET",
      path: "/v2.0/tenants",
      handler: listTenants,
      access: { handlerAsks: ["identity:get_auth_projects", access] },
    },
    { method: "POST", path: "/v2.0/tenants", handler: createTenantHandler, access, body: createTenant },
    { method: "GET", path: one, handler: showTenant, access },
    { method: "POST", path: one, handler: updateTenantHandler, access, body: updateTenant },
    { method: "PUT", path: one, handler: updateTenantHandler, access, body: updateTenant },
    { method: "DELETE", path: one, handler: deleteTenant, access },
    { method: "GET", path: `${one}/users`, handler: listUsers, access },
  ];
}

/** `marker` and `limit`. @throws ValidationFailed */
function page(call: Call, rows: readonly ProjectRow[]): Record<string, unknown> {
  const marker = call.query.get("marker");
  const limit = call.query.get("limit");
  const start = marker === null ? 0 : rows.findIndex((row) => row.id === marker) + 1;
  if (marker !== null && start === 0) throw new ValidationFailed("Marker could not be found");
  if (limit !== null && !/^\d+$/.test(limit)) throw new ValidationFailed("Invalid limit value");
  const end = limit === null ? undefined : start + Number(limit);
  return { tenants: rows.slice(start, end).map(tenantView), tenants_links: [] };
}
