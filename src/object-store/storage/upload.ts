// One object's data on the way in: hashed as it comes, kept in memory while it is small, and beyond that written to a
// file on each of its devices. Memory stays constant whatever the size. The file's name is noted as stray before the file
// exists, so that a crash at any instant leaves nothing that the next start does not remove.

import type { FileHandle } from "node:fs/promises";
import type { Ids } from "../../core/ids.ts";
import { type Devices, NAME_BYTES } from "./devices.ts";

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
  /** Up to this many bytes stay in memory and become part of the row. */
  inlineBytes: number;
  /** Durably notes the name of a file that is about to be made. */
  noteStray(file: string): Promise<unknown>;
}

/** Written in pieces of this size. */
const WRITE_BYTES = 1 << 20;
/** Dirty pages are pushed to the disk every so often, so that the sync at the end has little left to do. */
const FLUSH_BYTES = 64 << 20;

export class Upload {
  size = 0;
  #options: UploadOptions;
  #hash = new Bun.CryptoHasher("md5");
  #chunks: Uint8Array[] = [];
  #held = 0;
  #file: string | null = null;
  #devices: string[] = [];
  #handles: FileHandle[] = [];
  #written = 0;
  #unflushed = 0;
  #flushing: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  /** Takes the next bytes; the chunk must not be changed afterwards. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.size += chunk.length;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#file === null ? this.size > this.#options.inlineBytes : this.#held >= WRITE_BYTES)
      await this.#spill();
  }

  /** Ends the data; they are durable then, as far as they are in a file. */
  async finish(): Promise<UploadedData> {
    const etag = this.#hash.digest("hex");
    if (this.#file === null) {
      const data = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#held);
      return { size: this.size, etag, data, file: null };
    }
    const file = this.#file;
    await this.#spill();
    await this.#writing;
    await this.#flushing;
    await Promise.all(this.#handles.map((handle) => handle.datasync()));
    await this.#close();
    await Promise.all(this.#devices.map((device) => this.#options.devices.syncFolder(device, file)));
    return { size: this.size, etag, data: null, file };
  }

  /** Gives up: what was written is removed. Returns the file's name, which is still noted as stray. */
  async abort(): Promise<string | null> {
    this.#chunks = [];
    await this.#writing.catch(() => {});
    await this.#flushing.catch(() => {});
    await this.#close();
    if (this.#file !== null) await this.#options.devices.remove(this.#file);
    return this.#file;
  }

  /** Hands what is held to the disk; at most one piece is on its way while the next is collected. */
  async #spill(): Promise<void> {
    if (this.#file === null) await this.#open();
    await this.#writing;
    if (this.#held === 0) return;
    const piece = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#held);
    const at = this.#written;
    this.#chunks = [];
    this.#held = 0;
    this.#written += piece.length;
    this.#writing = Promise.all(this.#handles.map((handle) => writeAll(handle, piece, at))).then(() => {
      this.#unflushed += piece.length;
      if (this.#unflushed >= FLUSH_BYTES) this.#flush();
    });
    // A failure is reported by whoever awaits it next.
    this.#writing.catch(() => {});
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
