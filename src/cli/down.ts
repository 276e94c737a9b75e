// `stack down` ends a cloud and removes its traces from the host; `stack cleanup` does the latter for one that died.

import { CloudNotRunning } from "../control/client.ts";
import {
  type Command,
  CommandError,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
} from "./command.ts";
import { bootOptions } from "./up.ts";

const DOWN_TIMEOUT_MS = 120_000;

export const down: Command = {
  name: "down",
  usage: "",
  summary: "stop; remove every bridge, tap, namespace, firewall table, domain and lease that is ours",
  example: "stack down",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  run: runDown,
};

export const cleanup: Command = {
  name: "cleanup",
  usage: "",
  summary: "the same for a cloud that was killed; one that runs is stopped first",
  example: "stack cleanup",
  options: STATE_OPTION,
  optionHelp: [STATE_HELP],
  async run(invocation) {
    const client = controlClient(invocation);
    const running = await client.status().catch(() => null);
    if (running) return runDown(invocation);
    return sweep(invocation);
  },
};

async function runDown(invocation: Invocation): Promise<number> {
  const client = controlClient(invocation);
  const status = await client.status().catch((error) => {
    if (error instanceof CloudNotRunning) return null;
    throw error;
  });
  // A cloud that was killed leaves as much behind as one that runs.
  if (!status) return sweep(invocation);
  await client.shutdown("down");
  const deadline = Date.now() + DOWN_TIMEOUT_MS;
  while (isAlive(status.pid)) {
    if (Date.now() > deadline) throw new CommandError(`process ${status.pid} has not ended; see its log`);
    await Bun.sleep(20);
  }
  return 0;
}

/** Makes the services without starting them, and lets each remove what it finds of its own. */
async function sweep(invocation: Invocation): Promise<number> {
  const { boot } = await import("../boot.ts");
  const options = await bootOptions({ ...invocation, values: { ...invocation.values, port: "0" } });
  const running = await boot({
    ...options,
    port: null,
    classicPorts: false,
    overrides: { ...options.overrides, ENABLED_SERVICES: "" },
    onShutdown: () => {},
    dormant: true,
  });
  const removed = await running.shutdown("down");
  for (const row of removed) invocation.out(`removed ${row}\n`);
  if (removed.length === 0) invocation.out("nothing of ours was left\n");
  return 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
