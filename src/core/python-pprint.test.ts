// Expectations recorded from CPython 3.11: pprint.pformat(value, width=72).

import { expect, test } from "bun:test";
import { pformat } from "./python-pprint.ts";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(30));

const RECORDED: [name: string, value: unknown, text: string][] = [
  ["a short dictionary", { a: 1 }, "{'a': 1}"],
  ["sorted keys", { b: 1, a: 2, B: 3 }, "{'B': 3, 'a': 2, 'b': 1}"],
  ["empty things", [[], {}], "[[], {}]"],
  ["scalars", [1, 2.5, true, null, "it's", "q\"'"], "[1, 2.5, True, None, \"it's\", 'q\"\\'']"],
  ["a long list", [a, b, c], `['${a}',\n '${b}',\n '${c}']`],
  [
    "a list deep inside",
    { x: { y: { z: ["a".repeat(40), "b".repeat(40)] } } },
    `{'x': {'y': {'z': ['${"a".repeat(40)}',\n                   '${"b".repeat(40)}']}}}`,
  ],
  [
    "a long text, cut between words",
    "word ".repeat(30),
    "('word word word word word word word word word word word word word '\n 'word word word word word word word word word word word word word '\n 'word word word word ')",
  ],
  ["a long word", "x".repeat(100), `'${"x".repeat(100)}'`],
  [
    "lines",
    `line\nline two\n${"w ".repeat(50)}`,
    `('line\\n'\n 'line two\\n'\n '${"w ".repeat(34)}'\n '${"w ".repeat(16)}')`,
  ],
  [
    "a schema",
    {
      type: "object",
      properties: {
        name: { type: "string", minLength: 1, maxLength: 255, pattern: "[\\S]+" },
        enabled: { type: "boolean" },
        description: { type: ["string", "null"] },
      },
      required: ["name"],
      additionalProperties: true,
    },
    `{'additionalProperties': True,
 'properties': {'description': {'type': ['string', 'null']},
                'enabled': {'type': 'boolean'},
                'name': {'maxLength': 255,
                         'minLength': 1,
                         'pattern': '[\\\\S]+',
                         'type': 'string'}},
 'required': ['name'],
 'type': 'object'}`,
  ],
];

for (const [name, value, text] of RECORDED) {
  test(name, () => expect(pformat(value, 72)).toBe(text));
}
