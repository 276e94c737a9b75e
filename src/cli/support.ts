// `stack support`: one file to hang on a question: version, machine, settings without passwords, states, queues, logs.

import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { arch, release } from "node:os";
import { basename, join } from "node:path";
import { Config } from "../config/config.ts";
import { CloudNotRunning } from "../control/client.ts";
import { messageOf } from "../core/errors.ts";
import { readStored } from "../core/secrets.ts";
import { VERSION } from "../version.ts";
import {
  type Command,
  controlClient,
  type Invocation,
  logFolder,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
} from "./command.ts";

/** Of each log, its end: enough for the story, little enough for a mail. */
const TAIL_BYTES = 256 * 1024;

export const support: Command = {
  name: "support",
  usage: "[FILE] [--rc FILE]",
  summary: "writes a .tar.gz with what a helper wants to know; passwords and tokens are left out",
  example: "stack support /tmp/stack-support.tar.gz",
  options: { ...STATE_OPTION, rc: { type: "string" } },
  optionHelp: [["--rc FILE", "the settings the cloud was started with, as for stack up"], STATE_HELP],
  async run(invocation) {
    const path = invocation.positionals[0] ?? `stack-support-${new Date().toISOString().slice(0, 10)}.tar.gz`;
    const count = await writeSupport(invocation, path);
    invocation.out(`wrote ${path}: ${count} files; look through it before you send it\n`);
    return 0;
  },
};

/** How many files are in it. */
export async function writeSupport(invocation: Invocation, path: string): Promise<number> {
  const hide = hider(invocation);
  const files: Record<string, string> = {};
  for (const [name, text] of Object.entries(await gather(invocation))) files[name] = hide(text);
  const archive = new Bun.Archive(files, { compress: "gzip" });
  writeFileSync(path, await archive.bytes(), { mode: 0o600 });
  return Object.keys(files).length;
}

async function gather(invocation: Invocation): Promise<Record<string, string>> {
  const files: Record<string, string> = {
    "version.txt": `stack ${VERSION}, Bun ${Bun.version}\nLinux ${release()} ${arch()}\n`,
    "doctor.json": await json(() => import("./doctor.ts").then(({ examine }) => examine(invocation))),
    "status.json": await json(() => controlClient(invocation).status()),
    "queues.json": await json(() => controlClient(invocation).queues()),
    "metrics.txt": await said(() => controlClient(invocation).metrics()),
    "settings.txt": await said(() => settings(invocation)),
  };
  const folder = logFolder(invocation);
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []) {
    const file = join(folder, name);
    if (name.endsWith(".log") && statSync(file).isFile()) files[join("log", name)] = await tail(file);
  }
  return files;
}

/** What differs from the defaults, and what was found odd. */
async function settings(invocation: Invocation): Promise<string> {
  const { readConfig } = await import("../boot.ts");
  const { declarations, sectionsOf } = await import("../services.ts");
  const sections = sectionsOf(declarations);
  const config = readConfig({
    stateDir: statePaths(invocation).root,
    rcFile: (invocation.values["rc"] as string | undefined) ?? null,
    overrides: {},
    env: invocation.env,
  });
  const defaults = new Config({ sections, env: {}, rc: null });
  const rows = sections.flatMap((section) => {
    const usual: Record<string, unknown> = defaults.values(section);
    return Object.entries(config.values(section))
      .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual[name]))
      .map(
        ([name, value]) => `${name}=${/PASSWORD|TOKEN|SECRET|HASH$/.test(name) ? "(set)" : String(value)}`,
      );
  });
  return [...rows, ...config.warnings.map((warning) => `# ${warning}`), ""].join("\n");
}

async function tail(path: string): Promise<string> {
  const file = Bun.file(path);
  if (file.size <= TAIL_BYTES) return file.text();
  const text = await file.slice(file.size - TAIL_BYTES).text();
  return `(the last lines of ${basename(path)})\n${text.slice(text.indexOf("\n") + 1)}`;
}

async function said(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CloudNotRunning) return `${error.message}\n`;
    return `${messageOf(error)}\n`;
  }
}

const json = (ask: () => Promise<unknown>) => said(async () => `${JSON.stringify(await ask(), null, 2)}\n`);

/** Blots out this cloud's own secrets wherever they appear, and anything that looks like a token of its. */
function hider(invocation: Invocation): (text: string) => string {
  const stored = readStored(statePaths(invocation).at("secrets.json"));
  const secrets = stored
    ? [stored.adminPassword, stored.servicePassword, stored.serviceToken, ...Object.values(stored.named)]
    : [];
  const known = secrets.filter((secret) => secret.length >= 4);
  return (text) => {
    let hidden = text.replace(/\bgAAAA[\w-]{40,}={0,2}/g, "(a token)");
    for (const secret of known) hidden = hidden.replaceAll(secret, "(a secret)");
    return hidden;
  };
}
