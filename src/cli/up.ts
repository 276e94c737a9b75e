// `stack up`: in the foreground with log lines, detached, or detached with the terminal UI in front.

import { openSync } from "node:fs";
import type { BootOptions, RunningCloud, ShutdownKind } from "../boot.ts";
import { cloudSection } from "../config/cloud.ts";
import { CloudNotRunning } from "../control/client.ts";
import type { CloudStatus } from "../control/server.ts";
import { messageOf } from "../core/errors.ts";
import { attachTerminal } from "./attach.ts";
import {
  type Command,
  CommandError,
  controlClient,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  stateDir,
  statePaths,
  UsageError,
} from "./command.ts";
import { checkSeed, seedFrom } from "./seed.ts";
import { selfCommand } from "./self.ts";

export const upOptions = {
  ...STATE_OPTION,
  rc: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  "no-classic-ports": { type: "boolean" },
  "classic-ports": { type: "boolean" },
  driver: { type: "string" },
  set: { type: "string", multiple: true },
  detach: { type: "boolean" },
  ephemeral: { type: "boolean" },
  foreground: { type: "boolean" },
  seed: { type: "string" },
} as const;

export const up: Command = {
  name: "up",
  usage: "[options]",
  summary: "start the cloud; the terminal UI when stdout is a terminal, log lines otherwise",
  example: "stack up --detach --port 8000 --driver fake",
  options: upOptions,
  optionHelp: [
    ["--rc FILE", "settings (default: ./stackrc, ./local.conf or ./localrc when there is one)"],
    STATE_HELP,
    ["--host ADDR", "address to listen on (HOST_IP)"],
    ["--port N", "everything by path on one port; 0 picks a free one"],
    ["--classic-ports", "with --port: the customary ports as well"],
    ["--no-classic-ports", "without --port: the same as --port 8000"],
    ["--driver NAME", "auto, libvirt, docker or fake (VIRT_DRIVER)"],
    ["--set KEY=VALUE", "any setting; may be repeated"],
    ["--detach", "return when every API answers"],
    ["--ephemeral", "remove all state at exit"],
    ["--seed FILE", "make what the file names: projects, users, images, servers ... (stack help seed)"],
    ["--foreground", "log lines even when stdout is a terminal"],
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { values } = invocation;
  await bootOptions(invocation); // a wrong option is reported here, not by the detached process
  if (values["seed"] !== undefined) await checkSeed(String(values["seed"]));
  const terminal = process.stdout.isTTY && !values["foreground"];
  if (values["detach"]) return detach(invocation);
  if (terminal) {
    await detach(invocation); // a service that failed is best looked at in its window
    return attachTerminal(invocation);
  }
  return foreground(invocation);
}

/** @throws UsageError */
export async function bootOptions({ values, env }: Invocation): Promise<Omit<BootOptions, "onShutdown">> {
  const overrides: Record<string, string> = {};
  if (values["driver"] !== undefined) overrides["VIRT_DRIVER"] = String(values["driver"]);
  if (values["host"] !== undefined) overrides["HOST_IP"] = String(values["host"]);
  for (const entry of (values["set"] as string[] | undefined) ?? []) {
    const at = entry.indexOf("=");
    if (at < 1) throw new UsageError(`--set wants KEY=VALUE, not "${entry}"`);
    overrides[entry.slice(0, at)] = entry.slice(at + 1);
  }
  const text = (values["port"] as string | undefined) ?? (values["no-classic-ports"] ? "8000" : null);
  const port = text === null ? null : Number(text);
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new UsageError(`--port wants a number from 0 to 65535, not "${text}"`);
  }
  const options = {
    stateDir: stateDir({ values, env }),
    rcFile: (values["rc"] as string | undefined) ?? null,
    overrides,
    port,
    classicPorts: port === null || values["classic-ports"] === true,
    env,
  };
  // The services are loaded here and not with this file: most commands need none of them.
  const { readConfig } = await import("../boot.ts");
  readConfig(options);
  return options;
}

async function foreground(invocation: Invocation): Promise<number> {
  const { out, values } = invocation;
  const { promise: asked, resolve: ask } = Promise.withResolvers<ShutdownKind>();
  process.once("SIGINT", () => ask("stop"));
  process.once("SIGTERM", () => ask("stop"));
  process.once("SIGHUP", () => ask("stop"));
  const { boot } = await import("../boot.ts");
  const running = await boot({ ...(await bootOptions(invocation)), onShutdown: ask });
  if (process.env["STACK_DETACHED"] === undefined) {
    for (const line of running.book.lines(null)) out(`${line.text}\n`);
    running.book.listen((line) => out(`${line.text}\n`));
    out(await banner(running, invocation));
    if (values["seed"] !== undefined) {
      // A cloud that does not hold all of it is still there to be looked at.
      await seedFrom(invocation, String(values["seed"]), out).catch((error) =>
        out(`seed: ${messageOf(error)}\n`),
      );
    }
  }
  const how = await asked;
  const removed = await running.shutdown(values["ephemeral"] ? "down" : how);
  for (const row of removed) out(`removed ${row}\n`);
  if (values["ephemeral"]) await removeState(running);
  return 0;
}

async function removeState(running: RunningCloud): Promise<void> {
  const { rm } = await import("node:fs/promises");
  await rm(running.paths.root, { recursive: true, force: true });
}

const DETACH_TIMEOUT_MS = 120_000;

async function detach(invocation: Invocation): Promise<number> {
  const paths = statePaths(invocation);
  const client = controlClient(invocation);
  const already = await client.status().catch(() => null);
  if (already) throw new CommandError(`a cloud is already running in ${paths.root} (process ${already.pid})`);
  paths.dir("log");
  const output = openSync(paths.at("log", "stack.out"), "a", 0o600);
  const { detach: _, seed, ...values } = invocation.values;
  const [program, ...args] = selfCommand(["up", ...optionsOf({ ...values, foreground: true })]);
  const child = Bun.spawn([program!, ...args], {
    stdio: ["ignore", output, output],
    env: { ...process.env, STACK_DETACHED: "1" },
    detached: true,
  });
  child.unref();
  const deadline = Date.now() + DETACH_TIMEOUT_MS;
  for (;;) {
    const status = await client.status().catch((error) => {
      if (error instanceof CloudNotRunning) return null;
      throw error;
    });
    if (status?.ready) {
      invocation.out(describe(status, invocation));
      if (seed !== undefined) await seedFrom(invocation, String(seed), invocation.out);
      return status.services.some((service) => service.state === "failed") ? 1 : 0;
    }
    if (child.exitCode !== null) {
      const text = await Bun.file(paths.at("log", "stack.out")).text();
      throw new CommandError(text.trimEnd().split("\n").slice(-15).join("\n") || "the cloud did not start");
    }
    if (Date.now() > deadline)
      throw new CommandError(`not ready after ${DETACH_TIMEOUT_MS / 1000} s; see stack logs`);
    await Bun.sleep(10);
  }
}

/** The command line that gives these values. */
function optionsOf(values: Invocation["values"]): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().map((text) => `--${name}=${text}`);
  });
}

async function banner({ cloud, config }: RunningCloud, invocation: Invocation): Promise<string> {
  const { HOST_IP } = config.values(cloudSection);
  const services = await cloud.status();
  return describe({ services, driver: cloud.driver(), sharedPort: cloud.sharedPort }, invocation, HOST_IP);
}

/** What is printed when the cloud stands: where it is, how to use it, what runs it. */
export function describe(
  status: Pick<CloudStatus, "services" | "driver" | "sharedPort">,
  invocation: Invocation,
  host = "127.0.0.1",
): string {
  const rows: string[] = ["", "This is your cloud."];
  const identity = status.services.find((service) => service.window === "key");
  const horizon = status.services.find((service) => service.window === "horizon");
  if (identity?.url) rows.push(`  Identity:   ${identity.url}/v3`);
  if (horizon?.url) rows.push(`  Dashboard:  ${horizon.url}`);
  else if (status.sharedPort) rows.push(`  All APIs:   http://${host}:${status.sharedPort}/`);
  rows.push(`  Compute:    ${status.driver.name} (${status.driver.reason})`);
  if (identity?.url) rows.push("  Users:      admin and demo; their password: stack openrc");
  const state = invocation.values["state"] ? ` --state ${String(invocation.values["state"])}` : "";
  rows.push(`  Use it:     eval "$(stack openrc admin${state})"; openstack server list`);
  rows.push(`  Watch it:   stack attach${state}        End it: stack down${state}`);
  for (const service of status.services) {
    if (service.state === "failed") rows.push(`  FAILED      ${service.window}: ${service.reason}`);
  }
  return `${rows.join("\n")}\n\n`;
}
