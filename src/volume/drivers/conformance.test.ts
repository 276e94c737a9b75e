// One suite for every driver that keeps data here. LVM's is a list of commands (`lvm/driver.test.ts`): this machine may have
// no device mapper.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../../core/clock.ts";
import { testLog } from "../../core/test-log.ts";
import { hasProgram, runCommand } from "./commands.ts";
import {
  type DriverContext,
  type DriverSnapshot,
  type DriverVolume,
  GIB,
  type VolumeDriver,
} from "./driver.ts";
import { FakeDriver } from "./fake.ts";
import { FileDriver } from "./file/driver.ts";

const KINDS = [
  { name: "file, qcow2", format: "qcow2", data: true, needs: "qemu-img" },
  { name: "file, raw", format: "raw", data: true, needs: null },
  { name: "file, raw, without qemu-img", format: "raw", data: true, needs: null, bare: true },
  { name: "fake", format: "none", data: false, needs: null },
] as const;

const signal = new AbortController().signal;
const MIB = 1 << 20;

for (const kind of KINDS) {
  describe.skipIf(kind.needs !== null && !hasProgram(kind.needs))(kind.name, () => {
    let dir: string;
    let driver: VolumeDriver;
    let known: Map<string, string>;
    let n = 0;

    const make = () => {
      const context: DriverContext = {
        backendName: "test",
        log: testLog().book.logger("c-vol", "cinder-volume"),
        clock: new FakeClock(),
        machine: { hostName: "testhost", privileged: false, slot: 0 },
        dir,
        poolBytes: 20 * GIB,
        fileFormat: kind.format === "raw" ? "raw" : "auto",
        volumeGroup: "",
        lvmType: "auto",
        volumeClear: "zero",
        formatOf: (dataId) => known.get(dataId) ?? null,
        // What the hypervisor does.
        async liveCopy(of, to) {
          const from = join(dir, `volume-${of.dataId}`);
          const formats = ["-f", of.format ?? "raw", "-O", to.format];
          await runCommand(["qemu-img", "convert", "--force-share", ...formats, from, to.path]);
          return true;
        },
      };
      if (kind.format === "none") return new FakeDriver(context);
      return new FileDriver(context, runCommand, !("bare" in kind) && hasProgram("qemu-img"));
    };

    beforeEach(async () => {
      dir = mkdtempSync(join(tmpdir(), "stack-volumes-"));
      known = new Map();
      driver = make();
      await driver.init();
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));

    function volume(sizeGb = 1, multiattach = false): DriverVolume {
      const id = `00000000-0000-4000-8000-${String(++n).padStart(12, "0")}`;
      const format = driver.formatFor({ multiattach });
      known.set(id, format);
      return { id, dataId: id, sizeGb, format, multiattach, attached: false };
    }

    function snapshotOf(of: DriverVolume): DriverSnapshot {
      const id = `00000000-0000-4000-9000-${String(++n).padStart(12, "0")}`;
      return { id, dataId: id, volume: of, sizeGb: of.sizeGb, format: of.format };
    }

    /** Bytes at the beginning, as a guest would write them. */
    async function write(to: DriverVolume, text: string): Promise<void> {
      if (!kind.data) return;
      const { path, format } = await driver.connect(to, false);
      if (format === "raw") {
        const file = await open(path, "r+");
        await file.write(Buffer.from(text), 0, text.length, MIB);
        return file.close();
      }
      const input = join(dir, "input.part");
      await writeFile(
        input,
        Buffer.concat([Buffer.from(text), Buffer.alloc(sector(text.length) - text.length)]),
      );
      await runCommand([
        "qemu-io",
        "-f",
        "qcow2",
        "-c",
        `write -s ${input} ${MIB} ${sector(text.length)}`,
        path,
      ]);
    }

    async function read(from: DriverVolume | DriverSnapshot, length: number): Promise<string> {
      const raw = await driver.rawData(from, signal);
      try {
        const file = await open(raw.path, "r");
        const bytes = Buffer.alloc(length);
        await file.read(bytes, 0, length, MIB);
        await file.close();
        return bytes.toString("latin1").replaceAll("\0", "");
      } finally {
        await raw.dispose();
      }
    }

    async function expectContent(of: DriverVolume | DriverSnapshot, text: string): Promise<void> {
      if (kind.data) expect(await read(of, 8)).toBe(text);
    }

    const sector = (length: number) => Math.ceil(length / 512) * 512;
    const parts = () => readdirSync(dir).filter((name) => name.endsWith(".part") && name !== "input.part");

    test("create, connect and delete; each may be repeated", async () => {
      const v = volume(2);
      await driver.create(v);
      await driver.create(v);
      const connection = await driver.connect(v, true);
      expect(connection).toMatchObject({ readonly: true, serial: v.id, kind: kind.data ? "file" : "none" });
      if (kind.data) {
        expect((await stat(connection.path)).mode & 0o777).toBe(0o600);
        const raw = await driver.rawData(v, signal);
        expect(raw.sizeBytes).toBe(2 * GIB);
        await raw.dispose();
      }
      await driver.disconnect(v);
      await driver.delete(v);
      await driver.delete(v);
      expect(readdirSync(dir)).toEqual([]);
    });

    test("a volume does not take the room it may grow to", async () => {
      const v = volume(100);
      await driver.create(v);
      for (const name of readdirSync(dir))
        expect((await stat(join(dir, name))).blocks * 512).toBeLessThan(MIB);
    });

    test("extend keeps the content", async () => {
      const v = volume(1);
      await driver.create(v);
      await write(v, "content");
      await driver.extend(v, 3);
      await driver.extend(v, 3);
      await expectContent(v, "content");
      if (!kind.data) return;
      const raw = await driver.rawData(v, signal);
      expect(raw.sizeBytes).toBe(3 * GIB);
      await raw.dispose();
    });

    test("a volume from data has its content and its own size", async () => {
      const source = join(dir, "source.part");
      writeFileSync(source, Buffer.concat([Buffer.alloc(MIB), Buffer.from("image")]));
      const v = volume(1);
      const data = { path: source, format: "raw", trusted: false, imageId: "I" };
      await driver.createFromData(v, data, signal);
      await driver.createFromData(v, data, signal);
      await expectContent(v, "image");
      if (!kind.data) return;
      const raw = await driver.rawData(v, signal);
      expect(raw.sizeBytes).toBe(GIB);
      await raw.dispose();
    });

    test("data that is too large leaves nothing", async () => {
      if (!kind.data) return;
      const source = join(dir, "source.img");
      const file = await open(source, "w");
      await file.truncate(2 * GIB);
      await file.close();
      const v = volume(1);
      const data = { path: source, format: "raw", trusted: false, imageId: "I" };
      await expect(driver.createFromData(v, data, signal)).rejects.toThrow(
        "doesn't fit in a volume of size 1GB",
      );
      expect(readdirSync(dir)).toEqual(["source.img"]);
    });

    test("work that is called off leaves nothing", async () => {
      if (!kind.data) return;
      const source = join(dir, "source.img");
      writeFileSync(source, Buffer.alloc(MIB, 7));
      const off = new AbortController();
      off.abort(new Error("called off"));
      const data = { path: source, format: "raw", trusted: false, imageId: "I" };
      await expect(driver.createFromData(volume(1), data, off.signal)).rejects.toThrow("called off");
      expect(readdirSync(dir)).toEqual(["source.img"]);
    });

    test("a snapshot keeps its moment", async () => {
      const v = volume(1);
      await driver.create(v);
      await write(v, "before");
      const s = snapshotOf(v);
      await driver.createSnapshot(s, signal);
      await driver.createSnapshot(s, signal);
      await write(v, "after.");
      await expectContent(s, "before");
      await expectContent(v, "after.");
      const copy = volume(2);
      await driver.createFromSnapshot(copy, s, signal);
      await driver.createFromSnapshot(copy, s, signal);
      await expectContent(copy, "before");
      await write(copy, "mine..");
      await expectContent(s, "before");
      await expectContent(v, "after.");
      await driver.revert(v, s, signal);
      await expectContent(v, "before");
      await expectContent(copy, "mine..");
      expect(parts()).toEqual([]);
    });

    test("a clone is a volume of its own", async () => {
      const v = volume(1);
      await driver.create(v);
      await write(v, "first");
      const clone = volume(1);
      await driver.createFromVolume(clone, v, signal);
      await driver.createFromVolume(clone, v, signal);
      await write(v, "other");
      await expectContent(clone, "first");
      await write(clone, "third");
      await expectContent(v, "other");
      await driver.delete(v);
      await expectContent(clone, "third");
      await driver.extend(clone, 2);
      await expectContent(clone, "third");
      await driver.delete(clone);
      expect(readdirSync(dir).filter((name) => name !== "input.part")).toEqual([]);
    });

    // Every order of deleting a volume's two snapshots and the clones of each, the volume last or in between.
    const ORDERS = [
      ["s1", "s2", "c1", "c2", "v"],
      ["s2", "s1", "v", "c2", "c1"],
      ["c1", "s1", "v", "s2", "c2"],
      ["s1", "v", "c2", "s2", "c1"],
      ["c2", "s2", "c1", "s1", "v"],
      ["s2", "c1", "v", "c2", "s1"],
    ] as const;
    for (const order of ORDERS) {
      test(`what is left is unharmed when ${order.join(", ")} go`, async () => {
        const v = volume(1);
        await driver.create(v);
        await write(v, "one");
        const s1 = snapshotOf(v);
        await driver.createSnapshot(s1, signal);
        await write(v, "two");
        const s2 = snapshotOf(v);
        await driver.createSnapshot(s2, signal);
        await write(v, "now");
        const [c1, c2] = [volume(1), volume(1)];
        await driver.createFromSnapshot(c1, s1, signal);
        await driver.createFromSnapshot(c2, s2, signal);
        const things = { s1, s2, c1, c2, v };
        const content = { s1: "one", s2: "two", c1: "one", c2: "two", v: "now" };
        const left = new Set(order as readonly (keyof typeof things)[]);
        for (const name of order) {
          const thing = things[name];
          if ("volume" in thing) await driver.deleteSnapshot(thing);
          else await driver.delete(thing);
          left.delete(name);
          for (const other of left) await expectContent(things[other], content[other]);
        }
        await driver.deleteSnapshot(s1);
        expect(readdirSync(dir).filter((name) => name !== "input.part")).toEqual([]);
      });
    }

    test("what is written over a volume does not reach its clones", async () => {
      const v = volume(1);
      await driver.create(v);
      await write(v, "old");
      const clone = volume(1);
      await driver.createFromVolume(clone, v, signal);
      const source = join(dir, "source.img");
      writeFileSync(source, Buffer.concat([Buffer.alloc(MIB), Buffer.from("new")]));
      await driver.overwrite(v, { path: source, format: "raw", trusted: true, imageId: "I" }, signal);
      await expectContent(v, "new");
      await expectContent(clone, "old");
    });

    test("many snapshots taken and deleted in turn leave a volume as short a chain as it began with", async () => {
      const v = volume(1);
      await driver.create(v);
      for (let i = 0; i < 5; i++) {
        await write(v, `turn ${i}`);
        const s = snapshotOf(v);
        await driver.createSnapshot(s, signal);
        await driver.deleteSnapshot(s);
      }
      await expectContent(v, "turn 4");
      if (kind.data) expect(readdirSync(dir).filter((name) => name !== "input.part")).toHaveLength(1);
    });

    test("a new start removes what was half-made and finds its way in what is there", async () => {
      const v = volume(1);
      await driver.create(v);
      await write(v, "kept");
      const s = snapshotOf(v);
      await driver.createSnapshot(s, signal);
      writeFileSync(join(dir, "volume-x.part"), "half");
      driver = make();
      await driver.init();
      if (kind.data) expect(parts()).toEqual([]);
      await driver.deleteSnapshot(s);
      await expectContent(v, "kept");
      await driver.delete(v);
    });

    test("a volume a guest writes to: snapshot, clone and copy are of one moment, and all goes again", async () => {
      if (!kind.data || "bare" in kind || !hasProgram("qemu-io")) return;
      const v = { ...volume(1), attached: true };
      await driver.create(v);
      const s = snapshotOf(v);
      const clone = volume(2);
      await using guest = await Guest.with(join(dir, `volume-${v.dataId}`), v.format ?? "raw");
      await guest.fill("a");
      await driver.createSnapshot(s, signal);
      await driver.createSnapshot(s, signal);
      await driver.createFromVolume(clone, v, signal);
      const raw = await driver.rawData(v, signal);
      await guest.fill("b");
      await expectContent(clone, "a".repeat(8));
      expect((await stat(raw.path)).size).toBe(GIB);
      await raw.dispose();
      const copy = volume(1);
      await driver.createFromSnapshot(copy, s, signal);
      await expectContent(copy, "a".repeat(8));
      await guest.end();
      await expectContent(v, "b".repeat(8));
      await driver.revert({ ...v, attached: false }, s, signal);
      await expectContent(v, "a".repeat(8));
      for (const each of [clone, copy]) await driver.delete(each);
      await driver.deleteSnapshot(s);
      await expectContent(v, "a".repeat(8));
      await driver.delete(v);
      expect(readdirSync(dir).filter((name) => name !== "input.part")).toEqual([]);
    });

    test("a volume for several guests is raw", async () => {
      if (!kind.data) return;
      const v = volume(1, true);
      await driver.create(v);
      expect(await driver.connect(v, false)).toMatchObject({ format: "raw", multiattach: true });
      expect(driver.accepts("raw", { multiattach: true })).toBe(true);
      expect(driver.accepts("qcow2", { multiattach: true })).toBe(false);
    });

    test("a volume that is let go can be taken back", async () => {
      if (!kind.data) return;
      const v = volume(1);
      await driver.create(v);
      await write(v, "mine");
      await driver.unmanage(v);
      known.delete(v.dataId);
      const reference = { "source-name": `volume-${v.id}` };
      const [entry] = await driver.manageableVolumes();
      expect(entry).toMatchObject({ sizeGb: 1, dataId: v.id });
      const facts = await driver.inspect(reference);
      const taken: DriverVolume = { ...volume(facts.sizeGb), format: facts.format };
      await driver.manage(taken, reference);
      await driver.manage(taken, reference);
      await expectContent(taken, "mine");
      for (const bad of [{ "source-name": "../x" }, { "source-name": "nothing" }, {}, "x", null]) {
        await expect(driver.inspect(bad)).rejects.toThrow("invalid backend reference");
      }
    });
  });
}

/** Has an image open for writing, as QEMU does. */
class Guest implements AsyncDisposable {
  #child: Bun.Subprocess<"pipe", "pipe", "ignore">;
  #output: AsyncIterator<Uint8Array>;

  private constructor(path: string, format: string) {
    this.#child = Bun.spawn(["qemu-io", "-f", format, path], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });
    this.#output = this.#child.stdout[Symbol.asyncIterator]();
  }

  static async with(path: string, format: string): Promise<Guest> {
    const guest = new Guest(path, format);
    await guest.#ask("length", "GiB");
    return guest;
  }

  /** Writes a letter all over 4 KiB. */
  async fill(letter: string): Promise<void> {
    await this.#ask(`write -P ${letter.charCodeAt(0)} ${MIB} 4096`, "ops");
    await this.#ask("flush", "qemu-io> ");
  }

  async #ask(command: string, until: string): Promise<void> {
    this.#child.stdin.write(`${command}\n`);
    this.#child.stdin.flush();
    for (let said = ""; !said.includes(until); ) {
      const { value, done } = await this.#output.next();
      if (done) throw new Error(`qemu-io has ended: ${said}`);
      said += Buffer.from(value).toString();
    }
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await this.#child.exited;
  }
}

test("a raw volume's content is never taken for a qcow2 header", async () => {
  if (!hasProgram("qemu-img")) return;
  const dir = mkdtempSync(join(tmpdir(), "stack-volumes-"));
  try {
    await runCommand(["qemu-img", "create", "-q", "-f", "qcow2", join(dir, "evil"), "1M"]);
    const evil = await readFile(join(dir, "evil"));
    rmSync(join(dir, "evil"));
    const context = {
      backendName: "test",
      log: testLog().book.logger("c-vol", "cinder-volume"),
      clock: new FakeClock(),
      machine: { hostName: "testhost", privileged: false, slot: 0 },
      dir,
      poolBytes: GIB,
      fileFormat: "raw",
      volumeGroup: "",
      lvmType: "auto",
      volumeClear: "zero",
      formatOf: () => "raw",
      liveCopy: async () => false,
    } satisfies DriverContext;
    const driver = new FileDriver(context);
    const base = { sizeGb: 1, format: "raw", multiattach: false, attached: false };
    const v = { ...base, id: "v", dataId: "v" };
    await driver.create(v);
    const file = await open(join(dir, "volume-v"), "r+");
    await file.write(evil, 0, evil.length, 0);
    await file.close();
    await driver.createFromVolume({ ...base, id: "c", dataId: "c" }, v, signal);
    const head = async (name: string) => {
      const raw = await open(join(dir, name), "r");
      const { buffer } = await raw.read(Buffer.alloc(evil.length), 0, evil.length, 0);
      await raw.close();
      return sha(buffer);
    };
    expect(await head("volume-c")).toBe(sha(evil));
    expect((await stat(join(dir, "volume-c"))).size).toBe(GIB);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
