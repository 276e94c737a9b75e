import { expect, test } from "bun:test";
import { MAX_JSON_DEPTH, parseJson } from "./json.ts";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("what JSON.parse takes up to the depth", () => {
  expect(parseJson('{"a": [1, "x", null]}')).toEqual({ a: [1, "x", null] });
  expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
  expect(() => parseJson("{")).toThrow(SyntaxError);
});

test("a body that nests deeper is no JSON", () => {
  expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow("nests deeper");
  expect(() => parseJson(nested(1_000_000))).toThrow("nests deeper");
  expect(() => parseJson(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`)).toThrow("nests deeper");
});

test("brackets in strings do not count, nor do siblings", () => {
  const text = JSON.stringify({ text: `${"[{".repeat(MAX_JSON_DEPTH)}\\"`, list: Array(500).fill([{}]) });
  expect(parseJson(text)).toEqual(JSON.parse(text));
});
