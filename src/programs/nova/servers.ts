// list, show, delete, rename and the actions that say nothing but their name (novaclient/v1_1/shell.py 2.17).

import { ClientError } from "../errors.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import type { Json } from "../session.ts";
import type { ComputeClient, Entity } from "./client.ts";
import { pollServer } from "./poll.ts";
import type { Row, Tables } from "./tables.ts";
import { ALL_TENANTS, argument, both, flag, option, POLL, query, SERVER, type Verb } from "./verb.ts";

/** By the number in OS-EXT-STS:power_state. */
const POWER_STATES = ["NOSTATE", "Running", "", "Paused", "Shutdown", "", "Crashed", "Suspended"];

/** Fields under names that columns can ask for. */
const PLAIN_NAMES: Record<string, string> = {
  "OS-EXT-SRV-ATTR:host": "host",
  "OS-EXT-STS:task_state": "task_state",
  "OS-EXT-SRV-ATTR:instance_name": "instance_name",
  "OS-EXT-STS:power_state": "power_state",
  hostId: "host_id",
};

const NO_IMAGE = "Attempt to boot from volume - no image supplied";

const list: Verb = {
  name: "list",
  help: "List active servers.",
  options: [
    ...both("reservation-id", "<reservation-id>", "Only return servers that match reservation-id."),
    option("ip", "<ip-regexp>", "Search with regular expression match by IP address (Admin only)."),
    option("ip6", "<ip6-regexp>", "Search with regular expression match by IPv6 address (Admin only)."),
    option("name", "<name-regexp>", "Search with regular expression match by name"),
    ...both(
      "instance-name",
      "<name-regexp>",
      "Search with regular expression match by server name (Admin only).",
    ),
    option("status", "<status>", "Search by server status"),
    option("flavor", "<flavor>", "Search by flavor name or ID"),
    option("image", "<image>", "Search by image name or ID"),
    option("host", "<hostname>", "Search servers by hostname to which they are assigned (Admin only)."),
    ...ALL_TENANTS,
    option("tenant", "<tenant>", "Display information from single tenant (Admin only).", {
      kind: "optional",
      bare: null,
    }),
    flag("deleted", "Only display deleted servers (Admin only)."),
    option("fields", "<fields>", "Comma-separated list of fields to display."),
    flag("minimal", "Get only uuid and name."),
  ],
  async run(client, args, { out, env }) {
    const idOf = async (noun: "image" | "flavor") => {
      const name = args.text(noun);
      return name ? String((await client.find(noun, name)).id) : null;
    };
    const minimal = args.flag("minimal");
    const filters = query({
      all_tenants:
        args.flag("all_tenants") || /^(1|true|yes|on|t|y)$/i.test(env["ALL_TENANTS"] ?? "") ? 1 : 0,
      reservation_id: args.text("reservation_id"),
      ip: args.text("ip"),
      ip6: args.text("ip6"),
      name: args.text("name"),
      image: await idOf("image"),
      flavor: await idOf("flavor"),
      status: args.text("status"),
      tenant_id: args.text("tenant"),
      host: args.text("host"),
      deleted: args.flag("deleted"),
      instance_name: args.text("instance_name"),
    });
    const servers = await client.list("server", `${minimal ? "" : "/detail"}${filters}`);
    out(serverList(client.tables, servers, args));
  },
};

function serverList(tables: Tables, servers: readonly Row[], args: Arguments): string {
  const rows = servers.map((server) => {
    const row = { ...server };
    for (const [wire, plain] of Object.entries(PLAIN_NAMES)) row[plain] ??= server[wire];
    row["power_state"] = POWER_STATES[row["power_state"]] ?? "N/A";
    row["task_state"] = row["task_state"] === undefined ? "N/A" : row["task_state"];
    return row;
  });
  const fields = args.text("fields")?.split(",");
  const cells: Record<string, (row: Row) => unknown> = { Networks: networksOf };
  let columns = ["ID", "Name", "Status", "Task State", "Power State", "Networks"];
  if (tables.isFolsom) columns = ["ID", "Name", "Status", "Networks"];
  if (args.flag("minimal")) columns = ["ID", "Name"];
  else if (fields) {
    const titles = fields.map(titleOf);
    columns = ["ID", ...titles];
    titles.forEach((title, i) => {
      cells[title] = (row) => fieldOf(row, fields[i]!);
    });
  }
  return tables.list(rows, columns, { cells, sortBy: columns[1] ?? null });
}

/** `private=10.0.0.2, 172.24.4.1; other=10.1.0.2` */
function networksOf({ addresses }: Row): string {
  return addressesByNetwork(addresses)
    .filter(([, list]) => list.length > 0)
    .map(([network, list]) => `${network}=${list.join(", ")}`)
    .join("; ");
}

function addressesByNetwork(addresses: Json): [string, string[]][] {
  return Object.entries(addresses ?? {}).map(([network, list]) => [
    network,
    (list as { addr: string }[]).map(({ addr }) => addr),
  ]);
}

function fieldOf(row: Row, field: string): unknown {
  const value = field === "networks" ? networksOf(row) : row[field];
  if (value === undefined) return "";
  if (value && field === "flavor") return value.id;
  if (value && field === "security_groups") return groupNames(value);
  return value;
}

/** `OS-EXT-STS:vm_state` is `OS-EXT-STS: Vm State`; names in mixed case stay. */
function titleOf(field: string): string {
  const parts = field.split(":");
  const last = parts.pop()!.replaceAll("_", " ");
  const isOneCase = last === last.toLowerCase() || last === last.toUpperCase();
  const title = isOneCase ? last.toLowerCase().replace(/\b\w/g, (ch) => ch.toUpperCase()) : last;
  return [...parts, title].join(": ");
}

function groupNames(groups: { name: string }[]): string {
  return groups.map(({ name }) => name).join(", ");
}

/** The server as `nova show` and `nova boot` print it. */
export async function serverTable(client: ComputeClient, server: Entity, minimal = false): Promise<string> {
  const { links: _links, addresses, ...info } = server as Row;
  const { isFolsom } = client.tables;
  for (const [network, list] of addressesByNetwork(addresses)) info[`${network} network`] = list.join(", ");
  const flavor = info["flavor"];
  if (flavor) info["flavor"] = minimal ? flavor.id : await flavorText(client, flavor);
  const groups = info["security_groups"];
  if (groups && !isFolsom) info["security_groups"] = groupNames(groups);
  const image = info["image"];
  info["image"] = image ? (minimal ? image.id : await imageText(client, image.id)) : NO_IMAGE;
  if (info["fault"]) info["fault"] = faultInOrder(info["fault"]);
  return client.tables.properties(info);
}

async function flavorText(client: ComputeClient, flavor: { id?: string; original_name?: string }) {
  if (flavor.id === undefined) return flavor.original_name ?? "";
  const found = await client.show("flavor", flavor.id).catch(ignoreRefusal);
  return `${found ? found["name"] : "Flavor not found"} (${flavor.id})`;
}

async function imageText(client: ComputeClient, id: string): Promise<string> {
  const found = await client.show("image", id).catch(ignoreRefusal);
  return `${found ? found["name"] : "Image not found"} (${id})`;
}

/** What has been deleted since, or may not be seen. */
function ignoreRefusal(error: unknown): null {
  if (error instanceof ClientError) return null;
  throw error;
}

/** In the order of the dictionaries of the time, which scripts have cut out by position. */
function faultInOrder(fault: Row): Row {
  const { message, code, details, created, ...rest } = fault;
  return { message, code, ...(details === undefined ? {} : { details }), created, ...rest };
}

const show: Verb = {
  name: "show",
  help: "Show details about the given server.",
  options: [flag("minimal", "Skips flavor/image lookups when showing servers")],
  args: [SERVER],
  async run(client, args, { out }) {
    const server = await client.find("server", args.required("server"));
    out(await serverTable(client, server, args.flag("minimal")));
  },
};

const remove: Verb = {
  name: "delete",
  help: "Immediately shut down and delete specified server(s).",
  args: [{ ...SERVER, help: "Name or ID of server(s).", many: "some" }],
  async run(client, args, { out }) {
    const names = args.list("server");
    let failures = 0;
    for (const name of names) {
      try {
        await client.delete(`/servers/${(await client.find("server", name)).id}`);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        failures += 1;
        out(`${error.message}\n`);
      }
    }
    if (failures === names.length) throw new ClientError("Unable to delete any of the specified servers.");
  },
};

const rename: Verb = {
  name: "rename",
  help: "Rename a server.",
  args: [
    { ...SERVER, help: "Name (old name) or ID of server." },
    argument("name", "<name>", "New name for the server."),
  ],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    await client.put(`/servers/${id}`, { server: { name: args.text("name") } });
  },
};

/** Verb, action on the wire, what it is for. */
const PLAIN_ACTIONS: readonly (readonly [verb: string, action: string, help: string])[] = [
  ["pause", "pause", "Pause a server."],
  ["unpause", "unpause", "Unpause a server."],
  ["stop", "os-stop", "Stop a server."],
  ["start", "os-start", "Start a server."],
  ["lock", "lock", "Lock a server."],
  ["unlock", "unlock", "Unlock a server."],
  ["suspend", "suspend", "Suspend a server."],
  ["resume", "resume", "Resume a server."],
  ["unrescue", "unrescue", "Unrescue a server."],
  ["shelve", "shelve", "Shelve a server."],
  ["shelve-offload", "shelveOffload", "Remove a shelved server from the compute node."],
  ["unshelve", "unshelve", "Unshelve a server."],
  ["resize-confirm", "confirmResize", "Confirm a previous resize."],
  ["resize-revert", "revertResize", "Revert a previous resize (and return to the previous VM)."],
  ["reset-network", "resetNetwork", "Reset network of a server."],
  ["force-delete", "forceDelete", "Force delete a server."],
  ["restore", "restore", "Restore a soft-deleted server."],
];

const plainActions = PLAIN_ACTIONS.map(
  ([name, action, help]): Verb => ({
    name,
    help,
    args: [SERVER],
    async run(client, args) {
      await client.action(await client.find("server", args.required("server")), action);
    },
  }),
);

const reboot: Verb = {
  name: "reboot",
  help: "Reboot a server.",
  options: [flag("hard", "Perform a hard reboot (instead of a soft one)."), POLL],
  args: [SERVER],
  async run(client, args, io) {
    const server = await client.find("server", args.required("server"));
    await client.action(server, "reboot", { type: args.flag("hard") ? "HARD" : "SOFT" });
    if (args.flag("poll"))
      await pollServer(client, server.id, "rebooting", ["active"], io, { percent: false });
  },
};

const resetState: Verb = {
  name: "reset-state",
  help: "Reset the state of a server.",
  options: [
    flag("active", 'Request the server be reset to "active" state instead of "error" state (the default).'),
  ],
  args: [SERVER],
  async run(client, args) {
    const server = await client.find("server", args.required("server"));
    await client.action(server, "os-resetState", { state: args.flag("active") ? "active" : "error" });
  },
};

const migrate: Verb = {
  name: "migrate",
  help: "Migrate a server. The new host will be selected by the scheduler.",
  options: [POLL],
  args: [SERVER],
  async run(client, args, io) {
    const server = await client.find("server", args.required("server"));
    await client.action(server, "migrate");
    if (args.flag("poll")) await pollServer(client, server.id, "migrating", ["active", "verify_resize"], io);
  },
};

const resize: Verb = {
  name: "resize",
  help: "Resize a server.",
  options: [POLL],
  args: [SERVER, argument("flavor", "<flavor>", "Name or ID of new flavor.")],
  async run(client, args, io) {
    const server = await client.find("server", args.required("server"));
    const flavor = await client.find("flavor", args.required("flavor"));
    await client.action(server, "resize", { flavorRef: String(flavor.id) });
    if (args.flag("poll")) await pollServer(client, server.id, "resizing", ["active", "verify_resize"], io);
  },
};

const rebuildOptions: readonly OptionSpec[] = [
  ...both("rebuild-password", "<rebuild-password>", "Set the provided password on the rebuild server."),
  POLL,
  flag("minimal", "Skips flavor/image lookups when showing servers"),
  flag("preserve-ephemeral", "Preserve the default ephemeral storage partition on rebuild."),
];

const rebuild: Verb = {
  name: "rebuild",
  help: "Shutdown, re-image, and re-boot a server.",
  options: rebuildOptions,
  args: [SERVER, argument("image", "<image>", "Name or ID of new image.")],
  async run(client, args, io) {
    const server = await client.find("server", args.required("server"));
    const image = await client.find("image", args.required("image"));
    const password = args.text("rebuild_password");
    await client.action(server, "rebuild", {
      imageRef: image.id,
      ...(password ? { adminPass: password } : {}),
      ...(args.flag("preserve_ephemeral") ? { preserve_ephemeral: true } : {}),
    });
    io.out(await serverTable(client, await client.show("server", server.id), args.flag("minimal")));
    if (args.flag("poll")) await pollServer(client, server.id, "rebuilding", ["active"], io);
  },
};

export const serverVerbs: readonly Verb[] = [
  list,
  show,
  remove,
  rename,
  ...plainActions,
  reboot,
  resetState,
  migrate,
  resize,
  rebuild,
];
