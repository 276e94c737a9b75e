// Reading a local file piece by piece, with a turn of the event loop between the pieces.

import { open } from "node:fs/promises";

const CHUNK_BYTES = 1 << 20;

export async function* readFileInChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    for (;;) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
