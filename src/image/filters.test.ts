import { expect, test } from "bun:test";
import { conditionOf } from "./filters.ts";

test("a plain name is equality, in: a list with quotes", () => {
  expect(conditionOf("name", "cirros")).toEqual({ kind: "in", column: "name", values: ["cirros"] });
  expect(conditionOf("name", 'in:"a, b",c,"d \\" e"')).toEqual({
    kind: "in",
    column: "name",
    values: ["a, b", "c", 'd \\" e'],
  });
  expect(conditionOf("disk_format", "in:raw,qcow2")).toMatchObject({ values: ["raw", "qcow2"] });
});

test("moments are compared by the second", () => {
  expect(conditionOf("created_at", "gte:2013-07-16T05:41:08Z")).toEqual({
    kind: "time",
    column: "created_at",
    operator: "gte",
    second: "2013-07-16 05:41:08",
  });
  expect(conditionOf("updated_at", "2013-07-16T07:41:08+02:00")).toMatchObject({
    operator: "eq",
    second: "2013-07-16 05:41:08",
  });
});

test("what is no attribute is a property", () => {
  expect(conditionOf("kernel_id", "abc")).toEqual({ kind: "property", name: "kernel_id", value: "abc" });
  expect(conditionOf("size_min", "10")).toEqual({
    kind: "number",
    column: "size",
    operator: "gte",
    value: 10,
  });
  expect(conditionOf("weight_max", "10")).toMatchObject({ kind: "property", name: "weight_max" });
});

test.each([
  ["name", "like:x", "Unable to filter by unknown operator 'like'."],
  ["name", 'in:a"b"', "There is no comma before opening quotation mark."],
  ["name", 'in:"a"b', "There is no comma after closing quotation mark."],
  ["name", 'in:"a', "The quote is not closed."],
  ["created_at", "gt:yesterday", "Use ISO 8601 DateTime notation."],
  ["created_at", "about:2013-07-16T05:41:08Z", "Unable to filter on a unknown operator."],
  ["size_max", "big", "Unable to filter on a range with a non-numeric value."],
  ["protected", "maybe", "Invalid value 'maybe' for 'protected' filter."],
])("%s=%s is refused", (name, value, text) => {
  expect(() => conditionOf(name, value)).toThrow(text);
});
