import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimMachine } from "./machine.ts";
import { StatePaths } from "./paths.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stack-machine-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function claim(name: string) {
  mkdirSync(join(root, name), { recursive: true });
  const options = { privileged: true, folder: join(root, "run") };
  const { machine, slot } = claimMachine(new StatePaths(join(root, name)), "", options);
  return { number: machine.slot, slot: slot! };
}

test("clouds that run have a slot each, the lowest that is free", () => {
  const [one, two] = [claim("one"), claim("two")];
  expect([one.number, two.number]).toEqual([0, 1]);
  one.slot.vacate();
  one.slot.release();
  const three = claim("three");
  expect(three.number).toBe(0);
  for (const { slot } of [two, three]) slot.release();
});

test("a cloud that died keeps its slot for when it comes back", () => {
  const one = claim("one");
  one.slot.release(); // as the kernel does
  const two = claim("two");
  expect(two.number).toBe(1);
  const again = claim("one");
  expect(again.number).toBe(0);
  for (const { slot } of [two, again]) slot.release();
});

test("one that went down may find another in its slot, and takes the next", () => {
  const one = claim("one");
  one.slot.vacate();
  one.slot.release();
  const two = claim("two");
  const again = claim("one");
  expect([two.number, again.number]).toEqual([0, 1]);
  for (const { slot } of [two, again]) slot.release();
});

test("the slot of a cloud whose state is gone is free", () => {
  const one = claim("one");
  one.slot.release();
  rmSync(join(root, "one"), { recursive: true });
  const two = claim("two");
  expect(two.number).toBe(0);
  two.slot.release();
});

test("without privileges there is no slot", () => {
  const { machine, slot } = claimMachine(new StatePaths(root), "host", { privileged: false });
  expect(machine).toEqual({ hostName: "host", privileged: false, slot: 0 });
  expect(slot).toBeNull();
});
