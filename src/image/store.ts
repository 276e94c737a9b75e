// The SQL of images, their properties, tags and locations. Members and tasks have files of their own; the filters of a
// list are turned into SQL in `store-list.ts`.

import { and, eq, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { toMoment } from "./moments.ts";
import type { ImageLocation, ImageRecord } from "./records.ts";
import type { ImageStatus } from "./states.ts";
import * as t from "./tables.ts";

/** What may be changed of a row by name. */
export type ImageChanges = Partial<
  Omit<t.ImageRow, "id" | "created_at" | "updated_at" | "deleted" | "deleted_at">
>;

export type NewImageRow = Omit<typeof t.images.$inferInsert, "created_at" | "updated_at">;

interface PropertyRow {
  image_id: string;
  name: string;
  value: string | null;
}
interface TagRow {
  image_id: string;
  value: string;
}
interface LocationRow {
  id: number;
  image_id: string;
  value: string;
  meta_data: string;
  status: string;
}

/** Beyond this many remembered images everything is forgotten. */
const MAX_REMEMBERED = 50_000;

export class ImageStore {
  readonly db: ProjectDatabase;
  #stamp = -1;
  #records = new Map<string, ImageRecord | null>();
  #rows;
  #properties;
  #tags;
  #locations;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.#rows = db.orm
      .select()
      .from(t.images)
      .where(
        and(
          inArray(t.images.id, sql`(SELECT value FROM json_each(${sql.placeholder("ids")}))`),
          eq(t.images.deleted, false),
        ),
      )
      .prepare();
    this.#properties = db.raw.query<PropertyRow, [string]>(
      "SELECT image_id, name, value FROM image_properties WHERE deleted = 0 AND image_id IN (SELECT value FROM json_each(?)) ORDER BY id",
    );
    this.#tags = db.raw.query<TagRow, [string]>(
      "SELECT image_id, value FROM image_tags WHERE deleted = 0 AND image_id IN (SELECT value FROM json_each(?)) ORDER BY id",
    );
    this.#locations = db.raw.query<LocationRow, [string]>(
      "SELECT id, image_id, value, meta_data, status FROM image_locations WHERE deleted = 0 AND status = 'active' AND image_id IN (SELECT value FROM json_each(?)) ORDER BY id",
    );
  }

  /** Changes with every write to the file: the key of what others remember about images. */
  stamp(): number {
    const stamp = this.db.stamp();
    if (stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#records.clear();
    }
    return stamp;
  }

  /** Null when there is none, or it is deleted. */
  image(id: string): ImageRecord | null {
    return this.images([id])[0] ?? null;
  }

  /** In the order of `ids`; what is not there is left out. Four statements, however many. */
  images(ids: readonly string[]): ImageRecord[] {
    this.stamp();
    // What is read within a transaction may be rolled back, which no stamp tells.
    const known = this.db.raw.inTransaction ? new Map<string, ImageRecord | null>() : this.#records;
    const missing = ids.filter((id) => !known.has(id));
    if (known.size + missing.length > MAX_REMEMBERED) known.clear();
    if (missing.length > 0) this.#load(missing, known);
    return ids.map((id) => known.get(id) ?? null).filter((record) => record !== null);
  }

  #load(ids: readonly string[], into: Map<string, ImageRecord | null>): void {
    const list = JSON.stringify(ids);
    const properties = groupBy(this.#properties.all(list));
    const tags = groupBy(this.#tags.all(list));
    const locations = groupBy(this.#locations.all(list));
    for (const id of ids) into.set(id, null);
    for (const row of this.#rows.all({ ids: list })) {
      into.set(row.id, {
        row,
        // Version 1 could store a property without a value; version 2 shows it as an empty one.
        properties: Object.fromEntries((properties.get(row.id) ?? []).map((p) => [p.name, p.value ?? ""])),
        tags: (tags.get(row.id) ?? []).map((tag) => tag.value),
        locations: (locations.get(row.id) ?? []).map((row) => ({
          id: row.id,
          url: row.value,
          metadata: JSON.parse(row.meta_data) as Record<string, unknown>,
          status: row.status,
        })),
      });
    }
  }

  /** In the order of `ids`, deleted ones too, which have lost properties, tags and locations. */
  anyImages(ids: readonly string[]): ImageRecord[] {
    const alive = new Map(this.images(ids).map((image) => [image.row.id, image]));
    const gone = this.db.orm
      .select()
      .from(t.images)
      .where(and(inArray(t.images.id, [...ids]), eq(t.images.deleted, true)))
      .all();
    const rows = new Map(gone.map((row) => [row.id, row]));
    return ids.flatMap((id): ImageRecord[] => {
      const image = alive.get(id);
      if (image) return [image];
      const row = rows.get(id);
      return row ? [{ row, properties: {}, tags: [], locations: [] }] : [];
    });
  }

  /** True when the id was ever used: a deleted image keeps its own. */
  isKnown(id: string): boolean {
    return (
      this.db.orm.select({ id: t.images.id }).from(t.images).where(eq(t.images.id, id)).get() !== undefined
    );
  }

  insert(
    row: NewImageRow,
    properties: Readonly<Record<string, string>>,
    tags: readonly string[],
    nowMs: number,
  ): void {
    const now = toMoment(nowMs);
    this.db.transaction(() => {
      this.db.orm
        .insert(t.images)
        .values({ ...row, created_at: now, updated_at: now })
        .run();
      for (const [name, value] of Object.entries(properties)) this.#setProperty(row.id, name, value, now);
      this.setTags(row.id, tags, nowMs);
    });
  }

  /**
   * Changes a row and its `updated_at`.
   * @param from when given, nothing is changed unless the image is in this state
   * @returns false when nothing was changed
   */
  update(id: string, changes: ImageChanges, nowMs: number, from?: ImageStatus): boolean {
    const where = and(
      eq(t.images.id, id),
      eq(t.images.deleted, false),
      from === undefined ? undefined : eq(t.images.status, from),
    );
    const changed = this.db.orm
      .update(t.images)
      .set({ ...changes, updated_at: toMoment(nowMs) })
      .where(where)
      .returning({ id: t.images.id })
      .all();
    return changed.length > 0;
  }

  /** The image's properties become exactly these; those named in `except` are left alone. */
  setProperties(
    id: string,
    wanted: Readonly<Record<string, string>>,
    nowMs: number,
    except: readonly string[] = [],
  ): void {
    const now = toMoment(nowMs);
    const before = this.image(id)?.properties ?? {};
    for (const [name, value] of Object.entries(wanted)) {
      if (before[name] !== value && !except.includes(name)) this.#setProperty(id, name, value, now);
    }
    for (const name of Object.keys(before)) {
      if (!(name in wanted) && !except.includes(name)) this.removeProperty(id, name, nowMs);
    }
  }

  setProperty(id: string, name: string, value: string, nowMs: number): void {
    this.#setProperty(id, name, value, toMoment(nowMs));
  }

  removeProperty(id: string, name: string, nowMs: number): void {
    const now = toMoment(nowMs);
    this.db.orm
      .update(t.imageProperties)
      .set({ deleted: true, deleted_at: now })
      .where(and(eq(t.imageProperties.image_id, id), eq(t.imageProperties.name, name)))
      .run();
  }

  #setProperty(id: string, name: string, value: string, now: string): void {
    this.db.orm
      .insert(t.imageProperties)
      .values({ image_id: id, name, value, created_at: now, updated_at: now })
      .onConflictDoUpdate({
        target: [t.imageProperties.image_id, t.imageProperties.name],
        set: { value, updated_at: now, deleted: false, deleted_at: null },
      })
      .run();
  }

  setTags(id: string, wanted: readonly string[], nowMs: number): void {
    const now = toMoment(nowMs);
    const before = this.image(id)?.tags ?? [];
    for (const value of new Set(wanted)) {
      if (before.includes(value)) continue;
      this.db.orm.insert(t.imageTags).values({ image_id: id, value, created_at: now, updated_at: now }).run();
    }
    const gone = before.filter((value) => !wanted.includes(value));
    if (gone.length === 0) return;
    this.db.orm
      .update(t.imageTags)
      .set({ deleted: true, deleted_at: now })
      .where(
        and(eq(t.imageTags.image_id, id), eq(t.imageTags.deleted, false), inArray(t.imageTags.value, gone)),
      )
      .run();
  }

  addLocation(id: string, url: string, metadata: Record<string, unknown>, nowMs: number): void {
    const now = toMoment(nowMs);
    this.db.orm
      .insert(t.imageLocations)
      .values({ image_id: id, value: url, meta_data: metadata, created_at: now, updated_at: now })
      .run();
  }

  /** The image's locations become these, in this order. Those without an id are new; those left out are deleted. */
  setLocations(id: string, wanted: readonly ImageLocation[], nowMs: number): void {
    const now = toMoment(nowMs);
    const kept = wanted.map((location) => location.id).filter((id) => id !== null);
    this.db.orm
      .update(t.imageLocations)
      .set({ deleted: true, deleted_at: now, status: "deleted" })
      .where(
        and(
          eq(t.imageLocations.image_id, id),
          eq(t.imageLocations.deleted, false),
          kept.length > 0 ? sql`${t.imageLocations.id} NOT IN ${kept}` : undefined,
        ),
      )
      .run();
    for (const location of wanted) {
      if (location.id === null) this.addLocation(id, location.url, location.metadata, nowMs);
      else {
        this.db.orm
          .update(t.imageLocations)
          .set({ value: location.url, meta_data: location.metadata, updated_at: now })
          .where(eq(t.imageLocations.id, location.id))
          .run();
      }
    }
  }

  /** Marks the image and everything of it as deleted. False when there was no such image. */
  softDelete(id: string, nowMs: number): boolean {
    const now = toMoment(nowMs);
    const gone = { deleted: true, deleted_at: now };
    return this.db.transaction(() => {
      const rows = this.db.orm
        .update(t.images)
        .set({ ...gone, status: "deleted", updated_at: now })
        .where(and(eq(t.images.id, id), eq(t.images.deleted, false)))
        .returning({ id: t.images.id })
        .all();
      if (rows.length === 0) return false;
      const of = <T extends typeof t.imageTags | typeof t.imageProperties | typeof t.imageMembers>(
        table: T,
      ): SQL => and(eq(table.image_id, id), eq(table.deleted, false))!;
      this.db.orm.update(t.imageProperties).set(gone).where(of(t.imageProperties)).run();
      this.db.orm.update(t.imageTags).set(gone).where(of(t.imageTags)).run();
      this.db.orm.update(t.imageMembers).set(gone).where(of(t.imageMembers)).run();
      this.db.orm
        .update(t.imageLocations)
        .set({ ...gone, status: "deleted" })
        .where(and(eq(t.imageLocations.image_id, id), eq(t.imageLocations.deleted, false)))
        .run();
      return true;
    });
  }

  idsByStatus(...statuses: ImageStatus[]): string[] {
    return this.db.orm
      .select({ id: t.images.id })
      .from(t.images)
      .where(and(eq(t.images.deleted, false), inArray(t.images.status, statuses)))
      .all()
      .map((row) => row.id);
  }

  /** Every URL some image that is not deleted refers to. */
  locationUrls(): Set<string> {
    const rows = this.db.orm
      .select({ url: t.imageLocations.value })
      .from(t.imageLocations)
      .where(eq(t.imageLocations.deleted, false))
      .all();
    return new Set(rows.map((row) => row.url));
  }

  /** Bytes a project keeps, once per location (glance's `_image_get_disk_usage_by_owner`). */
  storedBytes(owner: string, exceptImageId: string | null): number {
    const row = this.db.orm
      .select({ bytes: sql<number>`coalesce(sum(${t.images.size}), 0)` })
      .from(t.images)
      .innerJoin(
        t.imageLocations,
        and(eq(t.imageLocations.image_id, t.images.id), eq(t.imageLocations.deleted, false)),
      )
      .where(
        and(
          eq(t.images.owner, owner),
          eq(t.images.deleted, false),
          exceptImageId === null ? undefined : ne(t.images.id, exceptImageId),
        ),
      )
      .get();
    return row?.bytes ?? 0;
  }

  /** The image this cloud once registered from `source`, whatever became of it. */
  registeredFrom(source: string): string | null {
    const where = eq(t.registeredImages.source, source);
    return this.db.orm.select().from(t.registeredImages).where(where).get()?.image_id ?? null;
  }

  noteRegistered(source: string, imageId: string): void {
    this.db.orm
      .insert(t.registeredImages)
      .values({ source, image_id: imageId })
      .onConflictDoUpdate({ target: t.registeredImages.source, set: { image_id: imageId } })
      .run();
  }
}

function groupBy<R extends { image_id: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.image_id);
    if (group) group.push(row);
    else groups.set(row.image_id, [row]);
  }
  return groups;
}
