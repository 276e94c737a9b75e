// user-*, password-update: keystoneclient/v2_0/shell.py and users.py, 0.11.

import { boolFromString } from "../../core/python.ts";
import { hidden } from "../common-options.ts";
import { ClientError } from "../errors.ts";
import { askNewPassword, askPassword } from "../prompt.ts";
import { listTable, propertyTable } from "../table.ts";
import type { Entity, IdentityClient } from "./client.ts";
import { ENABLED, type Verb } from "./verb.ts";

const USER = { dest: "user", metavar: "<user>" };

/** `--pass` without a value: ask. */
const ASK = true;

const list: Verb = {
  name: "user-list",
  help: "List users.",
  options: [
    {
      names: ["--tenant", "--tenant-id"],
      metavar: "<tenant>",
      help: "Only users with a role in this tenant; all users if not given.",
    },
    hidden("--tenant_id"),
  ],
  async run(client, args, io) {
    const tenant = args.text("tenant");
    const users = tenant
      ? ((await client.get(`/tenants/${(await client.find("tenant", tenant)).id}/users`)).users as Entity[])
      : await client.list("user");
    io.out(listTable(users, ["id", "name", "enabled", "email"], { sortBy: "name" }));
  },
};

const get: Verb = {
  name: "user-get",
  help: "Display user details.",
  args: [{ ...USER, help: "Name or ID of user to display." }],
  async run(client, args, io) {
    io.out(propertyTable(await client.find("user", args.required("user"))));
  },
};

const create: Verb = {
  name: "user-create",
  help: "Create new user.",
  options: [
    { names: ["--name"], metavar: "<user-name>", required: true, help: "Name of the user, unique." },
    { names: ["--tenant", "--tenant-id"], metavar: "<tenant>", help: "Default tenant of the user." },
    hidden("--tenant_id"),
    {
      names: ["--pass"],
      dest: "passwd",
      metavar: "<pass>",
      kind: "optional",
      bare: ASK,
      help: "Password of the user; asked for when no value follows.",
    },
    { names: ["--email"], metavar: "<email>", help: "Email address of the user." },
    {
      names: ["--enabled"],
      metavar: ENABLED,
      default: true,
      help: "Whether the user can log in. Default is true.",
    },
  ],
  async run(client, args, io) {
    const tenant = args.text("tenant");
    const tenantId = tenant ? (await client.find("tenant", tenant)).id : args.text("tenant_id");
    const password = args.values["passwd"] === ASK ? await askNewPassword() : args.text("passwd");
    const fields = {
      name: args.text("name"),
      password,
      tenantId,
      email: args.text("email"),
      enabled: isTrue(args.values["enabled"]),
    };
    const { user } = await client.post("/users", { user: fields }, { log: !password });
    io.out(propertyTable(user));
  },
};

const update: Verb = {
  name: "user-update",
  help: "Update user's name, email, and enabled status.",
  options: [
    { names: ["--name"], metavar: "<user-name>", help: "New name." },
    { names: ["--email"], metavar: "<email>", help: "New email address." },
    { names: ["--enabled"], metavar: ENABLED, help: "Whether the user can log in." },
  ],
  args: [{ ...USER, help: "Name or ID of user to update." }],
  async run(client, args, io) {
    const fields: Record<string, unknown> = {};
    if (args.text("name")) fields["name"] = args.text("name");
    if (args.text("email") !== null) fields["email"] = args.text("email");
    if (args.text("enabled")) fields["enabled"] = isTrue(args.values["enabled"]);
    if (Object.keys(fields).length === 0) {
      io.out("User not updated, no arguments present.\n");
      return;
    }
    const { id } = await client.find("user", args.required("user"));
    try {
      await client.put(`/users/${id}`, { user: { ...fields, id } });
      io.out("User has been updated.\n");
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      io.out(`Unable to update user: ${error.message}\n`);
    }
  },
};

const passwordUpdate: Verb = {
  name: "user-password-update",
  help: "Update user password.",
  options: [{ names: ["--pass"], dest: "passwd", metavar: "<password>", help: "New password." }],
  args: [{ ...USER, help: "Name or ID of user to update password." }],
  async run(client, args) {
    const { id } = await client.find("user", args.required("user"));
    const password = args.text("passwd") || (await askNewPassword());
    if (password === null) {
      throw new ClientError("\nPlease specify password using the --pass option or using the prompt");
    }
    await client.put(`/users/${id}/OS-KSADM/password`, { user: { id, password } }, { log: false });
  },
};

const ownPassword: Verb = {
  name: "password-update",
  help: "Update own password.",
  options: [
    {
      names: ["--current-password"],
      dest: "currentpasswd",
      metavar: "<current-password>",
      help: "Present password. Defaults to --os-password or env[OS_PASSWORD].",
    },
    { names: ["--new-password"], dest: "newpasswd", metavar: "<new-password>", help: "New password." },
  ],
  async run(client, args, io) {
    const current =
      args.text("currentpasswd") ?? client.password ?? (await askPassword("Current Password: "));
    const wanted = args.text("newpasswd") ?? (await askNewPassword());
    if (wanted === null) throw new ClientError("no password was given");
    await client.patchOwn(`/OS-KSCRUD/users/${client.ownUserId}`, {
      user: { password: wanted, original_password: current },
    });
    if (client.password !== wanted) {
      io.out("You should update the password you are using to authenticate to match your new password\n");
    }
  },
};

const remove: Verb = {
  name: "user-delete",
  help: "Delete user.",
  args: [{ ...USER, help: "Name or ID of user to delete." }],
  async run(client, args) {
    await client.delete(`/users/${(await client.find("user", args.required("user"))).id}`);
  },
};

export const userVerbs: readonly Verb[] = [ownPassword, create, remove, get, list, passwordUpdate, update];

/** oslo's bool_from_string: whatever is not a word for true is false. */
export function isTrue(value: unknown): boolean {
  return boolFromString(value) === true;
}

/** By the option that takes names, or by the old one that takes an id as it is. */
export async function tenantIdOf(
  client: IdentityClient,
  args: { text(dest: string): string | null },
): Promise<string | null> {
  const tenant = args.text("tenant");
  return tenant ? (await client.find("tenant", tenant)).id : args.text("tenant_id");
}
