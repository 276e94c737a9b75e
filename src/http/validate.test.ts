import { expect, test } from "bun:test";
import type { TSchema } from "typebox";
import { firstViolation } from "./validate.ts";

const schema = {
  type: "object",
  properties: {
    thing: { type: "object", properties: { a: { type: "integer" } }, additionalProperties: false },
  },
  required: ["thing"],
} as unknown as TSchema;

for (const count of [1, 9, 2000]) {
  test(`${count} unknown properties are all named`, () => {
    const names = Array.from({ length: count }, (_, i) => `x${i}`);
    const violation = firstViolation(schema, { thing: Object.fromEntries(names.map((name) => [name, 1])) });
    expect(violation).toMatchObject({ path: ["thing"], keyword: "additionalProperties" });
    expect(violation?.message).toStartWith("Additional properties are not allowed ('x0'");
    expect(violation?.message).toContain(`'x${count - 1}'`);
  });
}

test("a value that is nested too deep to be printed is cut", () => {
  const depth = 20_000;
  const value: unknown = JSON.parse("[".repeat(depth) + "]".repeat(depth));
  expect(firstViolation(schema, value)?.message).toEndWith("]]]] is not of type 'object'");
});
