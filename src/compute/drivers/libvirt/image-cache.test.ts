// The cache on real files; qemu-img and mkfs are the real ones and skipped where they are not installed.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../../core/clock.ts";
import { LogBook } from "../../../core/log.ts";
import { GuestDiskFailed, type GuestImage, type LocalDisk } from "../driver.ts";
import { libvirtSection } from "./config.ts";
import { LocalFiles } from "./files.ts";
import { Folders } from "./folder.ts";
import { ImageCache } from "./image-cache.ts";
import { QemuImg } from "./qemu-img.ts";
import { configWith } from "./testing/live-context.ts";

const noTools = !Bun.which("qemu-img") || !Bun.which("mkfs.ext4", { PATH: "/usr/sbin:/sbin:/usr/bin" });
if (noTools) console.warn("skipped: tests of the image cache: qemu-img or mkfs.ext4 is not installed");

const uuid = "0a3d1e2f-8f4e-4d1c-9d2b-5d6f7a8b9c0d";
let dir: string;
let clock: FakeClock;
let book: LogBook;
let folders: Folders;
let cache: ImageCache;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "image-cache-"));
  clock = new FakeClock();
  book = new LogBook({ clock });
  const files = new LocalFiles();
  folders = new Folders(join(dir, "instances"), files);
  cache = new ImageCache({
    files,
    folders,
    qemuImg: new QemuImg(files),
    log: book.logger("n-cpu", "nova.virt.libvirt.imagecache"),
    clock,
    directIo: async () => false,
  });
  await cache.init();
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function image(diskFormat: string, content: string | Uint8Array = "x", id = crypto.randomUUID()): GuestImage {
  const path = join(dir, id);
  writeFileSync(path, content);
  return {
    id,
    path,
    diskFormat,
    containerFormat: "bare",
    sizeBytes: 1,
    kernelPath: null,
    ramdiskPath: null,
    properties: {},
  };
}

async function qcow2(...options: string[]): Promise<GuestImage> {
  const made = image("qcow2");
  await Bun.$`qemu-img create -q -f qcow2 ${options} ${made.path} 3M`;
  return made;
}

const ephemeral: LocalDisk = {
  deviceName: "/dev/vdb",
  sizeMb: 8,
  guestFormat: null,
  kind: "ephemeral",
  bus: null,
};

describe.skipIf(noTools)("the cache", () => {
  test("CP-40 the file's name is the SHA-1 of the image's id", async () => {
    expect(ImageCache.nameOf("1e2f3a4b-0000-4000-8000-000000000001")).toBe(
      "f9aa6cc9e660a45a695806518707cdf9ff8e857f",
    );
  });

  test("a raw image is not copied, and outlives the original's name", async () => {
    const raw = image("raw", "r".repeat(4096));
    const base = await cache.image(raw);
    expect(base).toEqual({ name: ImageCache.nameOf(raw.id), sizeBytes: 4096 });
    expect(statSync(cache.path(base.name)).ino).toBe(statSync(raw.path).ino);
    rmSync(raw.path);
    expect(await cache.image(raw)).toEqual(base);
  });

  test("others become raw, once, however many ask", async () => {
    const source = await qcow2();
    const bases = await Promise.all([cache.image(source), cache.image(source), cache.image(source)]);
    expect(bases.map(({ sizeBytes }) => sizeBytes)).toEqual([3, 3, 3].map((n) => n * 2 ** 20));
    const { ino } = statSync(cache.path(bases[0]!.name));
    await cache.image(source);
    expect(statSync(cache.path(bases[0]!.name)).ino).toBe(ino);
    expect(await new LocalFiles().names(folders.base)).toEqual([bases[0]!.name]);
  });

  test("what refers to other files, is broken or of no known format is refused, and leaves nothing", async () => {
    const secret = join(dir, "secret");
    writeFileSync(secret, "s".repeat(512));
    const bad = [
      await qcow2("-b", secret, "-F", "raw"),
      await qcow2("-o", `data_file=${secret}2`),
      image("qcow2", "no qcow2 at all"),
      image("docker"),
      { ...image("raw"), path: join(dir, "gone") },
    ];
    for (const each of bad.slice(0, 4))
      await expect(cache.image(each)).rejects.toBeInstanceOf(GuestDiskFailed);
    await expect(cache.image(bad[4]!)).rejects.toThrow();
    expect(await new LocalFiles().names(folders.base)).toEqual([]);
  });

  test("an attempt after a failed one is a new one; half-made files are swept at the start", async () => {
    const late = { ...image("raw"), path: join(dir, "late") };
    await expect(cache.image(late)).rejects.toThrow();
    writeFileSync(late.path, "here now");
    expect((await cache.image(late)).sizeBytes).toBe(8);
    writeFileSync(join(folders.base, `${"0".repeat(40)}.part`), "half");
    await cache.init();
    expect(await new LocalFiles().names(folders.base)).toEqual([ImageCache.nameOf(late.id)]);
  });

  test("blank disks have a file system, or are swap", async () => {
    expect(await cache.blank(ephemeral, 0)).toEqual({ name: "ephemeral_8M_ext4", sizeBytes: 8 * 2 ** 20 });
    expect(await cache.blank({ ...ephemeral, guestFormat: "ext2" }, 1)).toMatchObject({
      name: "ephemeral_8M_ext2_1",
    });
    const label = (name: string) =>
      readFileSync(cache.path(name))
        .subarray(1024 + 120, 1024 + 130)
        .toString();
    expect(label("ephemeral_8M_ext4")).toBe("ephemeral0");
    expect(label("ephemeral_8M_ext2_1")).toBe("ephemeral1");
    const swap = await cache.blank({ ...ephemeral, kind: "swap" }, 0);
    expect(swap.name).toBe("swap_8");
    expect(readFileSync(cache.path("swap_8")).subarray(4086, 4096).toString()).toBe("SWAPSPACE2");
    await expect(cache.blank({ ...ephemeral, guestFormat: "../x" }, 0)).rejects.toBeInstanceOf(
      GuestDiskFailed,
    );
    expect(ImageCache.blankName({ ...ephemeral, sizeMb: 20_480 }, 0)).toBe("ephemeral_20_ext4");
  });

  test("CP-41 what no guest uses is removed when it is old enough", async () => {
    const settings = configWith({ REMOVE_UNUSED_ORIGINAL_MINIMUM_AGE_SECONDS: "3600" })(libvirtSection);
    const [used, aside, unused] = [image("raw"), image("raw"), image("raw")];
    for (const each of [used, aside, unused]) await cache.image(each);
    await cache.blank({ ...ephemeral, kind: "swap" }, 0);
    const info = (of: GuestImage) => ({
      host: "c01",
      disks: { disk: { format: "qcow2" as const, base: ImageCache.nameOf(of.id) } },
    });
    await folders.make({ uuid, name: "instance-00000001" });
    await folders.setInfo({ uuid }, info(aside));
    await new LocalFiles().rename(folders.of({ uuid }), folders.aside({ uuid }));
    await folders.make({ uuid, name: "instance-00000001" });
    await folders.setInfo({ uuid }, info(used));

    expect(await cache.sweep(settings)).toEqual([]);
    await clock.advance(3_599_000);
    expect(await cache.sweep(settings)).toEqual([]);
    await clock.advance(1000);
    expect((await cache.sweep(settings)).sort()).toEqual([ImageCache.nameOf(unused.id), "swap_8"].sort());
    expect(existsSync(cache.path(ImageCache.nameOf(used.id)))).toBe(true);
    expect(existsSync(cache.path(ImageCache.nameOf(aside.id)))).toBe(true);
    const lines = book.lines("n-cpu").map(({ text }) => text.replace(/^.*?INFO/, "INFO"));
    expect(lines).toContain(
      `INFO nova.virt.libvirt.imagecache [-] Removing base file: ${cache.path(ImageCache.nameOf(unused.id))}`,
    );
    expect(await cache.sweep(configWith({ REMOVE_UNUSED_BASE_IMAGES: "no" })(libvirtSection))).toEqual([]);
  });

  test("what is asked for again is young again", async () => {
    const settings = configWith({ REMOVE_UNUSED_ORIGINAL_MINIMUM_AGE_SECONDS: "3600" })(libvirtSection);
    const wanted = image("raw");
    await cache.image(wanted);
    await cache.sweep(settings);
    await clock.advance(3_600_000);
    await folders.make({ uuid, name: "instance-00000001" });
    const base = ImageCache.nameOf(wanted.id);
    await folders.setInfo({ uuid }, { host: "c01", disks: { disk: { format: "qcow2", base } } });
    expect(await cache.sweep(settings)).toEqual([]);
    await folders.remove({ uuid, name: "instance-00000001" });
    expect(await cache.sweep(settings)).toEqual([]);
    await clock.advance(3_600_000);
    expect(await cache.sweep(settings)).toEqual([base]);
    expect(existsSync(wanted.path)).toBe(true);
  });
});

test("folders: no path comes from what is no UUID, no link from what is no name", async () => {
  for (const bad of ["", "..", "../x", uuid.toUpperCase(), `${uuid}/..`]) {
    expect(() => folders.of({ uuid: bad })).toThrow(TypeError);
  }
  expect(folders.link({ uuid, name: "../instance" })).toBeNull();
  expect(folders.link({ uuid, name: "instance-00000001" })).toBe(join(dir, "instances/instance-00000001"));
  await folders.make({ uuid, name: "instance-00000001" });
  expect(await folders.guests()).toEqual({ uuids: [uuid], aside: [] });
  writeFileSync(folders.file({ uuid }, "disk.info"), "{broken");
  expect(await folders.info({ uuid })).toBeNull();
  expect(await folders.nameOf(uuid)).toBe(uuid);
});
