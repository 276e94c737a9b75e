import { expect, test } from "bun:test";
import { parsePythonLiteral } from "./python-literal.ts";

const READ: [text: string, value: unknown][] = [
  ["{'a': 'b', 'c': 1}", { a: "b", c: 1 }],
  ['{u"a": [1, -2.5, None, True]}', { a: [1, -2.5, null, true] }],
  ["('a',)", ["a"]],
  ["('a')", "a"],
  ["[]", []],
  ["'it\\'s'", "it's"],
  [" 7 ", 7],
];
for (const [text, value] of READ) {
  test(`${text} is read`, () => expect(parsePythonLiteral(text)).toEqual(value));
}

for (const text of ["{'a'", "available", "1 2", "__import__('os')", "{'a': b}", "[".repeat(100), ""]) {
  test(`${text.slice(0, 20)} is no literal`, () => expect(parsePythonLiteral(text)).toBeUndefined());
}
