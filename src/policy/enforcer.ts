// Who may do what. One Enforcer per OpenStack project: its defaults stand in the code (`policies.ts` of each service);
// `policy.yaml` or `policy.json` and the folder `policy.d` beside its configuration override them and are re-read when
// they change. Authority: oslo.policy 4.0, `policy.py`.

import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { messageOf, PolicyNotAuthorized } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { type Check, compile, NEVER, UNDECIDABLE } from "./compile.ts";
import { scopeOf } from "./credentials.ts";
import { filesInForce, type PolicyPlaces, readPolicyFile, type Stated } from "./file.ts";
import { type Expression, parseRule, type Target } from "./parse.ts";
import { LEGACY, type PolicyRule, type PolicySwitches } from "./rules.ts";
import { rulesInCircles, suspicions } from "./validate.ts";

export type { PolicyRule, PolicySwitches };

export interface EnforcerOptions extends PolicyPlaces {
  rules: readonly PolicyRule[];
  switches?: PolicySwitches;
  /** While the legacy defaults count, an administrator is not asked about (neutron/policy.py). */
  legacyAdminPasses?: boolean;
  clock: Clock;
  log: Logger;
}

/** Where the text in force comes from. */
export type RuleSource =
  | { kind: "default" }
  /** The default or the one before "secure RBAC". */
  | { kind: "default or legacy default" }
  /** `name`: the rule's own, or the former name under which the file states it. */
  | { kind: "file"; file: string; line: number; name: string };

export interface RuleInForce {
  name: string;
  expression: Expression;
  source: RuleSource;
  declared: PolicyRule | null;
}

/** How long a look at the files' times is trusted. */
const RECHECK_MS = 500;

const ADMIN_RULE = "context_is_admin";

export class Enforcer {
  #rules: ReadonlyMap<string, PolicyRule>;
  /** Former name → the rules it became: one name may have been split. */
  #former = new Map<string, string[]>();
  #options: EnforcerOptions;
  #switches: PolicySwitches;
  #inForce = new Map<string, RuleInForce>();
  #checks = new Map<string, Check>();
  #stated = new Map<string, Stated>();
  /** Whoever is an administrator is asked of the policy, since a file says something else than the default. */
  #adminCheck: Check | null = null;
  /** The declared texts, parsed. */
  #expressions = new Map<string, Expression>();
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #seen = "";

  constructor(options: EnforcerOptions) {
    this.#options = options;
    this.#switches = options.switches ?? LEGACY;
    this.#rules = new Map(options.rules.map((rule) => [rule.name, rule]));
    for (const rule of options.rules)
      for (const name of rule.formerly ?? []) {
        this.#former.set(name, [...(this.#former.get(name) ?? []), rule.name]);
      }
    this.#build();
  }

  /** @throws PolicyNotAuthorized */
  authorize(rule: string, target: Target, context: RequestContext): void {
    if (!this.allows(rule, target, context)) throw new PolicyNotAuthorized(rule);
  }

  /** @param anyScope the token's scope does not count, also while scopes are enforced */
  allows(rule: string, target: Target, context: RequestContext, anyScope = false): boolean {
    this.#refresh();
    if (context.isServiceToken || this.passesAsAdmin(context)) return true;
    if (!anyScope && this.wrongScope(rule, context)) return false;
    const check = this.#checks.get(rule) ?? this.#checks.get("default");
    if (check === undefined) return false;
    try {
      return check(target, context);
    } catch (error) {
      if (error === UNDECIDABLE) return false;
      throw error;
    }
  }

  /**
   * What is wrong with the scope of the caller's token; null when nothing is, or while scopes are not enforced. Asked of
   * the question's own rule, not of those it uses.
   */
  wrongScope(rule: string, context: RequestContext): { wanted: readonly string[]; given: string } | null {
    if (!this.#switches.enforceScope || context.isServiceToken || this.passesAsAdmin(context)) return null;
    const wanted = this.#rules.get(rule)?.scopes;
    const given = scopeOf(context);
    return wanted === undefined || wanted.includes(given) ? null : { wanted, given };
  }

  passesAsAdmin(context: RequestContext): boolean {
    return this.#options.legacyAdminPasses === true && context.isAdmin && !this.#switches.enforceNewDefaults;
  }

  /** The caller as this project sees it: who is an administrator is for its rule `context_is_admin` to say. */
  withAdmin(context: RequestContext): RequestContext {
    this.#refresh();
    if (this.#adminCheck === null || context.isServiceToken) return context;
    const asked = { ...context, isAdmin: false };
    const target = { project_id: context.projectId, user_id: context.userId };
    let isAdmin = false;
    try {
      isAdmin = this.#adminCheck(target, asked);
    } catch (error) {
      if (error !== UNDECIDABLE) throw error;
    }
    return isAdmin === context.isAdmin ? context : { ...context, isAdmin };
  }

  get switches(): PolicySwitches {
    return this.#switches;
  }

  /** Other switches and files, when the configuration was read anew. */
  configure(changes: Partial<PolicyPlaces> & { switches: PolicySwitches }): void {
    this.#options = { ...this.#options, ...changes };
    this.#switches = changes.switches;
    this.#checkedAtMs = Number.NEGATIVE_INFINITY;
    this.#build();
  }

  /** Every rule with what is in force: the declared ones, then those that only a file states. */
  rules(): RuleInForce[] {
    this.#refresh();
    return [...this.#inForce.values()];
  }

  /** The rule that answers for a name: its own, else `default`; null when there is neither. */
  inForce(name: string): RuleInForce | null {
    this.#refresh();
    return this.#inForce.get(name) ?? this.#inForce.get("default") ?? null;
  }

  /** What a former name became. */
  successors(name: string): readonly string[] {
    return this.#former.get(name) ?? [];
  }

  has(rule: string): boolean {
    return this.#rules.has(rule);
  }

  #refresh(): void {
    const now = this.#options.clock.now();
    if (now - this.#checkedAtMs < RECHECK_MS) return;
    this.#checkedAtMs = now;
    let found: ReturnType<typeof filesInForce>;
    try {
      found = filesInForce(this.#options);
    } catch (error) {
      this.#refuse(messageOf(error));
      return;
    }
    const seen = found.map(({ path, stat }) => `${path} ${stat.mtimeMs} ${stat.size} ${stat.ino}`).join("\n");
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#load(found.map(({ path }) => path));
  }

  /** Where the files lie cannot be looked at: the rules in force stay, and the log says so once. */
  #refuse(reason: string): void {
    if (this.#seen === reason) return;
    this.#seen = reason;
    this.#options.log.error(null, `Policy files cannot be looked for: ${reason}`);
  }

  /** Files of which one cannot be read or understood change nothing: the rules in force stay, and the log says why. */
  #load(paths: readonly string[]): void {
    const { log } = this.#options;
    const stated = new Map<string, Stated>();
    let reading = "";
    try {
      for (const path of paths) {
        reading = path;
        for (const [name, rule] of readPolicyFile(path)) stated.set(name, rule);
      }
    } catch (error) {
      log.error(null, `Policy file ${reading} is not used: ${messageOf(error)}`);
      return;
    }
    this.#stated = stated;
    this.#build();
    for (const path of paths) log.info(null, `Reloaded policy file: ${path}`);
    for (const warning of suspicions(stated, (name) => this.#inForce.has(name))) log.warning(null, warning);
  }

  #build(): void {
    const inForce = new Map<string, RuleInForce>();
    for (const rule of this.#rules.values()) inForce.set(rule.name, this.#decide(rule));
    for (const [name, { expression, file, line }] of this.#stated) {
      if (inForce.has(name)) continue;
      inForce.set(name, { name, expression, source: { kind: "file", file, line, name }, declared: null });
    }
    this.#inForce = inForce;
    this.#checks = compileAll(inForce);
    const admin = inForce.get(ADMIN_RULE);
    this.#adminCheck = admin?.source.kind === "file" ? this.#checks.get(ADMIN_RULE)! : null;
  }

  /** As oslo.policy's `_handle_deprecated_rule`: a file under the rule's name, then under a former name, then defaults. */
  #decide(rule: PolicyRule): RuleInForce {
    for (const name of [rule.name, ...(rule.formerly ?? [])]) {
      const stated = this.#stated.get(name);
      if (!stated || isReferenceTo(stated.expression, rule.name)) continue;
      const { expression, file, line } = stated;
      return { name: rule.name, expression, source: { kind: "file", file, line, name }, declared: rule };
    }
    const { check, legacy } = rule;
    if (legacy === undefined || this.#switches.enforceNewDefaults || legacy === check) {
      return {
        name: rule.name,
        expression: this.#parsed(check),
        source: { kind: "default" },
        declared: rule,
      };
    }
    return {
      name: rule.name,
      expression: this.#parsed(check, legacy),
      source: { kind: "default or legacy default" },
      declared: rule,
    };
  }

  /** Many rules have one text; they share what is made from it. */
  #parsed(check: string, legacy?: string): Expression {
    const key = legacy === undefined ? check : `${check}\n${legacy}`;
    let expression = this.#expressions.get(key);
    if (!expression) {
      expression =
        legacy === undefined
          ? parseRule(check)
          : { kind: "or", parts: [this.#parsed(check), this.#parsed(legacy)] };
      this.#expressions.set(key, expression);
    }
    return expression;
  }
}

/** A sample file may state a former name as `rule:NEW_NAME`; that says nothing about the new one. */
function isReferenceTo(expression: Expression, name: string): boolean {
  return expression.kind === "rule" && expression.name === name;
}

/** Checks by name. A reference to a rule that is not there is one to `default`, as for a question. */
function compileAll(rules: ReadonlyMap<string, RuleInForce>): Map<string, Check> {
  const checks = new Map<string, Check>();
  const circular = rulesInCircles(rules);
  const reference = (name: string): Check => {
    const known = rules.has(name) ? name : "default";
    if (!rules.has(known)) return NEVER;
    let check: Check | null = null;
    return (target, context) => {
      check ??= checks.get(known)!;
      return check(target, context);
    };
  };
  const compiled = new Map<Expression, Check>();
  for (const [name, { expression }] of rules) {
    const check = compiled.get(expression) ?? compile(expression, reference);
    compiled.set(expression, check);
    checks.set(name, circular.has(name) ? guarded(check) : check);
  }
  return checks;
}

const MAX_DEPTH = 64;
let depth = 0;

/** Rules that refer to each other in a circle allow nothing, also with a `not`, instead of overflowing the stack. */
function guarded(check: Check): Check {
  return (target, context) => {
    if (depth >= MAX_DEPTH) throw UNDECIDABLE;
    depth++;
    try {
      return check(target, context);
    } finally {
      depth--;
    }
  };
}
