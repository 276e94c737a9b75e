// Turns oslo.policy's language into functions. Authority: oslo.policy 4.0 `_parser.py` and `_checks.py`.
// Forms: "role:admin or (rule:owner and not user_id:%(user_id)s)", "@" (always), "!" (never), "" and [] (always), and
// the nested lists of 2013, where the outer list is OR and the inner ones are AND: [["role:admin"], ["rule:owner"]].

import type { RequestContext } from "../core/context.ts";

/** Flat or nested facts about what is acted upon: `project_id`, `target.user.id`. */
export type Target = Readonly<Record<string, unknown>>;

export type Check = (target: Target, context: RequestContext) => boolean;

/** Looks another rule up by name, at the time of the check: `rule:NAME`. */
export type RuleLookup = (name: string) => Check | null;

export class PolicySyntaxError extends Error {
  override name = "PolicySyntaxError";
}

const ALWAYS: Check = () => true;
const NEVER: Check = () => false;

/** @throws PolicySyntaxError */
export function parseRule(rule: unknown, lookup: RuleLookup): Check {
  if (typeof rule === "string") return parseText(rule, lookup);
  if (Array.isArray(rule)) return parseList(rule, lookup);
  throw new PolicySyntaxError(`a rule must be a string or a list, not ${JSON.stringify(rule)}`);
}

function parseList(rule: unknown[], lookup: RuleLookup): Check {
  if (rule.length === 0) return ALWAYS;
  const alternatives: Check[] = [];
  for (const inner of rule) {
    const all: unknown = typeof inner === "string" ? [inner] : inner;
    if (!Array.isArray(all) || !all.every((item) => typeof item === "string"))
      throw new PolicySyntaxError(`unexpected ${JSON.stringify(inner)} in a list of rules`);
    if (all.length === 0) continue;
    const checks = all.map((item) => parseCheck(item, lookup));
    alternatives.push((target, context) => checks.every((check) => check(target, context)));
  }
  if (alternatives.length === 0) return NEVER;
  return (target, context) => alternatives.some((check) => check(target, context));
}

function parseText(text: string, lookup: RuleLookup): Check {
  const tokens = tokenize(text);
  if (tokens.length === 0) return ALWAYS;
  let at = 0;

  const fail = (): never => {
    throw new PolicySyntaxError(`cannot understand "${text}" at word ${at + 1}`);
  };
  const orExpression = (): Check => {
    let left = andExpression();
    while (tokens[at] === "or") {
      at++;
      const [a, b] = [left, andExpression()];
      left = (target, context) => a(target, context) || b(target, context);
    }
    return left;
  };
  const andExpression = (): Check => {
    let left = notExpression();
    while (tokens[at] === "and") {
      at++;
      const [a, b] = [left, notExpression()];
      left = (target, context) => a(target, context) && b(target, context);
    }
    return left;
  };
  const notExpression = (): Check => {
    if (tokens[at] !== "not") return primary();
    at++;
    const inner = notExpression();
    return (target, context) => !inner(target, context);
  };
  const primary = (): Check => {
    const token = tokens[at++];
    if (token === undefined || token === ")" || token === "and" || token === "or") return fail();
    if (token !== "(") return parseCheck(token, lookup);
    const inner = orExpression();
    if (tokens[at++] !== ")") return fail();
    return inner;
  };

  const check = orExpression();
  return at === tokens.length ? check : fail();
}

/** Words and brackets; `and`, `or`, `not` in lower case. A bracket inside `%(name)s` belongs to its word. */
function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    if (word === "") continue;
    let rest = word;
    while (rest.startsWith("(")) {
      tokens.push("(");
      rest = rest.slice(1);
    }
    let closing = 0;
    while (rest.endsWith(")") && !/%\([^()]*\)$/.test(rest)) {
      closing++;
      rest = rest.slice(0, -1);
    }
    const lower = rest.toLowerCase();
    if (lower === "and" || lower === "or" || lower === "not") tokens.push(lower);
    else if (rest !== "") tokens.push(rest.replace(/^(['"])(.*)\1$/, "$2"));
    for (; closing > 0; closing--) tokens.push(")");
  }
  return tokens;
}

function parseCheck(text: string, lookup: RuleLookup): Check {
  if (text === "@") return ALWAYS;
  if (text === "!") return NEVER;
  const colon = text.indexOf(":");
  if (colon < 0) throw new PolicySyntaxError(`"${text}" is not KIND:MATCH`);
  const kind = text.slice(0, colon);
  const match = text.slice(colon + 1);
  if (kind === "rule") return (target, context) => lookup(match)?.(target, context) ?? false;
  if (kind === "role") return roleCheck(match);
  if (kind === "field") return fieldCheck(match);
  return genericCheck(kind, match);
}

function roleCheck(match: string): Check {
  const wanted = template(match);
  return (target, context) => {
    const role = wanted(target);
    return role !== null && context.roles.includes(role.toLowerCase());
  };
}

/** Neutron's `field:networks:shared=True`: an attribute of the target itself. */
function fieldCheck(match: string): Check {
  const m = /^([^:]+):([^=]+)=(.*)$/.exec(match);
  if (!m) throw new PolicySyntaxError(`"field:${match}" is not field:RESOURCE:FIELD=VALUE`);
  const [, , field, value] = m as unknown as [string, string, string, string];
  const pattern = value.startsWith("~") ? new RegExp(`^(?:${value.slice(1)})`) : null;
  return (target) => {
    const actual = lookupTarget(target, field);
    if (actual === undefined || actual === null) return false;
    return pattern ? pattern.test(pythonText(actual)) : pythonText(actual) === value;
  };
}

/** `user_id:%(user_id)s`, `is_admin:True`, `'member':%(role)s`, `None:%(domain_id)s`. */
function genericCheck(kind: string, match: string): Check {
  const wanted = template(match);
  const literal = literalText(kind);
  return (target, context) => {
    const expected = wanted(target);
    if (expected === null) return false;
    if (literal !== null) return literal === expected;
    const actual = credential(context, kind);
    if (actual === undefined) return false;
    return Array.isArray(actual)
      ? actual.some((item) => pythonText(item) === expected)
      : pythonText(actual) === expected;
  };
}

/** A Python literal on the left side stands for itself (`ast.literal_eval` in oslo.policy). */
function literalText(kind: string): string | null {
  const quoted = /^(['"])(.*)\1$/.exec(kind);
  if (quoted) return quoted[2]!;
  return /^(True|False|None|-?\d+(\.\d+)?)$/.test(kind) ? kind : null;
}

/** Fills `%(name)s` from the target; null when the target has no such fact. */
function template(text: string): (target: Target) => string | null {
  const parts = text.split(/%\(([^()]*)\)s/);
  if (parts.length === 1) return () => text;
  if (parts.length === 3 && parts[0] === "" && parts[2] === "") {
    const name = parts[1]!;
    return (target) => {
      const value = lookupTarget(target, name);
      return value === undefined ? null : pythonText(value);
    };
  }
  return (target) => {
    let out = "";
    for (let i = 0; i < parts.length; i++) {
      if (i % 2 === 0) {
        out += parts[i];
        continue;
      }
      const value = lookupTarget(target, parts[i]!);
      if (value === undefined) return null;
      out += pythonText(value);
    }
    return out;
  };
}

function lookupTarget(target: Target, name: string): unknown {
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

function pythonText(value: unknown): string {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null || value === undefined) return "None";
  return String(value);
}

/** What a rule may ask of the caller, by the names oslo.context gives (`RequestContext.to_policy_values`). */
function credential(context: RequestContext, name: string): unknown {
  switch (name) {
    case "user_id":
    case "user":
      return context.userId;
    case "project_id":
    case "tenant_id":
    case "tenant":
      return context.projectId;
    case "domain_id":
    case "token.domain.id":
      return context.domainId;
    case "user_domain_id":
    case "token.user.domain.id":
      return context.userDomainId;
    case "project_domain_id":
    case "token.project.domain.id":
      return context.projectDomainId;
    case "system_scope":
    case "system":
      return context.systemScope;
    case "is_admin":
      return context.isAdmin;
    case "is_admin_project":
      return true;
    case "roles":
      return context.roles;
    case "username":
    case "user_name":
      return context.userName;
    case "project_name":
      return context.projectName;
    default:
      return undefined;
  }
}
