// Sharing: the owner adds projects, each project accepts or rejects for itself. Authority: glance/api/v2/image_members.py
// of Zed.

import type { Clock } from "../core/clock.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "../core/errors.ts";
import { type Access, type Caller, enforce, imageTarget, isAdmin, notAuthorized } from "./access.ts";
import { ImageNotFound, NotTheOwner } from "./errors.ts";
import type { Quota } from "./quota.ts";
import type { ImageRecord } from "./records.ts";
import { MEMBER_STATUSES, type MemberStatus } from "./states.ts";
import type { MemberStore } from "./store-members.ts";
import type { MemberRow } from "./tables.ts";

export interface MembersParts {
  members: MemberStore;
  access: Access;
  quota: Quota;
  clock: Clock;
}

export class Members {
  #parts: MembersParts;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** @throws NotFound, Forbidden, Conflict when the project is a member already, LimitExceeded */
  add(caller: Caller, imageId: string, member: string): MemberRow {
    const { members, quota, clock } = this.#parts;
    const image = this.#image(caller, imageId);
    this.#forbiddenAs(`Not allowed to create members for image ${imageId}.`, () => {
      requireShared(image);
      if (!isAdmin(caller) && (image.row.owner === null || image.row.owner !== caller.context.projectId)) {
        throw new NotTheOwner();
      }
    });
    this.#enforce(caller, "add_member", image);
    this.#checkQuota(imageId, () => quota.checkMembers(members.list(imageId).length + 1));
    if (members.get(imageId, member)) {
      throw new Conflict(`Member ${member} is duplicated for image ${imageId}`);
    }
    return members.add(imageId, member, clock.now());
  }

  /** In the order they were added; to a project that is not the owner, its own membership only. */
  list(caller: Caller, imageId: string): MemberRow[] {
    const image = this.#image(caller, imageId);
    try {
      requireShared(image);
    } catch (error) {
      throw new Forbidden(`Not allowed to list members for image ${imageId}: ${(error as Error).message}`);
    }
    this.#enforce(caller, "get_members", image);
    const mayShow = caller.allows("get_member", imageTarget(caller, image));
    return this.#parts.members.list(imageId).filter((row) => mayShow && mayKnow(caller, image, row.member));
  }

  /** @throws NotFound for whatever the caller may not see */
  show(caller: Caller, imageId: string, member: string): MemberRow {
    const image = this.#image(caller, imageId);
    try {
      requireShared(image);
      return this.#member(caller, image, member);
    } catch (error) {
      throw error instanceof Forbidden ? new NotFound(error.message) : error;
    }
  }

  /** The member's own decision: the owner cannot accept for it. @throws Invalid for a status there is not */
  setStatus(caller: Caller, imageId: string, member: string, status: unknown): MemberRow {
    const image = this.#image(caller, imageId);
    const refused = `Not allowed to update members for image ${imageId}.`;
    this.#forbiddenAs(refused, () => {
      requireShared(image);
      if (!isAdmin(caller) && caller.context.projectId === image.row.owner) throw new NotTheOwner();
    });
    const row = this.#member(caller, image, member);
    this.#enforce(caller, "modify_member", image);
    if (!(MEMBER_STATUSES as readonly unknown[]).includes(status)) {
      throw new Invalid(`Incorrect request: Status must be "pending", "accepted" or "rejected".`);
    }
    return this.#parts.members.setStatus(row.id, status as MemberStatus, this.#parts.clock.now()) ?? row;
  }

  remove(caller: Caller, imageId: string, member: string): void {
    const image = this.#image(caller, imageId);
    this.#forbiddenAs(`Not allowed to delete members for image ${imageId}.`, () => {
      requireShared(image);
      if (!isAdmin(caller) && caller.context.projectId !== image.row.owner) throw new NotTheOwner();
    });
    const row = this.#member(caller, image, member);
    this.#enforce(caller, "delete_member", image);
    this.#parts.members.remove(row.id, this.#parts.clock.now());
  }

  #image(caller: Caller, id: string): ImageRecord {
    try {
      return this.#parts.access.visible(caller, id);
    } catch (error) {
      throw error instanceof ImageNotFound ? new NotFound(`Image ${id} not found.`) : error;
    }
  }

  #member(caller: Caller, image: ImageRecord, member: string): MemberRow {
    this.#enforce(caller, "get_member", image);
    const row = this.#parts.members.get(image.row.id, member);
    if (row && mayKnow(caller, image, member)) return row;
    throw new NotFound(`${member} not found in the member list of the image ${image.row.id}.`);
  }

  #enforce(caller: Caller, rule: string, image: ImageRecord): void {
    enforce(caller, "get_image", image);
    if (!caller.allows(rule, imageTarget(caller, image))) throw notAuthorized(rule);
  }

  #forbiddenAs(message: string, check: () => void): void {
    try {
      check();
    } catch (error) {
      throw error instanceof Forbidden ? new Forbidden(message) : error;
    }
  }

  #checkQuota(imageId: string, check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw Object.assign(error, {
        message: `Image member limit exceeded for image ${imageId}: ${error.message}:`,
      });
    }
  }
}

/** Memberships are known to the owner, to administrators, and each to its own project. */
function mayKnow(caller: Caller, image: ImageRecord, member: string): boolean {
  const { projectId } = caller.context;
  return isAdmin(caller) || (projectId !== null && (projectId === image.row.owner || projectId === member));
}

function requireShared({ row }: ImageRecord): void {
  if (row.visibility !== "shared") throw new Forbidden("Only shared images have members.");
}
