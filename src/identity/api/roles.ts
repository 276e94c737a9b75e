// /v3/roles, what they imply, and /v3/role_inferences

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Identity } from "../manager.ts";
import type { RoleFields } from "../role-definitions.ts";
import type { RoleRow } from "../tables.ts";
import { unjudged } from "./bodies.ts";
import { enforce, exact, matchesInexactly, requireSameId } from "./requests.ts";
import { createRole, updateRole } from "./schemas.ts";
import { collection, roleReference, roleView, selfLink } from "./views.ts";

export function roleRoutes({ roles, store, listLimit }: Identity): Route[] {
  function listRoles(call: Call): Reply {
    const domainId = exact(call, "domain_id");
    enforce(call, domainId ? "identity:list_domain_roles" : "identity:list_roles");
    const rows = roles
      .list({ name: exact(call, "name"), domain_id: domainId })
      .filter((row) => matchesInexactly(call, row, ["name", "domain_id"]));
    return json(
      200,
      collection(
        call,
        "roles",
        rows.map((row) => roleView(call, row)),
        listLimit,
      ),
    );
  }

  function createRoleHandler(call: Call): Reply {
    const ofDomain = Boolean(unjudged(call, "role")["domain_id"]);
    enforce(call, ofDomain ? "identity:create_domain_role" : "identity:create_role");
    const { role } = call.body as { role: RoleFields & { name: string } };
    return json(201, { role: roleView(call, roles.create(role)) });
  }

  function showRole(call: Call): Reply {
    return json(200, { role: roleView(call, target(call, "get")) });
  }

  function updateRoleHandler(call: Call): Reply {
    const { id } = target(call, "update");
    const { role } = call.body as { role: RoleFields };
    requireSameId(role, id);
    return json(200, { role: roleView(call, roles.update(id, role)) });
  }

  function deleteRole(call: Call): Reply {
    roles.delete(target(call, "delete").id);
    return empty(204);
  }

  /** Roles of a domain have rules of their own; 403 before 404. */
  function target(call: Call, verb: "get" | "update" | "delete"): RoleRow {
    const id = call.param("role_id");
    const role = store.roles.get(id);
    enforce(
      call,
      role?.domain_id ? `identity:${verb}_domain_role` : `identity:${verb}_role`,
      role ? { role } : {},
    );
    return roles.get(id);
  }

  function listImplied(call: Call): Reply {
    const prior = enforceImplication(call, "identity:list_implied_roles");
    const implies = roles.impliedBy(prior.id).map((row) => roleReference(call, row));
    return json(200, {
      role_inference: { prior_role: roleReference(call, prior), implies },
      links: selfLink(call, "roles", prior.id, "implies"),
    });
  }

  function showImplied(call: Call): Reply {
    const prior = enforceImplication(call, "identity:get_implied_role");
    roles.checkImplied(prior.id, call.param("implied_role_id"));
    return json(200, implication(call, prior));
  }

  function checkImplied(call: Call): Reply {
    const prior = enforceImplication(call, "identity:check_implied_role");
    roles.checkImplied(prior.id, call.param("implied_role_id"));
    return empty(204);
  }

  function addImplied(call: Call): Reply {
    const prior = enforceImplication(call, "identity:create_implied_role");
    roles.addImplied(prior.id, call.param("implied_role_id"));
    return json(201, implication(call, prior));
  }

  function removeImplied(call: Call): Reply {
    const prior = enforceImplication(call, "identity:delete_implied_role");
    roles.removeImplied(prior.id, call.param("implied_role_id"));
    return empty(204);
  }

  function enforceImplication(call: Call, rule: string): RoleRow {
    const impliedId = call.param("implied_role_id");
    const prior = roles.get(call.param("prior_role_id"));
    enforce(call, rule, {
      prior_role: prior,
      ...(impliedId === "" ? {} : { implied_role: roles.get(impliedId) }),
    });
    return prior;
  }

  function implication(call: Call, prior: RoleRow) {
    const implied = roles.get(call.param("implied_role_id"));
    return {
      role_inference: { prior_role: roleReference(call, prior), implies: roleReference(call, implied) },
      links: selfLink(call, "roles", prior.id, "implies", implied.id),
    };
  }

  function listInferences(call: Call): Reply {
    const inferences = roles.inferences().map(({ prior, implied }) => ({
      prior_role: roleReference(call, prior),
      implies: implied.map((row) => roleReference(call, row)),
    }));
    return json(200, { role_inferences: inferences });
  }

  const implied = "/v3/roles/:prior_role_id/implies/:implied_role_id";
  return [
    {
      method: "GET",
      path: "/v3/roles",
      handler: listRoles,
      access: { handlerAsks: ["identity:list_roles", "identity:list_domain_roles"] },
    },
    {
      method: "POST",
      path: "/v3/roles",
      handler: createRoleHandler,
      access: { handlerAsks: ["identity:create_role", "identity:create_domain_role"] },
      body: createRole,
    },
    {
      method: "GET",
      path: "/v3/roles/:role_id",
      handler: showRole,
      access: { handlerAsks: ["identity:get_role", "identity:get_domain_role"] },
    },
    {
      method: "PATCH",
      path: "/v3/roles/:role_id",
      handler: updateRoleHandler,
      access: { handlerAsks: ["identity:update_role", "identity:update_domain_role"] },
      body: updateRole,
    },
    {
      method: "DELETE",
      path: "/v3/roles/:role_id",
      handler: deleteRole,
      access: { handlerAsks: ["identity:delete_role", "identity:delete_domain_role"] },
    },
    {
      method: "GET",
      path: "/v3/roles/:prior_role_id/implies",
      handler: listImplied,
      access: { handlerAsks: ["identity:list_implied_roles"] },
    },
    {
      method: "GET",
      path: implied,
      handler: showImplied,
      access: { handlerAsks: ["identity:get_implied_role"] },
    },
    {
      method: "HEAD",
      path: implied,
      handler: checkImplied,
      access: { handlerAsks: ["identity:check_implied_role"] },
    },
    {
      method: "PUT",
      path: implied,
      handler: addImplied,
      access: { handlerAsks: ["identity:create_implied_role"] },
    },
    {
      method: "DELETE",
      path: implied,
      handler: removeImplied,
      access: { handlerAsks: ["identity:delete_implied_role"] },
    },
    {
      method: "GET",
      path: "/v3/role_inferences",
      handler: listInferences,
      access: "identity:list_role_inference_rules",
    },
  ];
}
