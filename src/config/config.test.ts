import { describe, expect, test } from "bun:test";
import { Config, ConfigError } from "./config.ts";
import { key, section } from "./keys.ts";
import { parseStackrc, StackrcError } from "./stackrc.ts";

const sample = section("sample", "Sample", {
  HOST_IP: key.text("127.0.0.1", "address"),
  RATIO: key.float(16, "ratio", { option: "nova.conf/DEFAULT/cpu_allocation_ratio" }),
  SIZE: key.size("20480M", "size"),
  DEBUG: key.bool("True", "debug"),
});

function config(text: string, env: Record<string, string> = {}, overrides: Record<string, string> = {}) {
  return new Config({ sections: [sample], env, rc: parseStackrc(text, "stackrc", env), overrides });
}

describe("the rc file", () => {
  test("DS-04 assignments, comments, quotes, defaults, appending", () => {
    const rc = parseStackrc(
      [
        "# a comment",
        "A=1 # not part of it",
        'export B="two words"',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell form under test
        "C=${MISSING:-x${A}y}",
        "D='$A'",
        'E="$B!"',
        'E+=" more"',
        "F=",
        "G=a\\",
        "b",
      ].join("\n"),
      "localrc",
      {},
    );
    expect(Object.fromEntries([...rc.values].map(([name, { value }]) => [name, value]))).toEqual({
      A: "1",
      B: "two words",
      C: "x1y",
      D: "$A",
      E: "two words! more",
      F: "",
      G: "ab",
    });
  });

  test("DS-07 service switches keep their order", () => {
    const rc = parseStackrc(
      "disable_all_services\nenable_service key swift mysql\nenable_service a,b\n",
      "localrc",
      {},
    );
    expect(rc.switches).toEqual([
      { action: "disable-all", services: [] },
      { action: "enable", services: ["key", "swift", "mysql"] },
      { action: "enable", services: ["a", "b"] },
    ]);
  });

  test("meta-sections carry oslo.config options", () => {
    const rc = parseStackrc(
      "[[local|localrc]]\nA=1\n[[post-config|$NOVA_CONF]]\n[DEFAULT]\nquota_cores = 40\n# no\n[filter]\nx=y\n",
      "local.conf",
      {},
    );
    expect(rc.options.get("nova.conf")?.get("DEFAULT")?.get("quota_cores")).toBe("40");
    expect(rc.options.get("nova.conf")?.get("filter")?.get("x")).toBe("y");
    expect(rc.values.get("A")?.value).toBe("1");
  });

  test.each([
    ["A=$(rm -rf /)", "commands are never run"],
    ["A=`id`", "commands are never run"],
    ["make install", 'cannot understand "make install"'],
    ['A="open', "is not closed"],
    ["A=one two", "needs quotes"],
    ["A=${B", "is not closed"],
  ])("%s is refused with its place", (text, message) => {
    expect(() => parseStackrc(text, "localrc", {})).toThrow(StackrcError);
    expect(() => parseStackrc(text, "localrc", {})).toThrow(message);
    expect(() => parseStackrc(text, "localrc", {})).toThrow("localrc:1");
  });
});

describe("settings", () => {
  test("environment below rc file below command line", () => {
    const env = { HOST_IP: "10.0.0.1", RATIO: "2", SIZE: "1G" };
    const values = config("HOST_IP=10.0.0.2\nRATIO=3", env, { RATIO: "4" }).values(sample);
    expect(values).toEqual({ HOST_IP: "10.0.0.2", RATIO: 4, SIZE: 2 ** 30, DEBUG: true });
  });

  test("SC-02 an option under its OpenStack name", () => {
    const rc = "[[post-config|$NOVA_CONF]]\n[DEFAULT]\ncpu_allocation_ratio = 8.0\n";
    expect(config(rc).values(sample).RATIO).toBe(8);
  });

  test("every bad value is named at once", () => {
    expect(() => config("RATIO=lots\nDEBUG=maybe")).toThrow(ConfigError);
    expect(() => config("RATIO=lots\nDEBUG=maybe")).toThrow(
      'stackrc:1: RATIO must be a number from 0, not "lots"\nstackrc:2: DEBUG must be True or False, not "maybe"',
    );
  });

  test("an unknown key is reported with the nearest one; DevStack's own are said to have no effect", () => {
    expect(config("HOST_PI=1\nKEYSTONE_BRANCH=stable/folsom\nmy_own=1").warnings).toEqual([
      "stackrc:1: no setting is called HOST_PI; did you mean HOST_IP?",
      "stackrc:2: KEYSTONE_BRANCH has no effect here",
    ]);
  });
});
