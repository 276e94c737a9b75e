// `ovs-vsctl`, as far as the installation guides use it: bridges and what is plugged into them. Here a bridge is one of
// Linux itself, so it is gone with a restart of the machine. Authority for verbs, words and statuses: ovs-vsctl(8).

import { readLinks } from "../network/engine/links.ts";
import { CommandFailed, HostTools } from "../network/engine/tools.ts";
import type { ProgramIo } from "./program.ts";

const HELP = `ovs-vsctl: bridges and what is plugged into them, as Open vSwitch names it
usage: ovs-vsctl [OPTIONS] COMMAND [ARG...] [-- COMMAND [ARG...]]...

  show                         every bridge with its ports
  add-br BRIDGE                a new bridge; --may-exist: or the one that is there
  del-br BRIDGE                --if-exists: or none
  list-br                      names of the bridges
  br-exists BRIDGE             ends with 2 when it is not there
  add-port BRIDGE PORT         plugs a card into a bridge; --may-exist
  del-port [BRIDGE] PORT       unplugs it; --if-exists
  list-ports BRIDGE
  port-to-br PORT

Bridges are those of Linux (ip link, brctl show); a restart of the machine forgets them.
`;

interface Bridges {
  /** Bridge → its ports, by name. */
  ports: Map<string, string[]>;
  cards: Set<string>;
}

interface Request {
  verb: string;
  args: string[];
  options: Set<string>;
}

/** What is printed behind the program's name. */
class Refused extends Error {
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Verb → number of arguments, least and most. */
const VERBS: Record<string, readonly [number, number]> = {
  show: [0, 0],
  "list-br": [0, 0],
  "add-br": [1, 1],
  "del-br": [1, 1],
  "br-exists": [1, 1],
  "add-port": [2, 2],
  "del-port": [1, 2],
  "list-ports": [1, 1],
  "port-to-br": [1, 1],
};

/** Before any command; they say how to reach a database that is not here. */
const GENERAL = /^--(db|timeout|log-file|no-wait|no-syslog|dry-run|verbose|oneline)(=|$)|^-[tv]/;

export async function ovsVsctl(argv: readonly string[], io: ProgramIo): Promise<number> {
  if (argv.length === 0 || argv.includes("--help") || argv.includes("-h")) {
    io.out(HELP);
    return 0;
  }
  const tools = new HostTools(io.env["PATH"]);
  try {
    for (const request of requests(argv)) io.out(await answer(tools, request));
    return 0;
  } catch (error) {
    if (error instanceof CommandFailed) {
      io.err(`ovs-vsctl: ${error.outcome.stderr.trim()}\n`);
      return 1;
    }
    if (!(error instanceof Refused)) throw error;
    if (error.message !== "") io.err(`ovs-vsctl: ${error.message}\n`);
    return error.status;
  }
}

/** @throws Refused */
function requests(argv: readonly string[]): Request[] {
  const groups: string[][] = [[]];
  for (const word of argv) {
    if (word === "--") groups.push([]);
    else groups.at(-1)!.push(word);
  }
  return groups
    .map((words) => words.filter((word) => !GENERAL.test(word)))
    .filter((words) => words.length > 0)
    .map((words) => {
      const [verb = "", ...args] = words.filter((word) => !word.startsWith("--"));
      const range = VERBS[verb];
      if (!range) throw new Refused(`unknown command '${verb}'; use --help for help`);
      if (args.length < range[0]) {
        throw new Refused(`'${verb}' command requires at least ${range[0]} arguments`);
      }
      if (args.length > range[1]) {
        throw new Refused(`'${verb}' command takes at most ${range[1]} arguments`);
      }
      return { verb, args, options: new Set(words.filter((word) => word.startsWith("--"))) };
    });
}

async function readBridges(tools: HostTools): Promise<Bridges> {
  const links = [...(await readLinks(tools)).values()];
  const names = links.filter((link) => link.kind === "bridge").map((link) => link.name);
  const portsOf = (bridge: string) =>
    links
      .filter((link) => link.master === bridge)
      .map((link) => link.name)
      .sort();
  return {
    ports: new Map(names.sort().map((name) => [name, portsOf(name)])),
    cards: new Set(links.map((link) => link.name)),
  };
}

/** Returns what is printed. @throws Refused, CommandFailed */
async function answer(tools: HostTools, { verb, args, options }: Request): Promise<string> {
  const bridges = await readBridges(tools);
  const [first = "", second = ""] = args;
  const lines = (names: Iterable<string>) => [...names].map((name) => `${name}\n`).join("");
  switch (verb) {
    case "show":
      return shown(bridges);
    case "list-br":
      return lines(bridges.ports.keys());
    case "list-ports":
      return lines(portsOf(bridges, first));
    case "br-exists":
      if (!bridges.ports.has(first)) throw new Refused("", 2);
      return "";
    case "port-to-br":
      return lines([bridgeOf(bridges, first)]);
    case "add-br":
      await addBridge(tools, bridges, first, options);
      return "";
    case "del-br":
      if (bridges.ports.has(first)) await tools.run(["ip", "link", "del", first]);
      else if (!options.has("--if-exists")) throw new Refused(`no bridge named ${first}`);
      return "";
    case "add-port":
      await addPort(tools, bridges, first, second, options);
      return "";
    default:
      await removePort(tools, bridges, args, options);
      return "";
  }
}

async function addBridge(
  tools: HostTools,
  { ports, cards }: Bridges,
  name: string,
  options: Request["options"],
): Promise<void> {
  if (ports.has(name)) {
    if (options.has("--may-exist")) return;
    throw new Refused(`cannot create a bridge named ${name} because a bridge named ${name} already exists`);
  }
  if (cards.has(name)) {
    throw new Refused(`cannot create a bridge named ${name} because a port named ${name} already exists`);
  }
  await tools.run(["ip", "link", "add", name, "type", "bridge"]);
  await tools.run(["ip", "link", "set", name, "up"]);
}

async function addPort(
  tools: HostTools,
  bridges: Bridges,
  bridge: string,
  port: string,
  options: Request["options"],
): Promise<void> {
  const present = portsOf(bridges, bridge);
  if (present.includes(port) && options.has("--may-exist")) return;
  const other = [...bridges.ports].find(([, ports]) => ports.includes(port))?.[0];
  if (other !== undefined) {
    throw new Refused(
      `cannot create a port named ${port} because a port named ${port} already exists on bridge ${other}`,
    );
  }
  if (!bridges.cards.has(port)) {
    throw new Refused(
      `Error detected while setting up '${port}': could not open network device ${port} (No such device)`,
    );
  }
  await tools.run(["ip", "link", "set", port, "master", bridge, "up"]);
}

async function removePort(
  tools: HostTools,
  bridges: Bridges,
  args: readonly string[],
  options: Request["options"],
): Promise<void> {
  const port = args.at(-1)!;
  const bridge = args.length > 1 ? args[0]! : null;
  if (bridge !== null) portsOf(bridges, bridge);
  const holder = [...bridges.ports].find(([, ports]) => ports.includes(port))?.[0];
  if (holder === undefined) {
    if (options.has("--if-exists")) return;
    throw new Refused(`no port named ${port}`);
  }
  if (bridge !== null && holder !== bridge) {
    throw new Refused(`bridge ${bridge} does not have a port ${port}`);
  }
  await tools.run(["ip", "link", "set", port, "nomaster"]);
}

/** @throws Refused */
function portsOf({ ports }: Bridges, bridge: string): string[] {
  const found = ports.get(bridge);
  if (!found) throw new Refused(`no bridge named ${bridge}`);
  return found;
}

/** @throws Refused */
function bridgeOf({ ports }: Bridges, port: string): string {
  const found = [...ports].find(([, names]) => names.includes(port))?.[0];
  if (found === undefined) throw new Refused(`no port named ${port}`);
  return found;
}

function shown({ ports }: Bridges): string {
  const lines: string[] = [];
  for (const [bridge, names] of ports) {
    lines.push(`    Bridge ${bridge}`);
    for (const name of [bridge, ...names]) {
      lines.push(`        Port ${name}`, `            Interface ${name}`);
      if (name === bridge) lines.push("                type: internal");
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}
