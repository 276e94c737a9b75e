// `nova-manage network|floating|fixed VERB`: nova-network's tables, straight from the database, whether the cloud runs
// or not. A cloud that runs plumbs what was changed within a second. Authority: nova/cmd/manage.py of Newton.

import { CommandError, statePaths } from "../../cli/command.ts";
import { CloudError } from "../../core/errors.ts";
import type { NetworkParts } from "../../network/parts.ts";
import { help, layoutOf, usageError } from "../help.ts";
import {
  type Arguments,
  type OptionSpec,
  type ParserSpec,
  parseArguments,
  UsageFailure,
} from "../options.ts";
import type { ProgramIo } from "../program.ts";

interface Verb {
  summary: string;
  options: readonly OptionSpec[];
  /** What may be given without its option's name. */
  positional?: string;
  /** What is printed. @throws CloudError */
  run(parts: NetworkParts, args: Arguments): Promise<string>;
}

const value = (name: string, metavar: string, text: string): OptionSpec => ({
  names: [name],
  metavar,
  help: text,
});

const number = (name: string, metavar: string, text: string): OptionSpec => ({
  ...value(name, metavar, text),
  parse(given) {
    if (!/^\d+$/.test(given)) throw new Error(`invalid int value: '${given}'`);
    return Number(given);
  },
});

const networks = () => import("../../network/manage/networks.ts");
const addresses = () => import("../../network/manage/addresses.ts");

const ADDRESS = value("--address", "ADDRESS", "A fixed address.");
const RANGE = value("--ip_range", "RANGE", "A range or an address.");
const HOST = value("--host", "HOST", "Only those in use on this host.");

const VERBS: Record<string, Record<string, Verb>> = {
  network: {
    create: {
      summary: "Makes networks of nova-network out of a range of addresses.",
      positional: "label",
      options: [
        value("--label", "LABEL", "Name of the network."),
        { ...value("--fixed_range_v4", "CIDR", "Range of addresses."), dest: "cidr" },
        number("--num_networks", "N", "So many networks; 1 when not given."),
        number("--network_size", "N", "Addresses for each."),
        number("--vlan", "ID", "VLAN of the network."),
        number("--vlan_start", "ID", "VLAN of the first network."),
        value("--gateway", "ADDRESS", "The gateway; the first address when not given."),
        value("--bridge", "NAME", "The bridge servers are plugged into."),
        value("--bridge_interface", "CARD", "The card in that bridge."),
        { ...value("--multi_host", "T|F", "Every host is its servers' gateway."), choices: ["T", "F"] },
        value("--dns1", "ADDRESS", "First DNS server."),
        value("--dns2", "ADDRESS", "Second DNS server."),
        value("--uuid", "UUID", "The network's uuid."),
        value("--fixed_cidr", "CIDR", "The part of the range that addresses are given from."),
        value("--project_id", "PROJECT", "The project it belongs to."),
        number("--priority", "N", "Which card of a server it is."),
        { names: ["--vpn", "--fixed_range_v6", "--gateway_v6"], metavar: "X", help: null },
      ],
      async run(parts, args) {
        const multiHost = args.text("multi_host");
        const int = (dest: string) => (args.values[dest] ?? null) as number | null;
        (await networks()).createNetworks(parts, {
          label: args.text("label"),
          cidr: args.text("cidr"),
          numNetworks: int("num_networks"),
          networkSize: int("network_size"),
          vlan: int("vlan"),
          vlanStart: int("vlan_start"),
          gateway: args.text("gateway"),
          bridge: args.text("bridge"),
          bridgeInterface: args.text("bridge_interface"),
          multiHost: multiHost === null ? null : multiHost === "T",
          dns1: args.text("dns1"),
          dns2: args.text("dns2"),
          uuid: args.text("uuid"),
          fixedCidr: args.text("fixed_cidr"),
          projectId: args.text("project_id"),
          priority: int("priority"),
        });
        return "";
      },
    },
    list: {
      summary: "The networks of nova-network.",
      options: [],
      run: async (parts) => (await networks()).listNetworks(parts),
    },
    modify: {
      summary: "Gives a network to a project or a host, or takes it away.",
      positional: "fixed_range",
      options: [
        value("--fixed_range", "CIDR", "The network's range."),
        value("--project", "PROJECT", "The project it belongs to from now on."),
        value("--host", "HOST", "The host it belongs to from now on."),
        { names: ["--disassociate-project"], kind: "flag", help: "It belongs to no project any more." },
        { names: ["--disassociate-host"], kind: "flag", help: "It belongs to no host any more." },
      ],
      async run(parts, args) {
        (await networks()).modifyNetwork(parts, {
          fixedRange: given(args, "fixed_range"),
          project: args.text("project"),
          host: args.text("host"),
          disassociateProject: args.flag("disassociate_project"),
          disassociateHost: args.flag("disassociate_host"),
        });
        return "";
      },
    },
    delete: {
      summary: "Removes a network that belongs to nobody.",
      positional: "fixed_range",
      options: [value("--fixed_range", "CIDR", "The network's range."), value("--uuid", "UUID", "Its uuid.")],
      async run(parts, args) {
        const by = { fixedRange: args.text("fixed_range"), uuid: args.text("uuid") };
        (await networks()).deleteNetwork(parts, by);
        return "";
      },
    },
  },
  floating: {
    create: {
      summary: "Puts a range of floating addresses into a pool.",
      positional: "ip_range",
      options: [
        RANGE,
        value("--pool", "POOL", "The pool; DEFAULT_FLOATING_POOL when not given."),
        value("--interface", "CARD", "The card they are put on."),
      ],
      async run(parts, args) {
        const range = given(args, "ip_range");
        (await addresses()).createFloating(parts, {
          range,
          pool: args.text("pool"),
          card: args.text("interface"),
        });
        return "";
      },
    },
    list: {
      summary: "Every floating address: project, address, server, pool, card.",
      options: [HOST],
      run: async (parts, args) => (await addresses()).listFloating(parts, args.text("host")),
    },
    delete: {
      summary: "Takes a range of floating addresses out of their pools.",
      positional: "ip_range",
      options: [RANGE],
      async run(parts, args) {
        (await addresses()).deleteFloating(parts, given(args, "ip_range"));
        return "";
      },
    },
  },
  fixed: {
    list: {
      summary: "Every fixed address with the server that has it.",
      options: [HOST],
      run: async (parts, args) => (await addresses()).listFixed(parts, args.text("host")),
    },
    reserve: {
      summary: "Sets a fixed address aside.",
      positional: "address",
      options: [ADDRESS],
      async run(parts, args) {
        (await addresses()).reserveFixed(parts, given(args, "address"), true);
        return "";
      },
    },
    unreserve: {
      summary: "Makes a fixed address available again.",
      positional: "address",
      options: [ADDRESS],
      async run(parts, args) {
        (await addresses()).reserveFixed(parts, given(args, "address"), false);
        return "";
      },
    },
  },
};

/** Whether the words of a command line are one of these. */
export function isNetworkVerb(argv: readonly string[]): boolean {
  return Object.hasOwn(VERBS, argv.find((word) => !word.startsWith("-")) ?? "");
}

export async function networkVerb(argv: readonly string[], io: ProgramIo): Promise<number> {
  const layout = layoutOf(io.env);
  try {
    const [category, action] = argv.filter((word) => !word.startsWith("-"));
    const verbs = VERBS[category!]!;
    const verb = verbs[action ?? ""];
    if (!verb) {
      const names = Object.keys(verbs).join(", ");
      throw new UsageFailure(parserOf(category!, null, null), `there is: nova-manage ${category} {${names}}`);
    }
    const parser = parserOf(category!, action!, verb);
    if (argv.includes("-h") || argv.includes("--help")) {
      io.out(help(parser, layout));
      return 0;
    }
    const { args, extras } = parseArguments(parser, argv);
    if (extras.length > 0) throw new UsageFailure(parser, `unrecognized arguments: ${extras.join(" ")}`);
    if (verb.positional && args.text(verb.positional) === null)
      args.values[verb.positional] = args.text("first");
    io.out(await withNetwork(args, io, (parts) => verb.run(parts, args)));
    return 0;
  } catch (error) {
    if (error instanceof UsageFailure) {
      io.err(usageError(error, layout));
      return 2;
    }
    if (!(error instanceof CommandError || error instanceof CloudError)) throw error;
    io.err(`error: ${error.message}\n`);
    return 1;
  }
}

function parserOf(category: string, action: string | null, verb: Verb | null): ParserSpec {
  return {
    prog: `nova-manage ${category}${action === null ? "" : ` ${action}`}`,
    ...(verb ? { description: verb.summary } : {}),
    args: [
      { dest: "category", metavar: category },
      { dest: "action", metavar: action ?? "action" },
      ...(verb?.positional ? [{ dest: "first", metavar: verb.positional, optional: true }] : []),
    ],
    options: [
      { names: ["-h", "--help"], kind: "flag", help: null },
      ...(verb?.options ?? []),
      { names: ["--rc"], metavar: "FILE", help: "Settings of the network service." },
      { names: ["--state"], metavar: "DIR", help: "State directory of the cloud (env STACK_STATE)." },
      { names: ["--config-file", "--config-dir"], metavar: "PATH", help: null },
    ],
  };
}

function given(args: Arguments, dest: string): string {
  const text = args.text(dest);
  if (text === null) throw new CommandError(`--${dest} is missing`);
  return text;
}

/** All or nothing, beside a cloud that may be writing too. */
async function withNetwork(
  args: Arguments,
  { env }: ProgramIo,
  work: (parts: NetworkParts) => Promise<string>,
): Promise<string> {
  const paths = statePaths({ values: { state: args.text("state") ?? undefined }, env });
  const [{ readConfig }, { openNetwork }] = await Promise.all([
    import("../../boot.ts"),
    import("../../network/manage/open.ts"),
  ]);
  using network = openNetwork(
    paths,
    readConfig({ stateDir: paths.root, rcFile: args.text("rc"), overrides: {}, env }),
  );
  if (!network) throw new CommandError(`there is no cloud in ${paths.root}`);
  // From the first look on nobody else writes: what was read is still so.
  network.db.raw.run("BEGIN IMMEDIATE");
  const text = await work(network.parts);
  network.db.raw.run("COMMIT");
  return text;
}
