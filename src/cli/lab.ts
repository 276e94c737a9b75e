// `stack lab`: exercises with a cloud of their own, which say what of them is done.

import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FoundLab } from "../labs/catalog.ts";
import type { StepReport } from "../labs/check.ts";
import type { Lab } from "../labs/format.ts";
import type { LabHome } from "../labs/home.ts";
import {
  type Command,
  CommandError,
  columns,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  stateDir,
  UsageError,
} from "./command.ts";

const POLL_MS = 200;

export const lab: Command = {
  name: "lab",
  usage:
    "list | start NAME | check NAME | task NAME | answer NAME STEP TEXT | solve NAME [STEP] | reset NAME",
  summary: "exercises, each with a cloud of its own: started, checked step by step, taken back",
  example:
    "stack lab start swift-cli; . ~/.local/share/stack/labs/swift-cli/openrc; stack lab check swift-cli",
  options: {
    ...STATE_OPTION,
    labs: { type: "string" },
    json: { type: "boolean" },
    wait: { type: "string" },
    step: { type: "string" },
  },
  optionHelp: [
    ["--labs DIR", "more labs: a file for each, *.yaml (those in STATE/labs are found without)"],
    ["--wait SECONDS", "check: wait so long for what is not there yet"],
    ["--step N", "check: as far as this step; solve: this step"],
    ["--json", "list, check: for programs"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb, ...words] = invocation.positionals;
    switch (verb) {
      case undefined:
      case "list":
        return list(invocation);
      case "start":
        return start(invocation, word(words, "start"));
      case "task":
        return task(invocation, word(words, "task"));
      case "check":
        return check(invocation, word(words, "check"));
      case "answer":
        return answer(invocation, words);
      case "solve":
        return solve(invocation, words);
      case "reset":
        return reset(invocation, word(words, "reset"));
      default:
        throw new UsageError(`lab ${verb}? see: stack help lab`);
    }
  },
};

function word(words: string[], verb: string): string {
  if (words.length !== 1) throw new UsageError(`lab ${verb} which one? see: stack lab list`);
  return words[0]!;
}

/** Started labs and files of a teacher's lie here. */
function labFolder(invocation: Pick<Invocation, "values" | "env">): string {
  // Within a lab's shell, the labs are beside the cloud.
  const own = /^(.*)\/[^/]+\/cloud\/?$/.exec(invocation.env["STACK_STATE"] ?? "")?.[1];
  if (invocation.values["state"] === undefined && own !== undefined && existsSync(own)) return own;
  return join(stateDir(invocation), "labs");
}

function folders(invocation: Invocation): string[] {
  const given = invocation.values["labs"];
  if (typeof given === "string" && !existsSync(given)) throw new CommandError(`there is no folder ${given}`);
  return [labFolder(invocation), ...(typeof given === "string" ? [resolve(given)] : [])];
}

/** @throws CommandError */
async function find(invocation: Invocation, name: string): Promise<FoundLab & { home: LabHome }> {
  const [{ findLab }, { LabHome }, { parseLab }, { DocumentError }] = await Promise.all([
    import("../labs/catalog.ts"),
    import("../labs/home.ts"),
    import("../labs/format.ts"),
    import("../seed/yaml.ts"),
  ]);
  try {
    // A started lab knows its file, wherever that was.
    const home = new LabHome(labFolder(invocation), name);
    const file = home.exists() ? home.notes().file : null;
    if (file !== null && existsSync(file)) {
      return { lab: parseLab(await Bun.file(file).text(), file), file, home };
    }
    const found = findLab(name, folders(invocation));
    return { ...found, home: new LabHome(labFolder(invocation), found.lab.name) };
  } catch (error) {
    if (error instanceof DocumentError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

async function list(invocation: Invocation): Promise<number> {
  const [{ allLabs }, { lackingOf }, { DocumentError }] = await Promise.all([
    import("../labs/catalog.ts"),
    import("../labs/start.ts"),
    import("../seed/yaml.ts"),
  ]);
  const started = new Set(existsSync(labFolder(invocation)) ? readdirSync(labFolder(invocation)) : []);
  const rows = (() => {
    try {
      return allLabs(folders(invocation));
    } catch (error) {
      if (error instanceof DocumentError) throw new CommandError(error.message, { cause: error });
      throw error;
    }
  })().map(({ lab: { name, row = "", title, steps, driver = "fake" }, lab: whole, file }) => ({
    name,
    row,
    title,
    steps: steps.length,
    driver,
    started: started.has(name),
    needs: lackingOf(whole),
    file,
  }));
  if (invocation.values["json"]) invocation.out(`${JSON.stringify(rows, null, 2)}\n`);
  else {
    const shown = rows.map(({ name, title, steps, started: now, needs }) => [
      `${name}${now ? " *" : ""}`,
      `${steps} steps`,
      `${title}${needs.length > 0 ? ` (needs ${needs.join(", ")})` : ""}`,
    ]);
    invocation.out(columns(shown));
  }
  return 0;
}

async function start(invocation: Invocation, name: string): Promise<number> {
  const { lab: wanted, file, home } = await find(invocation, name);
  const { startLab } = await import("../labs/start.ts");
  await startLab(wanted, file, home, invocation.env);
  invocation.out(taskText(wanted));
  invocation.out(`
This lab has a cloud of its own. In a shell, so that clients and \`stack\` work on it:

  . ${home.root}/openrc

Your folder is ${home.work} ($LAB); the settings are its stackrc. Then:

  stack lab check ${wanted.name}     what is there and what is not
  stack attach${" ".repeat(wanted.name.length)}        the windows of its services
  stack lab reset ${wanted.name}     takes everything back
`);
  return 0;
}

async function task(invocation: Invocation, name: string): Promise<number> {
  invocation.out(taskText((await find(invocation, name)).lab));
  return 0;
}

function taskText({ row, title, about, steps }: Lab): string {
  const shown = steps.map(({ title: step, task: more }, i) => {
    const lines = more?.trimEnd().split("\n") ?? [];
    return [`${String(i + 1).padStart(3)}. ${step}`, ...lines.map((line) => `     ${line}`.trimEnd())].join(
      "\n",
    );
  });
  return `${row ? `${row} ` : ""}${title}\n\n${about.trimEnd()}\n\n${shown.join("\n")}\n`;
}

async function check(invocation: Invocation, name: string): Promise<number> {
  const { lab: wanted, home } = await find(invocation, name);
  home.notes();
  const { LabChecker } = await import("../labs/check.ts");
  const checker = new LabChecker(wanted, home, invocation.env);
  const last = number(invocation.values["step"], "--step", wanted.steps.length);
  const deadline = Date.now() + number(invocation.values["wait"], "--wait", 0) * 1000;
  let reports = (await checker.reports()).slice(0, last);
  while (!complete(reports) && Date.now() < deadline) {
    await Bun.sleep(POLL_MS);
    reports = (await checker.reports()).slice(0, last);
  }
  invocation.out(
    invocation.values["json"] ? `${JSON.stringify(reports, null, 2)}\n` : reportText(wanted, reports),
  );
  return complete(reports) ? 0 : 1;
}

const complete = (reports: readonly StepReport[]) => reports.every(({ done }) => done);

function number(given: unknown, option: string, usual: number): number {
  if (given === undefined) return usual;
  const value = Number(given);
  if (!(value >= 0)) throw new UsageError(`${option} takes a number`);
  return value;
}

function reportText({ row, title }: Lab, reports: readonly StepReport[]): string {
  const rows = reports.flatMap(({ step, title: name, done, missing, hint }) => [
    `  [${done ? "x" : " "}] ${step}. ${name}`,
    ...missing.map((text) => `         ${text}`),
    ...(done === false && hint ? [`         hint: ${hint.trim()}`] : []),
  ]);
  const there = reports.filter(({ done }) => done).length;
  const ending = there === reports.length ? "Done." : `${there} of ${reports.length} steps are there.`;
  return `${row ? `${row} ` : ""}${title}\n${rows.join("\n")}\n${ending}\n`;
}

async function answer(invocation: Invocation, words: string[]): Promise<number> {
  const [name, step, ...text] = words;
  if (name === undefined || text.length === 0) throw new UsageError("lab answer NAME STEP TEXT");
  const { lab: wanted, home } = await find(invocation, name);
  const asked = wanted.steps[Number(step) - 1]?.check.some((one) => "answer" in one);
  if (!asked) throw new UsageError(`step ${step} of ${name} asks nothing`);
  const notes = home.notes();
  notes.answers[step!] = text.join(" ");
  home.note(notes);
  return 0;
}

async function solve(invocation: Invocation, words: string[]): Promise<number> {
  const [name, given = invocation.values["step"]] = words;
  if (name === undefined) throw new UsageError("lab solve which one?");
  const { lab: wanted } = await find(invocation, name);
  const { studentOf } = await import("../labs/home.ts");
  const only = given === undefined ? null : number(given, "a step", 0);
  for (const [i, step] of wanted.steps.entries()) {
    if (only !== null && only !== i + 1) continue;
    const as = step.as ?? studentOf(wanted);
    invocation.out(`# ${i + 1}. ${step.title} (as ${as})\n${step.do.trimEnd()}\n\n`);
  }
  return 0;
}

async function reset(invocation: Invocation, name: string): Promise<number> {
  const { lab: wanted, home } = await find(invocation, name);
  if (!existsSync(home.root)) throw new CommandError(`lab ${name} is not started`);
  const { resetLab } = await import("../labs/start.ts");
  await resetLab(wanted, home, invocation.env);
  return 0;
}
