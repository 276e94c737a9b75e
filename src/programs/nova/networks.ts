// network-*, net-*, fixed-ip-* and scrub: nova-network's own tables, which the compute API of the time serves
// (novaclient/v1_1/shell.py and contrib/tenant_networks.py, 2.17).

import { boolFromString } from "../../core/python.ts";
import { ClientError } from "../errors.ts";
import { argument, integer, option, type Verb } from "./verb.ts";

const NETWORK = argument("network", "<network>", "uuid or label of network");

const list: Verb = {
  name: "network-list",
  help: "Print a list of available networks.",
  async run(client, _args, { out }) {
    out(client.tables.list(await client.list("network"), ["ID", "Label", "Cidr"]));
  },
};

const show: Verb = {
  name: "network-show",
  help: "Show details about the given network.",
  args: [NETWORK],
  async run(client, args, { out }) {
    out(client.tables.properties(await client.find("network", args.required("network"))));
  },
};

/** Option, what it is called on the wire, what stands for it in help. */
const CREATE = [
  ["fixed-range-v4", "cidr", "<x.x.x.x/yy>", "IPv4 subnet (ex: 10.0.0.0/8)"],
  ["fixed-range-v6", "cidr_v6", "<CIDR_V6>", "IPv6 subnet (ex: fe80::/64"],
  ["vlan", "vlan_start", "<vlan id>", "vlan id"],
  ["vpn", "vpn_start", "<vpn start>", "vpn start"],
  ["gateway", "gateway", "<gateway>", "gateway"],
  ["gateway-v6", "gateway_v6", "<gateway>", "ipv6 gateway"],
  ["bridge", "bridge", "<bridge>", "VIFs on this network are connected to this bridge"],
  ["bridge-interface", "bridge_interface", "<bridge interface>", "the bridge is connected to this interface"],
  ["multi-host", "multi_host", "<'T'|'F'>", "Multi host"],
  ["dns1", "dns1", "<DNS Address>", "First DNS"],
  ["dns2", "dns2", "<DNS Address>", "Second DNS"],
  ["uuid", "uuid", "<network uuid>", "Network UUID"],
  ["fixed-cidr", "fixed_cidr", "<x.x.x.x/yy>", "IPv4 subnet for fixed IPS (ex: 10.20.0.0/16)"],
  ["project-id", "project_id", "<project id>", "Project id"],
  ["priority", "priority", "<number>", "Network interface priority"],
] as const;

const create: Verb = {
  name: "network-create",
  help: "Create a network.",
  options: CREATE.map(([name, dest, metavar, help]) => option(name, metavar, help, { dest })),
  args: [argument("label", "<network_label>", "Label for network")],
  async run(client, args) {
    if (!args.text("cidr") && !args.text("cidr_v6")) {
      throw new ClientError("Must specify eith fixed_range_v4 or fixed_range_v6");
    }
    const given = CREATE.map(([, dest]) => [dest, args.text(dest)] as const).filter(
      ([, value]) => value !== null,
    );
    const network: Record<string, unknown> = { label: args.text("label"), ...Object.fromEntries(given) };
    const multiHost = args.text("multi_host");
    if (multiHost !== null) {
      network["multi_host"] = multiHost === "T" || boolFromString(multiHost) === true;
    }
    await client.post("/os-networks", { network });
  },
};

const UUID = argument("network", "<network>", "uuid of network");

const only = (what: string) =>
  option(`${what}-only`, "<0|1>", `Only the ${what}.`, { kind: "optional", bare: 1, parse: integer });

const disassociate: Verb = {
  name: "network-disassociate",
  help: "Disassociate host and/or project from the given network.",
  options: [only("host"), only("project")],
  args: [UUID],
  async run(client, args) {
    const action = args.flag("host_only")
      ? "disassociate_host"
      : args.flag("project_only")
        ? "disassociate_project"
        : "disassociate";
    await client.post(`/os-networks/${encodeURIComponent(args.required("network"))}/action`, {
      [action]: null,
    });
  },
};

const associateHost: Verb = {
  name: "network-associate-host",
  help: "Associate host with network.",
  args: [UUID, argument("host", "<host>", "Name of host")],
  async run(client, args) {
    const path = `/os-networks/${encodeURIComponent(args.required("network"))}/action`;
    await client.post(path, { associate_host: args.text("host") });
  },
};

const associateProject: Verb = {
  name: "network-associate-project",
  help: "Associate project with network.",
  args: [UUID],
  async run(client, args) {
    await client.post("/os-networks/add", { id: args.text("network") });
  },
};

const scrub: Verb = {
  name: "scrub",
  help: "Delete data associated with the project.",
  args: [argument("project_id", "<project_id>", "The ID of the project.")],
  async run(client, args) {
    const project = args.required("project_id");
    const networks = await client.list("network");
    const groups = await client.all("/os-security-groups?all_tenants=1", "security_groups");
    for (const { id, project_id } of networks) {
      if (project_id === project) await client.post(`/os-networks/${id}/action`, { disassociate: null });
    }
    for (const { id, tenant_id } of groups) {
      if (tenant_id === project) await client.delete(`/os-security-groups/${id}`);
    }
  },
};

const netList: Verb = {
  name: "net-list",
  help: "List networks",
  async run(client, _args, { out }) {
    out(client.tables.list(await client.all("/os-tenant-networks", "networks"), ["ID", "Label", "CIDR"]));
  },
};

const NET = argument("network_id", "<network_id>", "ID of network");

const net: Verb = {
  name: "net",
  help: "Show a network",
  args: [NET],
  async run(client, args, { out }) {
    const path = `/os-tenant-networks/${encodeURIComponent(args.required("network_id"))}`;
    out(client.tables.properties((await client.get(path)).network));
  },
};

const netCreate: Verb = {
  name: "net-create",
  help: "Create a network",
  args: [
    argument("label", "<network_label>", "Network label (ex. my_new_network)"),
    argument("cidr", "<cidr>", "IP block to allocate from (ex. 172.16.0.0/24 or 2001:DB8::/64)"),
  ],
  async run(client, args, { out }) {
    const network = { label: args.text("label"), cidr: args.text("cidr") };
    out(client.tables.properties((await client.post("/os-tenant-networks", { network })).network));
  },
};

const netDelete: Verb = {
  name: "net-delete",
  help: "Delete a network",
  args: [NET],
  async run(client, args) {
    await client.delete(`/os-tenant-networks/${encodeURIComponent(args.required("network_id"))}`);
  },
};

const FIXED_IP = argument("fixed_ip", "<fixed_ip>", "Fixed IP Address.");

const fixedIpGet: Verb = {
  name: "fixed-ip-get",
  help: "Retrieve info on a fixed ip.",
  args: [FIXED_IP],
  async run(client, args, { out }) {
    const path = `/os-fixed-ips/${encodeURIComponent(args.required("fixed_ip"))}`;
    const columns = ["address", "cidr", "hostname", "host"];
    out(client.tables.list([(await client.get(path)).fixed_ip], columns));
  },
};

const reservations = (["reserve", "unreserve"] as const).map(
  (action): Verb => ({
    name: `fixed-ip-${action}`,
    help: `${action === "reserve" ? "Reserve" : "Unreserve"} a fixed IP.`,
    args: [FIXED_IP],
    async run(client, args) {
      const path = `/os-fixed-ips/${encodeURIComponent(args.required("fixed_ip"))}/action`;
      await client.post(path, { [action]: null });
    },
  }),
);

export const networkVerbs: readonly Verb[] = [
  list,
  show,
  create,
  disassociate,
  associateHost,
  associateProject,
  scrub,
  net,
  netList,
  netCreate,
  netDelete,
  fixedIpGet,
  ...reservations,
];
