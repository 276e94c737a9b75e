import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLogFile } from "./log-file.ts";

const folder = mkdtempSync(join(tmpdir(), "stack-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a file that has grown is moved to NAME.1 and begun anew; nothing is lost in between", () => {
  const path = join(folder, "nova", "nova-api.log");
  const file = openLogFile(path, 100_000);
  const row = `${"x".repeat(999)}\n`;
  for (let n = 0; n < 110; n++) file.write(row);
  file.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const [old, now] = [readFileSync(`${path}.1`, "utf8"), readFileSync(path, "utf8")];
  expect(old.length + now.length).toBe(110_000);
  expect(old.length).toBeGreaterThanOrEqual(100_000);
  const again = openLogFile(path, 100_000);
  again.write("last\n");
  again.close();
  expect(readFileSync(path, "utf8")).toBe(`${now}last\n`);
});

test("writing after closing, and closing twice, do nothing", () => {
  const path = join(folder, "closed.log");
  const file = openLogFile(path);
  file.close();
  file.write("late\n");
  file.close();
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, "utf8")).toBe("");
});
