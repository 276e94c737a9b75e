// flavor-* (novaclient/v1_1/shell.py 2.17; extra_specs in every list: 2.10).

import { boolFromString } from "../../core/python.ts";
import { ClientError } from "../errors.ts";
import type { ComputeClient, Entity } from "./client.ts";
import type { Row } from "./tables.ts";
import { argument, flag, option, pairs, type Verb } from "./verb.ts";

const FLAVOR = argument("flavor", "<flavor>", "Name or ID of flavor");
const TENANT = argument("tenant", "<tenant_id>", "Tenant ID of the access.");
const ACCESS_COLUMNS = ["Flavor_ID", "Tenant_ID"];
const PUBLIC = "os-flavor-access:is_public";

async function flavorList(client: ComputeClient, flavors: readonly Row[], specs: boolean): Promise<string> {
  const rows = await Promise.all(
    flavors.map(async (flavor) => ({
      ...flavor,
      memory_mb: flavor["ram"],
      ephemeral: flavor["OS-FLV-EXT-DATA:ephemeral"] ?? "N/A",
      is_public: flavor[PUBLIC] ?? "N/A",
      rxtx_factor: float(flavor["rxtx_factor"]),
      ...(specs ? { extra_specs: await extraSpecs(client, flavor["id"]) } : {}),
    })),
  );
  const columns = [
    "ID",
    "Name",
    "Memory_MB",
    "Disk",
    "Ephemeral",
    "Swap",
    "VCPUs",
    "RXTX_Factor",
    "Is_Public",
  ];
  return client.tables.list(rows, specs ? [...columns, "extra_specs"] : columns);
}

/** A float is printed with its point: `1.0`. */
function float(value: unknown): unknown {
  return typeof value === "number" && Number.isInteger(value) ? value.toFixed(1) : (value ?? "");
}

/** What the flavor holds, or that the user may not see it. */
async function extraSpecs(client: ComputeClient, id: string): Promise<unknown> {
  try {
    return (await client.get(`/flavors/${encodeURIComponent(id)}/os-extra_specs`)).extra_specs;
  } catch (error) {
    if (error instanceof ClientError) return "N/A";
    throw error;
  }
}

const list: Verb = {
  name: "flavor-list",
  help: "Print a list of available 'flavors' (sizes of servers).",
  options: [
    flag("extra-specs", "Get extra-specs of each flavor."),
    flag("all", "Display all flavors (Admin only)."),
  ],
  async run(client, args, { out }) {
    const flavors = await client.list("flavor", `/detail${args.flag("all") ? "?is_public=None" : ""}`);
    out(await flavorList(client, flavors, client.tables.isFolsom || args.flag("extra_specs")));
  },
};

const show: Verb = {
  name: "flavor-show",
  help: "Show details about the given flavor.",
  args: [FLAVOR],
  async run(client, args, { out }) {
    const { links: _links, ...info } = (await client.find("flavor", args.required("flavor"))) as Entity & Row;
    const extra_specs = await extraSpecs(client, String(info["id"]));
    const rxtx_factor = float(info["rxtx_factor"]);
    out(client.tables.properties({ ...info, rxtx_factor, extra_specs }));
  },
};

const create: Verb = {
  name: "flavor-create",
  help: "Create a new flavor",
  options: [
    option("ephemeral", "<ephemeral>", "Ephemeral space size in GB (default 0)", { default: "0" }),
    option("swap", "<swap>", "Swap space size in MB (default 0)", { default: "0" }),
    option("rxtx-factor", "<factor>", "RX/TX factor (default 1)", { default: "1.0" }),
    option("is-public", "<is-public>", "Make flavor accessible to the public (default true)", {
      default: true,
    }),
  ],
  args: [
    argument("name", "<name>", "Name of the new flavor"),
    argument("id", "<id>", "Unique ID (integer or UUID) for the new flavor, or 'auto' for a generated UUID"),
    argument("ram", "<ram>", "Memory size in MB"),
    argument("disk", "<disk>", "Disk size in GB"),
    argument("vcpus", "<vcpus>", "Number of vcpus"),
  ],
  async run(client, args, { out }) {
    const number = (dest: string, kind = "int") => {
      const text = args.required(dest);
      const value = Number(text);
      if (text.trim() === "" || Number.isNaN(value) || (kind === "int" && !Number.isInteger(value))) {
        throw new ClientError(`${dest.replace("_", "-")} must be a number: '${text}'`);
      }
      return value;
    };
    const id = args.required("id");
    const body = {
      name: args.text("name"),
      ram: number("ram"),
      vcpus: number("vcpus"),
      disk: number("disk"),
      id: id.toLowerCase() === "auto" ? null : id,
      swap: number("swap"),
      "OS-FLV-EXT-DATA:ephemeral": number("ephemeral"),
      rxtx_factor: number("rxtx_factor", "float"),
      [PUBLIC]: boolFromString(args.values["is_public"]) ?? false,
    };
    const made = (await client.post("/flavors", { flavor: body })).flavor;
    out(await flavorList(client, [made], client.tables.isFolsom));
  },
};

const remove: Verb = {
  name: "flavor-delete",
  help: "Delete a specific flavor",
  args: [FLAVOR],
  async run(client, args, { out }) {
    const flavor = await client.find("flavor", args.required("flavor"));
    await client.delete(`/flavors/${encodeURIComponent(flavor.id)}`);
    if (!client.tables.isFolsom) out(await flavorList(client, [flavor], false));
  },
};

const key: Verb = {
  name: "flavor-key",
  help: "Set or unset extra_spec for a flavor.",
  args: [
    FLAVOR,
    { dest: "action", metavar: "<action>", help: "Actions: 'set' or 'unset'", choices: ["set", "unset"] },
    {
      dest: "metadata",
      metavar: "<key=value>",
      help: "Extra_specs to set/unset (only key is necessary on unset)",
      many: "some",
    },
  ],
  async run(client, args) {
    const { id } = await client.find("flavor", args.required("flavor"));
    const path = `/flavors/${encodeURIComponent(id)}/os-extra_specs`;
    const specs = pairs(args.list("metadata"));
    if (args.text("action") === "set") await client.post(path, { extra_specs: specs });
    else for (const name of Object.keys(specs)) await client.delete(`${path}/${encodeURIComponent(name)}`);
  },
};

const accessList: Verb = {
  name: "flavor-access-list",
  help: "Print access information about the given flavor.",
  options: [
    option("flavor", "<flavor>", "Filter results by flavor name or ID."),
    option("tenant", "<tenant_id>", "Filter results by tenant ID."),
  ],
  async run(client, args, { out }) {
    const [name, tenant] = [args.text("flavor"), args.text("tenant")];
    if (name && tenant) throw new ClientError("Unable to filter results by both --flavor and --tenant.");
    if (!name && tenant) {
      throw new ClientError("Sorry, query by tenant not supported.");
    }
    if (!name) throw new ClientError("Unable to get all access lists. Specify --flavor or --tenant");
    const flavor = await client.find("flavor", name);
    if (flavor[PUBLIC]) throw new ClientError("Failed to get access list for public flavor type.");
    const path = `/flavors/${encodeURIComponent(flavor.id)}/os-flavor-access`;
    out(client.tables.list(await client.all(path, "flavor_access"), ACCESS_COLUMNS));
  },
};

const access = (["add", "remove"] as const).map(
  (change): Verb => ({
    name: `flavor-access-${change}`,
    help: `${change === "add" ? "Add" : "Remove"} flavor access for the given tenant.`,
    args: [FLAVOR, TENANT],
    async run(client, args, { out }) {
      const { id } = await client.find("flavor", args.required("flavor"));
      const body = { [`${change}TenantAccess`]: { tenant: args.text("tenant") } };
      const answer = await client.post(`/flavors/${encodeURIComponent(id)}/action`, body);
      out(client.tables.list(answer.flavor_access, ACCESS_COLUMNS));
    },
  }),
);

export const flavorVerbs: readonly Verb[] = [list, show, create, remove, key, accessList, ...access];
