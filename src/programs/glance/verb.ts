// The form of one verb of the client, what it talks to, and its tables (glanceclient/common/utils.py, 0.12).

import type { ClientVerb } from "../client-program.ts";
import { type ClientError, HttpError } from "../errors.ts";
import { pyText } from "../nova/tables.ts";
import type { ArgumentSpec, OptionSpec } from "../options.ts";
import { table } from "../table.ts";
import type { Calls, Image, Images } from "./client.ts";

/** A program's connection, and the options before the verb that verbs ask about. */
export interface Glance {
  images: Images;
  /** For the verbs of version 2, which show what the service says. */
  v2: Calls;
  /** Where the service is, as `show` tells. */
  endpoint: string;
  verbose: boolean;
  force: boolean;
  dryRun: boolean;
}

export type Verb = ClientVerb<Glance>;

export function option(
  name: string,
  metavar: string,
  help: string,
  more: Partial<OptionSpec> = {},
): OptionSpec {
  return { names: [`--${name}`], metavar, help, ...more };
}

export function flag(name: string, help: string | null): OptionSpec {
  return { names: [`--${name}`], kind: "flag", help };
}

export function argument(dest: string, metavar: string, help: string): ArgumentSpec {
  return { dest, metavar, help };
}

/** What follows as `name=value`, in no help. */
export const FIELDS: ArgumentSpec = { dest: "fields", metavar: "<FIELD=VALUE>", many: "any" };

export function isTrue(text: string): boolean {
  return ["t", "true", "yes", "1"].includes(text.trim().toLowerCase());
}

/** What is missing, none, nothing or false is blank. */
export function listTable(rows: readonly object[], columns: readonly string[]): string {
  const cells = rows.map((row) => {
    const fields = row as Record<string, unknown>;
    return columns.map((column) => pyText(fields[column.toLowerCase().replaceAll(" ", "_")] || ""));
  });
  return table(columns, cells, { align: "left", ofNothing: "head" });
}

export function propertyTable(values: Record<string, unknown>): string {
  const rows = Object.entries(values).map(([name, value]) => [name, pyText(value)]);
  return table(["Property", "Value"], rows, { align: "left", sortBy: "Property" });
}

/** `Property 'kernel_id'` rows come first of themselves: capitals sort before. */
export function imageTable({ properties, ...image }: Image, readable = false): string {
  const info: Record<string, unknown> = { ...image };
  if (readable) info["size"] = readableSize(Number(image["size"]));
  for (const [name, value] of Object.entries(properties)) info[`Property '${name}'`] = value;
  return propertyTable(info);
}

/** 13167616 is 12.6MB. */
export function readableSize(bytes: number): string {
  const suffixes = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB"];
  let [size, index] = [bytes, 0];
  while (size >= 1024 && index < suffixes.length - 1) {
    size /= 1024;
    index += 1;
  }
  return `${size.toFixed(1).replace(/\.?0+$/, "")}${suffixes[index]}`;
}

/** `a=b` each. An `=` in the value stays. */
export function properties(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** What the service wrote, without the markup where it is a page. */
export function told(error: ClientError): string {
  if (!(error instanceof HttpError)) return error.message;
  if (error.status === 401) return "Invalid OpenStack Identity credentials.";
  if (error.body === "" || error.body.startsWith("{")) return error.message;
  const text = error.body
    .replace(/<title>.*?<\/title>/s, "")
    .replace(/<[^>]*>/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
  return `${text} (HTTP ${error.status})`;
}
