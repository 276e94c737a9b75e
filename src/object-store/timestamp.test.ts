import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { iso, lastModified, normal, parseHttpDate, parseTimestamp, Timestamps } from "./timestamp.ts";

test("timestamps have five decimals", () => {
  expect(normal(179517098235365)).toBe("1795170982.35365");
  expect(normal(5)).toBe("0000000000.00005");
  expect(iso(179517098235365)).toBe("2026-11-20T10:36:22.353650");
});

test("Last-Modified is rounded up", () => {
  expect(lastModified(179517098200000)).toBe("Fri, 20 Nov 2026 10:36:22 GMT");
  expect(lastModified(179517098200001)).toBe("Fri, 20 Nov 2026 10:36:23 GMT");
});

test("reading timestamps and dates", () => {
  expect(parseTimestamp("1795170982.35365")).toBe(179517098235365);
  expect(parseTimestamp("1795170982.353651234_000000000000000a")).toBe(179517098235365);
  expect(parseTimestamp("12")).toBe(1_200_000);
  expect(parseTimestamp("now")).toBeNull();
  expect(parseHttpDate("Fri, 20 Nov 2026 10:36:23 GMT")).toBe(1795170983);
  expect(parseHttpDate("soon")).toBeNull();
});

test("never twice the same, never back", async () => {
  const clock = new FakeClock();
  const timestamps = new Timestamps(clock);
  const [a, b] = [timestamps.next(), timestamps.next()];
  expect(b).toBe(a + 1);
  await clock.advance(1);
  expect(timestamps.next()).toBe(a + 100);
});
