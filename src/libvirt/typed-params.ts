// libvirt's typed parameters: named values whose type travels with them (include/libvirt/libvirt-common.h.in).
// Calls that get some pass VIR_TYPED_PARAM_STRING_OKAY, as libvirt's own client does; else the daemon leaves strings out.

import type { TypedParam } from "./procedures.gen.ts";

/** 64-bit integers (nanoseconds, bytes, KiB, counters) are always bigint, 32-bit ones and doubles always number. */
export type TypedValue = number | bigint | boolean | string;

/**
 * By name, in the server's order. A name can come twice only in what is sent (`migrate_disks`); of received
 * ones the last counts.
 */
export type TypedParams = ReadonlyMap<string, TypedValue>;

export function readTypedParams(params: readonly TypedParam[]): TypedParams {
  return new Map(params.map(({ field, value }) => [field, plainValue(value)]));
}

function plainValue(value: TypedParam["value"]): TypedValue {
  switch (value.type) {
    case 1:
      return value.i;
    case 2:
      return value.ui;
    case 3:
      return value.l;
    case 4:
      return value.ul;
    case 5:
      return value.d;
    case 6:
      return value.b !== 0;
    case 7:
      return value.s;
  }
}

/** One parameter to send: `param.ullong("bandwidth", 100n)`. The type must be the one libvirt expects for the name. */
export const param = {
  int: (field: string, i: number): TypedParam => ({ field, value: { type: 1, i } }),
  uint: (field: string, ui: number): TypedParam => ({ field, value: { type: 2, ui } }),
  llong: (field: string, l: bigint): TypedParam => ({ field, value: { type: 3, l } }),
  ullong: (field: string, ul: bigint): TypedParam => ({ field, value: { type: 4, ul } }),
  double: (field: string, d: number): TypedParam => ({ field, value: { type: 5, d } }),
  boolean: (field: string, b: boolean): TypedParam => ({ field, value: { type: 6, b: b ? 1 : 0 } }),
  string: (field: string, s: string): TypedParam => ({ field, value: { type: 7, s } }),
};

/** A numeric parameter as a number; undefined when it is absent. Throws RangeError when it is not exact. */
export function numberParam(params: TypedParams, field: string): number | undefined {
  const value = params.get(field);
  if (typeof value === "bigint") return exactNumber(value, field);
  return typeof value === "number" ? value : undefined;
}

/** For sizes and counts, which are far below 2^53. Throws RangeError for what a number cannot hold exactly. */
export function exactNumber(value: bigint, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`${what} is ${value}, which no number holds exactly`);
  return number;
}
