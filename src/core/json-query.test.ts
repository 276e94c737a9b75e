import { expect, test } from "bun:test";
import { answers } from "./json-query.ts";

const NAMES = { free: 10, name: "c01", stats: { load: 3 } };

test.each([
  [["=", "$name", "c01"], true],
  [["=", "$name", "c02"], false],
  [["<", "$free", 11, 12], true],
  [[">=", "$stats.load", 4], false],
  [["in", "$name", "c02", "c01"], true],
  [["not", ["=", "$free", 10]], false],
  [["and", [">", "$free", 1], ["=", "$name", "c01"]], true],
  [["or", [">", "$free", 100], ["=", "$name", "c01"]], true],
  [["=", "$nothing", "$nothing"], false],
  [["=", "$__proto__.toString", "x"], false],
  [["toString", 1, 1], false],
  [["what", 1], false],
])("%j", (query, expected) => {
  expect(answers(query, NAMES)).toBe(expected);
});
