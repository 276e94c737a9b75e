import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fat16Image } from "./fat16.ts";
import { iso9660Image } from "./iso9660.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const timeMs = Date.UTC(2013, 9, 18, 12, 30, 44);

function sample(): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {
    "openstack/content/0000": new Uint8Array(9000).map((_, i) => i * 7),
    "openstack/content/0001": new Uint8Array(),
  };
  for (const version of ["2009-04-04", "latest"]) files[`ec2/${version}/meta-data.json`] = bytes(version);
  // More than one sector of names in one folder.
  for (let i = 0; i < 60; i++) files[`openstack/latest/vendor_data_${i}.json`] = bytes(String(i));
  return files;
}

/** Reads a CD by the names of Rock Ridge, or of Joliet. */
function readIso(image: Uint8Array, joliet: boolean): Record<string, Uint8Array> {
  const view = new DataView(image.buffer, image.byteOffset);
  const descriptor = (joliet ? 17 : 16) * 2048;
  expect(new TextDecoder().decode(image.subarray(descriptor + 1, descriptor + 6))).toBe("CD001");
  const files: Record<string, Uint8Array> = {};
  const walk = (record: number, path: string) => {
    const start = view.getUint32(record + 2, true) * 2048;
    const end = start + view.getUint32(record + 10, true);
    expect(view.getUint32(record + 6, false)).toBe(view.getUint32(record + 2, true));
    for (let at = start; at < end; ) {
      const length = image[at] ?? 0;
      if (length === 0) {
        at += 2048 - (at % 2048);
        continue;
      }
      const idLength = image[at + 32] ?? 0;
      const id = image.slice(at + 33, at + 33 + idLength);
      if (idLength > 1 || (id[0] ?? 0) > 1) {
        const name = joliet
          ? Buffer.from(id).swap16().toString("utf16le")
          : rockRidgeName(image.subarray(at + 33 + idLength + (idLength % 2 === 0 ? 1 : 0), at + length));
        if (((image[at + 25] ?? 0) & 2) !== 0) walk(at, `${path}${name}/`);
        else {
          const data = view.getUint32(at + 2, true) * 2048;
          files[path + name] = image.slice(data, data + view.getUint32(at + 10, true));
        }
      }
      at += length;
    }
  };
  walk(descriptor + 156, "");
  return files;
}

function rockRidgeName(area: Uint8Array): string {
  for (let at = 0; at + 4 <= area.length; at += area[at + 2] || area.length) {
    const signature = String.fromCharCode(area[at] ?? 0, area[at + 1] ?? 0);
    if (signature === "NM") return new TextDecoder().decode(area.subarray(at + 5, at + (area[at + 2] ?? 0)));
  }
  throw new Error("no NM entry");
}

test("MD-16 a CD is made without other programs, and names survive in both extensions", () => {
  const image = iso9660Image(sample(), { label: "config-2", publisher: "OpenStack Nova", timeMs });
  expect(image.length % 2048).toBe(0);
  expect(new TextDecoder().decode(image.subarray(16 * 2048 + 40, 16 * 2048 + 72)).trim()).toBe("config-2");
  const sorted = (files: Record<string, Uint8Array>) => Object.fromEntries(Object.entries(files).sort());
  expect(sorted(readIso(image, false))).toEqual(sorted(sample()));
  expect(sorted(readIso(image, true))).toEqual(sorted(sample()));
});

const scratch = async (image: Uint8Array, work: (path: string) => void) => {
  const folder = mkdtempSync(join(tmpdir(), "stack-test-"));
  try {
    const path = join(folder, "image");
    writeFileSync(path, image);
    work(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const run = (...command: string[]) => {
  const { exitCode, stdout } = Bun.spawnSync(command, { stderr: "ignore" });
  return { exitCode, text: stdout.toString() };
};

test.skipIf(!Bun.which("isoinfo"))("isoinfo reads the CD", async () => {
  const image = iso9660Image(sample(), { label: "config-2", publisher: "OpenStack Nova", timeMs });
  await scratch(image, (path) => {
    expect(run("isoinfo", "-d", "-i", path).text).toContain("Volume id: config-2");
    const { text } = run("isoinfo", "-R", "-f", "-i", path);
    expect(text).toContain("/openstack/latest/vendor_data_59.json\n");
    expect(run("isoinfo", "-J", "-x", "/ec2/latest/meta-data.json", "-i", path).text).toBe("latest");
  });
});

test.skipIf(!Bun.which("fsck.vfat") || !Bun.which("mtype"))("MD-14 a FAT disk of 64 MB", async () => {
  const image = fat16Image(sample(), { label: "config-2", timeMs });
  expect(image.length).toBe(64 * 2 ** 20);
  await scratch(image, (path) => {
    expect(run("fsck.vfat", "-n", path)).toMatchObject({ exitCode: 0 });
    expect(run("mlabel", "-s", "-i", path, "::").text).toContain("config-2");
    expect(run("mtype", "-i", path, "::openstack/latest/vendor_data_42.json").text).toBe("42");
    expect(run("mdir", "-b", "-i", path, "::openstack/content").text).toContain("0001");
  });
  expect(() => fat16Image({ big: new Uint8Array(65 * 2 ** 20) }, { label: "x", timeMs })).toThrow(RangeError);
});
