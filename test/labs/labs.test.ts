// Every lab with simulated guests, from its own data. LAB=NAME walks one alone.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allLabs } from "../../src/labs/catalog.ts";
import { lackingOf } from "../../src/labs/start.ts";
import { describeWith, program } from "../support/requires.ts";
import { ROOT } from "../support/stack.ts";
import { walk } from "./walk.ts";

const state = mkdtempSync(join(tmpdir(), "stack-labs-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

const labs = allLabs([]);
const wanted = process.env["LAB"];

test("every file of fixtures/labs is in the program, under its own name", () => {
  const files = readdirSync(join(ROOT, "fixtures/labs")).map((name) => name.replace(/\.yaml$/, ""));
  expect(labs.map(({ lab }) => lab.name).sort()).toEqual(files.sort());
});

test("every narrative of the courses is one lab", () => {
  const rows = labs.flatMap(({ lab }) => lab.row ?? []);
  expect(rows).toEqual(Array.from({ length: 50 }, (_, i) => `LAB-${String(i + 1).padStart(2, "0")}`));
});

describeWith("labs", [program("openstack"), program("jq")], () => {
  for (const found of labs) {
    const { lab } = found;
    if (lab.driver === "libvirt" || (wanted && ![lab.name, lab.row].includes(wanted))) continue;
    const lacking = lackingOf(lab);
    const name = `${lab.row ?? "a lab"} ${lab.name}: start, not yet, solved, done, taken back`;
    if (lacking.length > 0) {
      test.skip(`${name} (needs ${lacking.join(", ")})`, () => {});
      continue;
    }
    test(name, () => walk(found, state, { patience: 30 }), 300_000);
  }
});
