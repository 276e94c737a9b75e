// A violation as Python's jsonschema prints the whole of it, for services that pass that on: what is wrong, the rule, and
// the value. Authority: jsonschema 4.10, exceptions.py (`_Error.__str__`).

import type { TSchema } from "typebox";
import { pyRepr } from "../core/python.ts";
import { pformat } from "../core/python-pprint.ts";
import type { Violation } from "./validate.ts";

const WIDTH = 72;
/** Python indents the two quotations by as much, and then takes away what all lines have in common. */
const QUOTED = 16;
const MARGIN = 12;

/** `value` is what was judged by `schema`, whole. */
export function violationText(schema: TSchema, value: unknown, violation: Violation): string {
  const { message, keyword, schemaPath, path } = violation;
  const rule = schemaPath.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], schema);
  const lines = [
    message,
    "",
    `Failed validating ${pyRepr(keyword)} in ${index("schema", withNumbers(schema, schemaPath))}:`,
    `    ${quoted(rule)}`,
    "",
    `On ${index("instance", withNumbers(value, path))}:`,
    `    ${quoted(violation.value)}`,
  ];
  const margin = " ".repeat(MARGIN);
  return dedent(`${margin}${lines.join(`\n${margin}`)}`.trimEnd());
}

function quoted(value: unknown): string {
  return pformat(value, WIDTH).replaceAll("\n", `\n${" ".repeat(QUOTED)}`);
}

/** The steps of a path, as numbers where a list is entered. */
function withNumbers(value: unknown, path: readonly string[]): (string | number)[] {
  let at = value;
  return path.map((step) => {
    const inList = Array.isArray(at);
    at = (at as Record<string, unknown> | undefined)?.[step];
    return inList ? Number(step) : step;
  });
}

function index(name: string, path: readonly (string | number)[]): string {
  return path.length === 0 ? name : `${name}[${path.map(pyRepr).join("][")}]`;
}

/** Python's textwrap.dedent. */
function dedent(text: string): string {
  const lines = text.split("\n").map((line) => (line.trim() === "" ? "" : line));
  const margins = lines.filter((line) => line !== "").map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const margin = Math.min(...margins);
  return lines.map((line) => line.slice(margin)).join("\n");
}
