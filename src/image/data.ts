// The data of images: upload, staging, download. Authority: glance/api/v2/image_data.py of Zed.
//
// An upload moves an image from queued to saving and, when all of its data is on the disk, to active with its location in
// one transaction. When it fails, nothing is left and the image is queued again; when the process dies, `recover` does
// the same at the next start.

import { existsSync } from "node:fs";
import type { Clock } from "../core/clock.ts";
import { Forbidden, Invalid, messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { type Access, type Caller, enforce, enforceAsOwner, isAdmin } from "./access.ts";
import { pour } from "./buffers.ts";
import type { ImageCache } from "./cache.ts";
import {
  ChecksumMismatch,
  ImageGone,
  InvalidStatusTransition,
  NotTheOwner,
  UploadInterrupted,
} from "./errors.ts";
import type { ProjectLimits } from "./project-limits.ts";
import type { Quota, Room } from "./quota.ts";
import type { Received, Receiver } from "./receiver.ts";
import type { ImageRecord } from "./records.ts";
import type { Signatures } from "./signatures.ts";
import { type ImageStatus, mayBecome } from "./states.ts";
import type { ImageStore } from "./store.ts";
import type { FilesystemStore } from "./stores/filesystem.ts";
import type { Stores } from "./stores/registry.ts";
import type { WritableStore } from "./stores/store.ts";

export interface Content {
  sizeBytes: number;
  checksum: string | null;
  /** The file that holds it, when there is one; else read it by `read`. */
  path: string | null;
  read(offset: number, length: number): AsyncIterable<Uint8Array>;
}

export interface DataParts {
  store: ImageStore;
  access: Access;
  quota: Quota;
  limits: ProjectLimits;
  stores: Stores;
  /** Where staged data waits for its import. */
  staging: FilesystemStore;
  receiver: Receiver;
  signatures: Signatures;
  cache: ImageCache;
  clock: Clock;
  log: Logger;
}

export interface UploadOptions {
  /** What becomes of the image when the upload fails: version 1 kills it. */
  onFailure: "queued" | "killed";
  /** MD5 the sender announced; null when it did not. */
  checksum: string | null;
}

const NO_DATA = { size: null, virtual_size: null, checksum: null, os_hash_algo: null, os_hash_value: null };

export class ImageData {
  #parts: DataParts;
  #stopping = new AbortController();
  #underWay = new Set<Promise<unknown>>();

  constructor(parts: DataParts) {
    this.#parts = parts;
  }

  /**
   * @param storeId null: the default store
   * @throws ImageNotFound, Forbidden, InvalidStatusTransition when the image is not queued, Invalid when it has no formats
   *   yet, ImageGone when it was deleted meanwhile, and what Receiver throws
   */
  async upload(
    caller: Caller,
    id: string,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
    storeId: string | null,
    options: UploadOptions = { onFailure: "queued", checksum: null },
  ): Promise<ImageRecord> {
    const { access, quota, limits, stores, store } = this.#parts;
    const { projectId } = caller.context;
    limits.enforce(projectId, "image_size_total");
    const target = storeId === null ? stores.defaultStore : stores.forUpload(storeId);
    const image = access.visible(caller, id);
    this.#enforceUpload(caller, image);
    requireMove(image, "saving");
    const room = quota.room(image.row.owner, id, sizeBytes);
    limits.enforce(projectId, "image_count_uploading", 1);
    this.#become(id, "queued", "saving");
    const received = await this.#track(this.#receive(image, data, sizeBytes, room, target, options));
    this.#activate(id, "saving", received, target);
    this.#parts.log.info(caller.context, `Image ${id} is active: ${received.sizeBytes} bytes`);
    return store.image(id)!;
  }

  /** Keeps the data aside until an import takes it; the image is `uploading`. */
  async stage(
    caller: Caller,
    id: string,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
  ): Promise<void> {
    const { access, quota, limits, staging } = this.#parts;
    const { projectId } = caller.context;
    limits.enforce(projectId, "image_stage_total");
    const image = access.visible(caller, id);
    enforceAsOwner(caller, "modify_image", image);
    requireMove(image, "uploading");
    const room = quota.room(image.row.owner, id, sizeBytes);
    limits.enforce(projectId, "image_count_uploading", 1);
    this.#become(id, "queued", "uploading");
    const size = await this.#track(this.#stage(image, data, sizeBytes, room));
    if (!this.#parts.store.update(id, { size }, this.#now(), "uploading")) {
      staging.remove(staging.urlOf(id));
      throw new ImageGone(id);
    }
  }

  /**
   * The data of an image the caller may read; null when it has none.
   * @throws ImageNotFound, Forbidden also when it is deactivated
   */
  content(caller: Caller, id: string): Content | null {
    const image = this.#parts.access.visible(caller, id);
    if (image.row.status === "deactivated" && !isAdmin(caller)) {
      throw new Forbidden("The requested image has been deactivated. Image data download is forbidden.");
    }
    enforce(caller, "download_image", image);
    return this.contentOf(image);
  }

  /** The same without asking whether the caller may. */
  contentOf(image: ImageRecord): Content | null {
    const copy = this.#parts.cache.use(image.row.id);
    const stored = this.storedContentOf(image);
    return copy !== null && stored ? { ...stored, path: copy } : stored;
  }

  /** The file with the data, which is fetched when it lies elsewhere; null when there is none. */
  async fileOf(caller: Caller, id: string): Promise<string | null> {
    const content = this.content(caller, id);
    return content && (content.path ?? this.#parts.cache.fill(id, content));
  }

  /** As it is stored, whether or not there is a copy in the cache. */
  storedContentOf(image: ImageRecord): Content | null {
    const { stores } = this.#parts;
    const { size, checksum } = image.row;
    for (const { url, metadata } of image.locations) {
      const store = stores.of({ url, metadata });
      if (!store) continue;
      const path = store.path(url);
      if (store.type === "file" && (path === null || !existsSync(path))) continue;
      return {
        sizeBytes: size ?? 0,
        checksum,
        path,
        read: (offset, length) => store.read(url, offset, length),
      };
    }
    return null;
  }

  /**
   * Data for an image that an import works on, in one store.
   * @param status the image's state, which stays as it is
   */
  async receiveInto(
    image: ImageRecord,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
    store: WritableStore,
  ): Promise<Received> {
    const room = this.#parts.quota.room(image.row.owner, image.row.id, sizeBytes);
    return this.#track(this.#parts.receiver.receive(this.#incoming(image, data, sizeBytes, room, store)));
  }

  /** How much data an image of this project may get. @throws ImageTooLarge, StorageQuotaFull */
  room(owner: string | null, imageId: string, sizeBytes: number | null): Room {
    return this.#parts.quota.room(owner, imageId, sizeBytes);
  }

  /** After a crash: what was on its way in never came; what no image refers to is removed. */
  recover(): void {
    const { store, stores, staging, log } = this.#parts;
    const interrupted = store.idsByStatus("saving");
    for (const id of interrupted) this.#become(id, "saving", "queued", NO_DATA);
    if (interrupted.length > 0)
      log.info(null, `Interrupted uploads are queued again: ${interrupted.join(", ")}`);
    const known = store.locationUrls();
    for (const files of stores.files())
      this.#report(
        files,
        files.sweep((url) => known.has(url)),
      );
    const staged = new Set(store.idsByStatus("uploading", "importing").map((id) => staging.urlOf(id)));
    this.#report(
      staging,
      staging.sweep((url) => staged.has(url)),
    );
    for (const id of store.idsByStatus("uploading")) {
      const path = staging.fileOf(id);
      if (!existsSync(path)) this.#become(id, "uploading", "queued", NO_DATA);
      else store.update(id, { size: Bun.file(path).size }, this.#now(), "uploading");
    }
  }

  /** Ends every upload that is under way, and waits until it has cleaned up. */
  async stop(): Promise<void> {
    this.#stopping.abort(new UploadInterrupted({ cause: "the service is being stopped" }));
    await Promise.allSettled(this.#underWay);
  }

  async #receive(
    image: ImageRecord,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
    room: Room,
    store: WritableStore,
    { onFailure, checksum }: UploadOptions,
  ): Promise<Received> {
    const { receiver, log } = this.#parts;
    const { id } = image.row;
    try {
      const received = await receiver.receive(this.#incoming(image, data, sizeBytes, room, store));
      if (checksum !== null && checksum !== received.md5) {
        store.remove(received.url);
        throw new ChecksumMismatch(checksum, received.md5);
      }
      return received;
    } catch (error) {
      const becomes = onFailure === "killed" ? "killed" : "queued again";
      log.info(null, `Image ${id} is ${becomes}: ${messageOf(error)}`);
      this.#become(id, "saving", onFailure, NO_DATA);
      throw interruption(error);
    }
  }

  async #stage(
    image: ImageRecord,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
    room: Room,
  ): Promise<number> {
    const { staging, log } = this.#parts;
    const deposit = await staging.begin(image.row.id);
    let received = 0;
    try {
      const onChunk = (chunk: Uint8Array) => {
        this.#stopping.signal.throwIfAborted();
        received += chunk.length;
        room.check(received);
      };
      await pour(data, onChunk, ({ bytes }) => deposit.write(bytes));
      if (sizeBytes !== null && sizeBytes !== received) throw new UploadInterrupted();
      await deposit.commit();
      return received;
    } catch (error) {
      log.info(null, `Image ${image.row.id} is queued again: ${messageOf(error)}`);
      await deposit.abort();
      this.#become(image.row.id, "uploading", "queued", NO_DATA);
      throw interruption(error);
    }
  }

  #incoming(
    image: ImageRecord,
    data: AsyncIterable<Uint8Array>,
    sizeBytes: number | null,
    room: Room,
    store: WritableStore,
  ) {
    const { id, disk_format, container_format } = image.row;
    return {
      verifier: this.#parts.signatures.verifier(id, image.properties),
      imageId: id,
      diskFormat: disk_format ?? "raw",
      containerFormat: container_format ?? "bare",
      data,
      sizeBytes,
      room,
      store,
      signal: this.#stopping.signal,
    };
  }

  #activate(id: string, from: ImageStatus, received: Received, target: WritableStore): void {
    const { store } = this.#parts;
    const now = this.#now();
    const active = store.db.transaction(() => {
      if (!store.update(id, { ...hashed(received), status: "active" }, now, from)) return false;
      store.addLocation(id, received.url, { store: target.id }, now);
      return true;
    });
    if (active) return;
    target.remove(received.url);
    throw new ImageGone(id);
  }

  #enforceUpload(caller: Caller, image: ImageRecord): void {
    try {
      enforceAsOwner(caller, "upload_image", image);
    } catch (error) {
      if (!(error instanceof NotTheOwner)) throw error;
      throw new Forbidden(`Not allowed to upload image data for image ${image.row.id}`);
    }
  }

  #become(id: string, from: ImageStatus, to: ImageStatus, more: Partial<typeof NO_DATA> = {}): void {
    this.#parts.store.update(id, { status: to, ...more }, this.#now(), from);
  }

  #report(store: FilesystemStore, removed: readonly string[]): void {
    if (removed.length === 0) return;
    this.#parts.log.warning(
      null,
      `Removed from ${store.folder} what no image refers to: ${removed.join(", ")}`,
    );
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const done = () => this.#underWay.delete(work);
    work.then(done, done);
    return work;
  }

  #now(): number {
    return this.#parts.clock.now();
  }
}

/** What an image's row says of data that was taken in. */
export function hashed(received: Received) {
  return {
    size: received.sizeBytes,
    virtual_size: received.virtualSizeBytes,
    checksum: received.md5,
    os_hash_algo: "sha512",
    os_hash_value: received.sha512,
  };
}

/** @throws InvalidStatusTransition; Invalid when formats must be set first */
export function requireMove({ row }: ImageRecord, to: ImageStatus): void {
  if (!mayBecome(row.status, to)) throw new InvalidStatusTransition(row.status, to);
  if (to === "uploading") return;
  const missing = (["disk_format", "container_format"] as const).filter((name) => !row[name]);
  if (missing.length === 0) return;
  const noun = missing.length === 1 ? "Property" : "Properties";
  throw new Invalid(`${noun} ${missing.join(", ")} must be set prior to saving data.`);
}

/** A connection that broke is the sender's doing, not a fault of ours. */
function interruption(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE"
    ? new UploadInterrupted({ cause: error })
    : error;
}
