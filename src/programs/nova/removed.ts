// Verbs for what Nova has lost since: agents, cells, cloudpipe, bare-metal nodes of its own. They ask all the same, and
// tell what the cloud answers (novaclient/v1_1/shell.py and contrib/, 2.17).

import { argument, integer, option, type Verb } from "./verb.ts";

const AGENT = argument("id", "<id>", "id of the agent-build");
const VERSION = argument("version", "<version>", "version");
const URL_ARGUMENT = argument("url", "<url>", "url");
const MD5 = argument("md5hash", "<md5hash>", "md5 hash");

const agents: readonly Verb[] = [
  {
    name: "agent-list",
    help: "List all builds.",
    options: [option("hypervisor", "<hypervisor>", "type of hypervisor.")],
    async run(client, args, { out }) {
      const hypervisor = args.text("hypervisor");
      const path = `/os-agents${hypervisor ? `?hypervisor=${encodeURIComponent(hypervisor)}` : ""}`;
      const columns = ["Agent_id", "Hypervisor", "OS", "Architecture", "Version", "Md5hash", "Url"];
      out(client.tables.list(await client.all(path, "agents"), columns));
    },
  },
  {
    name: "agent-create",
    help: "Create new agent build.",
    args: [
      argument("os", "<os>", "type of os."),
      argument("architecture", "<architecture>", "type of architecture"),
      VERSION,
      URL_ARGUMENT,
      MD5,
      argument("hypervisor", "<hypervisor>", "type of hypervisor."),
    ],
    async run(client, args, { out }) {
      out(client.tables.properties((await client.post("/os-agents", { agent: { ...args.values } })).agent));
    },
  },
  {
    name: "agent-modify",
    help: "Modify existing agent build.",
    args: [AGENT, VERSION, URL_ARGUMENT, MD5],
    async run(client, args, { out }) {
      const { id, ...para } = args.values;
      const answer = await client.put(`/os-agents/${encodeURIComponent(String(id))}`, { para });
      out(client.tables.properties(answer.agent));
    },
  },
  {
    name: "agent-delete",
    help: "Delete existing agent build.",
    args: [AGENT],
    run: (client, args) => client.delete(`/os-agents/${encodeURIComponent(args.required("id"))}`),
  },
];

const cells: readonly Verb[] = [
  {
    name: "cell-show",
    help: "Show details of a given cell.",
    args: [argument("cell", "<cell-name>", "Name of the cell.")],
    async run(client, args, { out }) {
      const path = `/os-cells/${encodeURIComponent(args.required("cell"))}`;
      out(client.tables.properties((await client.get(path)).cell));
    },
  },
  {
    name: "cell-capacities",
    help: "Get cell capacities for all cells or a given cell.",
    options: [option("cell", "<cell-name>", "Name of the cell to get the capacities.")],
    async run(client, args, { out }) {
      const cell = args.text("cell");
      const path = `/os-cells${cell ? `/${encodeURIComponent(cell)}` : ""}/capacities`;
      const { ram_free, disk_free } = (await client.get(path)).cell.capacities;
      const table = (values: Record<string, unknown>, head: string) =>
        client.tables.properties(values, { heads: [head, "Units"] });
      out(`Ram Available: ${ram_free.total_mb} MB\n${table(ram_free.units_by_mb, "Ram(MB)")}`);
      out(`\nDisk Available: ${disk_free.total_mb} MB\n${table(disk_free.units_by_mb, "Disk(MB)")}`);
    },
  },
];

const cloudpipe: readonly Verb[] = [
  {
    name: "cloudpipe-list",
    help: "Print a list of all cloudpipe instances.",
    async run(client, _args, { out }) {
      const columns = ["Project Id", "Public IP", "Public Port", "Internal IP"];
      out(client.tables.list(await client.all("/os-cloudpipe", "cloudpipes"), columns));
    },
  },
  {
    name: "cloudpipe-create",
    help: "Create a cloudpipe instance for the given project.",
    args: [argument("project", "<project_id>", "UUID of the project to create the cloudpipe for.")],
    async run(client, args) {
      await client.post("/os-cloudpipe", { cloudpipe: { project_id: args.text("project") } });
    },
  },
  {
    name: "cloudpipe-configure",
    help: "Update the VPN IP/port of a cloudpipe instance.",
    args: [argument("address", "<ip address>", "New IP Address."), argument("port", "<port>", "New Port.")],
    async run(client, args) {
      const body = { vpn_ip: args.text("address"), vpn_port: args.text("port") };
      await client.put("/os-cloudpipe/configure-project", { configure_project: body });
    },
  },
];

const NODE = argument("node", "<node>", "ID of node");
const MAC = argument("address", "<address>", "MAC address of interface");
const BARE_METAL = "/os-baremetal-nodes";

const bareMetal: readonly Verb[] = [
  {
    name: "baremetal-node-create",
    help: "Create a baremetal node.",
    options: [
      option("pm_address", "<pm_address>", "Power management IP for the node"),
      option("pm_user", "<pm_user>", "Username for the node's power management"),
      option("pm_password", "<pm_password>", "Password for the node's power management"),
      option("terminal_port", "<terminal_port>", "ShellInABox port?", { parse: integer }),
    ],
    args: [
      argument("service_host", "<service_host>", "Name of nova compute host which controls this node"),
      { ...argument("cpus", "<cpus>", "Number of CPUs in the node"), parse: integer },
      { ...argument("memory_mb", "<memory_mb>", "Megabytes of RAM in the node"), parse: integer },
      { ...argument("local_gb", "<local_gb>", "Gigabytes of local storage in the node"), parse: integer },
      argument("prov_mac_address", "<prov_mac_address>", "MAC address to provision the node"),
    ],
    async run(client, args, { out }) {
      out(client.tables.properties((await client.post(BARE_METAL, { node: { ...args.values } })).node));
    },
  },
  {
    name: "baremetal-node-delete",
    help: "Remove a baremetal node and any associated interfaces.",
    args: [NODE],
    run: (client, args) => client.delete(`${BARE_METAL}/${encodeURIComponent(args.required("node"))}`),
  },
  {
    name: "baremetal-node-list",
    help: "Print list of available baremetal nodes.",
    async run(client, _args, { out }) {
      const nodes = await client.all(BARE_METAL, "nodes");
      const rows = nodes.map((node) => ({
        ...node,
        host: node["service_host"] ?? node["host"],
        disk_gb: node["local_gb"] ?? node["disk_gb"],
        mac_address: node["prov_mac_address"],
        pm_username: node["pm_user"],
      }));
      const power = ["PM Address", "PM Username", "PM Password", "Terminal Port"];
      const columns = ["ID", "Host", "CPUs", "Memory_MB", "Disk_GB", "MAC Address", ...power];
      out(client.tables.list(rows, columns));
    },
  },
  {
    name: "baremetal-node-show",
    help: "Show information about a baremetal node.",
    args: [NODE],
    async run(client, args, { out }) {
      const path = `${BARE_METAL}/${encodeURIComponent(args.required("node"))}`;
      out(client.tables.properties((await client.get(path)).node));
    },
  },
  {
    name: "baremetal-interface-add",
    help: "Add a network interface to a baremetal node.",
    options: [
      option("datapath_id", "<datapath_id>", "OpenFlow Datapath ID of interface", { default: 0 }),
      option("port_no", "<port_no>", "OpenFlow port number of interface", { default: 0 }),
    ],
    args: [NODE, MAC],
    async run(client, args, { out }) {
      const { node, ...add_interface } = args.values;
      const path = `${BARE_METAL}/${encodeURIComponent(String(node))}/action`;
      out(client.tables.properties((await client.post(path, { add_interface })).interface));
    },
  },
  {
    name: "baremetal-interface-remove",
    help: "Remove a network interface from a baremetal node.",
    args: [NODE, MAC],
    async run(client, args) {
      const path = `${BARE_METAL}/${encodeURIComponent(args.required("node"))}/action`;
      await client.post(path, { remove_interface: { address: args.text("address") } });
    },
  },
  {
    name: "baremetal-interface-list",
    help: "List network interfaces associated with a baremetal node.",
    args: [NODE],
    async run(client, args, { out }) {
      const path = `${BARE_METAL}/${encodeURIComponent(args.required("node"))}`;
      const { interfaces = [] } = (await client.get(path)).node;
      out(client.tables.list(interfaces, ["ID", "Datapath_ID", "Port_No", "Address"]));
    },
  },
];

export const removedVerbs: readonly Verb[] = [...agents, ...cells, ...cloudpipe, ...bareMetal];
