// Starting a lab: a cloud of its own with its settings, filled and prepared; and taking it all back.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { CommandError } from "../cli/command.ts";
import { readCredentials } from "../cli/credentials.ts";
import { selfCommand } from "../cli/self.ts";
import { applySeed } from "../seed/apply.ts";
import type { Lab } from "./format.ts";
import { type LabHome, type LabNotes, studentOf } from "./home.ts";
import { shell } from "./shell.ts";

const PREPARE_SECONDS = 600;

/** @throws CommandError; what was made until then is taken back */
export async function startLab(
  lab: Lab,
  file: string | null,
  home: LabHome,
  env: Record<string, string | undefined>,
): Promise<void> {
  if (home.exists()) throw new CommandError(`lab ${lab.name} is started; see: stack lab check ${lab.name}`);
  const lacking = lackingOf(lab);
  if (lacking.length > 0) throw new CommandError(`lab ${lab.name} needs ${lacking.join(", ")}`);
  const notes: LabNotes = {
    name: lab.name,
    startedAt: new Date().toISOString(),
    file,
    variables: {},
    seen: [],
    answers: {},
  };
  home.make();
  home.note(notes);
  try {
    await startCloud(lab, home, env);
    await prepare(lab, home, notes, env);
    home.note(notes);
    home.writeCredentials(lab, notes);
  } catch (error) {
    await resetLab(lab, home, env);
    throw error;
  }
}

/** What the machine or the program does not have. */
export function lackingOf(lab: Lab): string[] {
  const programs = (lab.programs ?? [])
    .filter((name) => !Bun.which(name))
    .map((name) => `the program ${name}`);
  const root = lab.root && process.getuid?.() !== 0 ? ["root"] : [];
  return [...(lab.missing === undefined ? [] : [lab.missing]), ...root, ...programs];
}

async function startCloud(lab: Lab, home: LabHome, env: Record<string, string | undefined>): Promise<void> {
  writeFileSync(
    home.rc,
    lab.rc ?? "# The settings of this lab's cloud; `stack restart SERVICE` reads them.\n",
  );
  const driver = lab.driver ?? "fake";
  const command = [
    "up",
    "--detach",
    "--port",
    "0",
    "--driver",
    driver,
    "--rc",
    home.rc,
    "--state",
    home.cloud,
  ];
  const { status, err } = await own(command, env);
  if (status !== 0) throw new CommandError(`the cloud of the lab did not start: ${err.trim()}`);
}

async function prepare(
  lab: Lab,
  home: LabHome,
  notes: LabNotes,
  env: Record<string, string | undefined>,
): Promise<void> {
  if (lab.seed) {
    const cloud = { values: { state: home.cloud }, env: {} };
    await applySeed({
      seed: lab.seed,
      folder: home.work,
      credentials: readCredentials(cloud, "admin", "admin"),
      told: () => {},
    });
  }
  for (const { run, as, save } of lab.prepare ?? []) {
    const { status, out, err } = await shell(run, {
      env: home.environment(lab, as ?? studentOf(lab), notes, env),
      cwd: home.work,
      strict: true,
      timeoutSeconds: PREPARE_SECONDS,
    });
    if (status !== 0) throw new CommandError(`preparing lab ${lab.name}: ${run.trim()}: ${err}${out}`);
    if (save !== undefined) notes.variables[save] = out.trim();
  }
}

/** Nothing of it stays. A lab whose cloud is gone already can be taken back too. */
export async function resetLab(
  lab: Lab | null,
  home: LabHome,
  env: Record<string, string | undefined>,
): Promise<void> {
  if (lab?.cleanup !== undefined && existsSync(home.work)) {
    const notes = home.exists() ? home.notes() : null;
    const { PATH = "" } = env;
    const exports = { ...notes?.variables, STACK_STATE: home.cloud, LAB: home.work, PATH };
    await shell(lab.cleanup, {
      env: exports,
      cwd: home.work,
      strict: false,
      timeoutSeconds: PREPARE_SECONDS,
    });
  }
  if (existsSync(home.cloud)) {
    const { status, err } = await own(["down", "--state", home.cloud], env);
    if (status !== 0) throw new CommandError(`the cloud of the lab did not end: ${err.trim()}`);
  }
  rmSync(home.root, { recursive: true, force: true });
}

async function own(args: string[], env: Record<string, string | undefined>) {
  const outside = Object.fromEntries(Object.entries(env).filter(([name]) => !/^(OS_|STACK_)/.test(name)));
  const child = Bun.spawn(selfCommand(args), {
    env: outside,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, status };
}
