import { expect, test } from "bun:test";
import { jsonString, PyFloat, pythonJson } from "./python-json.ts";
import {
  byteLength,
  fromWire,
  parseInteger,
  quote,
  requote,
  toWire,
  unquote,
  unquoteChecked,
  unquotePlus,
} from "./wire.ts";

test("headers carry UTF-8 as one character a byte", () => {
  expect(toWire("é€")).toBe("\u00c3\u00a9\u00e2\u0082\u00ac");
  expect(fromWire("\u00c3\u00a9\u00e2\u0082\u00ac")).toBe("é€");
  expect(fromWire("\u00c3")).toBeNull();
  expect(byteLength("é€")).toBe(5);
});

test("escapes: whole, broken, not UTF-8", () => {
  expect(unquote("a%2Fb%2fc%20d")).toBe("a/b/c d");
  expect(unquote("100%")).toBe("100%");
  expect(unquote("%zz%4")).toBe("%zz%4");
  expect(unquote("%E2%82%AC")).toBe("€");
  expect(unquoteChecked("%FF").valid).toBe(false);
  expect(unquoteChecked("\u00c3\u00a9")).toEqual({ text: "é", valid: true });
  expect(unquotePlus("a+b%2B").text).toBe("a b+");
});

test("quoting", () => {
  expect(quote("/c/ö b~_.-")).toBe("/c/%C3%B6%20b~_.-");
  expect(quote("a/b", "")).toBe("a%2Fb");
  expect(quote("😀")).toBe("%F0%9F%98%80");
  expect(requote("%ff%41/ ")).toBe("%FFA/%20");
});

test("Python's integers", () => {
  expect(parseInteger(" +12 ")).toBe(12);
  expect(parseInteger("1_000")).toBe(1000);
  expect(parseInteger("-3")).toBe(-3);
  for (const text of ["", "1.0", "0x1", "1__0", "a"]) expect(parseInteger(text)).toBeNull();
});

test("JSON as Python writes it", () => {
  expect(jsonString('é"\\\n\u007f😀')).toBe('"\\u00e9\\"\\\\\\n\u007f\\ud83d\\ude00"');
  expect(pythonJson({ b: [1, null, true], a: new PyFloat(60) })).toBe('{"b": [1, null, true], "a": 60.0}');
  expect(pythonJson({ b: 1, a: "x" }, { sortKeys: true, compact: true })).toBe('{"a":"x","b":1}');
});
