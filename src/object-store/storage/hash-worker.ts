// Runs in the thread of `HashThread`: MD5 of several streams of bytes, piece by piece. Embedded as text and started from
// memory, so it imports types only.

import type { HashOrder, HashReport } from "./hash-thread.ts";

interface Port {
  postMessage(report: HashReport): void;
  onmessage: ((event: { data: HashOrder }) => void) | null;
}

const port = globalThis as unknown as Port;
const hashes = new Map<number, InstanceType<typeof Bun.CryptoHasher>>();

port.onmessage = ({ data }) => {
  const { stream } = data;
  if ("piece" in data) {
    let hash = hashes.get(stream);
    if (!hash) {
      hash = new Bun.CryptoHasher("md5");
      hashes.set(stream, hash);
    }
    hash.update(data.piece);
    port.postMessage({ stream, digest: null });
    return;
  }
  const hash = hashes.get(stream);
  hashes.delete(stream);
  if ("end" in data) port.postMessage({ stream, digest: hash?.digest("hex") ?? "" });
};
