// `stack health` and `stack metrics`: for Nagios and whatever else runs a command and looks at its exit status.

import { statfsSync } from "node:fs";
import { CloudNotRunning } from "../control/client.ts";
import { troublesOf } from "../operations.ts";
import {
  type Command,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  stateDir,
  UsageError,
} from "./command.ts";

/** Exit statuses of a Nagios plugin (Monitoring Plugins' development guidelines). */
const OK = 0;
const WARNING = 1;
const CRITICAL = 2;
const WORDS = ["OK", "WARNING", "CRITICAL"];

export const health: Command = {
  name: "health",
  usage: "[SERVICE ...] | disk [-w PERCENT] [-c PERCENT]",
  summary: "one line and an exit status as Nagios wants them: 0 fine, 1 warning, 2 critical",
  example: "stack health n-cpu",
  options: {
    ...STATE_OPTION,
    warning: { type: "string", short: "w" },
    critical: { type: "string", short: "c" },
  },
  optionHelp: [
    ["-w, --warning PERCENT", "disk: warn when less than this is free (20%)"],
    ["-c, --critical PERCENT", "disk: critical when less than this is free (10%)"],
    STATE_HELP,
  ],
  async run(invocation) {
    const { positionals, out } = invocation;
    const [status, text] =
      positionals[0] === "disk" ? disk(invocation) : await services(invocation, positionals);
    out(`${WORDS[status]} - ${text}\n`);
    return status;
  },
};

async function services(invocation: Invocation, wanted: readonly string[]): Promise<[number, string]> {
  try {
    const all = (await controlClient(invocation).status()).services;
    const unknown = wanted.find(
      (name) => !all.some((service) => service.window === name || service.name === name),
    );
    if (unknown !== undefined) throw new UsageError(`no service is called ${unknown}`);
    const chosen = all.filter(
      ({ window, name }) => wanted.length === 0 || wanted.includes(window) || wanted.includes(name),
    );
    const troubles = troublesOf(chosen);
    const running = `running=${chosen.length - troubles.length}`;
    if (troubles.length > 0) return [CRITICAL, `${troubles.join("; ")} | ${running}`];
    return [OK, `${chosen.map(({ window }) => window).join(" ")} | ${running}`];
  } catch (error) {
    if (!(error instanceof CloudNotRunning)) throw error;
    return [CRITICAL, error.message];
  }
}

/** The file system of the state directory, as `check_disk -w 20% -c 10%` judges it. */
function disk(invocation: Invocation): [number, string] {
  const folder = stateDir(invocation);
  const { blocks, bavail, bsize } = statfsSync(folder);
  const percent = (name: string, usual: number) => {
    const text = invocation.values[name];
    const value = typeof text === "string" ? Number(text.replace(/%$/, "")) : usual;
    if (Number.isNaN(value)) throw new UsageError(`--${name} takes a percentage, not ${text}`);
    return value;
  };
  const [warning, critical] = [percent("warning", 20), percent("critical", 10)];
  const free = (100 * bavail) / blocks;
  const status = free < critical ? CRITICAL : free < warning ? WARNING : OK;
  const mib = Math.floor((bavail * bsize) / 2 ** 20);
  return [status, `free space: ${folder} ${mib} MiB (${free.toFixed(0)}%) | free=${mib}MB`];
}

export const metrics: Command = {
  name: "metrics",
  usage: "",
  summary: "what /metrics shows: figures in Prometheus' text format",
  example: "stack metrics | grep node_load",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    invocation.out(await controlClient(invocation).metrics());
    return 0;
  },
};
