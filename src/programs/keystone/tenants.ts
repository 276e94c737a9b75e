// tenant-*: keystoneclient/v2_0/shell.py and tenants.py, 0.11.

import { ClientError } from "../errors.ts";
import { listTable, propertyTable } from "../table.ts";
import { isTrue } from "./users.ts";
import { ENABLED, type Verb } from "./verb.ts";

const TENANT = { dest: "tenant", metavar: "<tenant>" };

const list: Verb = {
  name: "tenant-list",
  help: "List all tenants.",
  async run(client, _args, io) {
    io.out(listTable(await client.tenants(), ["id", "name", "enabled"], { sortBy: "name" }));
  },
};

const get: Verb = {
  name: "tenant-get",
  help: "Display tenant details.",
  args: [{ ...TENANT, help: "Name or ID of tenant to display." }],
  async run(client, args, io) {
    io.out(propertyTable(await client.find("tenant", args.required("tenant"))));
  },
};

const create: Verb = {
  name: "tenant-create",
  help: "Create new tenant.",
  options: [
    { names: ["--name"], metavar: "<tenant-name>", required: true, help: "Name of the tenant, unique." },
    {
      names: ["--description"],
      metavar: "<tenant-description>",
      help: "Description of the tenant. Default is none.",
    },
    {
      names: ["--enabled"],
      metavar: ENABLED,
      default: true,
      help: "Whether the tenant can be used. Default is true.",
    },
  ],
  async run(client, args, io) {
    const fields = {
      name: args.text("name"),
      description: args.text("description"),
      enabled: isTrue(args.values["enabled"]),
    };
    io.out(propertyTable((await client.post("/tenants", { tenant: fields })).tenant));
  },
};

const update: Verb = {
  name: "tenant-update",
  help: "Update tenant name, description, enabled status.",
  options: [
    { names: ["--name"], metavar: "<tenant_name>", help: "New name." },
    { names: ["--description"], metavar: "<tenant-description>", help: "New description." },
    { names: ["--enabled"], metavar: ENABLED, help: "Whether the tenant can be used." },
  ],
  args: [{ ...TENANT, help: "Name or ID of tenant to update." }],
  async run(client, args, io) {
    const tenant = await client.find("tenant", args.required("tenant"));
    const { id } = tenant;
    const name = args.text("name");
    const description = args.text("description");
    const enabled = args.text("enabled");
    if (!name && description === null && !enabled) {
      io.out("Tenant not updated, no arguments present.\n");
      return;
    }
    const fields = {
      id,
      name: name || tenant["name"],
      description: description ?? tenant["description"],
      enabled: enabled ? isTrue(enabled) : tenant["enabled"],
    };
    await client.post(`/tenants/${id}`, { tenant: fields });
  },
};

const remove: Verb = {
  name: "tenant-delete",
  help: "Delete tenant.",
  args: [{ ...TENANT, help: "Name or ID of tenant to delete." }],
  async run(client, args) {
    const { id } = await client.find("tenant", args.required("tenant"));
    if (id === "") throw new ClientError("the tenant has no id");
    await client.delete(`/tenants/${id}`);
  },
};

export const tenantVerbs: readonly Verb[] = [create, remove, get, list, update];
