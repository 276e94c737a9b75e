// The SQL of the image cache.

import { asc, eq, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { type CachedImageRow, cachedImages, queuedImages } from "./tables.ts";

export class CacheStore {
  readonly db: ProjectDatabase;
  #get;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.#get = db.orm
      .select()
      .from(cachedImages)
      .where(eq(cachedImages.image_id, sql.placeholder("id")))
      .prepare();
  }

  get(imageId: string): CachedImageRow | null {
    return this.#get.get({ id: imageId }) ?? null;
  }

  cached(): CachedImageRow[] {
    return this.db.orm.select().from(cachedImages).orderBy(asc(cachedImages.image_id)).all();
  }

  /** The least recently used first. */
  byLastUse(): CachedImageRow[] {
    return this.db.orm.select().from(cachedImages).orderBy(asc(cachedImages.last_accessed)).all();
  }

  queued(): string[] {
    const rows = this.db.orm
      .select()
      .from(queuedImages)
      .orderBy(asc(queuedImages.queued_at), asc(queuedImages.image_id))
      .all();
    return rows.map((row) => row.image_id);
  }

  queuedAtMs(imageId: string): number | null {
    const where = eq(queuedImages.image_id, imageId);
    const row = this.db.orm.select().from(queuedImages).where(where).get();
    return row ? row.queued_at * 1000 : null;
  }

  queue(imageId: string, nowMs: number): void {
    const row = { image_id: imageId, queued_at: nowMs / 1000 };
    this.db.orm.insert(queuedImages).values(row).onConflictDoNothing().run();
  }

  /** It waits no longer, because it is there. */
  add(row: { imageId: string; sizeBytes: number; checksum: string | null }, nowMs: number): void {
    const now = nowMs / 1000;
    const values = {
      image_id: row.imageId,
      size: row.sizeBytes,
      checksum: row.checksum,
      hits: 0,
      last_accessed: now,
      last_modified: now,
    };
    this.db.transaction(() => {
      this.db.orm
        .insert(cachedImages)
        .values(values)
        .onConflictDoUpdate({ target: cachedImages.image_id, set: values })
        .run();
      this.unqueue(row.imageId);
    });
  }

  noteHits(imageId: string, hits: number, lastMs: number): void {
    this.db.orm
      .update(cachedImages)
      .set({ hits: sql`${cachedImages.hits} + ${hits}`, last_accessed: lastMs / 1000 })
      .where(eq(cachedImages.image_id, imageId))
      .run();
  }

  remove(imageId: string): void {
    this.db.orm.delete(cachedImages).where(eq(cachedImages.image_id, imageId)).run();
  }

  unqueue(imageId: string): void {
    this.db.orm.delete(queuedImages).where(eq(queuedImages.image_id, imageId)).run();
  }

  /** @returns how many there were */
  clearQueue(): number {
    return this.db.orm.delete(queuedImages).returning({ id: queuedImages.image_id }).all().length;
  }
}
