// The rules of objects: what a PUT, POST, DELETE and GET do to what is stored.
// Authority: swift/obj/server.py, swift/obj/diskfile.py.

import type { Counts } from "./containers.ts";
import {
  ContainerNotFound,
  DataLost,
  DeleteAtDiffers,
  EtagMismatch,
  NewerExists,
  ObjectExists,
  ObjectNotFound,
  StorageFull,
} from "./errors.ts";
import { isSysMeta, isTransientSysMeta, isUserMeta, type Metadata, parseMetadata } from "./metadata.ts";
import type { Commits } from "./storage/commits.ts";
import type { Devices } from "./storage/devices.ts";
import type { Readers } from "./storage/readers.ts";
import { Upload, type UploadedData, type UploadOptions } from "./storage/upload.ts";
import type { AccountStore } from "./store/accounts.ts";
import type { ObjectKey, ObjectStore, StoredObject } from "./store/objects.ts";
import type { SyncChanges } from "./store/sync-changes.ts";
import type { ObjectRow } from "./tables.ts";
import type { Timestamps } from "./timestamp.ts";

/** Headers an object keeps beside its metadata (`allowed_headers` of the object server). */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  "content-disposition",
  "content-encoding",
  "x-object-manifest",
  "x-static-large-object",
  "cache-control",
  "content-language",
  "expires",
  "x-robots-tag",
]);

export interface ObjectInfo {
  createdAt: number;
  dataTimestamp: number;
  contentType: string;
  deleteAt: number | null;
  size: number;
  etag: string;
  metadata: Readonly<Metadata>;
}

export interface ObjectData extends ObjectInfo {
  /** The bytes, or where they are. A file stays readable until `release`. */
  source: Uint8Array | { file: string };
  release(): void;
}

export interface PutObject {
  containerId: number;
  name: string;
  /** Ticks named by the sender, or null for now. */
  timestamp: number | null;
  contentType: string;
  deleteAt: number | null;
  metadata: Metadata;
  /** MD5 the sender expects, without quotes. */
  etag: string | null;
  /** Fail when there is an object already. */
  mustBeNew: boolean;
  /** What listings show, where it differs. */
  listed?: { size?: number; etag?: string };
}

export interface PostObject {
  containerId: number;
  name: string;
  timestamp: number | null;
  /** Null: unchanged. */
  contentType: string | null;
  deleteAt: number | null;
  /** User metadata and kept headers; they replace those that were there. */
  metadata: Metadata;
}

export interface ObjectsParts {
  accounts: AccountStore;
  objects: ObjectStore;
  commits: Commits;
  counts: Counts;
  changes: SyncChanges;
  timestamps: Timestamps;
  devices: Devices;
  readers: Readers;
  upload: UploadOptions;
}

export class Objects {
  #parts: ObjectsParts;

  constructor(parts: ObjectsParts) {
    this.#parts = parts;
  }

  /** Null when there is none, or it has expired. */
  head(containerId: number, name: string): ObjectInfo | null {
    const row = this.#parts.objects.head(containerId, name);
    return row && !this.#expired(row.delete_at) ? objectInfo(row) : null;
  }

  /** @throws DataLost when no copy of the data is left */
  open(containerId: number, name: string): ObjectData | null {
    const { objects, devices, readers } = this.#parts;
    const row = objects.get(containerId, name);
    if (!row || this.#expired(row.delete_at)) return null;
    const info = objectInfo(row) as ObjectData;
    if (row.file === null) {
      info.source = row.data ?? new Uint8Array(0);
      info.release = () => {};
      return info;
    }
    const release = readers.hold(row.file);
    const path = devices.firstCopy(row.file);
    if (path === null) {
      release();
      throw new DataLost();
    }
    info.source = { file: path };
    info.release = release;
    return info;
  }

  /** Takes the data; nothing of them is visible before `put`. */
  async receive(
    data: AsyncIterable<Uint8Array>,
    maxBytes: number,
    onTooLarge: () => Error,
  ): Promise<UploadedData> {
    const upload = new Upload(this.#parts.upload);
    try {
      for await (const chunk of data) {
        if (upload.size + chunk.length > maxBytes) throw onTooLarge();
        await upload.write(chunk);
      }
      return await upload.finish();
    } catch (error) {
      const file = await upload.abort();
      if (file !== null) await this.#forget(file);
      throw isFull(error) ? new StorageFull(error) : error;
    }
  }

  /** Removes data that were received and shall not be put. */
  async discard(data: UploadedData): Promise<void> {
    if (data.file === null) return;
    await this.#parts.devices.remove(data.file);
    await this.#forget(data.file);
  }

  /**
   * Makes the received data an object, in place of one with that name; on failure they are removed.
   * Resolves with its timestamp when it is durable.
   * @throws ContainerNotFound, ObjectExists, EtagMismatch, NewerExists
   */
  async put(put: PutObject, data: UploadedData): Promise<number> {
    const { commits } = this.#parts;
    try {
      if (put.etag !== null && put.etag !== data.etag) throw new EtagMismatch();
      const { timestamp, file } = await commits.write(() => this.#commitPut(put, data));
      if (file !== null) this.#parts.readers.discard(file);
      return timestamp;
    } catch (error) {
      await this.discard(data);
      throw isFull(error) ? new StorageFull(error) : error;
    }
  }

  /** @throws ContainerNotFound, ObjectNotFound, NewerExists */
  post(post: PostObject): Promise<number> {
    const { accounts, objects, commits, changes, timestamps } = this.#parts;
    return commits.write(() => {
      const container = accounts.containerById(post.containerId);
      if (!container) throw new ContainerNotFound();
      const row = objects.head(post.containerId, post.name);
      if (!row || this.#expired(row.delete_at)) throw new ObjectNotFound();
      if (post.timestamp !== null && post.timestamp <= row.created_at) throw new NewerExists();
      const timestamp = post.timestamp ?? Math.max(timestamps.next(), row.created_at + 1);
      const before = parseMetadata(row.metadata);
      const kept = Object.entries(before).filter(
        ([name]) => isSysMeta("object", name) || name === "x-static-large-object",
      );
      objects.setMetadata(row.data_id, JSON.stringify({ ...Object.fromEntries(kept), ...post.metadata }));
      const type =
        post.contentType === null ? row.content_type : withSwiftBytes(post.contentType, row.content_type);
      objects.touch(post.containerId, post.name, timestamp, type, post.deleteAt);
      changes.note(container, post.name, timestamp, false);
      return timestamp;
    });
  }

  /**
   * @param ifDeleteAt only an object that is to be gone at this second is removed, even when it seems gone already
   * @throws ContainerNotFound, ObjectNotFound, NewerExists, DeleteAtDiffers
   */
  async delete(
    containerId: number,
    name: string,
    { timestamp = null, ifDeleteAt = null }: { timestamp?: number | null; ifDeleteAt?: number | null } = {},
  ): Promise<void> {
    const { commits, accounts, objects, changes, readers, timestamps } = this.#parts;
    const { file, expired } = await commits.write(() => {
      const container = accounts.containerById(containerId);
      if (!container) throw new ContainerNotFound();
      const row = objects.row(containerId, name);
      if (!row) throw new ObjectNotFound();
      if (timestamp !== null && timestamp <= row.created_at) throw new NewerExists();
      if (ifDeleteAt !== null && row.delete_at !== ifDeleteAt) throw new DeleteAtDiffers();
      changes.note(container, name, timestamp ?? Math.max(timestamps.next(), row.created_at + 1), true);
      return { file: this.#remove(row, container.account_id), expired: this.#expired(row.delete_at) };
    });
    if (file !== null) readers.discard(file);
    if (expired && ifDeleteAt === null) throw new ObjectNotFound();
  }

  /** Removes objects whose time has come, at most `limit`. Returns how many there were. */
  async expire(limit: number): Promise<number> {
    const { commits, accounts, objects, readers, timestamps } = this.#parts;
    const due = objects.expired(timestamps.nowSeconds(), limit);
    if (due.length === 0) return 0;
    const files = await commits.write(() =>
      due.map(({ container_id, name, delete_at }) => {
        const row = objects.row(container_id, name);
        const container = accounts.containerById(container_id);
        // A POST may have moved the moment meanwhile.
        return row && container && row.delete_at === delete_at
          ? this.#remove(row, container.account_id)
          : null;
      }),
    );
    for (const file of files) if (file !== null) readers.discard(file);
    return due.length;
  }

  /** Removes what a crash has left behind: files of uploads that never ended and of objects that are gone. */
  async sweep(strays: readonly string[]): Promise<void> {
    for (const file of strays) {
      await this.#parts.devices.remove(file);
      await this.#forget(file);
    }
  }

  /** Removes objects of a container that is being taken apart, at most `limit`. Returns how many there were. */
  async clear(containerId: number, limit: number): Promise<number> {
    const { commits, accounts, objects, readers } = this.#parts;
    const files = await commits.write(() => {
      const container = accounts.containerById(containerId);
      return container
        ? objects.first(containerId, limit).map((row) => this.#remove(row, container.account_id))
        : [];
    });
    for (const file of files) if (file !== null) readers.discard(file);
    return files.length;
  }

  /** Removes an object whose data are lost, unless it has been replaced meanwhile. Returns whether it was there. */
  async removeLost(key: ObjectKey, dataId: number): Promise<boolean> {
    const { commits, accounts, objects, readers } = this.#parts;
    const removed = await commits.write(() => {
      const row = objects.row(key.container_id, key.name);
      const container = accounts.containerById(key.container_id);
      if (!row || !container || row.data_id !== dataId) return null;
      return { file: this.#remove(row, container.account_id) };
    });
    if (removed?.file) readers.discard(removed.file);
    return removed !== null;
  }

  #commitPut(put: PutObject, data: UploadedData): { timestamp: number; file: string | null } {
    const { accounts, objects, timestamps, counts, changes } = this.#parts;
    const container = accounts.containerById(put.containerId);
    if (!container) throw new ContainerNotFound();
    const before = objects.row(put.containerId, put.name);
    if (before && put.mustBeNew && !this.#expired(before.delete_at)) throw new ObjectExists();
    if (before && put.timestamp !== null && put.timestamp <= before.created_at) throw new NewerExists();
    const timestamp = put.timestamp ?? Math.max(timestamps.next(), (before?.created_at ?? 0) + 1);
    const dataId = objects.insertData({
      dataTimestamp: timestamp,
      size: data.size,
      etag: data.etag,
      metadata: JSON.stringify(put.metadata),
      file: data.file,
      data: data.file === null ? data.data : null,
    });
    const size = put.listed?.size ?? data.size;
    objects.put({
      container_id: put.containerId,
      name: put.name,
      created_at: timestamp,
      size,
      content_type: put.contentType,
      etag: put.listed?.etag ?? data.etag,
      data_id: dataId,
      delete_at: put.deleteAt,
    });
    if (data.file !== null) objects.removeStray(data.file);
    changes.note(container, put.name, timestamp, false);
    const file = before ? objects.deleteData(before.data_id) : null;
    counts.objects(container.account_id, container.id, before ? 0 : 1, size - (before?.size ?? 0));
    return { timestamp, file };
  }

  /** Within a transaction. Returns the file that nothing needs now. */
  #remove(row: ObjectRow, accountId: number): string | null {
    const { objects, counts } = this.#parts;
    objects.deleteRow(row.container_id, row.name);
    const file = objects.deleteData(row.data_id);
    counts.objects(accountId, row.container_id, -1, -row.size);
    return file;
  }

  #forget(file: string): Promise<void> {
    const { commits, objects } = this.#parts;
    return commits.write(() => objects.removeStray(file));
  }

  #expired(deleteAt: number | null): boolean {
    return deleteAt !== null && deleteAt <= this.#parts.timestamps.nowSeconds();
  }
}

/** No space, no quota, or SQLite's word for it. */
function isFull(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "ENOSPC" || code === "EDQUOT" || code === "SQLITE_FULL";
}

const SWIFT_BYTES = /;\s*swift_bytes=(\d+)\s*$/;

/** A POST may change a large object's type, but its size stays behind it. */
function withSwiftBytes(type: string, before: string): string {
  const size = SWIFT_BYTES.exec(before)?.[1];
  return size === undefined ? type : `${type};swift_bytes=${size}`;
}

function objectInfo(row: StoredObject): ObjectInfo {
  return {
    createdAt: row.created_at,
    dataTimestamp: row.data_timestamp,
    contentType: row.content_type.replace(SWIFT_BYTES, ""),
    deleteAt: row.delete_at,
    size: row.size,
    etag: row.etag,
    metadata: parseMetadata(row.metadata),
  };
}

/** Of a request's headers those that become an object's metadata. */
export function objectMetadata(headers: Iterable<[string, string]>, withSysMeta: boolean): Metadata {
  const metadata: Metadata = {};
  for (const [name, value] of headers) {
    const kept =
      isUserMeta("object", name) ||
      isTransientSysMeta(name) ||
      KEPT_HEADERS.has(name) ||
      (withSysMeta && isSysMeta("object", name));
    if (kept) metadata[name] = value;
  }
  return metadata;
}

/** Whole seconds after which an object is gone, from `X-Delete-At`. */
export function deleteAtOf(header: string | null): number | null {
  return header === null ? null : Number(header);
}
