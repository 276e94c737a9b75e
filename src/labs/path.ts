// Paths into JSON: `servers[name=web].status`, `images[0].id`, `servers[*].name`, `["OS-EXT-STS:vm_state"]` as
// `server.OS-EXT-STS:vm_state`. And whether what is there is as expected.

import type { Expected } from "./format.ts";

type Step = { key: string } | { index: number } | { all: true } | { where: [string, string] };

/** Undefined when there is nothing at that place. A `[*]` gives a list. `` is the whole. */
export function valueAt(value: unknown, path: string): unknown {
  return follow(value, steps(path));
}

/** @throws SyntaxError */
function steps(path: string): Step[] {
  const found: Step[] = [];
  let rest = path;
  while (rest !== "") {
    const quoted = /^\["([^"]*)"\]/.exec(rest);
    const bracket = /^\[([^\]]*)\]/.exec(rest);
    const word = /^\.?([^.[\]]+)/.exec(rest);
    if (quoted) found.push({ key: quoted[1]! });
    else if (bracket) found.push(bracketed(bracket[1]!, path));
    else if (word) found.push({ key: word[1]! });
    else throw new SyntaxError(`cannot read the path "${path}" from "${rest}"`);
    rest = rest.slice((quoted ?? bracket ?? word)![0].length);
  }
  return found;
}

function bracketed(inside: string, path: string): Step {
  if (inside === "*") return { all: true };
  if (/^-?\d+$/.test(inside)) return { index: Number(inside) };
  const at = inside.indexOf("=");
  if (at < 1) throw new SyntaxError(`cannot read [${inside}] of the path "${path}"`);
  return { where: [inside.slice(0, at), inside.slice(at + 1)] };
}

function follow(value: unknown, [step, ...rest]: Step[]): unknown {
  if (step === undefined || value === undefined || value === null) return value;
  if ("key" in step) return follow((value as Record<string, unknown>)[step.key], rest);
  if (!Array.isArray(value)) return undefined;
  if ("index" in step) return follow(value.at(step.index), rest);
  if ("all" in step) return value.map((item) => follow(item, rest)).filter((item) => item !== undefined);
  const [key, wanted] = step.where;
  return follow(
    value.find((item) => String((item as Record<string, unknown> | null)?.[key]) === wanted),
    rest,
  );
}

/** Null when it is as expected, else what is wrong: `is BUILD, not ACTIVE`. */
export function mismatch(value: unknown, expected: Expected): string | null {
  if (typeof expected !== "object" || expected === null) return equal(value, expected);
  const { is, not, matches, has, lacks, count, least, most, there } = expected;
  if (is !== undefined && equal(value, is)) return equal(value, is);
  if (not !== undefined && !equal(value, not)) return `is ${show(value)}`;
  if (matches !== undefined && !new RegExp(matches, "m").test(textOf(value))) {
    return `is ${show(value)}, which does not match ${matches}`;
  }
  if (has !== undefined && !contains(value, has)) return `is ${show(value)}, without ${show(has)}`;
  if (lacks !== undefined && contains(value, lacks)) return `is ${show(value)}, with ${show(lacks)}`;
  if (count !== undefined && sizeOf(value) !== count) return `has ${sizeOf(value)} entries, not ${count}`;
  if (least !== undefined && !(Number(value) >= least)) return `is ${show(value)}, less than ${least}`;
  if (most !== undefined && !(Number(value) <= most)) return `is ${show(value)}, more than ${most}`;
  if (there !== undefined && (value !== undefined && value !== null) !== there) {
    return there ? "is not there" : `is there: ${show(value)}`;
  }
  return null;
}

function equal(value: unknown, expected: string | number | boolean | null): string | null {
  if ((value ?? null) === expected) return null;
  if (
    typeof expected !== "object" &&
    value !== undefined &&
    value !== null &&
    String(value) === String(expected)
  ) {
    return null;
  }
  return value === undefined ? "is not there" : `is ${show(value)}, not ${show(expected)}`;
}

function contains(value: unknown, part: string | number | boolean | null): boolean {
  return Array.isArray(value)
    ? value.some((item) => equal(item, part) === null)
    : textOf(value).includes(String(part));
}

function sizeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function show(value: unknown): string {
  const shown = textOf(value);
  return shown === "" ? "empty" : shown.length > 200 ? `${shown.slice(0, 200)}...` : shown;
}
