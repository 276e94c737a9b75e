// The form of one verb of the client, and the pieces that many of them share.

import type { ClientVerb } from "../client-program.ts";
import type { ArgumentSpec, OptionSpec, Value } from "../options.ts";
import type { ComputeClient } from "./client.ts";

export type Verb = ClientVerb<ComputeClient>;

export const SERVER: ArgumentSpec = {
  dest: "server",
  metavar: "<server>",
  help: "Name or ID of server.",
};

export function argument(dest: string, metavar: string, help: string): ArgumentSpec {
  return { dest, metavar, help };
}

export function option(
  name: string,
  metavar: string,
  help: string,
  more: Partial<OptionSpec> = {},
): OptionSpec {
  return { names: [`--${name}`], metavar, help, ...more };
}

/** One that Folsom wrote with underscores, which is still taken. */
export function both(
  name: string,
  metavar: string,
  help: string,
  more: Partial<OptionSpec> = {},
): OptionSpec[] {
  const old = `--${name.replaceAll("-", "_")}`;
  const spec = option(name, metavar, help, more);
  return [spec, { ...spec, names: [old], dest: spec.dest ?? name.replaceAll("-", "_"), help: null }];
}

export function flag(name: string, help: string): OptionSpec {
  return { names: [`--${name}`], kind: "flag", help };
}

export const POLL = flag("poll", "Blocks while the server changes so progress can be reported.");

/** Python's int(). @throws Error in argparse's words */
export function integer(text: string): Value {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Error(`invalid int value: '${text}'`);
  return Number(text);
}

/** `--all-tenants`, `--all-tenants 1`, `--all_tenants`; ALL_TENANTS in the environment is the program's own. */
export const ALL_TENANTS: readonly OptionSpec[] = both(
  "all-tenants",
  "<0|1>",
  "Display information from all tenants (Admin only).",
  { kind: "optional", bare: 1, parse: integer },
);

export const METADATA_ACTION: ArgumentSpec = {
  dest: "action",
  metavar: "<action>",
  help: "Actions: 'set' or 'delete'",
  choices: ["set", "delete"],
};

export const METADATA: ArgumentSpec = {
  dest: "metadata",
  metavar: "<key=value>",
  help: "Metadata to set, or to delete (only key is necessary on delete)",
  many: "some",
};

/** Null where only a key was given. */
export function pairs(texts: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** `?a=b`, of what is neither null nor empty nor 0; nothing for nothing. */
export function query(parameters: Record<string, string | number | boolean | null>): string {
  const given = Object.entries(parameters).filter(([, value]) => value);
  if (given.length === 0) return "";
  const text = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, value === true ? "True" : String(value)]),
  );
  return `?${text}`;
}
