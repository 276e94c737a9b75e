// `stack plugin`: a template that works at once, what is there, and a try without the cloud.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type Command,
  CommandError,
  columns,
  type Invocation,
  STATE_HELP,
  STATE_OPTION,
  statePaths,
  UsageError,
} from "./command.ts";

export const plugin: Command = {
  name: "plugin",
  usage: "new KIND NAME | list | points | check FILE | example NAME",
  summary: "files of yours that services load: schedulers, filters, weighers, object-store middleware",
  example: "stack plugin new middleware ip_whitelist; stack plugin check ip_whitelist",
  options: { ...STATE_OPTION, kind: { type: "string" }, dir: { type: "string" } },
  optionHelp: [
    ["--dir DIR", "new: where the file goes (default: plugins in the state directory)"],
    ["--kind KIND", "check: scheduler, filter, weigher or middleware, when its text does not tell"],
    STATE_HELP,
  ],
  async run(invocation) {
    const [verb = "list", ...words] = invocation.positionals;
    switch (verb) {
      case "new":
        return make(invocation, words);
      case "list":
        return list(invocation);
      case "points":
        return (await import("./plugin-points.ts")).pluginPoints(invocation);
      case "check":
        return check(invocation, words);
      case "example":
        return example(invocation, words);
      default:
        throw new UsageError(`plugin ${verb}? see: stack help plugin`);
    }
  },
};

function folderOf(invocation: Invocation): string {
  const given = invocation.values["dir"];
  return typeof given === "string" ? resolve(given) : statePaths(invocation).at("plugins");
}

async function make(invocation: Invocation, [kindName = "", name = "", ...more]: string[]): Promise<number> {
  const { kindOf, PLUGIN_KINDS } = await import("../plugins/kinds.ts");
  const kind = kindOf(kindName);
  if (!kind || more.length > 0) {
    const known = PLUGIN_KINDS.map((one) => `  ${one.name.padEnd(12)}${one.summary} (${one.window})`).join(
      "\n",
    );
    throw new UsageError(`plugin new KIND NAME, with a kind of\n${known}`);
  }
  if (!/^[A-Za-z_][\w-]*$/.test(name)) throw new UsageError(`a plugin's name is a word, not "${name}"`);
  const folder = folderOf(invocation);
  const file = join(folder, `${name}.ts`);
  if (existsSync(file)) throw new CommandError(`there is a file ${file}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, kind.types.file), kind.types.text);
  writeFileSync(file, kind.template(name));
  invocation.out(`wrote ${file}, and its types beside it\nuse it: ${kind.use(name)}\n`);
  return 0;
}

async function list(invocation: Invocation): Promise<number> {
  const { guessKind } = await import("../plugins/kinds.ts");
  const folder = folderOf(invocation);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const rows = files
    .filter((name) => /\.(m?ts|m?js)$/.test(name) && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => {
      const kind = guessKind(readFileSync(join(folder, name), "utf8"));
      return [name.replace(/\.\w+$/, ""), kind.name, kind.window, join(folder, name)];
    });
  invocation.out(columns(rows));
  return 0;
}

async function check(invocation: Invocation, [given = "", ...more]: string[]): Promise<number> {
  if (given === "" || more.length > 0) throw new UsageError("plugin check FILE");
  const [{ guessKind, kindOf }, { checkPlugin }, { findPlugin }] = await Promise.all([
    import("../plugins/kinds.ts"),
    import("../plugins/check.ts"),
    import("../plugins/load.ts"),
  ]);
  const path = existsSync(given) ? resolve(given) : findPlugin(given, folderOf(invocation));
  if (path === null || !existsSync(path)) throw new CommandError(`there is no plugin ${given}`);
  const wanted = invocation.values["kind"];
  const kind = wanted === undefined ? guessKind(readFileSync(path, "utf8")) : kindOf(String(wanted));
  if (!kind) throw new UsageError(`no kind of plugin is called ${wanted}`);
  const findings = await checkPlugin(path, kind);
  const mark = (ok: boolean | null) => (ok === null ? "-" : ok ? "ok" : "FAILED");
  for (const { what, ok, said } of findings) {
    const [first, ...rest] = said.split("\n");
    invocation.out(
      `${mark(ok).padEnd(7)} ${what.padEnd(8)} ${first}\n${rest.map((row) => `${" ".repeat(17)}${row}\n`).join("")}`,
    );
  }
  return findings.some(({ ok }) => ok === false) ? 1 : 0;
}

async function example(invocation: Invocation, [name = ""]: string[]): Promise<number> {
  const { EXAMPLES } = await import("../plugins/kinds.ts");
  const text = EXAMPLES[name];
  if (text === undefined) throw new UsageError(`plugin example ${Object.keys(EXAMPLES).join(" | ")}`);
  invocation.out(text);
  return 0;
}
