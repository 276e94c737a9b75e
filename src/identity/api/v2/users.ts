// /v2.0/users and OS-KSCRUD. Authority: keystone/identity/controllers.py and keystone/v2_crud of Newton.

import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { DEFAULT_DOMAIN_ID } from "../../bootstrap.ts";
import { MissingAttribute } from "../../errors.ts";
import type { Identity } from "../../manager.ts";
import type { UserRow } from "../../tables.ts";
import type { UserFields } from "../../users.ts";
import { callerOf } from "../requests.ts";
import { changeOwnPassword, createUser, enableUser, updateUser } from "./schemas.ts";
import { accessView, userView } from "./views.ts";

interface V2UserFields extends UserFields {
  username?: string;
  tenantId?: string | null;
  "OS-KSADM:password"?: string;
}

/** The role a user gets in the tenant it is put into. */
const MEMBER = "member";

export function userRoutes(identity: Identity): Route[] {
  const { users, projects, grants, store, tokens, catalog } = identity;

  function listUsers(call: Call): Reply {
    const name = call.query.get("name");
    if (name !== null) return json(200, { user: userView(users.byName(DEFAULT_DOMAIN_ID, name)) });
    return json(200, { users: users.list({ domain_id: DEFAULT_DOMAIN_ID }).map(userView) });
  }

  async function createUserHandler(call: Call): Promise<Reply> {
    const { user } = call.body as { user: V2UserFields };
    const { tenantId, ...fields } = normalize(user);
    if (tenantId) projects.get(tenantId);
    const row = await users.create(
      {
        ...fields,
        name: fields.name ?? "",
        domain_id: DEFAULT_DOMAIN_ID,
        ...(tenantId ? { default_project_id: tenantId } : {}),
      },
      ({ id }) => tenantId && setMembership(id, tenantId, true),
    );
    return json(200, { user: userView(row) });
  }

  function showUser(call: Call): Reply {
    return json(200, { user: userView(users.get(call.param("user_id"))) });
  }

  async function updateUserHandler(call: Call): Promise<Reply> {
    const { user } = call.body as { user: V2UserFields };
    const { tenantId, ...fields } = normalize(user);
    const before = users.get(call.param("user_id"));
    if (tenantId && tenantId !== before.default_project_id) projects.get(tenantId);
    const row = await users.update(
      before.id,
      { ...fields, ...(tenantId === undefined ? {} : { default_project_id: tenantId }) },
      moveMembership,
    );
    return json(200, { user: { ...userView(row), extra: row.extra } });
  }

  function deleteUser(call: Call): Reply {
    users.delete(call.param("user_id"));
    return empty(204);
  }

  /** The user's own change; the answer is a token made with the new password. */
  async function changePassword(call: Call): Promise<Reply> {
    const caller = callerOf(call, identity);
    const id = call.param("user_id");
    call.enforce("owner", { user_id: id });
    const { user } = call.body as { user: { password: string; original_password?: string } };
    if (user.original_password === undefined) throw new MissingAttribute("original password", "user");
    await users.changePassword(id, user.original_password, user.password);
    const { methods, scope } = caller.payload;
    const { token, view } = tokens.issue({ userId: id, methods, scope });
    const entries = view.project ? catalog.forProject(view.project.id, id) : [];
    return json(200, accessView(token, view, entries));
  }

  function moveMembership(before: UserRow, after: UserRow): void {
    if (before.default_project_id === after.default_project_id) return;
    if (before.default_project_id) setMembership(after.id, before.default_project_id, false);
    if (after.default_project_id) setMembership(after.id, after.default_project_id, true);
  }

  function setMembership(userId: string, projectId: string, member: boolean): void {
    const role = store.roleByName(MEMBER);
    if (!role) return;
    const grant = {
      actor: { kind: "user" as const, id: userId },
      target: { kind: "project" as const, id: projectId },
      inherited: false,
    };
    if (member) grants.add(grant, role.id);
    else if (grants.list(grant).some((held) => held.id === role.id)) grants.remove(grant, role.id);
  }

  const one = "/v2.0/users/:user_id";
  const access = "admin_required";
  const update = (path: string, body = updateUser): Route => ({
    method: "PUT",
    path,
    handler: updateUserHandler,
    access,
    body,
  });
  return [
    { method: "GET", path: "/v2.0/users", handler: listUsers, access },
    { method: "POST", path: "/v2.0/users", handler: createUserHandler, access, body: createUser },
    { method: "GET", path: one, handler: showUser, access },
    update(one),
    { method: "DELETE", path: one, handler: deleteUser, access },
    ...["password", "OS-KSADM/password", "tenant", "OS-KSADM/tenant"].map((what) => update(`${one}/${what}`)),
    ...["enabled", "OS-KSADM/enabled"].map((what) => update(`${one}/${what}`, enableUser)),
    {
      method: "PATCH",
      path: "/v2.0/OS-KSCRUD/users/:user_id",
      handler: changePassword,
      access: { handlerAsks: ["owner"] },
      body: changeOwnPassword,
    },
  ];
}

function normalize(user: V2UserFields): V2UserFields {
  const { username, "OS-KSADM:password": password, domain_id: _, ...fields } = user;
  return {
    ...fields,
    ...(fields.name === undefined && username !== undefined ? { name: username } : {}),
    ...(password === undefined ? {} : { password }),
  };
}
