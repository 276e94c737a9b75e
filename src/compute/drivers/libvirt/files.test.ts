// One suite for the files of this machine and for those behind ssh, for which a shell stands in here.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFailed } from "./errors.ts";
import { type HostFiles, LocalFiles, limited, uptimeLine } from "./files.ts";
import { SshFiles } from "./ssh-files.ts";

const dir = mkdtempSync(join(tmpdir(), "host-files-"));
const program = join(dir, "ssh");

beforeAll(() => {
  // Skips its options up to `--` and the host, and runs the rest as sshd would.
  writeFileSync(program, `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexec sh -c "$1"\n`);
  chmodSync(program, 0o700);
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const kinds: [string, () => HostFiles][] = [
  ["here", () => new LocalFiles()],
  [
    "behind ssh",
    () => new SshFiles(`qemu+ssh://root@c02/system?command=${encodeURIComponent(program)}`, dir),
  ],
];

async function* pieces(...texts: string[]) {
  for (const text of texts) yield new TextEncoder().encode(text);
}

describe.each(kinds)("files %s", (kind, make) => {
  const files = make();
  const root = join(dir, kind.replace(" ", "-"));
  const at = (name: string) => join(root, name);

  test("folders are the owner's alone", async () => {
    await files.ensureDir(at("a/b"));
    await files.ensureDir(at("a/b"));
    expect(statSync(at("a")).mode & 0o777).toBe(0o700);
    expect(statSync(at("a/b")).mode & 0o777).toBe(0o700);
    expect(await files.names(at("nowhere"))).toEqual([]);
    expect(await files.names(at("a"))).toEqual(["b"]);
  });

  test("text and bytes, whole or not at all", async () => {
    await files.write(at("it's"), "hällo $HOME\n");
    expect(await files.readText(at("it's"))).toBe("hällo $HOME\n");
    expect(statSync(at("it's")).mode & 0o777).toBe(0o600);
    await files.write(at("it's"), new Uint8Array([0, 255, 10]));
    expect([...readFileSync(at("it's"))]).toEqual([0, 255, 10]);
    await files.write(at("empty"), "");
    expect(await files.readText(at("empty"))).toBe("");
    expect(await files.readText(at("nothing"))).toBeNull();
    expect(await files.size(at("it's"))).toBe(3);
    expect((await files.names(root)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("the end of a file", async () => {
    await files.write(at("log"), "0123456789");
    const text = async (n: number) => new TextDecoder().decode(await files.tail(at("log"), n));
    expect([await text(3), await text(100), await text(0)]).toEqual(["789", "0123456789", ""]);
    expect((await files.tail(at("nothing"), 10)).length).toBe(0);
  });

  test("links, names, times", async () => {
    await files.symlink("log", at("link"));
    await files.symlink("empty", at("link"));
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(await files.readText(at("link"))).toBe("");
    await files.rename(at("log"), at("log2"));
    expect([await files.exists(at("log")), await files.exists(at("log2"))]).toEqual([false, true]);
    expect(await files.modifiedAtMs(at("nothing"))).toBeNull();
    expect(Math.abs(((await files.modifiedAtMs(at("log2"))) ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  test("copies and streams", async () => {
    const source = join(dir, "source");
    writeFileSync(source, "image");
    await files.place(source, at("placed"));
    await files.place(source, at("placed"));
    await files.copy(at("placed"), at("copied"));
    expect(await files.readText(at("copied"))).toBe("image");
    await files.writeStream(at("stream"), pieces("a".repeat(70_000), "", "b"));
    let length = 0;
    for await (const piece of files.readStream(at("stream"))) length += piece.length;
    expect(length).toBe(70_001);
    await files.writeStream(
      at("sparse"),
      pieces("x".repeat(65_536), "\0".repeat(1_048_576), "\0".repeat(65_536)),
    );
    expect(await files.size(at("sparse"))).toBe(65_536 * 18);
    expect(statSync(at("sparse")).blocks * 512).toBeLessThan(65_536 * 3);
  });

  test("removing", async () => {
    symlinkSync(dir, at("a/out"));
    await files.remove(at("a"));
    await files.remove(at("a"));
    expect(await files.exists(at("a"))).toBe(false);
    expect(await files.exists(program)).toBe(true);
  });

  test("programs: their output, their failure, their limits", async () => {
    expect(await files.run(["printf", "%s|", "a b", "c'd", "$x"])).toBe("a b|c'd|$x|");
    const failed = await files.run(["sh", "-c", "echo why >&2; exit 3"]).catch((error) => error);
    expect(failed).toBeInstanceOf(CommandFailed);
    expect(failed).toMatchObject({ status: 3, complaint: "why" });
    expect(await files.run(["no-such-program"]).catch((error) => error)).toBeInstanceOf(CommandFailed);
    const limits = { addressSpaceBytes: 2 ** 30, cpuSeconds: 7 };
    expect((await files.run(["sh", "-c", "ulimit -v; ulimit -t"], limits)).trim().split("\n")).toEqual([
      String(2 ** 20),
      "7",
    ]);
  });

  test("the host", async () => {
    const { totalBytes, freeBytes } = await files.space(root);
    expect(totalBytes).toBeGreaterThan(freeBytes);
    expect(freeBytes).toBeGreaterThan(0);
    expect(typeof (await files.directIo(root))).toBe("boolean");
    expect((await files.names(root)).filter((name) => name.startsWith(".direct"))).toEqual([]);
    expect(await files.identity()).toEqual({
      uid: process.geteuid?.() ?? -1,
      gid: process.getegid?.() ?? -1,
    });
    expect(await files.bootId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await files.uptime()).toMatch(/^ \d\d:\d\d:\d\d up .*load average: [\d.]+, [\d.]+, [\d.]+$/);
  });
});

test("the tunnel goes to the address as the other machine sees it", () => {
  const command = new SshFiles("qemu+ssh://root@c02:2222/system", "/run/x").tunnel("127.0.0.1", 5901);
  expect(command.slice(-4)).toEqual(["-W", "127.0.0.1:5901", "--", "c02"]);
  expect(command.find((word) => word.startsWith("ControlPath"))).toMatch(
    /^ControlPath=\/run\/x\/ssh-[0-9a-f]{8}$/,
  );
  const deep = new SshFiles("qemu+ssh://root@c02/system", `/run/${"x".repeat(90)}`).tunnel("::1", 1);
  expect(deep.some((word) => word.startsWith("Control"))).toBe(false);
  expect(command).toContain("2222");
});

test("limits go in front", () => {
  expect(limited(["a", "-b"], undefined)).toEqual(["a", "-b"]);
  expect(limited(["a"], { addressSpaceBytes: 5, cpuSeconds: 6 })).toEqual([
    "prlimit",
    "--as=5",
    "--cpu=6",
    "--",
    "a",
  ]);
});

test("uptime as procps prints it", () => {
  const line = (seconds: number) => uptimeLine(new Date(2026, 0, 2, 3, 4, 5), seconds, [1, 0.5, 0.126]);
  expect(line(59)).toBe(" 03:04:05 up 0 min,  0 users,  load average: 1.00, 0.50, 0.13");
  expect(line(4800)).toContain("up  1:20,");
  expect(line(86_400 + 36_000)).toContain("up 1 day, 10:00,");
  expect(line(3 * 86_400 + 60)).toContain("up 3 days, 1 min,");
});
