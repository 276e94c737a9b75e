import { expect, test } from "bun:test";
import { readTar, TarError } from "./tar.ts";
import { chunks, gather, member, TAR_END } from "./testing.ts";

async function entries(...parts: (string | Uint8Array)[]) {
  const found: [string, string, string][] = [];
  for await (const { name, kind, data } of readTar(chunks(...parts))) {
    found.push([name, kind, (await gather(data)).toString()]);
  }
  return found;
}

test("files, directories, links, long names", async () => {
  const long = "n".repeat(120);
  const pax = `${15 + "é".length} path=a/${"é"}bc\n`;
  expect(
    await entries(
      member("a/b.txt", "hello"),
      member("dir/", "", { type: "5" }),
      member("link", "", { type: "2" }),
      member("c", "x", { prefix: "p/q" }),
      member("././@LongLink", `${long}\0`, { type: "L" }),
      member("cut", "long"),
      member("pax", pax.replace(/^\d+/, String(Buffer.byteLength(pax))), { type: "x" }),
      member("other", "named by pax"),
      member("plain", ""),
      TAR_END,
    ),
  ).toEqual([
    ["a/b.txt", "file", "hello"],
    ["dir/", "directory", ""],
    ["link", "other", ""],
    ["p/q/c", "file", "x"],
    [long, "file", "long"],
    ["a/ébc", "file", "named by pax"],
    ["plain", "file", ""],
  ]);
});

test("in single bytes, and with data nobody reads", async () => {
  const archive = Buffer.concat([member("a", "1".repeat(700)), member("b", "2"), TAR_END]);
  expect(await entries(...[...archive].map((byte) => Uint8Array.of(byte)))).toEqual([
    ["a", "file", "1".repeat(700)],
    ["b", "file", "2"],
  ]);
  const names: string[] = [];
  for await (const { name } of readTar(chunks(archive))) names.push(name);
  expect(names).toEqual(["a", "b"]);
});

test("what is cut or no archive", () => {
  const archive = member("a", "1".repeat(700));
  const damaged = Buffer.from(archive);
  damaged[0] = 0x62;
  for (const bytes of [archive.subarray(0, 900), archive.subarray(0, 100), damaged, Buffer.alloc(0)]) {
    expect(entries(bytes)).rejects.toBeInstanceOf(TarError);
  }
});
