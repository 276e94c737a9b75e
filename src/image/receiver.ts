// Takes image data in: counted, limited, inspected, hashed and written in one pass, with as much memory for a terabyte
// as for a kilobyte. What it gives back is on the disk, and nothing of it is left when it throws.

import type { Logger } from "../core/log.ts";
import { Revert } from "../core/revert.ts";
import { pour } from "./buffers.ts";
import { InvalidImageData, UploadInterrupted } from "./errors.ts";
import { Digests } from "./hashing/digests.ts";
import type { HashWorker } from "./hashing/worker.ts";
import { Inspector, judge } from "./inspect.ts";
import type { Room } from "./quota.ts";
import type { Verifier } from "./signatures.ts";
import type { WritableStore } from "./stores/store.ts";

export interface Incoming {
  imageId: string;
  diskFormat: string;
  containerFormat: string;
  data: AsyncIterable<Uint8Array>;
  /** What the sender announced; null when it did not. */
  sizeBytes: number | null;
  room: Room;
  store: WritableStore;
  /** Null: the image is not signed. */
  verifier: Verifier | null;
  /** Aborted when the service is being stopped. */
  signal: AbortSignal;
}

export interface Received {
  url: string;
  sizeBytes: number;
  virtualSizeBytes: number | null;
  md5: string;
  sha512: string;
}

export interface ReceiverOptions {
  vmdkTypes: readonly string[];
  /** Refuse data that is not recognised as its `disk_format`. */
  strictFormats: boolean;
  hashWorkers: readonly [md5: HashWorker, sha512: HashWorker];
  log: Logger;
}

export class Receiver {
  #options: ReceiverOptions;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  /**
   * @throws InvalidImageData, ImageTooLarge, StorageQuotaFull, StorageFull
   * @throws SignatureInvalid
   * @throws UploadInterrupted when the data ends early
   * @throws whatever the source throws
   */
  async receive(incoming: Incoming): Promise<Received> {
    const { imageId, store, room, signal, verifier } = incoming;
    await using undo = new Revert(this.#options.log);
    const deposit = await store.begin(imageId, incoming.sizeBytes);
    undo.add(`the partial data of ${imageId}`, () => deposit.abort());
    const digests = new Digests(this.#options.hashWorkers);
    undo.add(`the hashes of ${imageId}`, () => digests.cancel());
    const inspector = new Inspector({ vmdkTypes: this.#options.vmdkTypes });
    let sizeBytes = 0;
    const onChunk = (chunk: Uint8Array) => {
      signal.throwIfAborted();
      sizeBytes += chunk.length;
      room.check(sizeBytes);
      inspector.feed(chunk);
      verifier?.update(chunk);
    };
    await pour(incoming.data, onChunk, ({ bytes, shared, last }) =>
      Promise.all([deposit.write(bytes), digests.update(shared, bytes.length, last)]),
    );
    if (incoming.sizeBytes !== null && incoming.sizeBytes !== sizeBytes) throw new UploadInterrupted();
    verifier?.verify();
    const { diskFormat, containerFormat } = incoming;
    const findings = inspector.finish();
    const { refusal, virtualSizeBytes } = judge(
      { diskFormat, containerFormat, sizeBytes },
      findings,
      this.#options.strictFormats,
    );
    if (refusal !== null) throw new InvalidImageData(refusal);
    const hashes = await digests.finish();
    const url = await deposit.commit();
    undo.commit();
    return { url, sizeBytes, virtualSizeBytes, ...hashes };
  }
}
