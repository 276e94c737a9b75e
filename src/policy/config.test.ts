// DevStack's switches and oslo.policy's options.

import { expect, test } from "bun:test";
import { Config, ConfigError } from "../config/config.ts";
import { parseStackrc } from "../config/stackrc.ts";
import { StatePaths } from "../core/paths.ts";
import { policySection, policySwitches, projectPolicy } from "./config.ts";

function configOf(rc: string): Config {
  return new Config({ sections: [policySection], env: {}, rc: parseStackrc(rc, "stackrc", {}) });
}

const section = (options: string) => `[[post-config|$NOVA_CONF]]\n[oslo_policy]\n${options}\n`;

const CASES: readonly (readonly [rc: string, scope: boolean, defaults: boolean])[] = [
  ["", false, false],
  ["ENFORCE_SCOPE=True", true, true],
  ["ENFORCE_SCOPE=True\nENFORCE_NEW_DEFAULTS=False", true, false],
  ["ENFORCE_NEW_DEFAULTS=True", false, true],
  ["NOVA_ENFORCE_SCOPE=True", true, true],
  ["NOVA_ENFORCE_SCOPE=True\nNOVA_ENFORCE_NEW_DEFAULTS=False", true, false],
  ["ENFORCE_SCOPE=True\nNOVA_ENFORCE_SCOPE=False", false, false],
  ["CINDER_ENFORCE_SCOPE=True", false, false],
  [section("enforce_scope = true"), true, false],
  [section("enforce_new_defaults = true"), false, true],
  [section("enforce_scope = true\nenforce_new_defaults = true"), true, true],
  [`ENFORCE_SCOPE=True\n${section("enforce_scope = false")}`, false, true],
];

test.each(CASES)("%j", (rc, enforceScope, enforceNewDefaults) => {
  expect(policySwitches(configOf(rc), "nova")).toEqual({ enforceScope, enforceNewDefaults });
});

test("a service without switches of its own follows those of all", () => {
  expect(policySwitches(configOf("ENFORCE_SCOPE=True"), "horizon").enforceScope).toBe(true);
});

test("what is neither true nor false is refused with the line", () => {
  expect(() => configOf("\nNOVA_ENFORCE_SCOPE=maybe")).toThrow(ConfigError);
  expect(() => configOf("\nNOVA_ENFORCE_SCOPE=maybe")).toThrow(
    /stackrc:2: NOVA_ENFORCE_SCOPE must be True or False/,
  );
});

test("where the files are, and where the configuration says", () => {
  const paths = new StatePaths("/state");
  const places = (rc: string) => {
    const { files, folders } = projectPolicy(configOf(rc), paths, "nova");
    return [...files, ...(folders ?? [])];
  };
  expect(places("")).toEqual([
    "/state/etc/nova/policy.yaml",
    "/state/etc/nova/policy.json",
    "/state/etc/nova/policy.d",
  ]);
  expect(places(section("policy_file = /etc/nova/policy.json\npolicy_dirs = more"))).toEqual([
    "/etc/nova/policy.json",
    "/state/etc/nova/more",
  ]);
});
