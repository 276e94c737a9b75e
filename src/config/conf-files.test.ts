import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConf, readConfFiles, writeConfFiles } from "./conf-files.ts";
import { Config, ConfigError } from "./config.ts";
import { key, section } from "./keys.ts";
import { parseStackrc } from "./stackrc.ts";

const sections = [
  section("nova", "nova", {
    CPU_RATIO: key.float(16, "How often a CPU is given out.", {
      option: "nova.conf/DEFAULT/cpu_allocation_ratio",
    }),
    SUBSET: key.int(1, "Size of the subset.", { option: "nova.conf/filter_scheduler/host_subset_size" }),
  }),
];

function inFolder(work: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), "conf-files-"));
  try {
    work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const configOf = (dir: string, rc = "", overrides = {}) =>
  new Config({
    sections,
    env: {},
    rc: parseStackrc(rc, "stackrc", {}),
    conf: readConfFiles(dir),
    overrides,
  });

test("the files are written once, with the database and every option commented out, which changes nothing", () => {
  inFolder((dir) => {
    writeConfFiles(dir, sections);
    const path = join(dir, "etc", "nova", "nova.conf");
    const text = readFileSync(path, "utf8");
    expect(text).toContain(`connection = sqlite:///${dir}/nova.db`);
    expect(text).toContain("#cpu_allocation_ratio = 16\n");
    expect(configOf(dir, "CPU_RATIO=4").values(sections[0]!)).toEqual({ CPU_RATIO: 4, SUBSET: 1 });
    writeFileSync(path, "[DEFAULT]\n");
    writeConfFiles(dir, sections);
    expect(readFileSync(path, "utf8")).toBe("[DEFAULT]\n");
  });
});

test("an option that is set in a file goes before the rc file and after the command line", () => {
  inFolder((dir) => {
    writeConfFiles(dir, sections);
    writeFileSync(
      join(dir, "etc/nova/nova.conf"),
      "[DEFAULT]\ncpu_allocation_ratio=2.0\n[filter_scheduler]\nhost_subset_size = 3\n",
    );
    const rc =
      "CPU_RATIO=4\n[[post-config|$NOVA_CONF]]\n[filter_scheduler]\nhost_subset_size = 5\nother = x\n";
    expect(configOf(dir, rc).values(sections[0]!)).toEqual({ CPU_RATIO: 2, SUBSET: 3 });
    expect(configOf(dir, rc, { SUBSET: "7" }).values(sections[0]!)).toEqual({ CPU_RATIO: 2, SUBSET: 7 });
    expect(configOf(dir, rc).options("nova.conf").get("filter_scheduler")).toEqual(
      new Map([
        ["host_subset_size", "3"],
        ["other", "x"],
      ]),
    );
    writeFileSync(join(dir, "etc/nova/nova.conf"), "[DEFAULT]\ncpu_allocation_ratio=much\n");
    expect(() => configOf(dir)).toThrow(ConfigError);
  });
});

test("oslo.config's form of a file", () => {
  const text =
    'verbose = True\n[vnc]\n# server_listen = x\nserver_listen=0.0.0.0\nkeymap: de\n  ,fr\n; no\nurl = "a = b"\n';
  expect(parseConf(text, "nova.conf")).toEqual(
    new Map([
      ["DEFAULT", new Map([["verbose", "True"]])],
      [
        "vnc",
        new Map([
          ["server_listen", "0.0.0.0"],
          ["keymap", "de ,fr"],
          ["url", "a = b"],
        ]),
      ],
    ]),
  );
  expect(() => parseConf("[DEFAULT]\nnonsense\n", "nova.conf")).toThrow(
    'nova.conf:2: expected "option = value"',
  );
});
