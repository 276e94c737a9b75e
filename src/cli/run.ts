// `stack run -- COMMAND ...`: a cloud for as long as one command runs. For CI jobs and examples.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VERSION } from "../version.ts";
import { type Command, type Invocation, UsageError } from "./command.ts";
import { environmentOf, readCredentials } from "./credentials.ts";
import { checkSeed, seedFrom } from "./seed.ts";
import { writeSupport } from "./support.ts";
import { bootOptions, upOptions } from "./up.ts";

export const run: Command = {
  name: "run",
  usage: "[options of up] -- COMMAND ...",
  summary: "an ephemeral cloud on a free port with OS_* set; the exit status is COMMAND's",
  example: "stack run --driver fake -- openstack server list",
  options: { ...upOptions, user: { type: "string" }, project: { type: "string" }, logs: { type: "string" } },
  optionHelp: [
    ["--user USER", "whose credentials are set (default: admin)"],
    ["--project PROJECT", "in which project (default: named like the user)"],
    ["--seed FILE", "what the cloud holds when COMMAND starts (stack help seed)"],
    [
      "--logs FILE",
      "when COMMAND fails: a .tar.gz with the logs of every service and their state, for the CI's artifacts",
    ],
    ["--rc, --driver, --set", "as for stack up"],
  ],
  passThrough: true,
  run: runCommand,
};

async function runCommand(invocation: Invocation): Promise<number> {
  const command = invocation.positionals;
  if (command.length === 0) throw new UsageError("run which command? stack run -- COMMAND ...");
  const { seed, logs } = invocation.values;
  if (seed !== undefined) await checkSeed(String(seed));
  const stateDir = mkdtempSync(join(tmpdir(), "stack-run-"));
  const scoped: Invocation = {
    ...invocation,
    values: {
      ...invocation.values,
      state: stateDir,
      port: (invocation.values["port"] as string | undefined) ?? "0",
    },
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  let child: Bun.Subprocess | null = null;
  const forward = (signal: NodeJS.Signals) => child?.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  const { boot } = await import("../boot.ts");
  const running = await boot({ ...(await bootOptions(scoped)), onShutdown: () => child?.kill() }).catch(
    (error) => {
      rmSync(stateDir, { recursive: true, force: true });
      throw error;
    },
  );
  try {
    const failed = (await running.cloud.status()).filter((service) => service.state === "failed");
    for (const service of failed)
      invocation.err(`stack: ${service.window} did not start: ${service.reason}\n`);
    if (failed.length > 0) {
      if (logs !== undefined) await writeSupport(scoped, String(logs));
      return 1;
    }
    // What the command prints is the command's alone.
    if (seed !== undefined) await seedFrom(scoped, String(seed), invocation.err);
    const user = (scoped.values["user"] as string | undefined) ?? "admin";
    const project = (scoped.values["project"] as string | undefined) ?? user;
    const credentials = environmentOf(readCredentials(scoped, user, project));
    const env = {
      ...withoutCredentials(invocation.env),
      ...credentials,
      STACK_STATE: stateDir,
      STACK_VERSION: VERSION,
    };
    try {
      child = Bun.spawn(command, { stdio: ["inherit", "inherit", "inherit"], env });
    } catch (error) {
      invocation.err(`stack: cannot run ${command[0]}: ${(error as Error).message}\n`);
      return 127;
    }
    const ended = await child.exited;
    const status = child.signalCode ? 1 : ended;
    if (status !== 0 && logs !== undefined) {
      await writeSupport(scoped, String(logs));
      invocation.err(`stack: the logs of the cloud are in ${String(logs)}\n`);
    }
    return status;
  } finally {
    for (const signal of signals) process.off(signal, forward);
    await running.shutdown("down");
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** OS_* of another cloud would be mixed with this one's. */
function withoutCredentials(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("OS_")));
}
