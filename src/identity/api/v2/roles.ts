// /v2.0/OS-KSADM/roles and roles of users in tenants. Authority: keystone/assignment/controllers.py of Newton.

import { NotImplemented } from "../../../core/errors.ts";
import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { DEFAULT_DOMAIN_ID } from "../../bootstrap.ts";
import { DuplicateEntry, NotFoundHere } from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import type { RoleFields } from "../../role-definitions.ts";
import { createRole, createRoleRef } from "./schemas.ts";
import { roleView } from "./views.ts";

export function roleRoutes({
  roles,
  roleAssignments,
  grants,
  projects,
  users,
  store,
  applicationCredentials,
}: Identity): Route[] {
  function listRoles(call: Call): Reply {
    const name = call.query.get("name") ?? undefined;
    return json(200, { roles: roles.list({ name }).map(roleView) });
  }

  function createRoleHandler(call: Call): Reply {
    const { role } = call.body as { role: RoleFields & { name: string } };
    return json(200, { role: roleView(roles.create(role)) });
  }

  /** By id, or by name. */
  function showRole(call: Call): Reply {
    return json(200, { role: roleView(roles.find(call.param("role_id"))) });
  }

  function deleteRole(call: Call): Reply {
    roles.delete(call.param("role_id"));
    return empty(204);
  }

  /** What was given, by itself or through groups; what that implies is left out, as v2.0 knew no implications. */
  function listRolesOfUser(call: Call): Reply {
    const projectId = projects.get(call.param("tenant_id")).id;
    const userId = users.get(call.param("user_id")).id;
    const ids = roleAssignments
      .list({ userId, projectId, effective: true })
      .filter((assignment) => assignment.via?.priorRoleId === undefined)
      .map((assignment) => assignment.roleId);
    return json(200, { roles: store.rolesWithIds([...new Set(ids)]).map(roleView) });
  }

  function addRole(call: Call): Reply {
    return json(200, {
      role: roleView(add(call.param("user_id"), call.param("tenant_id"), call.param("role_id"))),
    });
  }

  function removeRole(call: Call): Reply {
    remove(call.param("user_id"), call.param("tenant_id"), call.param("role_id"));
    return empty(204);
  }

  function withoutTenant(): Reply {
    throw new NotImplemented("User roles not supported: tenant_id required");
  }

  function listRoleRefs(call: Call): Reply {
    const userId = users.get(call.param("user_id")).id;
    const refs = roleAssignments
      .list({ userId, effective: true })
      .filter(({ projectId, via }) => projectId !== undefined && via?.priorRoleId === undefined)
      .filter(({ projectId }) => store.projects.get(projectId!)?.domain_id === DEFAULT_DOMAIN_ID)
      .map(({ roleId, projectId }) => {
        const ref = { roleId, tenantId: projectId!, userId };
        return { ...ref, id: new URLSearchParams(ref).toString() };
      });
    return json(200, { roles: refs });
  }

  function createRoleRefHandler(call: Call): Reply {
    const { role } = call.body as { role: { tenantId: string; roleId: string } };
    return json(200, { role: roleView(add(call.param("user_id"), role.tenantId, role.roleId)) });
  }

  function deleteRoleRef(call: Call): Reply {
    const ref = new URLSearchParams(call.param("role_ref_id"));
    remove(call.param("user_id"), ref.get("tenantId") ?? "", ref.get("roleId") ?? "");
    return empty(204);
  }

  function add(userId: string, tenantId: string, roleId: string) {
    const role = roles.find(roleId);
    const grant = direct(users.get(userId).id, projects.get(tenantId).id);
    if (!grants.add(grant, role.id)) {
      throw new DuplicateEntry(
        "role grant",
        `User ${userId} already has role ${role.id} in tenant ${tenantId}`,
      );
    }
    return role;
  }

  function remove(userId: string, tenantId: string, roleId: string): void {
    const grant = direct(userId, tenantId);
    if (!grants.list(grant).some((role) => role.id === roleId)) {
      throw new NotFoundHere(`Cannot remove role that has not been granted, ${roleId}`);
    }
    store.db.transaction(() => {
      grants.remove(grant, roleId);
      applicationCredentials.deleteOfUserInProject(userId, tenantId);
    });
  }

  const access = "admin_required";
  const one = "/v2.0/OS-KSADM/roles/:role_id";
  const inTenant = "/v2.0/tenants/:tenant_id/users/:user_id/roles";
  const ofUser = "/v2.0/users/:user_id";
  return [
    { method: "GET", path: "/v2.0/OS-KSADM/roles", handler: listRoles, access },
    { method: "POST", path: "/v2.0/OS-KSADM/roles", handler: createRoleHandler, access, body: createRole },
    { method: "GET", path: one, handler: showRole, access },
    { method: "DELETE", path: one, handler: deleteRole, access },
    { method: "GET", path: inTenant, handler: listRolesOfUser, access },
    { method: "PUT", path: `${inTenant}/OS-KSADM/:role_id`, handler: addRole, access },
    { method: "DELETE", path: `${inTenant}/OS-KSADM/:role_id`, handler: removeRole, access },
    { method: "GET", path: `${ofUser}/roles`, handler: withoutTenant, access },
    { method: "PUT", path: `${ofUser}/roles/OS-KSADM/:role_id`, handler: withoutTenant, access },
    { method: "DELETE", path: `${ofUser}/roles/OS-KSADM/:role_id`, handler: withoutTenant, access },
    { method: "GET", path: `${ofUser}/roleRefs`, handler: listRoleRefs, access },
    {
      method: "POST",
      path: `${ofUser}/roleRefs`,
      handler: createRoleRefHandler,
      access,
      body: createRoleRef,
    },
    { method: "DELETE", path: `${ofUser}/roleRefs/:role_ref_id`, handler: deleteRoleRef, access },
  ];
}

function direct(userId: string, projectId: string) {
  return {
    actor: { kind: "user" as const, id: userId },
    target: { kind: "project" as const, id: projectId },
    inherited: false,
  };
}
