// Sharing as version 1 has it: a member may be allowed to share on (`can_share`), and nobody has to accept. Authority:
// glance/api/v1/members.py and glance/registry/api/v1/members.py of Ocata.

import type { Clock } from "../../core/clock.ts";
import { Forbidden, Invalid, NotFound } from "../../core/errors.ts";
import { type Access, type Caller, isAdmin } from "../access.ts";
import type { Quota } from "../quota.ts";
import type { ImageRecord } from "../records.ts";
import type { MemberStore } from "../store-members.ts";
import type { MemberRow } from "../tables.ts";
import { requireRule } from "./images.ts";

export interface LegacyMembersParts {
  members: MemberStore;
  access: Access;
  quota: Quota;
  clock: Clock;
}

export interface Membership {
  memberId: string;
  /** Null: as it is, false for a new one. */
  canShare: boolean | null;
}

export class LegacyMembers {
  #parts: LegacyMembersParts;

  constructor(parts: LegacyMembersParts) {
    this.#parts = parts;
  }

  list(caller: Caller, imageId: string): MemberRow[] {
    requireRule(caller, "get_members");
    this.#image(caller, imageId);
    return this.#parts.members.list(imageId);
  }

  /** Makes a project a member, or changes whether it may share. */
  set(caller: Caller, imageId: string, membership: Membership): void {
    const { members, quota, clock } = this.#parts;
    requireRule(caller, "modify_member");
    const image = this.#image(caller, imageId);
    quota.checkMembers(members.list(imageId).length + 1);
    this.#requireSharable(caller, image);
    if (membership.memberId === "") throw new Invalid("Member can't be empty");
    members.share(imageId, membership.memberId, membership.canShare, clock.now());
  }

  /** The members become exactly these. */
  replace(caller: Caller, imageId: string, wanted: readonly Membership[]): void {
    const { members, quota, clock } = this.#parts;
    requireRule(caller, "modify_member");
    const image = this.#image(caller, imageId);
    quota.checkMembers(wanted.length);
    this.#requireSharable(caller, image);
    const now = clock.now();
    members.db.transaction(() => {
      for (const row of members.list(imageId)) {
        if (!wanted.some(({ memberId }) => memberId === row.member)) members.remove(row.id, now);
      }
      for (const { memberId, canShare } of wanted) members.share(imageId, memberId, canShare, now);
    });
  }

  /** @throws NotFound when it is no member */
  remove(caller: Caller, imageId: string, member: string): void {
    const { members, clock } = this.#parts;
    requireRule(caller, "delete_member");
    const image = this.#image(caller, imageId);
    this.#requireSharable(caller, image);
    const row = members.get(imageId, member);
    if (!row) throw new NotFound("Membership could not be found.");
    members.remove(row.id, clock.now());
  }

  /** The images shared with a project, as far as the caller may know. */
  sharedWith(caller: Caller, member: string): MemberRow[] {
    const { members } = this.#parts;
    requireRule(caller, "get_members");
    const mine = caller.context.projectId;
    return members
      .ofMember(member)
      .filter(
        ({ row, owner }) => isAdmin(caller) || row.member === mine || (owner !== null && owner === mine),
      )
      .map(({ row }) => row);
  }

  #image(caller: Caller, id: string): ImageRecord {
    const { access } = this.#parts;
    const image = access.find(id);
    if (image && access.isVisible(caller, image)) return image;
    throw new NotFound(`Image with identifier ${id} not found`);
  }

  /** The owner, administrators, and members who may share. Others learn as little as of an image that is not there. */
  #requireSharable(caller: Caller, { row }: ImageRecord): void {
    const { projectId } = caller.context;
    if (isAdmin(caller)) return;
    if (projectId === null) throw new Forbidden("No authenticated user");
    if (row.owner === projectId || this.#parts.members.get(row.id, projectId)?.can_share) return;
    throw new NotFound("No permission to share that image");
  }
}
