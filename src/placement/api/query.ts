// The small languages of Placement's query parameters: `resources`, `required`, `member_of`, `in_tree`. Authority:
// placement/util.py and placement/lib.py of Zed.

import { isUuidLike } from "../../core/ids.ts";
import type { Call } from "../../http/call.ts";
import { PlacementError } from "../errors.ts";

export interface TraitQuery {
  /** One of each entry. */
  required: Set<string>[];
  forbidden: Set<string>;
}

export interface AggregateQuery {
  /** One of each entry. */
  memberOf: Set<string>[];
  forbidden: Set<string>;
}

const bad = (message: string) => new PlacementError("invalid", message);

/** `VCPU:2,MEMORY_MB:1024` */
export function parseResources(text: string): Map<string, number> {
  const form =
    "Badly formed resources parameter. Expected resources query string parameter in form: ?resources=VCPU:2,MEMORY_MB:1024. Got:";
  if (text.trim() === "") throw bad(`${form} empty string.`);
  const resources = new Map<string, number>();
  for (const part of text.split(",")) {
    const [name = "", amountText, ...more] = part.split(":");
    if (amountText === undefined || more.length > 0) throw bad(`${form} ${part}.`);
    if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(amountText)) {
      throw bad(`Requested resource ${name} expected positive integer amount. Got: ${amountText}.`);
    }
    const amount = Number(amountText.replaceAll("_", ""));
    if (amount < 1) throw bad(`Requested resource ${name} requires amount >= 1. Got: ${amount}.`);
    resources.set(name, amount);
  }
  return resources;
}

/** `required` or `requiredSUFFIX`. Forbidden traits since 1.22, `in:` and repetition since 1.39. */
export function parseRequired(call: Call, suffix = ""): TraitQuery {
  const [allowForbidden, allowAny] = [call.minor >= 22, call.minor >= 39];
  const values = call.query.getAll(`required${suffix}`);
  const result: TraitQuery = { required: [], forbidden: new Set() };
  for (const value of allowAny ? values : values.slice(-1)) {
    const { required, forbidden } = parseTraits(value, allowForbidden, allowAny);
    result.required.push(...required);
    for (const trait of forbidden) result.forbidden.add(trait);
  }
  return result;
}

export function parseTraits(value: string, allowForbidden: boolean, allowAny: boolean): TraitQuery {
  const lead = "Invalid query string parameters:";
  if (value.startsWith("in:")) {
    const form = "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC'";
    if (!allowAny) throw bad(`${lead} ${form} only supported since microversion 1.39. Got: ${value}`);
    const any = value
      .slice(3)
      .split(",")
      .map((name) => name.trim());
    if (any.includes("")) {
      throw bad(
        `${lead} Expected 'required' parameter value of the form: in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in: ${value}`,
      );
    }
    if (any.some((name) => name.startsWith("!")))
      throw bad(`${lead} ${form} does not support forbidden traits. Got: ${value}`);
    return { required: [new Set(any)], forbidden: new Set() };
  }
  const names = value.split(",").map((name) => name.trim());
  // `!!NAME` is `!NAME`, on purpose as in Placement.
  const forbidden = names.filter((name) => name.startsWith("!")).map((name) => name.replace(/^!+/, ""));
  if ([...names, ...forbidden].includes("")) {
    const form = allowForbidden ? "HW_CPU_X86_VMX,!CUSTOM_MAGIC" : "HW_CPU_X86_VMX,CUSTOM_MAGIC";
    throw bad(
      `${lead} Expected 'required' parameter value of the form: ${form}. Got an empty trait in: ${value}`,
    );
  }
  if (forbidden.length > 0 && !allowForbidden) {
    throw bad(
      `${lead} Expected 'required' parameter value of the form: HW_CPU_X86_VMX,CUSTOM_MAGIC. Got: ${value}`,
    );
  }
  const required = names.filter((name) => !name.startsWith("!")).map((name) => new Set([name]));
  return { required, forbidden: new Set(forbidden) };
}

/** `member_of` or `member_ofSUFFIX`. Repetition since 1.24, `!` since 1.32. */
export function parseMemberOf(call: Call, suffix = ""): AggregateQuery {
  const values = call.query.getAll(`member_of${suffix}`);
  if (call.minor < 24 && values.length > 1)
    throw bad(`Multiple member_of${suffix} parameters are not supported`);
  const result: AggregateQuery = { memberOf: [], forbidden: new Set() };
  for (const value of values) {
    const negative = value.startsWith("!");
    const rest = negative ? value.slice(1) : value;
    const listed = rest.startsWith("in:");
    if (rest.includes(",") && !listed) {
      throw bad(
        `Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' keyword using the valid microversion. Got: ${value}`,
      );
    }
    const uuids = listed ? rest.slice(3).split(",") : [rest];
    for (const uuid of uuids) {
      if (isUuidLike(uuid)) continue;
      throw bad(
        `Invalid query string parameters: Expected 'member_of' parameter to contain valid UUID(s). Got: ${uuid}`,
      );
    }
    if (!negative) result.memberOf.push(new Set(uuids));
    else if (call.minor < 32) {
      throw bad(`Forbidden member_of${suffix} parameters are not supported in the specified microversion`);
    } else for (const uuid of uuids) result.forbidden.add(uuid);
  }
  return result;
}

export function parseInTree(value: string): string {
  const uuid = value.trim();
  if (isUuidLike(uuid)) return uuid;
  throw bad(
    `Invalid query string parameters: Expected 'in_tree' parameter to be a format of uuid. Got: ${value}`,
  );
}
