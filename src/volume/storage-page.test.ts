// docs/volumes.md says what there is: no driver it leaves out, none it invents, no setting that does not exist.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { declarations, sectionsOf } from "../services.ts";
import { DRIVER_NAMES } from "./drivers/registry.ts";

const page = readFileSync(join(import.meta.dir, "..", "..", "docs", "volumes.md"), "utf8");

function partOf(title: string): string {
  const part = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  if (part === undefined) throw new Error(`docs/volumes.md has no part "${title}"`);
  return part;
}

/** The cells of the rows of a part's tables, the header's included. */
function rowsOf(part: string): string[][] {
  return part
    .split("\n")
    .filter((line) => line.startsWith("| ") || line.startsWith("| |"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test("VO-39 the storage choice matrix names three kinds and the services that are here for them", () => {
  const [head, ...rows] = rowsOf(partOf("Which kind of storage"));
  expect(head).toEqual(["", "Ephemeral", "Block", "Object"]);
  const services = rows.find(([title]) => title === "Service") ?? [];
  const projects = new Set(declarations.map(({ project }) => project));
  const named = services.slice(1).map((cell) => /`(\w+)`/.exec(cell)?.[1] ?? "");
  expect(named).toEqual(["nova", "cinder", "swift"]);
  for (const project of named) expect(projects).toContain(project);
  expect(rows.every((row) => row.length === 4 && row.every((cell) => cell !== ""))).toBe(true);
});

test("VO-39 every back end that exists is on the page, and every one on the page exists", () => {
  const rows = rowsOf(partOf("Back ends"));
  const drivers = rows.flatMap(([cell = ""]) => /^`(\w+)`$/.exec(cell)?.[1] ?? []);
  expect([...new Set(drivers)].sort()).toEqual([...DRIVER_NAMES].sort());
  const systems = rows.map(([name]) => name);
  for (const name of ["Swift", "LVM", "Ceph", "Gluster", "NFS", "ZFS", "Sheepdog"]) {
    expect(systems).toContain(name);
  }
  const here = Object.fromEntries(rows.map((row) => [row[0], row.at(-1) ?? ""]));
  expect(here["LVM"]).toBe("driver `lvm`");
  for (const name of ["Ceph", "Gluster", "NFS"]) expect(here[name]).toStartWith("no driver");
});

test("VO-39 the settings the page names exist", () => {
  const known = new Set(sectionsOf(declarations).flatMap(({ keys }) => Object.keys(keys)));
  const named = [...page.matchAll(/`((?:CINDER|VOLUME|SWIFT)_[A-Z_]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test("VO-38 the page says what came before: nova-volume, and what is left of it", () => {
  const history = partOf("History");
  for (const word of ["`nova-volume`", "iSCSI", "Folsom", "`/os-volumes`"]) expect(history).toContain(word);
  expect(declarations.some(({ program }) => program === "nova-volume")).toBe(false);
});
