// RFC 4506 gives the layouts; the bytes below are written out by hand from it.

import { describe, expect, test } from "bun:test";
import * as procedures from "./procedures.gen.ts";
import { randomBytes, seededRandom } from "./testing/random.ts";
import { serverCodecs } from "./testing/server-codecs.gen.ts";
import { XdrError, XdrReader, XdrWriter } from "./xdr.ts";

function written(write: (w: XdrWriter) => void): string {
  const w = new XdrWriter();
  write(w);
  return Buffer.from(w.bytes()).toString("hex");
}

function reader(hex: string): XdrReader {
  return new XdrReader(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

describe("what is written is what the RFC says, and reads back", () => {
  const cases: [string, (w: XdrWriter) => void, string, (r: XdrReader) => unknown, unknown][] = [
    ["int", (w) => w.int(-2), "fffffffe", (r) => r.int(), -2],
    ["smallest int", (w) => w.int(-0x80000000), "80000000", (r) => r.int(), -0x80000000],
    ["unsigned int", (w) => w.uint(0xfffffffe), "fffffffe", (r) => r.uint(), 0xfffffffe],
    ["hyper", (w) => w.hyper(-2n), "fffffffffffffffe", (r) => r.hyper(), -2n],
    [
      "unsigned hyper",
      (w) => w.uhyper(2n ** 64n - 1n),
      "ffffffffffffffff",
      (r) => r.uhyper(),
      2n ** 64n - 1n,
    ],
    ["double", (w) => w.double(-1.5), "bff8000000000000", (r) => r.double(), -1.5],
    ["true", (w) => w.bool(true), "00000001", (r) => r.bool(), true],
    ["false", (w) => w.bool(false), "00000000", (r) => r.bool(), false],
    ["string", (w) => w.string("vda", 8), "0000000376646100", (r) => r.string(8), "vda"],
    ["empty string", (w) => w.string("", 8), "00000000", (r) => r.string(8), ""],
    ["string without padding", (w) => w.string("disk", 8), "000000046469736b", (r) => r.string(8), "disk"],
    ["UTF-8", (w) => w.string("é€", 8), "00000005c3a9e282ac000000", (r) => r.string(8), "é€"],
    ["BOM stays", (w) => w.string("\ufeffa", 8), "00000004efbbbf61", (r) => r.string(8), "\ufeffa"],
    [
      "opaque",
      (w) => w.opaque(Uint8Array.of(1, 2, 3, 4, 5), 8),
      "000000050102030405000000",
      (r) => r.opaque(8),
      Uint8Array.of(1, 2, 3, 4, 5),
    ],
    [
      "fixed opaque",
      (w) => w.opaqueFixed(Uint8Array.of(255), 1),
      "ff000000",
      (r) => r.opaqueFixed(1),
      Uint8Array.of(255),
    ],
    [
      "UUID",
      (w) => w.uuid("DC229F87-d4de-4719-8cfd-2e21c6105b01"),
      "dc229f87d4de47198cfd2e21c6105b01",
      (r) => r.uuid(),
      "dc229f87-d4de-4719-8cfd-2e21c6105b01",
    ],
    [
      "array",
      (w) => w.array([7, 8], 4, (w, v) => w.int(v)),
      "000000020000000700000008",
      (r) => r.array(4, (r) => r.int()),
      [7, 8],
    ],
    // Each char is an int of its own: libvirt's node_get_info has 128 bytes for char model[32].
    ["char vector", (w) => w.charVector("ab", 3), "000000610000006200000000", (r) => r.charVector(3), "ab"],
    ["full char vector", (w) => w.charVector("ab", 2), "0000006100000062", (r) => r.charVector(2), "ab"],
    [
      "optional value",
      (w) => {
        if (w.present<string | null>("x")) w.string("x", 4);
      },
      "000000010000000178000000",
      (r) => (r.bool() ? r.string(4) : null),
      "x",
    ],
    ["absent value", (w) => void w.present(null), "00000000", (r) => (r.bool() ? r.string(4) : null), null],
  ];

  test.each(cases)("%s", (_, write, hex, read, value) => {
    expect(written(write)).toBe(hex);
    const r = reader(hex);
    expect(read(r)).toEqual(value);
    r.end();
  });

  test("long strings take the other path to the same text", () => {
    for (const text of ["a".repeat(200), "€".repeat(200), `${"a".repeat(60)}é`]) {
      const w = new XdrWriter();
      w.string(text, 1000);
      expect(new XdrReader(Uint8Array.from(w.bytes())).string(1000)).toBe(text);
    }
  });

  test("a union has its tag first", () => {
    const args = { dom: { name: "d", uuid: "00000000-0000-0000-0000-000000000000", id: -1 }, flags: 0 };
    const params = [{ field: "f", value: { type: 4 as const, ul: 5n } }];
    const w = new XdrWriter();
    procedures.domainMigrateBegin3Params.write(w, { ...args, params });
    const { readArgs } = serverCodecs.domainMigrateBegin3Params;
    expect(readArgs(new XdrReader(w.bytes()))).toEqual({ ...args, params });
    expect(Buffer.from(w.bytes()).toString("hex")).toEndWith(
      `0000000166000000${"00000004"}${"0000000000000005"}00000000`,
    );
  });
});

describe("refused when written", () => {
  const cases: [string, (w: XdrWriter) => void][] = [
    ["int too large", (w) => w.int(2 ** 31)],
    ["int with a fraction", (w) => w.int(1.5)],
    ["NaN", (w) => w.int(Number.NaN)],
    ["negative unsigned int", (w) => w.uint(-1)],
    ["unsigned int too large", (w) => w.uint(2 ** 32)],
    ["hyper too large", (w) => w.hyper(2n ** 63n)],
    ["negative unsigned hyper", (w) => w.uhyper(-1n)],
    ["string over its limit in bytes", (w) => w.string("ééé", 5)],
    ["string with NUL", (w) => w.string("a\0b", 8)],
    ["opaque over its limit", (w) => w.opaque(new Uint8Array(9), 8)],
    ["fixed opaque of another length", (w) => w.opaqueFixed(new Uint8Array(3), 4)],
    ["array over its limit", (w) => w.array([1, 2], 1, (w, v) => w.int(v))],
    ["char vector over its limit", (w) => w.charVector("abc", 2)],
    ["no UUID", (w) => w.uuid("dc229f87d4de47198cfd2e21c6105b01")],
    ["patch beyond the end", (w) => w.patch(0, 1)],
  ];

  test.each(cases)("%s", (_, write) => {
    expect(() => write(new XdrWriter())).toThrow(XdrError);
  });

  test("more than the writer's limit", () => {
    const w = new XdrWriter(8, 4);
    w.int(1);
    w.int(2);
    expect(() => w.int(3)).toThrow("over the limit of 8");
  });
});

describe("refused when read", () => {
  const cases: [string, string, (r: XdrReader) => unknown][] = [
    ["int cut short", "000000", (r) => r.int()],
    ["hyper cut short", "00000000 000000", (r) => r.hyper()],
    ["double cut short", "00000000", (r) => r.double()],
    ["boolean of 2", "00000002", (r) => r.bool()],
    ["string longer than the packet", "00000005 61626364", (r) => r.string(100)],
    ["string over its limit", "00000005 6162636465000000", (r) => r.string(4)],
    ["string without its padding", "00000001 61", (r) => r.string(4)],
    ["string of 4 GiB", "ffffffff 61626364", (r) => r.string(0xffffffff)],
    ["opaque of 4 GiB", "ffffffff 61626364", (r) => r.opaque(0xffffffff)],
    ["opaque cut short", "00000004 6162", (r) => r.opaque(4)],
    ["UUID cut short", "000000000000000000000000000000", (r) => r.uuid()],
    ["array over its limit", "00000003 000000010000000200000003", (r) => r.array(2, (r) => r.int())],
    ["array that cannot be in the packet", "00ffffff 00000001", (r) => r.array(0xffffffff, (r) => r.int())],
    ["char vector cut short", "00000061", (r) => r.charVector(2)],
    ["bytes left over", "00000000", (r) => r.end()],
  ];

  test.each(cases)("%s", (_, hex, read) => {
    expect(() => read(reader(hex))).toThrow(XdrError);
  });
});

describe("buffers", () => {
  test("what was read does not change with the packet", () => {
    const packet = Buffer.from("00000002aabb0000", "hex");
    const value = new XdrReader(packet).opaque(4);
    packet.fill(0);
    expect([...value]).toEqual([0xaa, 0xbb]);
  });

  test("a reused writer pads with zeros and gives large buffers back", () => {
    const w = new XdrWriter(undefined, 16);
    w.opaque(new Uint8Array(100_000).fill(255), 100_000);
    w.reset(1024);
    w.string("a", 4);
    expect(Buffer.from(w.bytes()).toString("hex")).toBe("0000000161000000");
    expect(w.length).toBe(8);
  });

  test("the reader starts where it is told, also in a part of a larger buffer", () => {
    const part = Buffer.from("ffffffff0000000700000008ffff", "hex").subarray(4, 12);
    const r = new XdrReader(part, 4);
    expect(r.int()).toBe(8);
    expect(() => r.int()).toThrow(XdrError);
  });
});

// Every decoder gets the same arbitrary bytes, and prefixes of them with plausible small counts. It must end soon, with a
// value or an XdrError.
describe("arbitrary bytes", () => {
  const random = seededRandom(20_240_601);
  const samples = Array.from({ length: 60 }, (_, i) => {
    const bytes = randomBytes(random, Math.floor(random() * 300));
    // Half of them consist of small numbers, which gets decoders further than noise does.
    return i % 2 === 0 ? bytes : bytes.map((byte, at) => (at % 4 === 3 ? byte % 4 : 0));
  });
  const decoders = Object.entries(procedures).filter(([name]) => name.startsWith("read")) as [
    string,
    (r: XdrReader) => unknown,
  ][];

  test("all decoders are found", () => {
    expect(decoders.length).toBeGreaterThan(100);
  });

  test.each(decoders)("%s", (_, read) => {
    for (const sample of samples) {
      const r = new XdrReader(sample);
      try {
        read(r);
        expect(r.remaining).toBeGreaterThanOrEqual(0);
      } catch (error) {
        expect(error).toBeInstanceOf(XdrError);
      }
    }
  });
});
