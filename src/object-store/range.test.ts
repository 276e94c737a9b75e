import { expect, test } from "bun:test";
import { matches, normalizeEtag, parseMatch } from "./etag.ts";
import { contentRange, parseRange, rangesFor } from "./range.ts";

const of = (header: string, length: number) => {
  const specs = parseRange(header);
  return specs && rangesFor(specs, length).map(({ start, end }) => [start, end]);
};

test("ranges of bytes", () => {
  expect(of("bytes=0-4", 10)).toEqual([[0, 5]]);
  expect(of("bytes=5-", 10)).toEqual([[5, 10]]);
  expect(of("bytes=-3", 10)).toEqual([[7, 10]]);
  expect(of("bytes=-30", 10)).toEqual([[0, 10]]);
  expect(of("bytes=8-99", 10)).toEqual([[8, 10]]);
  expect(of("bytes=0-1,4-5, 9-", 10)).toEqual([
    [0, 2],
    [4, 6],
    [9, 10],
  ]);
});

test("ranges that cannot be given", () => {
  expect(of("bytes=10-", 10)).toEqual([]);
  expect(of("bytes=-0", 10)).toEqual([]);
  expect(of("bytes=10-12,0-0", 10)).toEqual([[0, 1]]);
});

test("what is no range is ignored", () => {
  for (const header of ["bytes=", "bytes=5-2", "bytes=a-b", "items=0-1", "bytes=-", "bytes=1--2"]) {
    expect(of(header, 10)).toBeNull();
  }
  expect(parseRange(null)).toBeNull();
});

test("too many or overlapping ranges give nothing", () => {
  expect(of(`bytes=${Array.from({ length: 60 }, (_, i) => `${i * 2}-${i * 2}`).join(",")}`, 1000)).toEqual(
    [],
  );
  expect(of("bytes=0-9,1-9,2-9", 10)).toEqual([]);
});

test("Content-Range", () => {
  expect(contentRange({ start: 1, end: 3 }, 5)).toBe("bytes 1-2/5");
});

test("OB-33 entity tags", () => {
  expect(normalizeEtag('"abc"')).toBe("abc");
  expect(normalizeEtag("abc")).toBe("abc");
  expect(matches(parseMatch('"a", b')!, "b")).toBe(true);
  expect(matches(parseMatch("*")!, "anything")).toBe(true);
  expect(matches(parseMatch('"a"')!, "b")).toBe(false);
  expect(parseMatch(undefined)).toBeNull();
});
