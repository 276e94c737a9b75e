// Property protections: who may create, read, update and delete which custom properties, by regular expressions over
// their names. The file has a section per expression; the first that matches counts, and what none matches nobody may
// touch. Authority: glance/common/property_utils.py and glance/api/property_protections.py of Zed.

import { readFileSync } from "node:fs";
import { Forbidden, messageOf } from "../core/errors.ts";
import type { Caller } from "./access.ts";
import { type ImageRecord, RESERVED_NAMESPACE } from "./records.ts";

export type PropertyOperation = "create" | "read" | "update" | "delete";

const OPERATIONS: readonly PropertyOperation[] = ["create", "read", "update", "delete"];

interface Rule {
  pattern: RegExp;
  /** Role names, `@` for everybody, `!` for nobody; or the name of one policy rule. */
  permissions: Record<PropertyOperation, readonly string[]>;
}

export class PropertyProtected extends Forbidden {
  constructor(name: string) {
    super(`Property '${name}' is protected`);
  }
}

export class PropertyProtections {
  #rules: readonly Rule[];
  #byPolicy: boolean;

  private constructor(rules: readonly Rule[], byPolicy: boolean) {
    this.#rules = rules;
    this.#byPolicy = byPolicy;
  }

  /**
   * @param file empty: nothing is protected
   * @param format `roles` or `policies` (`property_protection_rule_format`)
   * @throws Error for a file that cannot be read or makes no sense
   */
  static load(file: string, format: string): PropertyProtections {
    if (file === "") return new PropertyProtections([], false);
    if (format !== "roles" && format !== "policies") {
      throw new Error(`GLANCE_PROPERTY_PROTECTION_RULE_FORMAT must be roles or policies, not ${format}`);
    }
    try {
      return PropertyProtections.parse(readFileSync(file, "utf8"), format);
    } catch (cause) {
      throw new Error(`GLANCE_PROPERTY_PROTECTION_FILE: ${file}: ${messageOf(cause)}`, { cause });
    }
  }

  /** @throws Error */
  static parse(text: string, format: "roles" | "policies"): PropertyProtections {
    const byPolicy = format === "policies";
    const rules = sectionsOf(text).map(({ name, options }): Rule => {
      const permissions = {} as Rule["permissions"];
      for (const operation of OPERATIONS) {
        const value = options.get(operation);
        if (value === undefined) throw new Error(`[${name}] says nothing of ${operation}`);
        permissions[operation] = permissionsOf(name, operation, value, byPolicy);
      }
      return { pattern: new RegExp(name, "u"), permissions };
    });
    return new PropertyProtections(rules, byPolicy);
  }

  get enabled(): boolean {
    return this.#rules.length > 0;
  }

  allows(caller: Caller, name: string, operation: PropertyOperation): boolean {
    if (!this.enabled || name.startsWith(RESERVED_NAMESPACE)) return true;
    const permitted = this.#rules.find(({ pattern }) => pattern.test(name))?.permissions[operation] ?? [];
    if (permitted.includes("!")) return false;
    if (permitted.includes("@")) return true;
    if (this.#byPolicy) return permitted.some((rule) => caller.allows(rule, {}));
    const roles = caller.context.roles.map((role) => role.toLowerCase());
    return permitted.some((role) => roles.includes(role.toLowerCase()));
  }

  /** @throws PropertyProtected */
  require(caller: Caller, name: string, operation: PropertyOperation): void {
    if (!this.allows(caller, name, operation)) throw new PropertyProtected(name);
  }

  /** Whatever becomes of each property. One that stays as it is needs to be readable only. @throws PropertyProtected */
  requireChange(
    caller: Caller,
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ): void {
    if (!this.enabled) return;
    for (const [name, value] of Object.entries(after)) {
      if (!(name in before)) this.require(caller, name, "create");
      else if (before[name] !== value) {
        this.require(caller, name, "read");
        this.require(caller, name, "update");
      }
    }
    for (const name of Object.keys(before)) {
      if (name in after) continue;
      this.require(caller, name, "read");
      this.require(caller, name, "delete");
    }
  }

  /** The image with the properties its reader may know. */
  readable(caller: Caller, image: ImageRecord): ImageRecord {
    if (!this.enabled) return image;
    const known = Object.entries(image.properties).filter(([name]) => this.allows(caller, name, "read"));
    return { ...image, properties: Object.fromEntries(known) };
  }
}

/** @throws Error */
function permissionsOf(
  section: string,
  operation: string,
  value: string,
  byPolicy: boolean,
): readonly string[] {
  const names = value
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (byPolicy && names.length > 1) {
    throw new Error(`[${section}] ${operation}: only one policy rule may be named`);
  }
  if (names.includes("@") && names.includes("!")) {
    throw new Error(`[${section}] ${operation}: '@' and '!' are mutually exclusive`);
  }
  return names;
}

/** Python's configparser, as far as this file needs it: sections in order, `name = value`, comment lines. */
function sectionsOf(text: string): { name: string; options: Map<string, string> }[] {
  const sections: { name: string; options: Map<string, string> }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\s*\[(.+)\]\s*$/.exec(line);
    if (header) {
      sections.push({ name: header[1]!, options: new Map() });
      continue;
    }
    const option = /^\s*([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    const section = sections.at(-1);
    if (!option || !section) throw new Error(`this line makes no sense: ${line}`);
    section.options.set(option[1]!.toLowerCase(), option[2]!);
  }
  return sections;
}
