import { expect, test } from "bun:test";
import { tracebackRows } from "./traceback.ts";

function withStack(name: string, message: string, stack: string[], cause?: unknown): Error {
  const error = new Error(message, { cause });
  error.name = name;
  error.stack = [`${name}: ${message}`, ...stack].join("\n");
  return error;
}

test("LG-24 an error reads as Python's: the newest frame and the message at the bottom", () => {
  const error = withStack("NovaException", "Unexpected vif_type=binding_failed", [
    "    at getConfig (/nova/vif.ts:384:9)",
    "    at async Driver.spawn (file:///nova/driver.ts:2262:15)",
    "    at /nova/manager.ts:1714:3",
  ]);
  expect(tracebackRows(error)).toEqual([
    "Traceback (most recent call last):",
    '  File "/nova/manager.ts", line 1714, in <module>',
    '  File "/nova/driver.ts", line 2262, in Driver.spawn',
    '  File "/nova/vif.ts", line 384, in getConfig',
    "NovaException: Unexpected vif_type=binding_failed",
  ]);
});

test("what caused it stands above it", () => {
  const inner = withStack("Error", "inner", []);
  expect(tracebackRows(withStack("Error", "outer", [], inner))).toEqual([
    "Error: inner",
    "",
    "The above exception was the direct cause of the following exception:",
    "",
    "Error: outer",
  ]);
  expect(tracebackRows("just text\nof two lines")).toEqual(["just text", "of two lines"]);
});

test("real frames are understood", () => {
  const rows = tracebackRows(new TypeError("x"));
  expect(rows[0]).toBe("Traceback (most recent call last):");
  expect(rows.at(-2)).toMatch(/^ {2}File ".*traceback\.test\.ts", line \d+, in /);
  expect(rows.at(-1)).toBe("TypeError: x");
});
