// Kinds of values that only these resources use. Authority: nova/api/validation/parameter_types.py of Zed.

import type { Call } from "../../http/call.ts";
import { numberRangeFormat } from "../../http/formats.ts";
import { multi } from "./parameter-types.ts";

/** nova/db/constants.py: MAX_INT */
const MAX_INT = 0x7fff_ffff;

/** A number, also written as a string. */
function number(minimum: number, maximum: number, pattern: string) {
  return {
    type: ["integer", "string"],
    pattern,
    minimum,
    maximum,
    minLength: 1,
    format: numberRangeFormat(minimum, maximum),
  };
}

export const flavorPositive = number(1, MAX_INT, "^[0-9]+$");
export const flavorNonNegative = number(0, MAX_INT, "^[0-9]+$");
export const quotaLimit = number(-1, MAX_INT, "^-?[0-9]+$");
export const positive = number(1, Number.MAX_SAFE_INTEGER, "^[0-9]*$");
export const nonNegative = number(0, Number.MAX_SAFE_INTEGER, "^[0-9]*$");

export const nameWithBlanks = {
  type: "string",
  minLength: 1,
  maxLength: 255,
  format: "name_with_leading_trailing_spaces",
};

export const text = { type: "string" };
export const paging = { limit: multi(nonNegative), marker: multi(text) };

/** An object with these properties and no others. */
export function strict(properties: Record<string, unknown>, required: readonly string[] = []) {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

/** Query parameters: others are ignored before `since` (2.75 as a rule) and refused from then on. */
export function query(properties: Record<string, unknown>, since = 75) {
  const loose = { type: "object", properties };
  return [
    [1, loose],
    [since, { ...loose, additionalProperties: false }],
  ] as const;
}

export interface Page {
  limit: number;
  marker: string | null;
}

/** common.get_limit_and_marker: the schema has made sure that `limit` is a number. */
export function pageOf(call: Call, maxLimit: number): Page {
  const limit = call.query.get("limit");
  return {
    limit: Math.min(maxLimit, limit === null || limit === "" ? maxLimit : Number(limit)),
    marker: call.query.get("marker"),
  };
}
