// `stack start|stop|restart SERVICE`, `stack status`, `stack queues`.

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
      for (const pattern of invocation.positionals) {
        const windows = matching(pattern, services);
        if (windows.length === 0) throw new UsageError(`no service is called ${pattern}`);
        for (const window of windows) await client.service(window, name);
      }
      return 0;
    },
  };
}

/** A window, a program, or a pattern over both: `n-*`, `nova-*`. */
function matching(pattern: string, services: readonly { name: string; window: string }[]): string[] {
  const glob = new Bun.Glob(pattern);
  return services
    .filter((service) => glob.match(service.window) || glob.match(service.name))
    .map((service) => service.window);
}

export const start = verb("start", "start a stopped service");
export const stop = verb("stop", "stop one service; the others run on");
export const restart = verb("restart", "stop and start, with configuration and plugins read anew");

export const status: Command = {
  name: "status",
  usage: "[--json]",
  summary: "services, ports, versions, the compute driver and why",
  example: "stack status --json",
  options: { ...STATE_OPTION, json: { type: "boolean" } },
  optionHelp: [["--json", "for programs"], STATE_HELP],
  async run(invocation: Invocation) {
    const found = await controlClient(invocation).status();
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
