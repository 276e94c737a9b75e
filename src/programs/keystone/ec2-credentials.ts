// ec2-credentials-*: keystoneclient/v2_0/shell.py and ec2.py, 0.11.

import { hidden } from "../common-options.ts";
import { ClientError } from "../errors.ts";
import type { OptionSpec } from "../options.ts";
import { listTable, propertyTable } from "../table.ts";
import type { Entity, IdentityClient } from "./client.ts";
import type { Verb } from "./verb.ts";

const USER_ID: readonly OptionSpec[] = [
  { names: ["--user-id"], metavar: "<user-id>", help: "ID of the user; default is the caller." },
  hidden("--user_id"),
];

const ACCESS: OptionSpec = {
  names: ["--access"],
  metavar: "<access-key>",
  required: true,
  help: "Access key.",
};

function pathOf(userId: string): string {
  return `/users/${encodeURIComponent(userId)}/credentials/OS-EC2`;
}

function owner(client: IdentityClient, args: { text(dest: string): string | null }): string {
  return args.text("user_id") || client.ownUserId;
}

const create: Verb = {
  name: "ec2-credentials-create",
  help: "Create EC2-compatible credentials for user per tenant.",
  options: [
    ...USER_ID,
    { names: ["--tenant-id"], metavar: "<tenant-id>", help: "ID of the tenant; default is the caller's." },
    hidden("--tenant_id"),
  ],
  async run(client, args, io) {
    const tenantId = args.text("tenant_id") || client.ownTenantId;
    const body = await client.post(pathOf(owner(client, args)), { tenant_id: tenantId });
    io.out(propertyTable(body.credential));
  },
};

const get: Verb = {
  name: "ec2-credentials-get",
  help: "Display EC2-compatible credentials.",
  options: [...USER_ID, ACCESS],
  async run(client, args, io) {
    const access = encodeURIComponent(args.required("access"));
    io.out(propertyTable((await client.get(`${pathOf(owner(client, args))}/${access}`)).credential));
  },
};

const list: Verb = {
  name: "ec2-credentials-list",
  help: "List EC2-compatible credentials for a user.",
  options: USER_ID,
  async run(client, args, io) {
    const { credentials } = await client.get(pathOf(owner(client, args)));
    const rows = await Promise.all(
      (credentials as Entity[]).map(async (credential) => ({
        ...credential,
        tenant: await tenantName(client, String(credential["tenant_id"])),
      })),
    );
    io.out(listTable(rows, ["tenant", "access", "secret"]));
  },
};

/** Only an administrator may look up a tenant; others see its id. */
async function tenantName(client: IdentityClient, id: string): Promise<string> {
  try {
    return String((await client.get(`/tenants/${id}`)).tenant.name);
  } catch (error) {
    if (error instanceof ClientError) return id;
    throw error;
  }
}

const remove: Verb = {
  name: "ec2-credentials-delete",
  help: "Delete EC2-compatible credentials.",
  options: [...USER_ID, ACCESS],
  async run(client, args, io) {
    try {
      await client.delete(`${pathOf(owner(client, args))}/${encodeURIComponent(args.required("access"))}`);
      io.out("Credential has been deleted.\n");
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      io.out(`Unable to delete credential: ${error.message}\n`);
    }
  },
};

export const ec2Verbs: readonly Verb[] = [create, remove, get, list];
