// The little language of required values in volume types' extra specs: `<is> True`, `>= 4`, `<or> a <or> b`. Authority:
// cinder/scheduler/filters/extra_specs_ops.py of Zed.

import { boolFromString, pyStr } from "../../core/python.ts";

const NUMERIC: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  "=": (x, y) => x >= y,
  "==": (x, y) => x === y,
  "!=": (x, y) => x !== y,
  ">=": (x, y) => x >= y,
  "<=": (x, y) => x <= y,
};

const TEXTUAL: Readonly<Record<string, (x: string, y: string) => boolean>> = {
  "s==": (x, y) => x === y,
  "s!=": (x, y) => x !== y,
  "s<": (x, y) => x < y,
  "s<=": (x, y) => x <= y,
  "s>": (x, y) => x > y,
  "s>=": (x, y) => x >= y,
  "<in>": (x, y) => x.includes(y),
};

/** Does what a back end can satisfy what a type requires? Without an operator they must be equal. */
export function satisfies(capability: unknown, requirement: string): boolean {
  const [operator = "", ...words] = requirement.split(/\s+/).filter((word) => word !== "");
  const [wanted] = words;
  if (operator === "<or>") {
    return capability !== null && words.filter((word) => word !== "<or>").includes(pyStr(capability));
  }
  if (operator === "<is>") {
    const bool = (value: unknown) => boolFromString(value as string | boolean) === true;
    return capability !== null && wanted !== undefined && bool(capability) === bool(wanted);
  }
  const numeric = NUMERIC[operator];
  if (numeric) {
    return wanted !== undefined && capability !== null && numeric(Number(capability), Number(wanted));
  }
  const textual = TEXTUAL[operator];
  if (textual) return wanted !== undefined && capability !== null && textual(pyStr(capability), wanted);
  return pyStr(capability) === requirement;
}
