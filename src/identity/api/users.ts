// /v3/users

import { parseIso } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { TimestampInvalid, ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { UserRow } from "../tables.ts";
import type { UserFields } from "../users.ts";
import { unjudged } from "./bodies.ts";
import { domainForNew, enforce, exact, exactBool, matchesInexactly, requireSameId } from "./requests.ts";
import { changePassword, createUser, updateUser } from "./schemas.ts";
import { collection, groupView, projectView, userView, withExtra } from "./views.ts";

const FILTERS = ["domain_id", "enabled", "name", "password_expires_at"];

export function userRoutes({ users, groups, resolver, store, listLimit }: Identity): Route[] {
  function listUsers(call: Call): Reply {
    const { domainId } = call.context;
    enforce(call, "identity:list_users", domainId ? { domain_id: domainId } : {});
    const rows = users
      .list({
        domain_id: domainId ?? exact(call, "domain_id"),
        name: exact(call, "name"),
        enabled: exactBool(call, "enabled"),
      })
      .filter((row) => matchesInexactly(call, row, FILTERS) && expiresAsAsked(call, row));
    return json(
      200,
      collection(
        call,
        "users",
        rows.map((row) => userView(call, row)),
        listLimit,
      ),
    );
  }

  async function createUserHandler(call: Call): Promise<Reply> {
    enforce(call, "identity:create_user", { user: unjudged(call, "user") });
    const { user } = call.body as { user: UserFields & { name: string } };
    const row = await users.create({ ...user, domain_id: domainForNew(call, user.domain_id) });
    return json(201, { user: userView(call, row) });
  }

  function showUser(call: Call): Reply {
    enforceOn(call, "identity:get_user");
    return json(200, { user: userView(call, users.get(call.param("user_id"))) });
  }

  async function updateUserHandler(call: Call): Promise<Reply> {
    enforceOn(call, "identity:update_user");
    const { id } = users.get(call.param("user_id"));
    const { user } = call.body as { user: UserFields };
    requireSameId(user, id);
    const row = await users.update(id, user);
    return json(200, { user: withExtra(userView(call, row), row.extra) });
  }

  function deleteUser(call: Call): Reply {
    enforceOn(call, "identity:delete_user");
    users.delete(call.param("user_id"));
    return empty(204);
  }

  async function changePasswordHandler(call: Call): Promise<Reply> {
    const { user } = call.body as { user: { original_password: string; password: string } };
    await users.changePassword(call.param("user_id"), user.original_password, user.password);
    return empty(204);
  }

  function listProjectsOfUser(call: Call): Reply {
    enforceOn(call, "identity:list_user_projects");
    const [domainId, name, enabled] = [
      exact(call, "domain_id"),
      exact(call, "name"),
      exactBool(call, "enabled"),
    ];
    const rows = resolver
      .projectIds(call.param("user_id"))
      .map((id) => store.projects.get(id))
      .filter((row) => row !== null)
      .filter((row) => domainId === undefined || row.domain_id === domainId)
      .filter((row) => name === undefined || row.name === name)
      .filter((row) => enabled === undefined || row.enabled === enabled)
      .filter((row) => matchesInexactly(call, row, ["domain_id", "enabled", "name"]));
    const shown = rows.map((row) => projectView(call, row, store.tags.rightsOf(row.id)));
    return json(200, collection(call, "projects", shown));
  }

  function listGroupsOfUser(call: Call): Reply {
    enforceOn(call, "identity:list_groups_for_user");
    const { domainId } = call.context;
    const name = exact(call, "name");
    const rows = groups
      .ofUser(call.param("user_id"))
      .filter((row) => domainId === null || row.domain_id === domainId)
      .filter((row) => name === undefined || row.name === name)
      .filter((row) => matchesInexactly(call, row, ["name"]));
    const shown = rows.map((row) => ({ ...groupView(call, row), membership_expires_at: null }));
    return json(200, collection(call, "groups", shown));
  }

  /** 403 before 404, so that ids cannot be probed. */
  function enforceOn(call: Call, rule: string): void {
    const user = store.users.get(call.param("user_id"));
    enforce(call, rule, user ? { user } : {});
  }

  return [
    {
      method: "GET",
      path: "/v3/users",
      handler: listUsers,
      access: { handlerAsks: ["identity:list_users"] },
    },
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
    {
      method: "GET",
      path: "/v3/users/:user_id/groups",
      handler: listGroupsOfUser,
      access: { handlerAsks: ["identity:list_groups_for_user"] },
    },
  ];
}

const OPERATORS: Record<string, (a: number, b: number) => boolean> = {
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
};

/** `?password_expires_at=lt:2026-01-01T00:00:00Z` (keystone/identity/core.py). @throws TimestampInvalid, ValidationFailed */
function expiresAsAsked(call: Call, row: UserRow): boolean {
  const asked = call.query.get("password_expires_at");
  if (asked === null) return true;
  const [operator, text] = asked.slice(2, 4).includes(":")
    ? [asked.slice(0, asked.indexOf(":")), asked.slice(asked.indexOf(":") + 1)]
    : ["eq", asked];
  const ms = parseIso(text);
  if (ms === null) {
    throw new TimestampInvalid();
  }
  const compare = OPERATORS[operator];
  if (!compare) {
    throw new ValidationFailed(
      `The given operator ${operator} is not valid. It must be one of the following: 'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'.`,
    );
  }
  return row.password_expires_at !== null && compare(row.password_expires_at, ms);
}
