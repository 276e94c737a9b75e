// Texts recorded from jsonschema 4.10 (Draft4Validator), as keystone/common/validation/validators.py words them.

import { expect, test } from "bun:test";
import { assertValid } from "./bodies.ts";

const SCHEMA = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, maxLength: 255, pattern: "[\\S]+" },
    tags: { type: "array", items: { type: "string", pattern: "^[^,/]*$" } },
  },
  required: ["name"],
  additionalProperties: true,
};

const WHOLE = `    {'additionalProperties': True,
     'properties': {'name': {'maxLength': 255,
                             'minLength': 1,
                             'pattern': '[\\\\S]+',
                             'type': 'string'},
                    'tags': {'items': {'pattern': '^[^,/]*$',
                                       'type': 'string'},
                             'type': 'array'}},
     'required': ['name'],
     'type': 'object'}`;

const RECORDED: [name: string, value: unknown, text: string][] = [
  [
    "a missing property",
    {},
    `'name' is a required property

Failed validating 'required' in schema:
${WHOLE}

On instance:
    {}`,
  ],
  [
    "a wrong type",
    { name: 7 },
    `Invalid input for field 'name': 7 is not of type 'string'

Failed validating 'type' in schema['properties']['name']:
    {'maxLength': 255,
     'minLength': 1,
     'pattern': '[\\\\S]+',
     'type': 'string'}

On instance['name']:
    7`,
  ],
  [
    "an item of a list",
    { name: "x", tags: ["a", "a,b"] },
    `Invalid input for field 'tags/1': 'a,b' does not match '^[^,/]*$'

Failed validating 'pattern' in schema['properties']['tags']['items']:
    {'pattern': '^[^,/]*$', 'type': 'string'}

On instance['tags'][1]:
    'a,b'`,
  ],
  [
    "no object",
    [],
    `[] is not of type 'object'

Failed validating 'type' in schema:
${WHOLE}

On instance:
    []`,
  ],
];

for (const [name, value, text] of RECORDED) {
  test(name, () => expect(() => assertValid(SCHEMA, value)).toThrow(new Error(text)));
}

test("a value that satisfies the schema", () => {
  expect(() => assertValid(SCHEMA, { name: "x", tags: ["a"], other: 1 })).not.toThrow();
});
