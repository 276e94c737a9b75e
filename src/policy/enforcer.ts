// Who may do what. One Enforcer per OpenStack project: its defaults stand in the code (`policies.ts` of each service);
// `policy.json` or `policy.yaml` beside its configuration overrides them and is re-read when it changes.

import { readFileSync, statSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { messageOf, PolicyNotAuthorized } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { type Check, parseRule, type Target } from "./parse.ts";

export interface PolicyRule {
  /** `os_compute_api:servers:create` */
  name: string;
  /** In oslo.policy's language. */
  check: string;
  description: string;
  /** Former names: an override under one of them is honoured (Folsom's `compute:create`). */
  formerly?: readonly string[];
}

export interface EnforcerOptions {
  rules: readonly PolicyRule[];
  /** Files that may override, the first that exists is used. */
  files: readonly string[];
  clock: Clock;
  log: Logger;
}

/** How long a look at the files' times is trusted. */
const RECHECK_MS = 500;

export class Enforcer {
  #rules: ReadonlyMap<string, PolicyRule>;
  /** Former name → the rules it became: one name may have been split. */
  #former = new Map<string, string[]>();
  #files: readonly string[];
  #clock: Clock;
  #log: Logger;
  #checks = new Map<string, Check>();
  #overrides = new Map<string, unknown>();
  #checkedAtMs = Number.NEGATIVE_INFINITY;
  #seen = "";

  constructor(options: EnforcerOptions) {
    this.#rules = new Map(options.rules.map((rule) => [rule.name, rule]));
    for (const rule of options.rules)
      for (const name of rule.formerly ?? []) {
        this.#former.set(name, [...(this.#former.get(name) ?? []), rule.name]);
      }
    this.#files = options.files;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#build();
  }

  /** @throws PolicyNotAuthorized */
  authorize(rule: string, target: Target, context: RequestContext): void {
    if (!this.allows(rule, target, context)) throw new PolicyNotAuthorized(rule);
  }

  allows(rule: string, target: Target, context: RequestContext): boolean {
    this.#refresh();
    if (context.isServiceToken) return true;
    const check = this.#checks.get(rule) ?? this.#checks.get("default");
    return check ? check(target, context) : false;
  }

  /** Every rule with the text in force; for documentation and `stack policy`. */
  describe(): (PolicyRule & { inForce: unknown })[] {
    this.#refresh();
    return [...this.#rules.values()].map((rule) => ({
      ...rule,
      inForce: this.#overrides.get(rule.name) ?? rule.check,
    }));
  }

  has(rule: string): boolean {
    return this.#rules.has(rule);
  }

  #refresh(): void {
    const now = this.#clock.now();
    if (now - this.#checkedAtMs < RECHECK_MS) return;
    this.#checkedAtMs = now;
    const seen = this.#stamp();
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#load();
  }

  /** Path, time and size of the file in force; empty when there is none. */
  #stamp(): string {
    for (const path of this.#files) {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat) return `${path} ${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    }
    return "";
  }

  /** A file that cannot be read or understood changes nothing: the rules in force stay, and the log says why. */
  #load(): void {
    const path = this.#seen === "" ? null : this.#files.find((file) => this.#seen.startsWith(`${file} `));
    const before = this.#overrides;
    try {
      this.#overrides = path ? readOverrides(path, this.#former) : new Map();
      this.#build();
      if (path) this.#log.info(null, `Reloaded policy file: ${path}`);
    } catch (error) {
      this.#overrides = before;
      this.#build();
      this.#log.error(null, `Policy file ${path} is not used: ${messageOf(error)}`);
    }
  }

  #build(): void {
    const checks = new Map<string, Check>();
    const lookup = (name: string) => checks.get(name) ?? null;
    for (const rule of this.#rules.values()) {
      checks.set(rule.name, guardDepth(parseRule(this.#overrides.get(rule.name) ?? rule.check, lookup)));
    }
    for (const [name, text] of this.#overrides) {
      if (!checks.has(name)) checks.set(name, guardDepth(parseRule(text, lookup)));
    }
    this.#checks = checks;
  }
}

const MAX_DEPTH = 64;
const TOO_DEEP = new Error("rules refer to each other in a circle");
let depth = 0;

/** Rules that refer to each other in a circle allow nothing, also with a `not`, instead of overflowing the stack. */
function guardDepth(check: Check): Check {
  return (target, context) => {
    if (depth >= MAX_DEPTH) throw TOO_DEEP;
    depth++;
    try {
      return check(target, context);
    } catch (error) {
      if (error === TOO_DEEP && depth === 1) return false;
      throw error;
    } finally {
      depth--;
    }
  };
}

function readOverrides(path: string, former: ReadonlyMap<string, readonly string[]>): Map<string, unknown> {
  const text = readFileSync(path, "utf8");
  // JSON is YAML; an empty file overrides nothing.
  const data: unknown = text.trim() === "" ? {} : Bun.YAML.parse(text);
  if (data === null || data === undefined) return new Map();
  if (typeof data !== "object" || Array.isArray(data))
    throw new Error("expected a mapping of rule names to rules");
  const overrides = new Map<string, unknown>();
  for (const [name, rule] of Object.entries(data)) {
    for (const current of former.get(name) ?? []) if (!(current in data)) overrides.set(current, rule);
    overrides.set(name, rule);
  }
  return overrides;
}
