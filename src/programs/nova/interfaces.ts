// interface-* and ssh (novaclient/v1_1/shell.py 2.17).

import { ClientError } from "../errors.ts";
import type { Row } from "./tables.ts";
import { argument, flag, integer, option, SERVER, type Verb } from "./verb.ts";

const list: Verb = {
  name: "interface-list",
  help: "List interfaces attached to a server.",
  args: [SERVER],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const interfaces = await client.all(`/servers/${id}/os-interface`, "interfaceAttachments");
    const rows = interfaces.map((card) => ({
      ...card,
      ip_addresses: (card["fixed_ips"] as { ip_address: string }[])
        .map(({ ip_address }) => ip_address)
        .join(","),
    }));
    out(client.tables.list(rows, ["Port State", "Port ID", "Net ID", "IP addresses", "MAC Addr"]));
  },
};

const attach: Verb = {
  name: "interface-attach",
  help: "Attach a network interface to a server.",
  options: [
    option("port-id", "<port_id>", "Port ID."),
    option("net-id", "<net_id>", "Network ID"),
    option("fixed-ip", "<fixed_ip>", "Requested fixed IP."),
  ],
  args: [SERVER],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    const [port, net, address] = [args.text("port_id"), args.text("net_id"), args.text("fixed_ip")];
    await client.post(`/servers/${id}/os-interface`, {
      interfaceAttachment: {
        ...(port ? { port_id: port } : {}),
        ...(net ? { net_id: net } : {}),
        ...(address ? { fixed_ips: [{ ip_address: address }] } : {}),
      },
    });
  },
};

const detach: Verb = {
  name: "interface-detach",
  help: "Detach a network interface from a server.",
  args: [SERVER, argument("port_id", "<port_id>", "Port ID.")],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    await client.delete(`/servers/${id}/os-interface/${encodeURIComponent(args.required("port_id"))}`);
  },
};

const ssh: Verb = {
  name: "ssh",
  help: "SSH into a server.",
  options: [
    option("port", "<PORT>", "Which port to use for ssh. (Default=22)", { parse: integer, default: 22 }),
    flag("private", "Only use a private address of the server; without it that is the second choice."),
    flag("ipv6", "Use an IPv6 address of the server."),
    option("login", "<login>", "Login to use.", { default: "root" }),
    { names: ["-i", "--identity"], metavar: "IDENTITY", help: "Private key file, same as ssh's -i." },
    option("extra-opts", "<EXTRA>", "Extra options to pass to ssh. see: man ssh"),
  ],
  args: [SERVER],
  async run(client, args, { out }) {
    const given = args.required("server");
    const at = given.indexOf("@");
    const login = at < 0 ? args.required("login") : given.slice(0, at);
    const name = given.slice(at + 1);
    const version = args.flag("ipv6") ? 6 : 4;
    const { addresses } = await client.find("server", name);
    const address = sshAddress(addresses as Row, version, args.flag("private"));
    if (!address) {
      const kind = args.flag("private") ? "private" : "public";
      out(`ERROR: No ${kind} IPv${version} address found for '${name}'.\n`);
      return;
    }
    const identity = args.text("identity");
    const extra = args.text("extra_opts")?.split(/\s+/).filter(Boolean) ?? [];
    const command = ["ssh", `-${version}`, `-p${args.text("port")}`];
    const child = spawn([...command, ...(identity ? ["-i", identity] : []), `${login}@${address}`, ...extra]);
    return child.exited;
  },
};

/** @throws ClientError where there is no ssh */
function spawn(command: string[]) {
  try {
    return Bun.spawn(command, { stdio: ["inherit", "inherit", "inherit"] });
  } catch (cause) {
    throw new ClientError((cause as Error).message, { cause });
  }
}

/**
 * The networks of the time were called `public` and `private`; where they are called otherwise, floating addresses are
 * the public ones.
 */
function sshAddress(addresses: Row, version: number, isPrivate: boolean): string | null {
  type Address = { addr: string; version: number; "OS-EXT-IPS:type"?: string };
  const all = Object.entries(addresses as Record<string, Address[]>).flatMap(([network, list]) =>
    list.map((address) => ({ ...address, network })),
  );
  const usable = all.filter((address) => address.version === version);
  const isPublic = (address: (typeof all)[number]) =>
    address.network === "public" || address["OS-EXT-IPS:type"] === "floating";
  const first = isPrivate ? null : usable.find(isPublic);
  return (first ?? usable.find((address) => !isPublic(address)))?.addr ?? null;
}

export const interfaceVerbs: readonly Verb[] = [list, attach, detach, ssh];
