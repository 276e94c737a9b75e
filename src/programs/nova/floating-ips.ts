// Floating addresses and names for them: floating-ip-*, add-floating-ip, dns-* (novaclient/v1_1/shell.py 2.17).

import { ClientError } from "../errors.ts";
import type { Row, Tables } from "./tables.ts";
import { argument, both, option, SERVER, type Verb } from "./verb.ts";

const ADDRESS = argument("address", "<address>", "IP Address.");

function floatingIpList(tables: Tables, addresses: readonly Row[]): string {
  const server = tables.isFolsom ? "Instance Id" : "Server Id";
  const rows = addresses.map((row) => ({ ...row, server_id: row["instance_id"] }));
  return tables.list(rows, ["Ip", server, "Fixed Ip", "Pool"]);
}

const list: Verb = {
  name: "floating-ip-list",
  help: "List floating ips for this tenant.",
  async run(client, _args, { out }) {
    out(floatingIpList(client.tables, await client.all("/os-floating-ips", "floating_ips")));
  },
};

const create: Verb = {
  name: "floating-ip-create",
  help: "Allocate a floating IP for the current tenant.",
  args: [
    {
      dest: "pool",
      metavar: "<floating-ip-pool>",
      help: "Name of Floating IP Pool. (Optional)",
      optional: true,
    },
  ],
  async run(client, args, { out }) {
    const { floating_ip } = await client.post("/os-floating-ips", { pool: args.text("pool") });
    out(floatingIpList(client.tables, [floating_ip]));
  },
};

const remove: Verb = {
  name: "floating-ip-delete",
  help: "De-allocate a floating IP.",
  args: [argument("address", "<address>", "IP of Floating Ip.")],
  async run(client, args) {
    const address = args.required("address");
    const all = await client.all("/os-floating-ips", "floating_ips");
    const found = all.find(({ ip }) => ip === address);
    if (!found) throw new ClientError(`Floating ip ${address} not found.`);
    await client.delete(`/os-floating-ips/${found["id"]}`);
  },
};

const pools: Verb = {
  name: "floating-ip-pool-list",
  help: "List all floating ip pools.",
  async run(client, _args, { out }) {
    out(client.tables.list(await client.all("/os-floating-ip-pools", "floating_ip_pools"), ["name"]));
  },
};

const associate = [
  ["floating-ip-associate", "Associate a floating IP address to a server."],
  ["add-floating-ip", "DEPRECATED, use floating-ip-associate instead."],
].map(
  ([name, help]): Verb => ({
    name: name!,
    help: help!,
    options: [option("fixed-address", "<fixed_address>", "Fixed IP Address to associate with.")],
    args: [SERVER, ADDRESS],
    async run(client, args) {
      const server = await client.find("server", args.required("server"));
      const fixed = args.text("fixed_address");
      await client.action(server, "addFloatingIp", {
        address: args.text("address"),
        ...(fixed ? { fixed_address: fixed } : {}),
      });
    },
  }),
);

const disassociate = [
  ["floating-ip-disassociate", "Disassociate a floating IP address from a server."],
  ["remove-floating-ip", "DEPRECATED, use floating-ip-disassociate instead."],
].map(
  ([name, help]): Verb => ({
    name: name!,
    help: help!,
    args: [SERVER, ADDRESS],
    async run(client, args) {
      const server = await client.find("server", args.required("server"));
      await client.action(server, "removeFloatingIp", { address: args.text("address") });
    },
  }),
);

const bulkList: Verb = {
  name: "floating-ip-bulk-list",
  help: "List all floating ips.",
  options: [option("host", "<host>", "Filter by host")],
  async run(client, args, { out }) {
    const host = args.text("host");
    const path = `/os-floating-ips-bulk${host ? `/${encodeURIComponent(host)}` : ""}`;
    const columns = ["project_id", "address", "instance_uuid", "pool", "interface"];
    out(client.tables.list(await client.all(path, "floating_ip_info"), columns));
  },
};

const bulkCreate: Verb = {
  name: "floating-ip-bulk-create",
  help: "Bulk create floating ips by range.",
  options: [
    option("pool", "<pool>", "Pool for new Floating IPs"),
    option("interface", "<interface>", "Interface for new Floating IPs"),
  ],
  args: [argument("ip_range", "<range>", "Address range to create")],
  async run(client, args) {
    const [pool, card] = [args.text("pool"), args.text("interface")];
    await client.post("/os-floating-ips-bulk", {
      floating_ips_bulk_create: {
        ip_range: args.text("ip_range"),
        ...(pool ? { pool } : {}),
        ...(card ? { interface: card } : {}),
      },
    });
  },
};

const bulkDelete: Verb = {
  name: "floating-ip-bulk-delete",
  help: "Bulk delete floating ips by range.",
  args: [argument("ip_range", "<range>", "Address range to delete")],
  async run(client, args) {
    await client.put("/os-floating-ips-bulk/delete", { ip_range: args.text("ip_range") });
  },
};

const DNS = "/os-floating-ip-dns";
const DOMAIN = argument("domain", "<domain>", "DNS domain");
const NAME = argument("name", "<name>", "DNS name");

const domains: Verb = {
  name: "dns-domains",
  help: "Print a list of available dns domains.",
  async run(client, _args, { out }) {
    const columns = ["domain", "scope", "project", "availability_zone"];
    out(client.tables.list(await client.all(DNS, "domain_entries"), columns));
  },
};

const dnsList: Verb = {
  name: "dns-list",
  help: "List current DNS entries for domain and ip or domain and name.",
  options: [option("ip", "<ip>", "ip address"), option("name", "<name>", "DNS name")],
  args: [DOMAIN],
  async run(client, args, { out }) {
    const [name, ip] = [args.text("name"), args.text("ip")];
    if (!name && !ip) throw new ClientError("You must specify either --ip or --name");
    const path = `${DNS}/${encodeURIComponent(args.required("domain"))}/entries`;
    // (novaclient asks for `?ip=`, which no Nova has ever answered.)
    const entries = name
      ? [(await client.get(`${path}/${encodeURIComponent(name)}`)).dns_entry]
      : await client.all(`${path}/${encodeURIComponent(ip ?? "")}`, "dns_entries");
    out(client.tables.list(entries, ["ip", "name", "domain"]));
  },
};

const dnsCreate: Verb = {
  name: "dns-create",
  help: "Create a DNS entry for domain, name and ip.",
  options: [option("type", "<type>", 'dns type (e.g. "A")', { default: "A" })],
  args: [argument("ip", "<ip>", "ip address"), NAME, DOMAIN],
  async run(client, args) {
    const path = `${DNS}/${encodeURIComponent(args.required("domain"))}/entries`;
    await client.put(`${path}/${encodeURIComponent(args.required("name"))}`, {
      dns_entry: { ip: args.text("ip"), dns_type: args.text("type") },
    });
  },
};

const dnsDelete: Verb = {
  name: "dns-delete",
  help: "Delete the specified DNS entry.",
  args: [DOMAIN, NAME],
  async run(client, args) {
    const path = `${DNS}/${encodeURIComponent(args.required("domain"))}/entries`;
    await client.delete(`${path}/${encodeURIComponent(args.required("name"))}`);
  },
};

const dnsDeleteDomain: Verb = {
  name: "dns-delete-domain",
  help: "Delete the specified DNS domain.",
  args: [DOMAIN],
  async run(client, args) {
    await client.delete(`${DNS}/${encodeURIComponent(args.required("domain"))}`);
  },
};

const createPrivate: Verb = {
  name: "dns-create-private-domain",
  help: "Create the specified DNS domain.",
  options: both(
    "availability-zone",
    "<availability-zone>",
    "Limit access to this domain to servers in the specified availability zone.",
  ),
  args: [DOMAIN],
  async run(client, args) {
    const zone = args.text("availability_zone");
    await client.put(`${DNS}/${encodeURIComponent(args.required("domain"))}`, {
      domain_entry: { scope: "private", ...(zone ? { availability_zone: zone } : {}) },
    });
  },
};

const createPublic: Verb = {
  name: "dns-create-public-domain",
  help: "Create the specified DNS domain.",
  options: [option("project", "<project>", "Limit access to this domain to users of the specified project.")],
  args: [DOMAIN],
  async run(client, args) {
    const project = args.text("project");
    await client.put(`${DNS}/${encodeURIComponent(args.required("domain"))}`, {
      domain_entry: { scope: "public", ...(project ? { project } : {}) },
    });
  },
};

export const floatingIpVerbs: readonly Verb[] = [
  list,
  create,
  remove,
  pools,
  ...associate,
  ...disassociate,
  bulkList,
  bulkCreate,
  bulkDelete,
  domains,
  dnsList,
  dnsCreate,
  dnsDelete,
  dnsDeleteDomain,
  createPrivate,
  createPublic,
];
