// Copies of image data on this host: for stores whose data lies elsewhere, and for whoever asks for one by the cache API.
// A copy of a file of ours is another name of that file and takes no room. A copy is there when its row is; files without
// a row go at the next start. Authority: glance/image_cache, glance/api/v2/cached_images.py of Zed.

import { existsSync, linkSync, rmSync } from "node:fs";
import type { Bus, Delivery, Subscription } from "../core/bus.ts";
import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import { pour } from "./buffers.ts";
import type { Content } from "./data.ts";
import type { CacheStore } from "./store-cache.ts";
import type { FilesystemStore } from "./stores/filesystem.ts";
import type { CachedImageRow } from "./tables.ts";

export interface ImageCacheParts {
  rows: CacheStore;
  files: FilesystemStore;
  bus: Bus;
  clock: Clock;
  log: Logger;
  /** `image_cache_max_size` */
  maxBytes: number;
}

const TOPIC = "glance-cache";
const METHOD = "cache_image";
/** So long an image shows as queued: clients look for it there, and a link is made in no time. */
const QUEUE_MS = 500;
/** One after the other, as Glance's worker. */
const CONCURRENCY = 1;

export class ImageCache {
  #parts: ImageCacheParts;
  #filling = new Map<string, Promise<string>>();
  /** Hits that have not been written yet: a download is not held up by a commit. */
  #hits = new Map<string, { count: number; lastMs: number }>();
  #subscription: Subscription | null = null;

  constructor(parts: ImageCacheParts) {
    this.#parts = parts;
  }

  /** @param load the stored data of an image that is active; null for any other */
  start(load: (imageId: string) => Content | null): void {
    const { rows, files, bus, log } = this.#parts;
    for (const { image_id } of rows.cached()) if (!existsSync(files.fileOf(image_id))) rows.remove(image_id);
    const known = new Set(rows.cached().map((row) => files.urlOf(row.image_id)));
    files.sweep((url) => known.has(url));
    const fetch = async (_: RequestContext, { imageId }: { imageId: string }, delivery: Delivery) => {
      await this.#untilSeen(imageId, delivery.signal);
      if (delivery.signal.aborted) return;
      const content = rows.queued().includes(imageId) ? load(imageId) : null;
      if (!content) return rows.unqueue(imageId);
      await this.fill(imageId, content).catch((error) => {
        rows.unqueue(imageId);
        log.warning(null, `Image ${imageId} could not be cached: ${messageOf(error)}`);
      });
    };
    this.#subscription = bus.consume(TOPIC, { handlers: { [METHOD]: fetch }, concurrency: CONCURRENCY });
  }

  async #untilSeen(imageId: string, signal: AbortSignal): Promise<void> {
    const { rows, clock } = this.#parts;
    const waitMs = (rows.queuedAtMs(imageId) ?? 0) + QUEUE_MS - clock.now();
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => {}); // the caller looks at the signal
  }

  async stop(): Promise<void> {
    await this.#subscription?.stop(0);
    this.#subscription = null;
    await Promise.allSettled(this.#filling.values());
    this.#writeHits();
  }

  /** The copy's file; null when there is none. Counts as a use of it. */
  use(imageId: string): string | null {
    const { rows, files, clock } = this.#parts;
    if (!rows.get(imageId)) return null;
    const path = files.fileOf(imageId);
    if (!existsSync(path)) return null;
    const hits = this.#hits.get(imageId);
    this.#hits.set(imageId, { count: (hits?.count ?? 0) + 1, lastMs: clock.now() });
    return path;
  }

  /** A copy of this content. @returns its file */
  fill(imageId: string, content: Content): Promise<string> {
    const under = this.#filling.get(imageId);
    if (under) return under;
    const filling = this.#fill(imageId, content).finally(() => this.#filling.delete(imageId));
    this.#filling.set(imageId, filling);
    return filling;
  }

  async #fill(imageId: string, content: Content): Promise<string> {
    const { rows, files, clock } = this.#parts;
    const path = files.fileOf(imageId);
    if (rows.get(imageId) && existsSync(path)) return path;
    if (!content.path || !linked(content.path, path)) {
      const deposit = await files.begin(imageId);
      try {
        const all = content.read(0, content.sizeBytes);
        await pour(
          all,
          () => {},
          ({ bytes }) => deposit.write(bytes),
        );
        await deposit.commit();
      } catch (error) {
        await deposit.abort();
        throw error;
      }
    }
    rows.add({ imageId, sizeBytes: content.sizeBytes, checksum: content.checksum }, clock.now());
    this.#prune(imageId);
    return path;
  }

  /** Waits in line for a copy. */
  queue(context: RequestContext, imageId: string): void {
    const { rows, bus, clock } = this.#parts;
    if (rows.get(imageId)) return;
    rows.db.transaction(() => {
      rows.queue(imageId, clock.now());
      bus.cast(context, TOPIC, METHOD, { imageId });
    });
  }

  cached(): CachedImageRow[] {
    this.#writeHits();
    return this.#parts.rows.cached();
  }

  queued(): string[] {
    return this.#parts.rows.queued();
  }

  holds(imageId: string): boolean {
    return this.#parts.rows.get(imageId) !== null || this.queued().includes(imageId);
  }

  /** Whoever has the file open reads on. */
  drop(imageId: string): void {
    const { rows, files } = this.#parts;
    rows.remove(imageId);
    this.#hits.delete(imageId);
    files.remove(files.urlOf(imageId));
  }

  unqueue(imageId: string): void {
    this.#parts.rows.unqueue(imageId);
  }

  /** @returns how many there were */
  clearCached(): number {
    const all = this.#parts.rows.cached();
    for (const { image_id } of all) this.drop(image_id);
    return all.length;
  }

  /** @returns how many there were */
  clearQueued(): number {
    return this.#parts.rows.clearQueue();
  }

  /** The least recently used go until the rest fits; the newest stays whatever its size. */
  #prune(newest: string): void {
    this.#writeHits();
    const { rows, maxBytes, log } = this.#parts;
    const all = rows.byLastUse();
    let total = all.reduce((sum, row) => sum + row.size, 0);
    for (const { image_id, size } of all) {
      if (total <= maxBytes) return;
      if (image_id === newest) continue;
      this.drop(image_id);
      total -= size;
      log.info(null, `Image ${image_id} is pruned from the cache`);
    }
  }

  #writeHits(): void {
    const { rows } = this.#parts;
    for (const [imageId, { count, lastMs }] of this.#hits) rows.noteHits(imageId, count, lastMs);
    this.#hits.clear();
  }
}

/** False where one file cannot have both names (another file system). */
function linked(from: string, to: string): boolean {
  try {
    rmSync(to, { force: true });
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}
