// Reads policy files: `policy.yaml` or `policy.json`, and the files of `policy.d`, each a mapping of rule names to rules.
// JSON is YAML. Errors name file and line.

import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import { type Expression, parseRule } from "./parse.ts";

/** A rule as a file states it. */
export interface Stated {
  /** A string, or the nested lists of 2013. */
  rule: unknown;
  expression: Expression;
  file: string;
  line: number;
}

/** What is wrong with a policy file; the message starts with `FILE:LINE: `. */
export class PolicyFileError extends Error {
  override name = "PolicyFileError";
}

export interface PolicyPlaces {
  /** The first that exists is used. */
  files: readonly string[];
  /** Folders whose files add to it, in the order of their names; hidden files are left out. */
  folders?: readonly string[];
}

/** The files in force now, in the order in which they are read. A later one wins. */
export function filesInForce({ files, folders = [] }: PolicyPlaces): { path: string; stat: Stats }[] {
  const found: { path: string; stat: Stats }[] = [];
  const add = (path: string): boolean => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) found.push({ path, stat });
    return stat?.isFile() ?? false;
  };
  files.find(add);
  for (const folder of folders) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
    for (const name of readdirSync(folder).sort()) if (!name.startsWith(".")) add(join(folder, name));
  }
  return found;
}

/** @throws PolicyFileError for the first rule that cannot be understood, or when the file cannot be read */
export function readPolicyFile(path: string): Map<string, Stated> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new PolicyFileError(`${path}:1: ${messageOf(cause)}`, { cause });
  }
  const { rules, problems } = readPolicyText(text, path);
  if (problems.length > 0) throw new PolicyFileError(problems.join("; "));
  return rules;
}

/** Everything a file states, and everything that is wrong with it as `FILE:LINE: TEXT`. */
export function readPolicyText(
  text: string,
  path: string,
): { rules: Map<string, Stated>; problems: string[] } {
  const rules = new Map<string, Stated>();
  const problems: string[] = [];
  let data: unknown;
  try {
    data = text.trim() === "" ? {} : Bun.YAML.parse(text);
  } catch (error) {
    return { rules, problems: [`${path}:${lineOfSyntaxError(text)}: ${messageOf(error)}`] };
  }
  if (data === null || data === undefined) return { rules, problems };
  if (typeof data !== "object" || Array.isArray(data)) {
    return { rules, problems: [`${path}:1: expected a mapping of rule names to rules`] };
  }
  const lines = text.split("\n");
  for (const [name, rule] of Object.entries(data)) {
    const line = lineOfKey(lines, name);
    try {
      rules.set(name, { rule, expression: parseRule(rule), file: path, line });
    } catch (error) {
      problems.push(`${path}:${line}: ${name}: ${messageOf(error)}`);
    }
  }
  return { rules, problems };
}

/** The last line that states the key: of two, that one counts. */
function lineOfKey(lines: readonly string[], name: string): number {
  const spelled = [JSON.stringify(name), `'${name}'`];
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!;
    if (line.trimStart().startsWith("#")) continue;
    const quoted = spelled.some((key) => {
      const at = line.indexOf(key);
      return at >= 0 && /^\s*:/.test(line.slice(at + key.length));
    });
    if (quoted || /^:(\s|$)/.test(bareRest(line, name))) return i + 1;
  }
  return 1;
}

/** What follows the key at the start of a line, or nothing. */
function bareRest(line: string, name: string): string {
  const start = line.trimStart();
  return start.startsWith(name) ? start.slice(name.length).trimStart() : "";
}

/**
 * Where a file stops being YAML; the parser itself does not tell. Each entry of the mapping is read alone, and the first
 * that makes no sense by itself is the culprit.
 */
function lineOfSyntaxError(text: string): number {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  if (first < 0) return 1;
  return lines[first]!.trimStart().startsWith("{") ? lineInFlow(lines, first) : lineInBlock(lines, first);
}

function lineInBlock(lines: readonly string[], first: number): number {
  const starts = lines.flatMap((line, i) => (i >= first && /^[^\s#]/.test(line) ? [i] : []));
  for (const [n, start] of starts.entries()) {
    const entry = lines.slice(start, starts[n + 1]).join("\n");
    if (!isMapping(entry)) return start + 1;
  }
  return first + 1;
}

function lineInFlow(lines: readonly string[], first: number): number {
  let entry = "";
  let start = first;
  for (let i = first; i < lines.length; i++) {
    let line = lines[i]!.trim();
    if (i === first) line = line.slice(1).trim();
    if (line === "" || line.startsWith("#") || line === "}") continue;
    if (entry === "") start = i;
    entry += `\n${line.replace(/\}$/, "")}`;
    if (!isMapping(`{${entry}}`)) continue;
    const last = lines.slice(i + 1).every((rest) => /^\s*(#.*|\}\s*)?$/.test(rest));
    if (!last && !entry.trimEnd().endsWith(",")) return i + 1;
    entry = "";
  }
  return entry === "" ? lines.length : start + 1;
}

function isMapping(text: string): boolean {
  try {
    const data: unknown = Bun.YAML.parse(text);
    return typeof data === "object" && data !== null && !Array.isArray(data);
  } catch {
    return false;
  }
}
