// Blobs as files of one folder, named by image id, readable by the owner only. A blob is written beside its place,
// synced and renamed into it, so that a file with an image's name is always whole (glance_store's filesystem driver
// writes in place).

import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { BadLocation, StorageFull } from "../errors.ts";
import type { Deposit, WritableStore } from "./store.ts";

/** How often the disk is made to begin writing, so that the last sync finds little left to do. */
const FLUSH_BYTES = 64 << 20;
const READ_BYTES = 1 << 20;
const PARTIAL = ".part";
const FILE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export class FilesystemStore implements WritableStore {
  readonly id: string;
  readonly type = "file";
  readonly readOnly = false;
  readonly schemes = ["file", "filesystem"];
  readonly folder: string;

  /** @param folder an absolute path; it must exist */
  constructor(id: string, folder: string) {
    this.id = id;
    this.folder = folder;
  }

  properties(): Record<string, unknown> {
    return { data_dir: this.folder, chunk_size: READ_BYTES, thin_provisioning: false };
  }

  urlOf(imageId: string): string {
    return `file://${this.fileOf(imageId)}`;
  }

  /** @throws BadLocation for an id that is no plain name */
  fileOf(imageId: string): string {
    if (!FILE_NAME.test(imageId)) throw new BadLocation();
    return join(this.folder, imageId);
  }

  /** Only files of this store's own folder: a location never leads elsewhere. */
  path(url: string): string | null {
    if (!url.startsWith("file://")) return null;
    const path = url.slice("file://".length);
    return path === join(this.folder, basename(path)) && FILE_NAME.test(basename(path)) ? path : null;
  }

  async sizeOf(url: string): Promise<number> {
    const path = this.path(url);
    if (path === null || !(await Bun.file(path).exists())) throw new BadLocation();
    return Bun.file(path).size;
  }

  async *read(url: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
    const path = this.path(url);
    if (path === null) throw new BadLocation();
    const file = await open(path, "r");
    try {
      for (let left = length, at = offset; left > 0; ) {
        const buffer = new Uint8Array(Math.min(READ_BYTES, left));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) throw new Error(`${path} ended ${left} bytes early`);
        at += bytesRead;
        left -= bytesRead;
        yield bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  remove(url: string): void {
    const path = this.path(url);
    if (path !== null) rmSync(path, { force: true });
  }

  async begin(imageId: string): Promise<Deposit> {
    const path = this.fileOf(imageId);
    const partial = `${path}${PARTIAL}`;
    await rm(partial, { force: true });
    const file = await open(partial, "wx", 0o600);
    return new FileDeposit(file, partial, path, this.folder);
  }

  /** What no image refers to, and what was left half-written: removed. Only before anything is being written. */
  sweep(isKnown: (url: string) => boolean): string[] {
    const removed = readdirSync(this.folder).filter(
      (name) =>
        name.endsWith(PARTIAL) || (FILE_NAME.test(name) && !isKnown(`file://${join(this.folder, name)}`)),
    );
    for (const name of removed) rmSync(join(this.folder, name), { force: true, recursive: true });
    return removed;
  }
}

class FileDeposit implements Deposit {
  #file: FileHandle | null;
  #partial: string;
  #path: string;
  #folder: string;
  /** Writes happen one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #writtenBytes = 0;
  #unflushedBytes = 0;
  #flushing: Promise<void> | null = null;

  constructor(file: FileHandle, partial: string, path: string, folder: string) {
    this.#file = file;
    this.#partial = partial;
    this.#path = path;
    this.#folder = folder;
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#append(bytes));
    this.#writing = written;
    // Whoever wrote is told; `commit` fails too, and `abort` does not care.
    written.catch(() => {});
    return written;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const file = this.#open();
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file
        .write(bytes, done, bytes.length - done, this.#writtenBytes)
        .catch(noSpace);
      done += bytesWritten;
      this.#writtenBytes += bytesWritten;
    }
    this.#unflushedBytes += bytes.length;
    if (this.#unflushedBytes < FLUSH_BYTES || this.#flushing) return;
    this.#unflushedBytes = 0;
    const flushing = file.datasync().finally(() => {
      this.#flushing = null;
    });
    this.#flushing = flushing;
    flushing.catch(() => {}); // the last sync reports it
  }

  async commit(): Promise<string> {
    await this.#writing;
    const file = this.#open();
    await this.#flushing?.catch(() => {});
    await file.sync().catch(noSpace);
    await file.close();
    this.#file = null;
    renameSync(this.#partial, this.#path);
    syncFolder(this.#folder);
    return `file://${this.#path}`;
  }

  async abort(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    await this.#writing.catch(() => {});
    await this.#flushing?.catch(() => {});
    await file.close();
    await rm(this.#partial, { force: true });
  }

  #open(): FileHandle {
    if (this.#file === null) throw new Error(`${this.#path} is already closed`);
    return this.#file;
  }
}

/** The new name itself must survive a power cut too. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function noSpace(error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") throw new StorageFull({ cause: error });
  throw error;
}
