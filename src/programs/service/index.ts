// `service NAME VERB`, as on the hosts of 2012: `service nova-compute restart`, `service 'nova-*' status`,
// `service --status-all`. `--install DIR` writes a script for every service into a folder that stands for /etc/init.d.

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { CommandError, controlClient, stateDir } from "../../cli/command.ts";
import { selfCommand } from "../../cli/self.ts";
import { CloudNotRunning, ControlError } from "../../control/client.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo } from "../program.ts";
import { servicesNamed, stateLine } from "./names.ts";

/** The Linux Standard Base's: a service that does not run, a service that nobody knows. */
const [NOT_RUNNING, UNKNOWN] = [3, 1];

const HELP = `Usage: service NAME {start|stop|restart|reload|status}
       service --status-all
       service --install DIR

NAME is a program (nova-compute), a package's service (openstack-nova-compute), a window (n-cpu) or a pattern ('nova-*').
--install writes a script for each service into DIR: DIR/nova-compute restart.
`;

const VERBS: Readonly<Record<string, "start" | "stop" | "restart" | "status">> = {
  start: "start",
  stop: "stop",
  restart: "restart",
  reload: "restart",
  "force-reload": "restart",
  condrestart: "restart",
  status: "status",
};

export function service(argv: readonly string[], io: ProgramIo): Promise<number> {
  return endWithStatus(io, [CommandError, CloudNotRunning, ControlError], async () => {
    const [name, verb] = argv;
    if (name === undefined || name === "-h" || name === "--help") {
      io.out(HELP);
      return name === undefined ? 2 : 0;
    }
    if (name === "--install") return install(verb, io);
    return name === "--status-all" ? statusAll(io) : ofOne(name, verb ?? "", io);
  });
}

async function ofOne(name: string, wanted: string, io: ProgramIo): Promise<number> {
  const client = controlClient({ values: {}, env: io.env });
  const { services } = await client.status();
  const found = servicesNamed(name, services);
  if (found.length === 0) {
    io.err(`${name}: unrecognized service\n`);
    return UNKNOWN;
  }
  const verb = VERBS[wanted];
  if (verb === undefined) {
    io.err(`Usage: service ${name} {start|stop|restart|reload|status}\n`);
    return 2;
  }
  if (verb !== "status") for (const { window } of found) await client.service(window, verb);
  const after = await client.status();
  const now = after.services.filter(({ window }) => found.some((one) => one.window === window));
  for (const one of now) io.out(`${stateLine(one.name, one.state, after.pid)}\n`);
  return verb === "status" && now.some(({ state }) => state !== "running") ? NOT_RUNNING : 0;
}

async function statusAll(io: ProgramIo): Promise<number> {
  const { services } = await controlClient({ values: {}, env: io.env }).status();
  for (const { name, state } of services) io.out(` [ ${state === "running" ? "+" : "-"} ]  ${name}\n`);
  return 0;
}

async function install(folder: string | undefined, io: ProgramIo): Promise<number> {
  if (folder === undefined) throw new CommandError("service --install wants a folder");
  const { services } = await controlClient({ values: {}, env: io.env }).status();
  const state = stateDir({ values: {}, env: io.env });
  const dir = resolve(folder);
  mkdirSync(dir, { recursive: true });
  for (const { name } of services) {
    const command = selfCommand(["service", name]).map(quoted).join(" ");
    const path = resolve(dir, name);
    writeFileSync(path, `#!/bin/sh\nSTACK_STATE=${quoted(state)} exec ${command} "$@"\n`);
    chmodSync(path, 0o755);
  }
  io.out(`${services.length} services in ${dir}\n`);
  return 0;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
