import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DocumentError } from "../seed/yaml.ts";
import { allLabs, findLab } from "./catalog.ts";
import { parseLab } from "./format.ts";
import { mismatch, valueAt } from "./path.ts";
import { valuesOf } from "./values.ts";

const ANSWER = {
  servers: [
    { name: "web", status: "ACTIVE", tags: ["a", "b"], "OS-EXT-STS:vm_state": "active" },
    { name: "db", status: "BUILD", tags: [] },
  ],
};

test("paths: keys, numbers, the one with a value, all, keys with dots", () => {
  expect(valueAt(ANSWER, "servers[0].name")).toBe("web");
  expect(valueAt(ANSWER, "servers[name=db].status")).toBe("BUILD");
  expect(valueAt(ANSWER, "servers[*].name")).toEqual(["web", "db"]);
  expect(valueAt(ANSWER, "servers[0].OS-EXT-STS:vm_state")).toBe("active");
  expect(valueAt(ANSWER, "servers[-1].tags")).toEqual([]);
  expect(valueAt({ "a.b": [1] }, '["a.b"][0]')).toBe(1);
  expect(valueAt(ANSWER, "servers[7].name")).toBeUndefined();
  expect(valueAt(ANSWER, "")).toBe(ANSWER);
  expect(() => valueAt(ANSWER, "servers[name]")).toThrow("cannot read [name]");
});

test("expectations say what is wrong", () => {
  expect(mismatch("BUILD", "ACTIVE")).toBe("is BUILD, not ACTIVE");
  expect(mismatch(undefined, "ACTIVE")).toBe("is not there");
  expect(mismatch(3, "3")).toBeNull();
  expect(mismatch(undefined, null)).toBeNull();
  expect(mismatch(["a"], { has: "a" })).toBeNull();
  expect(mismatch(["a"], { lacks: "a" })).toContain("with a");
  expect(mismatch("some text", { has: "text" })).toBeNull();
  expect(mismatch([1, 2], { count: 3 })).toBe("has 2 entries, not 3");
  expect(mismatch(5, { least: 6 })).toBe("is 5, less than 6");
  expect(mismatch("abc", { matches: "^b" })).toContain("does not match ^b");
  expect(mismatch(null, { there: true })).toBe("is not there");
  expect(mismatch("x", { not: "x" })).toBe("is x");
});

test("names of a lab are filled in, those of the shell stay", () => {
  const hole = (name: string) => ["$", `{${name}}`].join("");
  const check = {
    run: `echo ${hole("id")} ${hole("HOME")}`,
    expect: { [`a[id=${hole("id")}]`]: hole("id") },
  };
  expect(valuesOf(check, { id: "7" })).toEqual({ run: `echo 7 ${hole("HOME")}`, expect: { "a[id=7]": "7" } });
});

test("a file that is no lab is named with the place", () => {
  const lab = "name: x\ntitle: t\nabout: a\nsteps:\n  - title: s\n    do: 'true'\n    check: [{ file: f }]\n";
  expect(parseLab(lab, "x.yaml").steps).toHaveLength(1);
  const wrong = (text: string) => {
    try {
      parseLab(text, "x.yaml");
    } catch (error) {
      expect(error).toBeInstanceOf(DocumentError);
      return (error as Error).message;
    }
    throw new Error("it was taken");
  };
  expect(wrong(lab.replace("name: x", "name: X Y"))).toStartWith("x.yaml: name: ");
  expect(wrong(lab.replace("file: f", "files: f"))).toStartWith("x.yaml: steps[0].check[0]");
  expect(wrong(lab.replace("    do: 'true'\n", ""))).toBe("x.yaml: steps[0]: 'do' is a required property");
  expect(wrong("a: [1")).toStartWith("x.yaml: YAML Parse error");
});

test("a teacher's file is one more lab, and takes the place of one of the same name", () => {
  const folder = mkdtempSync(join(tmpdir(), "labs-"));
  try {
    const own = allLabs([folder]).length;
    mkdirSync(join(folder, "started"));
    const text = (name: string) =>
      `name: ${name}\ntitle: mine\nabout: a\nsteps: [{ title: s, do: "true", check: [{ file: f }] }]\n`;
    writeFileSync(join(folder, "mine.yaml"), text("mine"));
    writeFileSync(join(folder, "swift-cli.yaml"), text("swift-cli"));
    expect(allLabs([folder])).toHaveLength(own + 1);
    expect(findLab("mine", [folder]).file).toBe(join(folder, "mine.yaml"));
    expect(findLab("swift-cli", [folder]).lab.title).toBe("mine");
    expect(findLab("lab-46", []).lab.name).toBe("swift-cli");
    expect(() => findLab("nothing", [folder])).toThrow("no lab is called nothing");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
