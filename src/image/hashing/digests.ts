// MD5 (`checksum`, `Content-MD5`) and SHA-512 (`os_hash_value`) of image data, in one pass: on the spot for what fits
// into one buffer, on threads for more. Measured on two cores, 1 GiB: 310 MB/s on the spot, 500 MB/s with threads.

import type { HashStream, HashWorker } from "./worker.ts";

export interface Hashes {
  md5: string;
  sha512: string;
}

export class Digests {
  #workers: readonly [md5: HashWorker, sha512: HashWorker];
  #streams: readonly HashStream[] | null = null;
  #inline: [Bun.CryptoHasher, Bun.CryptoHasher] | null = null;

  constructor(workers: readonly [md5: HashWorker, sha512: HashWorker]) {
    this.#workers = workers;
  }

  /**
   * The next bytes. Resolves when the buffer may be changed again.
   * @param last nothing follows
   */
  async update(buffer: SharedArrayBuffer, length: number, last: boolean): Promise<void> {
    if (!this.#streams && !this.#inline) {
      if (last) this.#inline = [new Bun.CryptoHasher("md5"), new Bun.CryptoHasher("sha512")];
      else this.#streams = this.#workers.map((worker) => worker.begin());
    }
    if (this.#streams) await Promise.all(this.#streams.map((stream) => stream.update(buffer, length)));
    for (const hasher of this.#inline ?? []) hasher.update(new Uint8Array(buffer, 0, length));
  }

  async finish(): Promise<Hashes> {
    const [md5, sha512] = this.#streams
      ? await Promise.all(this.#streams.map((stream) => stream.finish()))
      : (this.#inline ?? [new Bun.CryptoHasher("md5"), new Bun.CryptoHasher("sha512")]).map((hasher) =>
          hasher.digest("hex"),
        );
    return { md5: md5!, sha512: sha512! };
  }

  /** Nobody wants the result. */
  cancel(): void {
    for (const stream of this.#streams ?? []) stream.cancel();
  }
}
