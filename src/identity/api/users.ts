// /v3/users

import { and, eq, type SQL } from "drizzle-orm";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { EntityNotFound } from "../errors.ts";
import type { Identity } from "../manager.ts";
import { user as table, type UserRow } from "../tables.ts";
import type { UserFields } from "../users.ts";
import { changePassword, createUser, updateUser } from "./schemas.ts";
import { collection, projectView, userView } from "./views.ts";

export function userRoutes({ users, roles, store, projects }: Identity): Route[] {
  function listUsers(call: Call): Reply {
    const rows = users.list(filters(call)).filter((row) => namesMatch(call, row.name));
    return json(
      200,
      collection(
        call,
        "users",
        rows.map((row) => userView(call, row)),
      ),
    );
  }

  async function createUserHandler(call: Call): Promise<Reply> {
    const { user } = call.body as { user: UserFields };
    call.enforce("identity:create_user", {
      "target.user.domain_id": user.domain_id ?? call.context.domainId,
    });
    return json(201, { user: userView(call, await users.create(call.context, user)) });
  }

  function showUser(call: Call): Reply {
    return json(200, { user: userView(call, target(call, "identity:get_user")) });
  }

  async function updateUserHandler(call: Call): Promise<Reply> {
    const row = target(call, "identity:update_user");
    const { user } = call.body as { user: UserFields };
    return json(200, { user: userView(call, await users.update(row.id, user)) });
  }

  function deleteUser(call: Call): Reply {
    users.delete(target(call, "identity:delete_user").id);
    return empty(204);
  }

  async function changePasswordHandler(call: Call): Promise<Reply> {
    const { user } = call.body as { user: { original_password: string; password: string } };
    await users.changePassword(call.param("user_id"), user.original_password, user.password);
    return empty(204);
  }

  function listProjectsOfUser(call: Call): Reply {
    const id = call.param("user_id");
    call.enforce("identity:list_user_projects", { "target.user.id": id, user_id: id });
    users.get(id);
    const rows = roles
      .projectIds(id)
      .map((projectId) => store.projects.get(projectId))
      .filter((row) => row?.enabled && projects.domainOf(row).enabled)
      .map((row) => projectView(call, row!, store.tagsOf(row!.id)));
    return json(200, collection(call, "projects", rows));
  }

  /** The user of the path, when the caller may do `rule` to it; else 403 before 404, so that ids cannot be probed. */
  function target(call: Call, rule: string): UserRow {
    const id = call.param("user_id");
    const row = store.users.get(id);
    call.enforce(rule, { "target.user.id": id, "target.user.domain_id": row?.domain_id, user_id: id });
    if (!row) throw new EntityNotFound("user", id);
    return row;
  }

  return [
    { method: "GET", path: "/v3/users", handler: listUsers, access: "identity:list_users" },
    {
      method: "POST",
      path: "/v3/users",
      handler: createUserHandler,
      access: { handlerAsks: ["identity:create_user"] },
      body: createUser,
    },
    {
      method: "GET",
      path: "/v3/users/:user_id",
      handler: showUser,
      access: { handlerAsks: ["identity:get_user"] },
    },
    {
      method: "PATCH",
      path: "/v3/users/:user_id",
      handler: updateUserHandler,
      access: { handlerAsks: ["identity:update_user"] },
      body: updateUser,
    },
    {
      method: "DELETE",
      path: "/v3/users/:user_id",
      handler: deleteUser,
      access: { handlerAsks: ["identity:delete_user"] },
    },
    // No token: the old password is the proof, and an expired password could not get one.
    {
      method: "POST",
      path: "/v3/users/:user_id/password",
      handler: changePasswordHandler,
      access: "public",
      body: changePassword,
    },
    {
      method: "GET",
      path: "/v3/users/:user_id/projects",
      handler: listProjectsOfUser,
      access: { handlerAsks: ["identity:list_user_projects"] },
    },
  ];
}

function filters(call: Call): SQL | undefined {
  const name = call.query.get("name");
  const domainId = call.query.get("domain_id") ?? call.context.domainId;
  const enabled = call.query.get("enabled");
  return and(
    name === null ? undefined : eq(table.name, name),
    domainId === null ? undefined : eq(table.domain_id, domainId),
    enabled === null ? undefined : eq(table.enabled, boolFromString(enabled) ?? true),
  );
}

/** `name__contains` and its kin (keystone/common/driver_hints.py). */
export function namesMatch(call: Call, name: string): boolean {
  for (const [key, value] of call.query) {
    const lower = name.toLowerCase();
    const wanted = value.toLowerCase();
    if (key === "name__contains" && !name.includes(value)) return false;
    if (key === "name__icontains" && !lower.includes(wanted)) return false;
    if (key === "name__startswith" && !name.startsWith(value)) return false;
    if (key === "name__istartswith" && !lower.startsWith(wanted)) return false;
    if (key === "name__endswith" && !name.endsWith(value)) return false;
    if (key === "name__iendswith" && !lower.endsWith(wanted)) return false;
    if (key === "name__iexact" && lower !== wanted) return false;
  }
  return true;
}
