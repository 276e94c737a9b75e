// `stack start|stop|restart SERVICE`, `stack status`, `stack queues`.

import type { CloudStatus } from "../control/server.ts";
import { servicesNamed, stateLine } from "../programs/service/names.ts";
import {
  type Command,
  columns,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  UsageError,
} from "./command.ts";

function verb(name: "start" | "stop" | "restart", summary: string): Command {
  return {
    name,
    usage: "SERVICE ...",
    summary,
    example: `stack ${name} n-sch`,
    options: STATE_OPTION,
    optionHelp: [STATE_HELP],
    async run(invocation) {
      if (invocation.positionals.length === 0) throw new UsageError(`${name} which service?`);
      const client = controlClient(invocation);
      const { services } = await client.status();
      const touched = new Set<string>();
      const { out } = invocation;
      for (const pattern of invocation.positionals) {
        const windows = servicesNamed(pattern, services);
        if (windows.length === 0) throw new UsageError(`no service is called ${pattern}`);
        for (const { window } of windows) await client.service(window, name);
        for (const { window } of windows) touched.add(window);
      }
      const after = await client.status();
      for (const service of after.services) {
        if (touched.has(service.window)) out(`${stateLine(service.name, service.state, after.pid)}\n`);
      }
      return 0;
    },
  };
}

export const start = verb("start", "start a stopped service");
export const stop = verb("stop", "stop one service; the others run on");
export const restart = verb("restart", "stop and start, with configuration and plugins read anew");

export const status: Command = {
  name: "status",
  usage: "[--json] [SERVICE ...]",
  summary: "services, ports, versions, the compute driver and why",
  example: "stack status --json",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "for programs"], STATE_HELP],
  async run(invocation: Invocation) {
    const found = await controlClient(invocation).status();
    if (invocation.positionals.length > 0) return stateLines(found, invocation);
    if (invocation.values["json"]) {
      invocation.out(`${JSON.stringify(found, null, 2)}\n`);
    } else {
      const rows = found.services.map((service) => [
        service.window,
        service.name,
        service.state,
        service.port === null ? "-" : String(service.port),
        service.reason ?? service.note ?? "",
      ]);
      invocation.out(columns([["WINDOW", "SERVICE", "STATE", "PORT", ""], ...rows]));
      invocation.out(`\n${found.state}, process ${found.pid}, version ${found.version}\n`);
      invocation.out(`compute driver: ${found.driver.name} (${found.driver.reason})\n`);
    }
    return found.services.every((service) => service.state === "running") ? 0 : 1;
  },
};

/** One line for each, as Upstart prints it. */
function stateLines({ services, pid }: CloudStatus, { positionals, out }: Invocation): number {
  const found = positionals.flatMap((pattern) => {
    const named = servicesNamed(pattern, services);
    if (named.length === 0) throw new UsageError(`no service is called ${pattern}`);
    return named;
  });
  for (const { name, state } of found) out(`${stateLine(name, state, pid)}\n`);
  return found.every(({ state }) => state === "running") ? 0 : 1;
}

export const queues: Command = {
  name: "queues",
  usage: "[--json]",
  summary: "messages waiting on the bus, as rabbitmqctl list_queues",
  example: "stack queues",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "for programs"], STATE_HELP],
  async run(invocation) {
    const found = await controlClient(invocation).queues();
    if (invocation.values["json"]) invocation.out(`${JSON.stringify(found, null, 2)}\n`);
    else {
      invocation.out("Listing queues ...\n");
      for (const queue of found) invocation.out(`${queue.topic}\t${queue.messages}\n`);
      invocation.out("...done.\n");
    }
    return 0;
  },
};
