import { expect, test } from "bun:test";
import type { Level } from "./log.ts";
import { logFilter, requestIdIn } from "./log-filter.ts";

const passes = (filter: string, text: string, level: Level = "INFO") =>
  logFilter(filter)?.({ level, text }) ?? true;

test("levels, words, words that must not be there", () => {
  expect(logFilter("  ")).toBeNull();
  expect(passes("WARNING", "x", "INFO")).toBe(false);
  expect(passes("WARNING", "x", "ERROR")).toBe(true);
  expect(passes("TRACE", "x", "CRITICAL")).toBe(true);
  expect(passes("server GET", "get /v2.1/Servers")).toBe(true);
  expect(passes("server !detail", "/servers/detail")).toBe(false);
  expect(passes("!", "a")).toBe(false);
});

test("the request of a line", () => {
  const id = "req-0c9b0b4e-4b57-4a4e-8f0c-6f3d5d0f7f8e";
  expect(requestIdIn(`x [${id} demo demo] y`)).toBe(id);
  expect(requestIdIn("x [txd88ab88865bc49c388743-006b00aa50 admin admin]")).toBe(
    "txd88ab88865bc49c388743-006b00aa50",
  );
  expect(requestIdIn("x [-] y")).toBeNull();
});
