// Turns expressions into functions: an answer costs no parsing and no look-up by name.

import type { RequestContext } from "../core/context.ts";
import { credential, factText } from "./credentials.ts";
import type { Expression, Leaf, Target, Template } from "./parse.ts";

export type Check = (target: Target, context: RequestContext) => boolean;

/** The check another rule is known by, at the time of the question. */
export type Reference = (name: string) => Check;

/** Thrown by what has no answer, so that no `not` turns it into a yes: the whole question is answered with no. */
export const UNDECIDABLE = new Error("the policy cannot be decided");

const ALWAYS: Check = () => true;
export const NEVER: Check = () => false;

export function compile(expression: Expression, reference: Reference): Check {
  switch (expression.kind) {
    case "not": {
      const part = compile(expression.part, reference);
      return (target, context) => !part(target, context);
    }
    case "and":
      return inTurn(expression.parts, reference, false);
    case "or":
      return inTurn(expression.parts, reference, true);
    default:
      return compileLeaf(expression, reference);
  }
}

/** Asks the parts until one answers `stop`. */
function inTurn(parts: readonly Expression[], reference: Reference, stop: boolean): Check {
  const [first, second, ...rest] = parts.map((part) => compile(part, reference)) as [Check, Check];
  if (rest.length === 0 && stop) {
    return (target, context) => first(target, context) || second(target, context);
  }
  if (rest.length === 0) return (target, context) => first(target, context) && second(target, context);
  const all = [first, second, ...rest];
  return (target, context) => {
    for (const check of all) if (check(target, context) === stop) return stop;
    return !stop;
  };
}

export function compileLeaf(leaf: Leaf, reference: Reference): Check {
  switch (leaf.kind) {
    case "always":
      return ALWAYS;
    case "never":
      return NEVER;
    case "rule":
      return reference(leaf.name);
    case "role":
      return roleCheck(leaf.match);
    case "field":
      return fieldCheck(leaf.field, leaf.value);
    case "match":
      return matchCheck(leaf.left, leaf.match);
    case "remote":
      return () => {
        throw UNDECIDABLE;
      };
  }
}

function roleCheck(match: Template): Check {
  if (match.parts.length === 1) {
    const role = match.parts[0]!.toLowerCase();
    return (_target, context) => context.roles.includes(role);
  }
  return (target, context) => {
    const role = fill(match, target);
    return role !== null && context.roles.includes(role.toLowerCase());
  };
}

function fieldCheck(field: string, value: string): Check {
  const pattern = value.startsWith("~") ? new RegExp(`^(?:${value.slice(1)})`) : null;
  return (target) => {
    const actual = targetFact(target, field);
    if (actual === undefined || actual === null) return false;
    return pattern ? pattern.test(factText(actual)) : factText(actual) === value;
  };
}

function matchCheck(left: string, match: Template): Check {
  if (left === "is_admin") return isAdminCheck(match);
  const literal = literalText(left);
  if (literal !== null) return (target) => fill(match, target) === literal;
  const only = onlyName(match);
  if (only !== null) {
    return (target, context) => {
      const wanted = targetFact(target, only);
      return wanted !== undefined && holds(credential(context, left), factText(wanted));
    };
  }
  return (target, context) => {
    const wanted = fill(match, target);
    return wanted !== null && holds(credential(context, left), wanted);
  };
}

/** `is_admin:True` and `is_admin:False`, in any case (nova/policy.py). Everything else is neither. */
function isAdminCheck(match: Template): Check {
  const wanted = match.text.toLowerCase();
  if (wanted === "true") return (_target, context) => context.isAdmin;
  return wanted === "false" ? (_target, context) => !context.isAdmin : NEVER;
}

function holds(actual: unknown, wanted: string): boolean {
  if (typeof actual === "string") return actual === wanted;
  if (actual === undefined) return false;
  return Array.isArray(actual)
    ? actual.some((item) => factText(item) === wanted)
    : factText(actual) === wanted;
}

/** A Python literal on the left side stands for itself (`ast.literal_eval` in oslo.policy). */
export function literalText(left: string): string | null {
  const quoted = /^(['"])(.*)\1$/.exec(left);
  if (quoted) return quoted[2]!;
  return /^(True|False|None|-?\d+(\.\d+)?)$/.test(left) ? left : null;
}

function onlyName({ parts }: Template): string | null {
  return parts.length === 3 && parts[0] === "" && parts[2] === "" ? parts[1]! : null;
}

/** The template with its places filled from the target; null when the target lacks one of them. */
export function fill({ parts }: Template, target: Target): string | null {
  let out = parts[0]!;
  for (let i = 1; i < parts.length; i += 2) {
    const value = targetFact(target, parts[i]!);
    if (value === undefined) return null;
    out += factText(value) + parts[i + 1]!;
  }
  return out;
}

/** A fact of the target under its whole name, else step by step: `target.user.id`. */
export function targetFact(target: Target, name: string): unknown {
  if (has(target, name)) return target[name];
  if (!name.includes(".")) return undefined;
  let value: unknown = target;
  for (const step of name.split(".")) {
    if (!has(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

function has(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && name in value && !(name in Object.prototype);
}
