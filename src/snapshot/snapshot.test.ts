import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packBackup, stageBackup, takeBackupIn, unpackBackup } from "./backup.ts";
import { entriesOf } from "./files.ts";
import { finishRestore, stagingOf, takeIn } from "./restore.ts";
import { deleteSnapshot, listSnapshots, restoreSnapshot, saveSnapshot } from "./shelf.ts";

let root: string;
let db: Database;
const at = (...parts: string[]) => join(root, ...parts);
const text = (...parts: string[]) => readFileSync(at(...parts), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stack-snap-"));
  for (const folder of ["images", "volumes", "etc", "log", "instances"]) mkdirSync(at(folder));
  writeFileSync(at("images", "i1"), "image");
  writeFileSync(at("volumes", "v1"), "volume");
  truncateSync(at("volumes", "v1"), 100 << 20);
  writeFileSync(at("etc", "nova.conf"), "a = 1");
  writeFileSync(at("log", "x.log"), "line");
  writeFileSync(at("lock"), "");
  db = new Database(at("nova.db"));
  db.run("PRAGMA journal_mode = WAL");
  db.run("CREATE TABLE t (n)");
  db.run("INSERT INTO t VALUES (1)");
});
afterEach(() => {
  db.close();
  rmSync(root, { recursive: true });
});

const rows = () => {
  const other = new Database(at("nova.db"));
  try {
    return other.query("SELECT n FROM t ORDER BY n").values().flat();
  } finally {
    other.close();
  }
};

test("what is kept: databases as they are while they are open, links to images, sparse copies; not logs nor locks", () => {
  expect(entriesOf(root)).toEqual(["etc", "images", "instances", "nova.db", "volumes"]);
  saveSnapshot(root, "one");
  const kept = (...parts: string[]) => at("snapshots", "one", "state", ...parts);
  expect(statSync(kept("images", "i1")).ino).toBe(statSync(at("images", "i1")).ino);
  expect(statSync(kept("volumes", "v1")).ino).not.toBe(statSync(at("volumes", "v1")).ino);
  expect(statSync(kept("volumes", "v1")).size).toBe(100 << 20);
  expect(statSync(kept("volumes", "v1")).blocks * 512).toBeLessThan(1 << 20);
  expect(existsSync(kept("log"))).toBe(false);
  db.run("INSERT INTO t VALUES (2)");
  writeFileSync(at("etc", "nova.conf"), "a = 2");
  writeFileSync(at("volumes", "v2"), "new");
  rmSync(at("images", "i1"));
  db.close();
  restoreSnapshot(root, "one");
  expect(rows()).toEqual([1]);
  expect(text("etc", "nova.conf")).toBe("a = 1");
  expect(text("images", "i1")).toBe("image");
  expect(existsSync(at("volumes", "v2"))).toBe(false);
  expect(text("log", "x.log")).toBe("line");
  // And once more: it was not used up.
  rmSync(at("nova.db"));
  restoreSnapshot(root, "one");
  expect(rows()).toEqual([1]);
  expect(listSnapshots(root).map(({ name }) => name)).toEqual(["one"]);
  deleteSnapshot(root, "one");
  expect(listSnapshots(root)).toEqual([]);
});

test("names that are taken or none", () => {
  saveSnapshot(root, "one");
  expect(() => saveSnapshot(root, "one")).toThrow("there is a snapshot one");
  for (const name of ["", "..", "../x", "a/b", ".hidden"]) {
    expect(() => saveSnapshot(root, name)).toThrow("a snapshot's name");
    expect(() => restoreSnapshot(root, name)).toThrow("there is no snapshot");
  }
});

test("a restore that was cut short at any step is ended by the next start", () => {
  for (const moved of [[], ["etc"], ["etc", "nova.db"]]) {
    saveSnapshot(root, `s${moved.length}`);
    writeFileSync(at("etc", "nova.conf"), "changed");
    const staged = stagingOf(root);
    renameSync(at("snapshots", `s${moved.length}`, "state"), staged);
    const entries = entriesOf(staged);
    writeFileSync(at("restoring.json"), JSON.stringify({ entries, whole: true }));
    for (const name of moved) {
      rmSync(at(name), { recursive: true });
      renameSync(join(staged, name), at(name));
    }
    finishRestore(root);
    expect(text("etc", "nova.conf")).toBe("a = 1");
    expect([existsSync(at("restoring.json")), existsSync(at("restoring"))]).toEqual([false, false]);
    finishRestore(root);
  }
  // What is not whole leaves the rest.
  mkdirSync(stagingOf(root));
  writeFileSync(at("restoring", "new.json"), "{}");
  takeIn(root, false);
  expect(text("images", "i1")).toBe("image");
  expect(text("new.json")).toBe("{}");
});

test("one file and back, whole and without bulk; what is no backup changes nothing", async () => {
  const file = at("log", "b.tar.gz");
  await packBackup(stageBackup(root, true), file);
  db.run("DELETE FROM t");
  rmSync(at("volumes"), { recursive: true });
  db.close();
  takeBackupIn(root, await unpackBackup(root, file));
  expect(rows()).toEqual([1]);
  expect(statSync(at("volumes", "v1")).size).toBe(100 << 20);
  await packBackup(stageBackup(root, false), file);
  writeFileSync(at("volumes", "v1"), "newer");
  rmSync(at("etc"), { recursive: true });
  const facts = await unpackBackup(root, file);
  expect(facts.whole).toBe(false);
  takeBackupIn(root, facts);
  expect([text("volumes", "v1"), text("etc", "nova.conf")]).toEqual(["newer", "a = 1"]);
  writeFileSync(file, "nothing");
  expect(unpackBackup(root, file)).rejects.toThrow("is no backup of a cloud");
  await unpackBackup(root, file).catch(() => {});
  expect(entriesOf(root)).toEqual(["etc", "images", "instances", "nova.db", "volumes"]);
  db = new Database(at("nova.db"));
});
