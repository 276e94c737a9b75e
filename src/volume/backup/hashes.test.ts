import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HashList, HashReader } from "./hashes.ts";

const hash = (n: number) => new Bun.CryptoHasher("sha256").update(String(n)).digest("hex");

async function* inPieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += length) yield Buffer.from(text.slice(at, at + length));
}

async function all(reader: HashReader): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    const next = reader.ready() ?? (await reader.next());
    if (next === null) return found;
    found.push(next);
  }
}

test.each([0, 1, 1000])(
  "%d hashes are written as JSON and read back, however they are cut",
  async (count) => {
    const dir = mkdtempSync(join(tmpdir(), "stack-hashes-"));
    try {
      const list = await HashList.create(join(dir, "list"));
      const hashes = Array.from({ length: count }, (_, n) => hash(n));
      for (let at = 0; at < count; at += 300) await list.add(hashes.slice(at, at + 300));
      let text = "";
      const head = { version: "1.0.0", chunk_size: 32_768, backup_name: '"sha256s": [ ]' };
      for await (const piece of list.json(head)) text += Buffer.from(piece).toString();
      await list.dispose();
      expect(JSON.parse(text)).toEqual({ ...head, sha256s: hashes });
      for (const length of [1, 7, 65, 4096, 1 << 20]) {
        const reader = await HashReader.open(inPieces(text, length));
        expect([reader.blockBytes, await all(reader)]).toEqual([32_768, hashes]);
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
);

test("what is no file of hashes is refused", async () => {
  for (const text of ["", "{}", '{"sha256s": ["', "x".repeat(2 << 20)]) {
    await expect(HashReader.open(inPieces(text, 65_536))).rejects.toThrow("cannot be read");
  }
});
