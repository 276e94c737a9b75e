import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../core/clock.ts";
import { randomIds } from "../../core/ids.ts";
import { StatePaths } from "../../core/paths.ts";
import { ensureRings, ObjectRing } from "../rings/files.ts";
import { md5, noise } from "../testing.ts";
import { Devices } from "./devices.ts";
import { HashThread } from "./hash-thread.ts";
import { Readers } from "./readers.ts";
import { Upload } from "./upload.ts";

let root: string;
let devices: Devices;
const strays: string[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "swift-upload-"));
  const paths = new StatePaths(root);
  ensureRings(paths, 2, 0);
  const ring = new ObjectRing(paths);
  devices = new Devices(paths, () => ring.data);
  strays.length = 0;
});
const hashing = new HashThread(systemClock);
afterEach(() => {
  hashing.stop();
  rmSync(root, { recursive: true });
});

const upload = () =>
  new Upload({
    devices,
    ids: randomIds,
    hashing,
    inlineBytes: 100,
    async noteStray(file) {
      expect(devices.copies(file).some(existsSync)).toBe(false);
      strays.push(file);
    },
  });

const files = () =>
  existsSync(join(root, "swift"))
    ? readdirSync(join(root, "swift"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
    : [];

test("small data stay in memory", async () => {
  const one = upload();
  await one.write(noise(60));
  await one.write(noise(40, 2));
  const data = await one.finish();
  expect(data.file).toBeNull();
  expect(Buffer.from(data.data!)).toEqual(Buffer.concat([noise(60), noise(40, 2)]));
  expect(files()).toEqual([]);
  expect(strays).toEqual([]);
});

test("large data are on every device, under a name noted before", async () => {
  const one = upload();
  const parts = Array.from({ length: 40 }, (_, i) => noise(70_001, i + 1));
  for (const part of parts) await one.write(part);
  const { file, size, etag, data } = await one.finish();
  const whole = Buffer.concat(parts);
  expect({ size, etag, data }).toEqual({ size: whole.length, etag: md5(whole), data: null });
  expect(strays).toEqual([file!]);
  for (const path of devices.copies(file!)) expect(md5(readFileSync(path))).toBe(etag);
  const [first, second] = devices.copies(file!);
  expect(devices.firstCopy(file!)).toBe(first!);
  rmSync(first!);
  expect(devices.firstCopy(file!)).toBe(second!);
  rmSync(second!);
  expect(devices.firstCopy(file!)).toBeNull();
  await devices.remove(file!);
  expect(files()).toEqual([]);
});

test("an upload that is given up leaves no file", async () => {
  const one = upload();
  await one.write(noise(3_000_000));
  expect(files()).toHaveLength(2);
  expect(await one.abort()).toBe(strays[0]!);
  expect(files()).toEqual([]);
});

test("a file is removed when its last reader is done", () => {
  const removed: string[] = [];
  const readers = new Readers((file) => removed.push(file));
  const [first, second] = [readers.hold("f"), readers.hold("f")];
  readers.discard("f");
  first();
  first();
  expect(removed).toEqual([]);
  second();
  expect(removed).toEqual(["f"]);
  readers.discard("g");
  expect(removed).toEqual(["f", "g"]);
});

test("only names of data files become paths", () => {
  expect(() => devices.path("d1", "../../etc/passwd")).toThrow(TypeError);
});
