// Who may do what with an image. Two layers, as in Glance: the policy, and the ownership rules that hold while "secure
// RBAC" is off (glance/api/v2/policy.py, glance/db/utils.py of Zed). Refusals never tell that a hidden image exists.

import type { RequestContext } from "../core/context.ts";
import { Forbidden } from "../core/errors.ts";
import type { Target } from "../policy/parse.ts";
import { Hidden, ImageNotFound, NotTheOwner } from "./errors.ts";
import type { ImageRecord } from "./records.ts";
import type { ImageStore } from "./store.ts";
import type { Viewer } from "./store-list.ts";
import type { MemberStore } from "./store-members.ts";

/** Whoever asks, with a way to ask the policy about it: a Call is one, and so is another service. */
export interface Caller {
  readonly context: RequestContext;
  allows(rule: string, target?: Target): boolean;
}

/** The cloud acting by itself. */
export function systemCaller(context: RequestContext): Caller {
  return { context, allows: () => true };
}

const viewers = new WeakMap<RequestContext, Viewer>();

/** Asked once a request. */
export function viewerOf(caller: Caller): Viewer {
  let viewer = viewers.get(caller.context);
  if (!viewer) {
    viewer = { isAdmin: caller.allows("context_is_admin", {}), projectId: caller.context.projectId };
    viewers.set(caller.context, viewer);
  }
  return viewer;
}

export function isAdmin(caller: Caller): boolean {
  return viewerOf(caller).isAdmin;
}

const targets = new WeakMap<ImageRecord, Target>();

/** What rules may ask about an image: its attributes and properties, `project_id`, and `member_id` of a shared one. */
export function imageTarget(caller: Caller, image: ImageRecord): Target {
  let target = targets.get(image);
  if (!target) {
    const { row } = image;
    target = {
      ...image.properties,
      ...row,
      image_id: row.id,
      project_id: row.owner,
      tags: image.tags,
      member: null,
      member_id: null,
    };
    targets.set(image, target);
  }
  const { projectId } = caller.context;
  const asMember = image.row.visibility === "shared" && projectId !== image.row.owner;
  return asMember ? { ...target, member: projectId, member_id: projectId } : target;
}

/**
 * @throws Forbidden in Glance's words
 * @throws Hidden instead, when the caller may not even see the image
 */
export function enforce(caller: Caller, rule: string, image: ImageRecord): void {
  const target = imageTarget(caller, image);
  if (caller.allows(rule, target)) return;
  if (rule === "get_image" || !caller.allows("get_image", target)) throw new Hidden();
  throw notAuthorized(rule);
}

export function notAuthorized(rule: string): Forbidden {
  return new Forbidden(`You are not authorized to complete ${rule} action.`);
}

/** Only its owner and administrators change an image. @throws NotTheOwner */
export function requireOwner(caller: Caller, image: ImageRecord): void {
  if (isAdmin(caller)) return;
  const { owner } = image.row;
  if (owner === null || owner !== caller.context.projectId) throw new NotTheOwner();
}

/** `modify_image` and the like: the policy, then ownership. */
export function enforceAsOwner(caller: Caller, rule: string, image: ImageRecord): void {
  enforce(caller, rule, image);
  requireOwner(caller, image);
}

export class Access {
  #images: ImageStore;
  #members: MemberStore;

  constructor(images: ImageStore, members: MemberStore) {
    this.#images = images;
    this.#members = members;
  }

  /** @throws ImageNotFound for what is not there and for what the caller may not see */
  visible(caller: Caller, id: string): ImageRecord {
    const image = this.#images.image(id);
    if (!image || !this.isVisible(caller, image)) throw new ImageNotFound(id);
    return image;
  }

  /** Whether or not the caller may see it. */
  find(id: string): ImageRecord | null {
    return this.#images.image(id);
  }

  isVisible(caller: Caller, { row }: ImageRecord): boolean {
    if (isAdmin(caller) || row.owner === null) return true;
    if (row.visibility === "public" || row.visibility === "community") return true;
    const { projectId } = caller.context;
    if (projectId === null) return false;
    if (projectId === row.owner) return true;
    return row.visibility === "shared" && this.#members.get(row.id, projectId) !== null;
  }
}
