// The settings of the policy engine: DevStack's switches, and group `oslo_policy` of each service's configuration
// (oslo.policy 4.0, opts.py; DevStack's lib/nova and its like of Zed).

import { isAbsolute, join } from "node:path";
import type { Config } from "../config/config.ts";
import { CONFIG_FILES } from "../config/files.ts";
import { type KeySpec, key, section } from "../config/keys.ts";
import type { StatePaths } from "../core/paths.ts";
import type { PolicyPlaces } from "./file.ts";
import type { PolicySwitches } from "./rules.ts";

/** Projects whose rules can be switched; the first of their files has the options. Swift has no policy. */
const PROJECTS = Object.entries(CONFIG_FILES).flatMap(([project, [file]]) =>
  project === "swift" || file === undefined ? [] : [{ project, prefix: project.toUpperCase(), file }],
);

const bool = key.bool("False", "");

/** True, False, or null for an empty text: what another key says. */
function optional(help: string, option?: string): KeySpec<boolean | null> {
  return {
    kind: "True or False, or empty",
    default: "",
    help,
    ...(option === undefined ? {} : { option }),
    parse: (text) => (text.trim() === "" ? null : bool.parse(text)),
  };
}

function projectKeys(): Record<string, KeySpec<boolean | null>> {
  const keys: Record<string, KeySpec<boolean | null>> = {};
  for (const { project, prefix, file } of PROJECTS) {
    keys[`${prefix}_ENFORCE_SCOPE`] = optional(
      `The same for ${project} alone. Set here, and not in a section of ${file}, it turns the new defaults on or off as well.`,
      `${file}/oslo_policy/enforce_scope`,
    );
    keys[`${prefix}_ENFORCE_NEW_DEFAULTS`] = optional(
      `The new defaults of ${project} alone. Empty: as ${prefix}_ENFORCE_SCOPE.`,
      `${file}/oslo_policy/enforce_new_defaults`,
    );
  }
  return keys;
}

export const policySection = section("policy", "Policy", {
  ENFORCE_SCOPE: optional(
    "Secure RBAC in every service: a token of another scope (system, domain, project) than a rule is for is refused, and the legacy defaults do not count. Empty: False.",
  ),
  ENFORCE_NEW_DEFAULTS: optional(
    "The new defaults in every service: what only a rule's legacy default allows is refused. Empty: as ENFORCE_SCOPE.",
  ),
  ...projectKeys(),
});

export function policySwitches(config: Config, project: string): PolicySwitches {
  const values: Readonly<Record<string, boolean | null>> = config.values(policySection);
  const { ENFORCE_SCOPE: scopeOfAll = null, ENFORCE_NEW_DEFAULTS: newOfAll = null } = values;
  const known = PROJECTS.find((candidate) => candidate.project === project);
  const name = `${known?.prefix}_ENFORCE_SCOPE`;
  const scope = values[name] ?? null;
  // DevStack's key stands for both switches, oslo.policy's option for one.
  const byOption =
    config
      .options(known?.file ?? "")
      .get("oslo_policy")
      ?.has("enforce_scope") === true && config.rc?.values.has(name) !== true;
  const own = values[`${known?.prefix}_ENFORCE_NEW_DEFAULTS`] ?? null;
  return {
    enforceScope: scope ?? scopeOfAll ?? false,
    enforceNewDefaults: own ?? newOfAll ?? (byOption ? null : scope) ?? scopeOfAll ?? false,
  };
}

export interface ProjectPolicy extends PolicyPlaces {
  switches: PolicySwitches;
  legacyAdminPasses: boolean;
}

/** Where a project's policy lies and how it is enforced. Relative names are below `etc/PROJECT` of the state directory. */
export function projectPolicy(config: Config, paths: StatePaths, project: string): ProjectPolicy {
  const options = config.options(CONFIG_FILES[project]?.[0] ?? "").get("oslo_policy");
  const place = (name: string) => (isAbsolute(name) ? name : join(paths.at("etc", project), name));
  const file = options?.get("policy_file");
  return {
    files: (file ? [file] : ["policy.yaml", "policy.json"]).map(place),
    folders: [options?.get("policy_dirs") ?? "policy.d"].map(place),
    switches: policySwitches(config, project),
    legacyAdminPasses: project === "neutron",
  };
}
