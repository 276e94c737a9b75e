// `stack nova-api`, or a link of that name: one service in the foreground, as `sudo -u nova nova-api` was used to see why a
// daemon does not start. The service is that of the running cloud; its log goes to this terminal, and Ctrl-C stops it.

import { CommandError, controlClient } from "../../cli/command.ts";
import { CloudNotRunning, ControlError } from "../../control/client.ts";
import { endWithStatus } from "../ending.ts";
import type { ProgramIo, ProgramMain } from "../program.ts";

export const DAEMONS = [
  "glance-api",
  "glance-registry",
  "placement-api",
  "neutron-server",
  "cinder-api",
  "cinder-scheduler",
  "cinder-volume",
  "cinder-backup",
  "nova-api",
  "nova-api-metadata",
  "nova-conductor",
  "nova-scheduler",
  "nova-compute",
  "nova-network",
  "nova-novncproxy",
  "swift-proxy-server",
] as const;

export function daemon(name: string): ProgramMain {
  return (argv, io) =>
    endWithStatus(io, [CommandError, CloudNotRunning, ControlError], () => run(name, argv, io));
}

async function run(name: string, argv: readonly string[], io: ProgramIo): Promise<number> {
  if (argv.includes("-h") || argv.includes("--help")) {
    io.out(`Usage: ${name}\n\nRuns ${name} of the running cloud in the foreground; Ctrl-C stops it.\n`);
    return 0;
  }
  const client = controlClient({ values: {}, env: io.env });
  const { services, pid } = await client.status();
  const found = services.find((service) => service.name === name);
  if (!found) throw new CommandError(`${name} is not one of this cloud's services`);
  if (found.state === "running") {
    throw new CommandError(`${name} already runs in process ${pid}; stop it first: stack stop ${name}`);
  }
  const { window } = found;
  const before = (await client.lines(window)).at(-1)?.serial ?? 0;
  const ended = new AbortController();
  const printing = (async () => {
    for await (const line of client.follow(window, ended.signal))
      if (line.serial > before) io.out(`${line.text}\n`);
  })().catch((error) => {
    if (!ended.signal.aborted) throw error;
  });
  const asked = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  try {
    await client.service(window, "start");
    // The cloud may end meanwhile, or somebody else may stop the service: its log says so.
    await Promise.race([asked, printing]);
    await client.service(window, "stop");
    return 0;
  } finally {
    ended.abort();
    await printing;
  }
}
