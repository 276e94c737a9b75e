// Federation mapping rules: what an identity provider asserts of a user becomes a name, groups and projects.
// Authority: keystone/federation/utils.py of Zed, RuleProcessor.

import { pyStr } from "../../core/python.ts";

export type Assertion = Record<string, string>;

interface Requirement {
  type: string;
  regex?: boolean;
  any_one_of?: string[];
  not_any_of?: string[];
  blacklist?: string[];
  whitelist?: string[];
}

type Local = Record<string, unknown>;

export interface MappingRule {
  local: Local[];
  remote: Requirement[];
}

interface Group {
  name: string;
  domain?: { name?: string; id?: string };
}

export interface MappedUser {
  user: Record<string, unknown>;
  group_ids: unknown[];
  group_names: Group[];
  projects: unknown;
}

export class MappingFailed extends Error {
  override name = "MappingFailed";
}

/** @throws MappingFailed for what are no rules */
export function readRules(value: unknown): MappingRule[] {
  const rules = Array.isArray(value) ? value : (value as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules) || rules.length === 0) throw new MappingFailed("the file holds no list of rules");
  for (const rule of rules) {
    const { local, remote } = (rule ?? {}) as Partial<MappingRule>;
    const typed =
      Array.isArray(remote) && remote.every((requirement) => typeof requirement?.type === "string");
    if (!Array.isArray(local) || !typed || remote.length === 0) {
      throw new MappingFailed(`not a rule, which has "local" and "remote": ${JSON.stringify(rule)}`);
    }
  }
  return rules as MappingRule[];
}

/** @throws MappingFailed when no rule applies, or a rule refers to what it has not asked for */
export function applyRules(rules: readonly MappingRule[], assertion: Assertion): MappedUser {
  const values = new Map(Object.entries(assertion).map(([name, text]) => [name, text.split(";")]));
  const locals = rules.flatMap((rule) => {
    const matches = matchAll(rule.remote, values);
    if (matches === null) return [];
    return matches.length === 0 ? rule.local : rule.local.map((local) => fillIn(local, matches) as Local);
  });
  if (locals.length === 0) {
    throw new MappingFailed("Could not map any federated user properties to identity values.");
  }
  return transform(locals);
}

/** What `{0}`, `{1}` ... stand for; null when the rule does not apply. */
function matchAll(remote: readonly Requirement[], values: ReadonlyMap<string, string[]>): string[][] | null {
  const matches: string[][] = [];
  for (const requirement of remote) {
    const given = values.get(requirement.type);
    if (!given) return null;
    const hits = (wanted: readonly string[]) =>
      given.filter((value) =>
        requirement.regex
          ? wanted.some((pattern) => new RegExp(pattern).test(value))
          : wanted.includes(value),
      );
    if (requirement.any_one_of) {
      if (hits(requirement.any_one_of).length === 0) return null;
    } else if (requirement.not_any_of) {
      if (hits(requirement.not_any_of).length > 0) return null;
    } else if (requirement.blacklist) {
      const refused = hits(requirement.blacklist);
      matches.push(given.filter((value) => !refused.includes(value)));
    } else if (requirement.whitelist) matches.push(hits(requirement.whitelist));
    else matches.push(given);
  }
  return matches;
}

/** One match stands for itself, several as Python shows a list. */
function fillIn(value: unknown, matches: readonly string[][]): unknown {
  if (Array.isArray(value)) return value.map((item) => fillIn(item, matches));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fillIn(inner, matches)]));
  }
  if (typeof value !== "string") return value;
  return value.replace(/\{\{|\}\}|\{(\d+)\}/g, (text, index: string | undefined) => {
    if (index === undefined) return text[0]!;
    const match = matches[Number(index)];
    if (!match) {
      throw new MappingFailed(
        `Local section in mapping refers to a remote match that doesn't exist (e.g. {${index}} in a local section).`,
      );
    }
    return match.length === 1 ? match[0]! : pyStr(match);
  });
}

function transform(locals: readonly Local[]): MappedUser {
  let user: Record<string, unknown> = {};
  let projects: unknown = [];
  const groupIds = new Set<unknown>();
  const groupNames: Group[] = [];
  for (const local of locals) {
    if (local["user"] && Object.keys(user).length === 0) user = local["user"] as Record<string, unknown>;
    const group = local["group"] as (Partial<Group> & { id?: string }) | undefined;
    if (group?.id !== undefined) groupIds.add(group.id);
    else if (group?.name !== undefined) addOnce(groupNames, group as Group);
    if (local["groups"] !== undefined) groupNames.push(...groupsOf(local));
    if (local["group_ids"] !== undefined)
      for (const id of listOf(String(local["group_ids"]))) groupIds.add(id);
    if (local["projects"] !== undefined) projects = local["projects"];
  }
  const { type = "ephemeral" } = user;
  if (type !== "ephemeral" && type !== "local") {
    throw new MappingFailed(`User type ${String(type)} not supported`);
  }
  return { user: { ...user, type }, group_ids: [...groupIds], group_names: groupNames, projects };
}

function addOnce(groups: Group[], group: Group): void {
  const domain = ({ domain }: Group) => domain?.name ?? domain?.id;
  if (!groups.some((other) => other.name === group.name && domain(other) === domain(group)))
    groups.push(group);
}

function groupsOf(local: Local): Group[] {
  const text = String(local["groups"]);
  const domain = local["domain"] as Group["domain"];
  if (domain === undefined) {
    throw new MappingFailed(
      `Invalid rule: ${pyStr(local)}. Both 'groups' and 'domain' keywords must be specified.`,
    );
  }
  return listOf(text).map((name) => ({ name, domain }));
}

/** A list as Python writes it, or the text itself as the only one. */
function listOf(text: string): string[] {
  const inner = /^\s*\[([\s\S]*)\]\s*$/.exec(text)?.[1];
  if (inner === undefined) return [text];
  const items = [...inner.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,]+)/g)];
  return items.map(([, single, double, bare]) => (single ?? double)?.replace(/\\(.)/g, "$1") ?? bare ?? "");
}
