import { expect, test } from "bun:test";
import {
  VIR_TYPED_PARAM_BOOLEAN,
  VIR_TYPED_PARAM_DOUBLE,
  VIR_TYPED_PARAM_INT,
  VIR_TYPED_PARAM_LLONG,
  VIR_TYPED_PARAM_STRING,
  VIR_TYPED_PARAM_UINT,
  VIR_TYPED_PARAM_ULLONG,
} from "./constants.gen.ts";
import { exactNumber, numberParam, param, readTypedParams } from "./typed-params.ts";

const all = [
  param.int("int", -1),
  param.uint("uint", 1),
  param.llong("llong", -2n),
  param.ullong("ullong", 2n),
  param.double("double", 0.5),
  param.boolean("boolean", true),
  param.string("string", "text"),
];

test("the types are libvirt's", () => {
  expect(all.map(({ value }): number => value.type)).toEqual([
    VIR_TYPED_PARAM_INT,
    VIR_TYPED_PARAM_UINT,
    VIR_TYPED_PARAM_LLONG,
    VIR_TYPED_PARAM_ULLONG,
    VIR_TYPED_PARAM_DOUBLE,
    VIR_TYPED_PARAM_BOOLEAN,
    VIR_TYPED_PARAM_STRING,
  ]);
});

test("they read back by name, in order, whatever the name", () => {
  const params = readTypedParams([...all, param.int("__proto__", 3)]);
  expect([...params]).toEqual([
    ["int", -1],
    ["uint", 1],
    ["llong", -2n],
    ["ullong", 2n],
    ["double", 0.5],
    ["boolean", true],
    ["string", "text"],
    ["__proto__", 3],
  ]);
});

test("numbers", () => {
  const params = readTypedParams(all);
  expect(["int", "ullong", "double", "string", "absent"].map((name) => numberParam(params, name))).toEqual([
    -1,
    2,
    0.5,
    undefined,
    undefined,
  ]);
  expect(exactNumber(2n ** 53n - 1n, "x")).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => exactNumber(2n ** 53n, "free memory")).toThrow("free memory is 9007199254740992");
  expect(() => exactNumber(-(2n ** 63n), "x")).toThrow(RangeError);
});
