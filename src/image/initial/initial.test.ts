import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ApiClient, TestCloud } from "../../testing/cloud.ts";
import { imageCloud, noise } from "../testing.ts";

const md5 = (bytes: Uint8Array) => new Bun.CryptoHasher("md5").update(bytes).digest("hex");

const QCOW2 = Buffer.concat([Buffer.from("514649fb00000003", "hex"), Buffer.alloc(1016)]);
const PARTS = [
  ["guest.qcow2", "qcow2", "bare", QCOW2],
  ["guest-vmlinuz", "aki", "aki", noise(3000, 2)],
  ["guest-initrd", "ari", "ari", noise(4000, 3)],
  ["guest-root.img", "ami", "ami", noise(5000, 4)],
] as const;

function writeGuest(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const files = PARTS.map(([file, disk_format, container_format, bytes]) => {
    writeFileSync(join(folder, file), bytes);
    return {
      file,
      disk_format,
      container_format,
      size: bytes.length,
      md5: md5(bytes),
      min_ram: 96,
      min_disk: 0,
    };
  });
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify({ name: "guest-1-x86_64", version: "1", files }),
  );
}

interface Shown {
  id: string;
  name: string;
  status: string;
  [more: string]: unknown;
}

/** Waits until there are `count` images and all are active. */
async function images(client: ApiClient, count: number): Promise<Map<string, Shown>> {
  for (;;) {
    const list = (await client.get("/v2/images")).body.images as Shown[];
    if (list.length >= count && list.every(({ status }) => status === "active")) {
      return new Map(list.map((image) => [image.name, image]));
    }
    await Bun.sleep(1);
  }
}

async function restart(cloud: TestCloud): Promise<ApiClient> {
  await cloud.cloud.restartService("g-api");
  return cloud.as("g-api", "demo");
}

test("the guest: a bootable disk, and a triple under DevStack's names; registered once", async () => {
  await using cloud = await imageCloud();
  writeGuest(cloud.paths.at("guest"));
  const demo = await restart(cloud);
  const found = await images(demo, 4);
  expect([...found.keys()].sort()).toEqual([
    "guest-1-x86_64",
    "guest-1-x86_64-uec",
    "guest-1-x86_64-uec-kernel",
    "guest-1-x86_64-uec-ramdisk",
  ]);
  const ami = found.get("guest-1-x86_64-uec")!;
  expect(ami).toMatchObject({
    visibility: "public",
    disk_format: "ami",
    container_format: "ami",
    min_ram: 96,
    checksum: md5(PARTS[3][3]),
    kernel_id: found.get("guest-1-x86_64-uec-kernel")!.id,
    ramdisk_id: found.get("guest-1-x86_64-uec-ramdisk")!.id,
  });
  expect(found.get("guest-1-x86_64")).toMatchObject({ disk_format: "qcow2", owner: ami["owner"] });

  const admin = await cloud.as("g-api");
  await admin.delete(`/v2/images/${found.get("guest-1-x86_64")!.id}`);
  // A crash in the middle: the image is there, its data is not.
  cloud.sql("glance", "UPDATE images SET status = 'saving', checksum = NULL WHERE id = ?", ami.id);
  cloud.sql("glance", "UPDATE image_locations SET deleted = 1 WHERE image_id = ?", ami.id);
  const again = await images(await restart(cloud), 3);
  expect([...again.keys()].sort()).toEqual([
    "guest-1-x86_64-uec",
    "guest-1-x86_64-uec-kernel",
    "guest-1-x86_64-uec-ramdisk",
  ]);
  expect(again.get("guest-1-x86_64-uec")).toMatchObject({ id: ami.id, checksum: md5(PARTS[3][3]) });
});

test("a guest whose file is not what the manifest says is reported and left out", async () => {
  await using cloud = await imageCloud();
  const folder = cloud.paths.at("guest");
  writeGuest(folder);
  writeFileSync(join(folder, "guest-vmlinuz"), noise(3000, 9));
  const demo = await restart(cloud);
  const warned = () =>
    cloud.log.lines.some(({ text }) => text.includes("is not registered: guest-1-x86_64-uec-kernel has MD5"));
  while (!warned()) await Bun.sleep(1);
  expect((await demo.get("/v2/images")).body.images.length).toBe(1);
});

/** One file of a ustar archive. */
function tarEntry(name: string, data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        0", 148);
  header.write("ustar\0", 257);
  const sum = header.reduce((total, byte) => total + byte, 0) - 0x30 + 0x30;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 0`, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

test("IMAGE_URLS: single images, packed ones and a -uec archive; what fails is reported", async () => {
  await using cloud = await imageCloud();
  const folder = cloud.paths.dir("web");
  const kernel = noise(3000, 5);
  const root = noise(700_000, 6);
  writeFileSync(join(folder, "cirros-0.3.0-x86_64-disk.img"), QCOW2);
  writeFileSync(join(folder, "plain.raw.gz"), gzipSync(root));
  const archive = Buffer.concat([
    tarEntry("./cirros-0.3.0-x86_64-vmlinuz", kernel),
    tarEntry("./README", Buffer.from("nothing")),
    tarEntry("./cirros-0.3.0-x86_64-initrd", noise(100, 7)),
    tarEntry("./cirros-0.3.0-x86_64-blank.img", root),
    Buffer.alloc(1024),
  ]);
  writeFileSync(join(folder, "cirros-0.3.0-x86_64-uec.tar.gz"), gzipSync(archive));
  const names = [
    "cirros-0.3.0-x86_64-disk.img",
    "missing.img",
    "notes.txt",
    "plain.raw.gz",
    "cirros-0.3.0-x86_64-uec.tar.gz",
  ];
  await using filled = await imageCloud({
    settings: { IMAGE_URLS: names.map((name) => `file://${join(folder, name)}`).join(",") },
  });
  const demo = await filled.as("g-api", "demo");
  const found = await images(demo, 5);
  expect([...found.keys()].sort()).toEqual([
    "cirros-0.3.0-x86_64-disk",
    "cirros-0.3.0-x86_64-uec",
    "cirros-0.3.0-x86_64-uec-kernel",
    "cirros-0.3.0-x86_64-uec-ramdisk",
    "plain",
  ]);
  expect(found.get("cirros-0.3.0-x86_64-disk")).toMatchObject({
    disk_format: "qcow2",
    container_format: "bare",
  });
  expect(found.get("plain")).toMatchObject({ disk_format: "raw", checksum: md5(root) });
  expect(found.get("cirros-0.3.0-x86_64-uec")).toMatchObject({
    disk_format: "ami",
    checksum: md5(root),
    kernel_id: found.get("cirros-0.3.0-x86_64-uec-kernel")!.id,
  });
  expect(found.get("cirros-0.3.0-x86_64-uec-kernel")!["checksum"]).toBe(md5(kernel));
  expect(readdirSync(filled.paths.at("staging"))).toEqual([]);
  const warned = filled.log.lines
    .filter(({ text }) => text.includes("is not registered"))
    .map(({ text }) => text);
  expect(warned.length).toBe(2);
  await filled.cloud.restartService("g-api");
  await images(demo, 5);
});
