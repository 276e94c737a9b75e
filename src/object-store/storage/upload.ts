// One object's data on the way in: kept in memory while it is small, and beyond that written to a file on each of its
// devices, hashed meanwhile by a thread of its own. Memory stays constant whatever the size. The file's name is noted as stray before the file
// exists, so that a crash at any instant leaves nothing that the next start does not remove.

import type { FileHandle } from "node:fs/promises";
import type { Ids } from "../../core/ids.ts";
import { type Devices, NAME_BYTES } from "./devices.ts";
import { type HashStream, type HashThread, PIECE_BYTES } from "./hash-thread.ts";

export interface UploadedData {
  size: number;
  /** MD5, hex. */
  etag: string;
  /** Small data themselves; null when in a file. */
  data: Uint8Array | null;
  /** Name of the file; it is durable and noted as stray. */
  file: string | null;
}

export interface UploadOptions {
  devices: Devices;
  ids: Ids;
  hashing: HashThread;
  /** Up to this many bytes stay in memory and become part of the row. */
  inlineBytes: number;
  /** Durably notes the name of a file that is about to be made. */
  noteStray(file: string): Promise<unknown>;
}

/** Dirty pages are pushed to the disk every so often, so that the sync at the end has little left to do. */
const FLUSH_BYTES = 64 << 20;
/** Pieces of one upload that are on their way at once. */
const MAX_SENDING = 4;

export class Upload {
  size = 0;
  #options: UploadOptions;
  /** While it is small. */
  #chunks: Uint8Array[] = [];
  #file: string | null = null;
  #devices: string[] = [];
  #handles: FileHandle[] = [];
  /** Of data larger than one piece. */
  #hash: HashStream | null = null;
  /** The piece that is being filled. */
  #piece: Uint8Array | null = null;
  #held = 0;
  #written = 0;
  #unflushed = 0;
  #flushing: Promise<void> = Promise.resolve();
  /** Pieces on their way to the disk and through the hash, the oldest first. */
  #sending: Promise<void>[] = [];

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  /** Takes the next bytes; the chunk must not be changed afterwards. */
  async write(chunk: Uint8Array): Promise<void> {
    this.size += chunk.length;
    if (this.#file !== null) return this.#fill(chunk);
    this.#chunks.push(chunk);
    if (this.size <= this.#options.inlineBytes) return;
    await this.#open();
    const chunks = this.#chunks;
    this.#chunks = [];
    for (const held of chunks) await this.#fill(held);
  }

  /** Ends the data; they are durable then, as far as they are in a file. */
  async finish(): Promise<UploadedData> {
    if (this.#file === null) {
      const data = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.size);
      return { size: this.size, etag: md5(data), data, file: null };
    }
    const file = this.#file;
    // What fits into one piece is hashed at once.
    const alone = this.#hash === null && this.#piece ? md5(this.#piece.subarray(0, this.#held)) : null;
    await this.#send(alone === null);
    await Promise.all(this.#sending);
    await this.#flushing;
    const [etag] = await Promise.all([
      alone ?? this.#hash!.digest(),
      ...this.#handles.map((handle) => handle.datasync()),
    ]);
    await this.#close();
    await Promise.all(this.#devices.map((device) => this.#options.devices.syncFolder(device, file)));
    return { size: this.size, etag, data: null, file };
  }

  /** Gives up: what was written is removed. Returns the file's name, which is still noted as stray. */
  async abort(): Promise<string | null> {
    this.#chunks = [];
    await Promise.allSettled(this.#sending);
    await this.#flushing.catch(() => {});
    this.#hash?.abandon();
    if (this.#piece) this.#options.hashing.givePiece(this.#piece);
    this.#piece = null;
    await this.#close();
    if (this.#file !== null) await this.#options.devices.remove(this.#file);
    return this.#file;
  }

  /** Puts the bytes into pieces; a full one is sent off. */
  async #fill(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#piece ??= this.#options.hashing.takePiece();
      const part = chunk.subarray(at, at + PIECE_BYTES - this.#held);
      this.#piece.set(part, this.#held);
      this.#held += part.length;
      at += part.length;
      if (this.#held === PIECE_BYTES) await this.#send(true);
    }
  }

  /** Hands what is held to the disk and to the hash; a few pieces are on their way while the next is filled. */
  async #send(hashed: boolean): Promise<void> {
    while (this.#sending.length >= MAX_SENDING) {
      await this.#sending[0];
      this.#sending.shift();
    }
    const piece = this.#piece;
    if (!piece || this.#held === 0) return;
    const bytes = piece.subarray(0, this.#held);
    const at = this.#written;
    this.#piece = null;
    this.#held = 0;
    this.#written += bytes.length;
    if (hashed) this.#hash ??= this.#options.hashing.begin();
    // Both have let go of the piece before it is used again, whatever becomes of them.
    const steps = this.#handles.map((handle) => writeAll(handle, bytes, at));
    if (hashed) steps.push(this.#hash!.update(bytes));
    const sending = Promise.allSettled(steps).then((outcomes) => {
      this.#options.hashing.givePiece(piece);
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
      this.#unflushed += bytes.length;
      if (this.#unflushed >= FLUSH_BYTES) this.#flush();
    });
    // A failure is reported by whoever awaits it next.
    sending.catch(() => {});
    this.#sending.push(sending);
  }

  #flush(): void {
    this.#unflushed = 0;
    const handles = this.#handles;
    this.#flushing = this.#flushing.then(async () => {
      await Promise.all(handles.map((handle) => handle.datasync()));
    });
    this.#flushing.catch(() => {});
  }

  async #open(): Promise<void> {
    const { devices, ids } = this.#options;
    const file = ids.secret(NAME_BYTES);
    await this.#options.noteStray(file);
    this.#file = file;
    this.#devices = devices.places(file);
    for (const device of this.#devices) this.#handles.push(await devices.create(device, file));
  }

  async #close(): Promise<void> {
    const handles = this.#handles;
    this.#handles = [];
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function md5(data: Uint8Array): string {
  return new Bun.CryptoHasher("md5").update(data).digest("hex");
}
