import { expect, test } from "bun:test";
import { type Claim, Inspector, judge } from "./inspect.ts";
import { noise } from "./testing.ts";

const OPTIONS = { vmdkTypes: ["streamOptimized", "monolithicSparse"] };
const GIB = 2 ** 30;

/** A file of `length` bytes with numbers and texts at their places. */
function file(
  length: number,
  parts: Record<number, string | Uint8Array | [bytes: 2 | 4 | 8, value: bigint | number, "le" | "be"]>,
) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [at, part] of Object.entries(parts)) {
    const offset = Number(at);
    if (typeof part === "string") bytes.set(Buffer.from(part, "latin1"), offset);
    else if (part instanceof Uint8Array) bytes.set(part, offset);
    else {
      const [size, value, order] = part;
      const little = order === "le";
      if (size === 2) view.setUint16(offset, Number(value), little);
      else if (size === 4) view.setUint32(offset, Number(value), little);
      else view.setBigUint64(offset, BigInt(value), little);
    }
  }
  return bytes;
}

/** Fed in pieces of every awkward size. */
function inspect(bytes: Uint8Array, piece: number) {
  const inspector = new Inspector(OPTIONS);
  for (let at = 0; at < bytes.length; at += piece) inspector.feed(bytes.subarray(at, at + piece));
  return inspector.finish();
}

function verdict(bytes: Uint8Array, claim: Partial<Claim> = {}, strict = false) {
  const full = { diskFormat: "raw", containerFormat: "bare", sizeBytes: bytes.length, ...claim };
  const least = bytes.length > 300_000 ? 101 : 7;
  const verdicts = [least, 512, 4096, 65_536, 1 << 20].map((piece) =>
    judge(full, inspect(bytes, piece), strict),
  );
  for (const other of verdicts) expect(other).toEqual(verdicts[0]!);
  return verdicts[0]!;
}

const qcow2 = (more: Parameters<typeof file>[1] = {}) =>
  file(4096, { 0: "QFI\xfb", 4: [4, 3, "be"], 24: [8, 5 * GIB, "be"], 100: [4, 104, "be"], ...more });

const DESCRIPTOR = (extent: string, type = "monolithicSparse") =>
  `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="${type}"\n\n# Extent description\n${extent}\n\nddb.adapterType = "ide"\n`;
const vmdk = (extent = 'RW 8192 SPARSE "disk.vmdk"', more: Parameters<typeof file>[1] = {}, type?: string) =>
  file(65_536, {
    0: "KDMV",
    4: [4, 1, "le"],
    12: [8, 8192, "le"],
    28: [8, 1, "le"],
    36: [8, 20, "le"],
    56: [8, 21, "le"],
    512: DESCRIPTOR(extent, type),
    ...more,
  });

const SPARSE = 'RW 8192 SPARSE "disk.vmdk"';
const FLAT = 'CID=fffffffe\ncreateType="monolithicFlat"\nRW 128 FLAT "/etc/shadow" 0\n';
const text = (content: string) => Buffer.from(content, "latin1");

const vhdxGuid = (text: string) => {
  const hex = text.replaceAll("-", "");
  const bytes = Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (i) => bytes[i]!);
};
const VHDX_METADATA = 2 << 20;
const vhdx = file(3 << 20, {
  0: "vhdxfile",
  [192 * 1024]: "regi",
  [192 * 1024 + 8]: [4, 1, "le"],
  [192 * 1024 + 16]: vhdxGuid("8B7CA206-4790-4B9A-B8FE-575F050F886E"),
  [192 * 1024 + 32]: [8, VHDX_METADATA, "le"],
  [VHDX_METADATA]: "metadata",
  [VHDX_METADATA + 10]: [2, 1, "le"],
  [VHDX_METADATA + 32]: vhdxGuid("2FA54224-CD1B-4876-B211-5DBED83BF4B8"),
  [VHDX_METADATA + 48]: [4, 65_536 + 8, "le"],
  [VHDX_METADATA + 65_536 + 8]: [8, 7 * GIB, "le"],
});
const vhd = file(4096, { 0: "conectix", 40: [8, 3 * GIB, "be"], 60: [4, 3, "be"] });
const vdi = file(4096, { 0: "<<< Oracle VM", 64: [4, 0xbeda107f, "le"], 368: [8, 2 * GIB, "le"] });
const ISO_AT = 16 * 2048;
const iso = file(40_000, { [ISO_AT]: "\x01CD001\x01" });
const partition = { 446: "\x80", 450: "\x83", 458: [4, 4096, "le"], 510: [2, 0xaa55, "le"] } as const;
const disk = file(8192, partition as never);

test("the virtual size of every format that has one", () => {
  expect(verdict(noise(5000))).toEqual({ virtualSizeBytes: 5000, refusal: null });
  expect(verdict(qcow2(), { diskFormat: "qcow2" }).virtualSizeBytes).toBe(5 * GIB);
  expect(verdict(vmdk(), { diskFormat: "vmdk" }).virtualSizeBytes).toBe(8192 * 512);
  expect(verdict(vhd, { diskFormat: "vhd" }).virtualSizeBytes).toBe(3 * GIB);
  expect(verdict(vhdx, { diskFormat: "vhdx" }).virtualSizeBytes).toBe(7 * GIB);
  expect(verdict(vdi, { diskFormat: "vdi" }).virtualSizeBytes).toBe(2 * GIB);
  expect(verdict(iso, { diskFormat: "iso" })).toEqual({ virtualSizeBytes: null, refusal: null });
  expect(verdict(disk).virtualSizeBytes).toBe(8192);
});

test("random data passes for anything, unless a match is required", () => {
  for (const diskFormat of ["qcow2", "vmdk", "vhd", "vhdx", "vdi", "iso", "ami", "aki", "ari", "ploop"]) {
    expect(verdict(noise(1024), { diskFormat })).toEqual({ virtualSizeBytes: null, refusal: null });
  }
  expect(verdict(noise(1024), { diskFormat: "qcow2" }, true).refusal).toBe(
    "Image disk_format qcow2 does not match stream data raw",
  );
  expect(verdict(noise(1024), { diskFormat: "ami" }, true).refusal).toBeNull();
});

test.each([
  ["a backing file", qcow2({ 8: [8, 512, "be"] }), "qcow2 image has a backing file"],
  ["an external data file", qcow2({ 72: [8, 4, "be"] }), "qcow2 image has an external data file"],
  ["unknown features", qcow2({ 72: [8, 1 << 9, "be"] }), "qcow2 image has unknown features"],
  ["an extent elsewhere", vmdk('RW 8192 FLAT "/etc/passwd" 0'), "vmdk image names external extents"],
  ["several extents", vmdk('RW 1 SPARSE "a"\nRW 1 SPARSE "b"'), "vmdk image names external extents"],
  ["no capacity", vmdk(undefined, { 12: [8, 0, "le"] }), "vmdk image names external extents"],
  ["another type", vmdk(undefined, {}, "monolithicFlat"), "vmdk image is of an unsupported type"],
  [
    "a footer elsewhere",
    vmdk(undefined, { 56: "\xff".repeat(8) }),
    "vmdk image has a footer that differs from its header",
  ],
  [
    "a bare descriptor",
    Buffer.from(DESCRIPTOR('RW 1 FLAT "/etc/shadow" 0', "monolithicFlat")),
    "vmdk image names external extents",
  ],
  // Each of these makes qemu-img open the file it names (checked with QEMU 7.2).
  ["a descriptor without a version", text(`hello\n${FLAT}`), "vmdk image names external extents"],
  [
    "a descriptor after other bytes",
    text(`${"\xff\xfe junk\n".repeat(9000)}${FLAT}`),
    "vmdk image names external extents",
  ],
  [
    "a descriptor behind a comment in no language",
    text(`# \xff\nversion=1\n${FLAT}\0\xff`),
    "vmdk image names external extents",
  ],
  [
    "a descriptor that begins with blanks",
    text(`   \nversion=2\r\n${FLAT}`),
    "vmdk image names external extents",
  ],
  ["a parent in a comment", vmdk(`# parentFileNameHint="/etc/shadow"\n${SPARSE}`), "vmdk image has a parent"],
  [
    "a parent in the disk's data base",
    vmdk(`${SPARSE}\nddb.x = "parentFileNameHint="/etc/shadow"`),
    "vmdk image has a parent",
  ],
  [
    "a parent beyond the descriptor's size",
    vmdk(SPARSE, {
      36: [8, 1, "le"],
      512: `${DESCRIPTOR(SPARSE).padEnd(511, "#")}\nparentFileNameHint="/etc/shadow"\n`,
    }),
    "vmdk image has a parent",
  ],
  ["two types", vmdk(`# createType="vmfs"\n${SPARSE}`), "vmdk image has an invalid descriptor"],
  ["a line nobody knows", vmdk(`${SPARSE}\nhello world`), "vmdk image has an invalid descriptor"],
  ["an old sparse extent", text(`COWD${"\0".repeat(2000)}`), "vmdk image is of an unsupported type"],
  [
    "a backing file in the first qcow",
    qcow2({ 4: [4, 1, "be"], 8: [8, 48, "be"] }),
    "qcow2 image has a backing file",
  ],
  [
    "a backing file and a data file",
    qcow2({ 8: [8, 512, "be"], 72: [8, 4, "be"] }),
    "qcow2 image has a backing file",
  ],
  [
    "a data file beside known features",
    qcow2({ 72: [8, 0x1f, "be"] }),
    "qcow2 image has an external data file",
  ],
  ["a feature in the highest byte", qcow2({ 72: "\x80" }), "qcow2 image has unknown features"],
  ["QED", file(1024, { 0: "QED\0" }), "qed image is not supported"],
  ["a parent", file(4096, { 0: "conectix", 60: [4, 4, "be"] }), "vhd image has a parent"],
])("%s is dangerous, whatever the image is said to be", (_, bytes, reason) => {
  for (const diskFormat of ["raw", "qcow2", "vmdk", "ami"]) {
    for (const containerFormat of ["bare", "docker"]) {
      expect(verdict(bytes, { diskFormat, containerFormat }).refusal).toBe(
        `Image failed safety checks: ${reason}`,
      );
    }
  }
});

test.each([
  ["raw", qcow2(), "qcow2"],
  ["ami", vdi, "vdi"],
  ["vmdk", vhd, "vhd"],
  ["iso", qcow2(), "qcow2"],
  ["qcow2", iso, "iso"],
  ["vhd", disk, "gpt"],
  ["iso", disk, "gpt"],
])("%s is not what this is", (diskFormat, bytes, found) => {
  expect(verdict(bytes, { diskFormat }).refusal).toBe(
    `Image disk_format ${diskFormat} does not match stream data ${found}`,
  );
});

test("one file that is two is refused; a bootable ISO is not", () => {
  const both = qcow2();
  const polyglot = new Uint8Array(40_000);
  polyglot.set(both);
  polyglot.set(iso.subarray(ISO_AT, ISO_AT + 8), ISO_AT);
  expect(verdict(polyglot, { diskFormat: "iso" }).refusal).toBe("Multiple formats detected: iso, qcow2");
  const hybrid = iso.slice();
  hybrid.set(disk.subarray(0, 512));
  expect(verdict(hybrid, { diskFormat: "iso" }).refusal).toBeNull();
  expect(verdict(hybrid, { diskFormat: "raw" }).refusal).toBeNull();
});

test("a partition table within another format, and an ISO within one, are two things at once", () => {
  const table = (bytes: Uint8Array) => {
    const both = new Uint8Array(Math.max(bytes.length, 40_000));
    both.set(bytes);
    both.set(disk.subarray(446, 512), 446);
    return both;
  };
  for (const [name, bytes] of [
    ["qcow2", qcow2()],
    ["vdi", vdi],
    ["vhd", vhd],
  ] as const) {
    expect(verdict(table(bytes), { diskFormat: name }).refusal).toBe(
      `Multiple formats detected: ${["gpt", name].sort().join(", ")}`,
    );
    const withIso = new Uint8Array(40_000);
    withIso.set(bytes);
    withIso.set(iso.subarray(ISO_AT, ISO_AT + 8), ISO_AT);
    for (const claim of ["iso", name, "raw"]) {
      expect(verdict(withIso, { diskFormat: claim }).refusal).toBe(
        `Multiple formats detected: ${["iso", name].sort().join(", ")}`,
      );
    }
  }
});

test("a text that is no descriptor is raw data", () => {
  const plain = text("#!/bin/sh\necho a long script\n".repeat(9000));
  expect(verdict(plain)).toEqual({ virtualSizeBytes: plain.length, refusal: null });
  // What follows the first zero byte QEMU does not read.
  const later = text(`hello\0${FLAT}`);
  expect(verdict(later, { diskFormat: "vmdk" }).refusal).toBeNull();
});

test("a footer that agrees with its header is fine", () => {
  const header = {
    0: "KDMV",
    4: [4, 3, "le"],
    12: [8, 8192, "le"],
    28: [8, 1, "le"],
    36: [8, 20, "le"],
  } as const;
  const image = vmdk(undefined, { 4: [4, 3, "le"], 56: "\xff".repeat(8) }, "streamOptimized");
  const footer = file(512, { ...header, 56: [8, 99, "le"] } as never);
  image.set(footer, image.length - 1024);
  expect(verdict(image, { diskFormat: "vmdk" })).toEqual({ virtualSizeBytes: 8192 * 512, refusal: null });
});

test("headers that are cut short or full of nonsense do no harm", () => {
  for (const whole of [qcow2(), vmdk(), vhdx, vhd, vdi, iso, disk]) {
    for (const length of [0, 1, 3, 17, 64, 100, 511, 513, 30_000]) {
      inspect(whole.slice(0, length), 64);
      const broken = whole.slice(0, 300_000);
      broken.set(noise(200, length + 1), 24);
      inspect(broken, 8192);
    }
  }
});
