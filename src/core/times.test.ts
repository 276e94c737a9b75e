import { expect, test } from "bun:test";
import { isoMicros, isoMicrosZ, parseIso } from "./times.ts";

const MS = Date.UTC(2013, 6, 23, 3, 55, 16, 875);

test("microseconds are a fraction of milliseconds", () => {
  expect(isoMicros(MS)).toBe("2013-07-23T03:55:16.875000");
  expect(isoMicros(MS + 0.123)).toBe("2013-07-23T03:55:16.875123");
  expect(isoMicros(MS + 0.9999)).toBe("2013-07-23T03:55:16.876000");
  expect(isoMicros(-0.5)).toBe("1969-12-31T23:59:59.999500");
  expect(isoMicrosZ(0)).toBe("1970-01-01T00:00:00.000000Z");
});

test("the forms of a moment", () => {
  for (const text of [
    "2013-07-23T03:55:16.875Z",
    "2013-07-23 03:55:16.875",
    "2013-07-23T05:55:16.875+02:00",
    "2013-07-23T05:55:16.875999+0200",
  ]) {
    expect({ text, ms: parseIso(text) }).toEqual({ text, ms: MS });
  }
  for (const text of ["", "yesterday", "2013-13-01", "2013-07-23T25:00:00Z"])
    expect(parseIso(text)).toBeNull();
});
