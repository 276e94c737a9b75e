// role-* and user-role-*: keystoneclient/v2_0/shell.py and roles.py, 0.11.

import { hidden } from "../common-options.ts";
import type { OptionSpec } from "../options.ts";
import { listTable, propertyTable } from "../table.ts";
import type { Entity, IdentityClient } from "./client.ts";
import { tenantIdOf } from "./users.ts";
import type { Verb } from "./verb.ts";

const ROLE = { dest: "role", metavar: "<role>" };

const list: Verb = {
  name: "role-list",
  help: "List all roles.",
  async run(client, _args, io) {
    io.out(listTable(await client.list("role"), ["id", "name"], { sortBy: "name" }));
  },
};

const get: Verb = {
  name: "role-get",
  help: "Display role details.",
  args: [{ ...ROLE, help: "Name or ID of role to display." }],
  async run(client, args, io) {
    io.out(propertyTable(await client.find("role", args.required("role"))));
  },
};

const create: Verb = {
  name: "role-create",
  help: "Create new role.",
  options: [{ names: ["--name"], metavar: "<role-name>", required: true, help: "Name of the role." }],
  async run(client, args, io) {
    const { role } = await client.post("/OS-KSADM/roles", { role: { name: args.text("name") } });
    io.out(propertyTable(role));
  },
};

const remove: Verb = {
  name: "role-delete",
  help: "Delete role.",
  args: [{ ...ROLE, help: "Name or ID of role to delete." }],
  async run(client, args) {
    await client.delete(`/OS-KSADM/roles/${(await client.find("role", args.required("role"))).id}`);
  },
};

const GRANT: readonly OptionSpec[] = [
  {
    names: ["--user", "--user-id", "--user_id"],
    metavar: "<user>",
    required: true,
    help: "Name or ID of user.",
  },
  {
    names: ["--role", "--role-id", "--role_id"],
    metavar: "<role>",
    required: true,
    help: "Name or ID of role.",
  },
  { names: ["--tenant", "--tenant-id"], metavar: "<tenant>", help: "Name or ID of tenant." },
  hidden("--tenant_id"),
];

async function grantPath(
  client: IdentityClient,
  args: { required(dest: string): string; text(dest: string): string | null },
): Promise<string> {
  const user = await client.find("user", args.required("user"));
  const role = await client.find("role", args.required("role"));
  const tenantId = await tenantIdOf(client, args);
  const within = tenantId === null ? "" : `/tenants/${tenantId}`;
  return `${within}/users/${user.id}/roles/OS-KSADM/${role.id}`;
}

const add: Verb = {
  name: "user-role-add",
  help: "Add role to user.",
  options: GRANT,
  async run(client, args) {
    await client.put(await grantPath(client, args), null);
  },
};

const take: Verb = {
  name: "user-role-remove",
  help: "Remove role from user.",
  options: GRANT,
  async run(client, args) {
    await client.delete(await grantPath(client, args));
  },
};

const granted: Verb = {
  name: "user-role-list",
  help: "List roles granted to a user.",
  options: [
    { names: ["--user", "--user-id"], metavar: "<user>", help: "Whose roles; default is the caller." },
    hidden("--user_id"),
    {
      names: ["--tenant", "--tenant-id"],
      metavar: "<tenant>",
      help: "In which tenant; default is the caller's.",
    },
    hidden("--tenant_id"),
  ],
  async run(client, args, io) {
    const tenantId = (await tenantIdOf(client, args)) ?? client.ownTenantId;
    const user = args.text("user");
    const userId = user ? (await client.find("user", user)).id : (args.text("user_id") ?? client.ownUserId);
    const within = tenantId === null ? "" : `/tenants/${tenantId}`;
    const roles = (await client.get(`${within}/users/${userId}/roles`)).roles as Entity[];
    const rows = roles.map((role) => ({ ...role, user_id: userId, tenant_id: tenantId }));
    io.out(listTable(rows, ["id", "name", "user_id", "tenant_id"], { sortBy: "name" }));
  },
};

export const roleVerbs: readonly Verb[] = [create, remove, get, list, add, granted, take];
