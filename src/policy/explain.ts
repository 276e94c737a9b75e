// Why a decision falls as it does: the rules that were reached, with every fact they compared. Slower than the checks
// themselves and separate from them; a test holds the two together.

import type { RequestContext } from "../core/context.ts";
import { compileLeaf, fill, literalText, targetFact, UNDECIDABLE } from "./compile.ts";
import { credential, factText } from "./credentials.ts";
import type { Enforcer, RuleInForce } from "./enforcer.ts";
import { type Expression, type Leaf, type Target, type Template, textOf } from "./parse.ts";

/** One step of a decision. A rule has its text as the only part. */
export interface Step {
  /** As in the policy: `rule:admin_api`, `role:admin`, `(... or ...)`; `and`, `or`, `not` for their own parts. */
  text: string;
  /** Null: it has no answer, and so no question that needs it is answered with yes. */
  allowed: boolean | null;
  /** Where the rule stands, or what was compared with what. */
  note?: string;
  parts?: Step[];
}

export interface Explanation extends Step {
  rule: string;
  allowed: boolean;
}

/** Deeper, rules refer to each other in a circle. */
const MAX_DEPTH = 64;

export function explain(
  enforcer: Enforcer,
  rule: string,
  target: Target,
  context: RequestContext,
): Explanation {
  const asked = { rule, text: `rule:${rule}` };
  if (context.isServiceToken)
    return { ...asked, allowed: true, note: "the static service token may do everything" };
  if (enforcer.passesAsAdmin(context)) {
    return {
      ...asked,
      allowed: true,
      note: "administrators are not asked about while legacy defaults count",
    };
  }
  const wrong = enforcer.wrongScope(rule, context);
  if (wrong) {
    const note = `for tokens of scope ${wrong.wanted.join(" or ")}; this one's is ${wrong.given}`;
    return { ...asked, allowed: false, note };
  }
  const step = explainRule(enforcer, rule, target, context, 0);
  return { ...step, rule, allowed: step.allowed === true };
}

function explainRule(
  enforcer: Enforcer,
  name: string,
  target: Target,
  context: RequestContext,
  depth: number,
): Step {
  const text = `rule:${name}`;
  const inForce = enforcer.inForce(name);
  if (inForce === null) return { text, allowed: false, note: "there is no such rule, and no rule default" };
  if (depth >= MAX_DEPTH) return { text, allowed: null, note: "rules refer to each other in a circle" };
  const ask = (expression: Expression): Step => {
    switch (expression.kind) {
      case "rule":
        return explainRule(enforcer, expression.name, target, context, depth + 1);
      case "not": {
        const part = ask(expression.part);
        return { text: "not", allowed: part.allowed === null ? null : !part.allowed, parts: [part] };
      }
      case "and":
      case "or": {
        const { kind } = expression;
        const parts: Step[] = [];
        for (const each of expression.parts) {
          parts.push(ask(each));
          const { allowed } = parts.at(-1)!;
          if (allowed === null || allowed === (kind === "or")) break;
        }
        return { text: kind, allowed: parts.at(-1)!.allowed, parts };
      }
      default:
        return explainLeaf(expression, target, context);
    }
  };
  const note = sourceText(inForce, name);
  const { expression, source } = inForce;
  if (source.kind !== "default or legacy default" || expression.kind !== "or") {
    const part = ask(expression);
    return { text, allowed: part.allowed, note, parts: [part] };
  }
  const parts: Step[] = [];
  for (const [i, each] of expression.parts.entries()) {
    const part = ask(each);
    const which = i === 0 ? "default" : "legacy default";
    parts.push({ text: which, allowed: part.allowed, note: JSON.stringify(textOf(each)), parts: [part] });
    if (part.allowed !== false) break;
  }
  return { text, allowed: parts.at(-1)!.allowed, note, parts };
}

/** `default "role:admin"`, `/etc/nova/policy.json:3 "rule:admin_api"`. */
export function sourceText({ name, expression, source }: RuleInForce, asked = name): string {
  const text = JSON.stringify(textOf(expression));
  const instead = name === asked ? "" : `no such rule, so ${name}: `;
  if (source.kind === "default or legacy default") return `${instead}${source.kind}`;
  if (source.kind === "default") return `${instead}default ${text}`;
  const under = source.name === name ? "" : ` as ${source.name}`;
  return `${instead}${source.file}:${source.line}${under} ${text}`;
}

function explainLeaf(leaf: Leaf, target: Target, context: RequestContext): Step {
  const text = textOf(leaf);
  try {
    const allowed = compileLeaf(leaf, () => () => false)(target, context);
    const note = leafNote(leaf, target, context);
    return note === "" ? { text, allowed } : { text, allowed, note };
  } catch (error) {
    if (error !== UNDECIDABLE) throw error;
    return { text, allowed: null, note: "remote checks are not asked here; they allow nothing" };
  }
}

function leafNote(leaf: Leaf, target: Target, context: RequestContext): string {
  switch (leaf.kind) {
    case "role":
      return [`roles: ${context.roles.join(", ") || "none"}`, ...placesOf(leaf.match, target)].join("; ");
    case "field": {
      const value = targetFact(target, leaf.field);
      return value === undefined ? `the target has no ${leaf.field}` : `${leaf.field} is ${factText(value)}`;
    }
    case "match": {
      const places = placesOf(leaf.match, target);
      if (literalText(leaf.left) !== null) return places.join("; ");
      const actual = credential(context, leaf.left);
      const own =
        actual === undefined
          ? `the caller has no ${leaf.left}`
          : `the caller's ${leaf.left} is ${factText(actual)}`;
      return [own, ...places].join("; ");
    }
    default:
      return "";
  }
}

/** What was filled in: `%(project_id)s is 42`. */
function placesOf(match: Template, target: Target): string[] {
  const names = match.parts.filter((_, i) => i % 2 === 1);
  return names.map((name) => {
    const value = fill({ text: "", parts: ["", name, ""] }, target);
    return value === null ? `the target has no ${name}` : `%(${name})s is ${value}`;
  });
}
