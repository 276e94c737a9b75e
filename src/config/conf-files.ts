// OpenStack's own configuration files as an operator edits them: `STATE/etc/nova/nova.conf` and its like. They are written
// once, with where each service's database is and every option commented out, and never touched again; what is set in one
// counts more than the rc file, from the next start of its service on.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Section } from "./keys.ts";
import { StackrcError } from "./stackrc.ts";

/** File → group → option → value. */
export type ConfOptions = Map<string, Map<string, Map<string, string>>>;

/** The files with the database that is named in each; paths as below `/etc`. */
const FILES: readonly { path: string; database: string }[] = [
  { path: "keystone/keystone.conf", database: "keystone" },
  { path: "glance/glance-api.conf", database: "glance" },
  { path: "glance/glance-registry.conf", database: "glance" },
  { path: "placement/placement.conf", database: "placement" },
  { path: "nova/nova.conf", database: "nova" },
  { path: "cinder/cinder.conf", database: "cinder" },
  { path: "neutron/neutron.conf", database: "nova" },
];

/** @throws StackrcError for a row that is no option */
export function readConfFiles(stateDir: string): ConfOptions {
  const found: ConfOptions = new Map();
  for (const { path } of FILES) {
    const file = join(stateDir, "etc", path);
    if (existsSync(file)) found.set(nameOf(path), parseConf(readFileSync(file, "utf8"), file));
  }
  return found;
}

/** oslo.config's form: `[group]`, `option = value`, comments, values that go on in indented rows. */
export function parseConf(text: string, file: string): Map<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  const groupOf = (name: string) => {
    const options = groups.get(name) ?? new Map<string, string>();
    groups.set(name, options);
    return options;
  };
  let group = "DEFAULT";
  let last: string | null = null;
  for (const [i, row] of text.split("\n").entries()) {
    const line = row.trim();
    if (line === "" || /^[#;]/.test(line)) last = null;
    else if (/^\[[^\]]+\]$/.test(line)) {
      group = line.slice(1, -1).trim();
      last = null;
    } else if (/^\s/.test(row) && last !== null) {
      const options = groupOf(group);
      options.set(last, `${options.get(last) ?? ""} ${line}`.trim());
    } else {
      const option = /^([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line);
      if (!option) {
        throw new StackrcError(`${file}:${i + 1}: expected "option = value" or "[group]", found "${line}"`);
      }
      last = option[1]!;
      groupOf(group).set(last, unquoted(option[2]!));
    }
  }
  return groups;
}

/** Writes those that are missing. */
export function writeConfFiles(stateDir: string, sections: readonly Section[]): void {
  for (const { path, database } of FILES) {
    const file = join(stateDir, "etc", path);
    if (existsSync(file)) continue;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const connection = `sqlite:///${join(stateDir, `${database}.db`)}`;
    writeFileSync(file, confText(nameOf(path), connection, sections), { mode: 0o600 });
  }
}

function confText(name: string, connection: string, sections: readonly Section[]): string {
  const groups = new Map<string, string[]>([["DEFAULT", []]]);
  for (const { keys } of sections) {
    for (const { option, help, default: value } of Object.values(keys)) {
      const [file, group, key] = option?.split("/") ?? [];
      if (file !== name || group === undefined || key === undefined) continue;
      const rows = groups.get(group) ?? [];
      groups.set(group, rows);
      if (rows.some((row) => row.endsWith(`\n#${key} = ${value}`))) continue;
      rows.push(`# ${help.replaceAll("\n", " ")}\n#${key} = ${value}`);
    }
  }
  const database = groups.get("database") ?? [];
  groups.set("database", [`connection = ${connection}`, ...database]);
  return [...groups]
    .map(([group, rows]) => `[${group}]\n${rows.map((row) => `${row}\n`).join("")}`)
    .join("\n");
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function unquoted(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return quoted ? quoted[2]! : value;
}
