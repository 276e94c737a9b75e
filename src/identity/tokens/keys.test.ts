import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeys, rotateKeys, setupKeys } from "./keys.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = () => readdirSync(folder).sort((a, b) => Number(a) - Number(b));
const text = (name: string) => readFileSync(join(folder, name), "utf8");

test("set up once: a staged key and a primary, for their owner's eyes", () => {
  setupKeys(folder);
  const before = names().map(text);
  setupKeys(folder);
  expect([names(), names().map(text)]).toEqual([["0", "1"], before]);
  for (const name of names()) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
});

test("a rotation makes the staged key primary and drops what is too many", () => {
  setupKeys(folder);
  const staged = text("0");
  rotateKeys(folder, 3);
  expect([names(), text("2")]).toEqual([["0", "1", "2"], staged]);
  rotateKeys(folder, 3);
  expect(names()).toEqual(["0", "2", "3"]);
  rotateKeys(folder, 5);
  rotateKeys(folder, 5);
  expect(names()).toEqual(["0", "2", "3", "4", "5"]);
  rotateKeys(folder, 2);
  expect(names()).toEqual(["0", "6"]);
  expect(loadKeys(folder)).toHaveLength(2);
});

test("a repository without a staged key gets one", () => {
  setupKeys(folder);
  rmSync(join(folder, "0"));
  rotateKeys(folder, 3);
  expect(names()).toEqual(["0", "1", "2"]);
});
