// The SQL of image members: the projects an image is shared with.

import { and, asc, eq, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { toMoment } from "./moments.ts";
import type { MemberStatus } from "./states.ts";
import { imageMembers, images, type MemberRow } from "./tables.ts";

export class MemberStore {
  readonly db: ProjectDatabase;
  #get;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.#get = db.orm
      .select()
      .from(imageMembers)
      .where(
        and(
          eq(imageMembers.image_id, sql.placeholder("image")),
          eq(imageMembers.member, sql.placeholder("member")),
          eq(imageMembers.deleted, false),
        ),
      )
      .prepare();
  }

  get(imageId: string, member: string): MemberRow | null {
    return this.#get.get({ image: imageId, member }) ?? null;
  }

  /** In the order they were added. */
  list(imageId: string): MemberRow[] {
    return this.db.orm
      .select()
      .from(imageMembers)
      .where(and(eq(imageMembers.image_id, imageId), eq(imageMembers.deleted, false)))
      .orderBy(asc(imageMembers.id))
      .all();
  }

  /** A membership that was ended before begins anew, as pending. */
  add(imageId: string, member: string, nowMs: number): MemberRow {
    const now = toMoment(nowMs);
    const fresh = {
      status: "pending" as const,
      created_at: now,
      updated_at: now,
      can_share: false,
      deleted: false,
      deleted_at: null,
    };
    return this.db.orm
      .insert(imageMembers)
      .values({ image_id: imageId, member, ...fresh })
      .onConflictDoUpdate({ target: [imageMembers.image_id, imageMembers.member], set: fresh })
      .returning()
      .get();
  }

  /** Makes it a member unless it is one. @param canShare null: as it is, false for a new one */
  share(imageId: string, member: string, canShare: boolean | null, nowMs: number): void {
    const row = this.get(imageId, member) ?? this.add(imageId, member, nowMs);
    const can_share = canShare ?? row.can_share;
    this.db.orm
      .update(imageMembers)
      .set({ can_share, updated_at: toMoment(nowMs) })
      .where(eq(imageMembers.id, row.id))
      .run();
  }

  /** Memberships of one project, with the owner of each image. */
  ofMember(member: string): { row: MemberRow; owner: string | null }[] {
    return this.db.orm
      .select({ row: imageMembers, owner: images.owner })
      .from(imageMembers)
      .innerJoin(images, and(eq(images.id, imageMembers.image_id), eq(images.deleted, false)))
      .where(and(eq(imageMembers.member, member), eq(imageMembers.deleted, false)))
      .orderBy(asc(imageMembers.id))
      .all();
  }

  setStatus(id: number, status: MemberStatus, nowMs: number): MemberRow | null {
    const set = { status, updated_at: toMoment(nowMs) };
    return this.db.orm.update(imageMembers).set(set).where(eq(imageMembers.id, id)).returning().get() ?? null;
  }

  remove(id: number, nowMs: number): void {
    const set = { deleted: true, deleted_at: toMoment(nowMs) };
    this.db.orm.update(imageMembers).set(set).where(eq(imageMembers.id, id)).run();
  }
}
