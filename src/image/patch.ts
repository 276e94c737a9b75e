// Changes to an image by JSON patch: `add`, `replace` and `remove` on one attribute, property or location at a time, all
// of them or none. Authority: `_do_add`, `_do_replace`, `_do_remove` in glance/api/v2/images.py of Zed.

import type { Clock } from "../core/clock.ts";
import { Forbidden } from "../core/errors.ts";
import { type Access, type Caller, enforceAsOwner, imageTarget, isAdmin } from "./access.ts";
import { ConflictDetail, ForbiddenDetail } from "./errors.ts";
import { checkIntegers, checkPropertyNames, enforceVisibility } from "./images.ts";
import type { LocationChanges } from "./locations.ts";
import type { PropertyProtections } from "./protections.ts";
import type { Quota } from "./quota.ts";
import type { ImageLocation, ImageRecord } from "./records.ts";
import type { Visibility } from "./states.ts";
import type { ImageChanges, ImageStore } from "./store.ts";
import type { Stores } from "./stores/registry.ts";

export interface Change {
  op: "add" | "replace" | "remove";
  /** `["name"]`, `["locations", "0"]` */
  path: readonly string[];
  value?: unknown;
  /** Of the JSON patch draft: 4 for v2.0, 10 for v2.1. */
  draft: 4 | 10;
}

/** Attributes a client may set, apart from tags and locations. */
const SETTABLE = [
  "name",
  "visibility",
  "protected",
  "os_hidden",
  "owner",
  "min_disk",
  "min_ram",
  "disk_format",
  "container_format",
] as const;
type Settable = (typeof SETTABLE)[number];

/** The image as it will be. */
export interface Draft {
  before: ImageRecord;
  changes: ImageChanges;
  properties: Map<string, string>;
  tags: readonly string[];
  locations: readonly ImageLocation[];
}

export interface PatchParts {
  store: ImageStore;
  access: Access;
  quota: Quota;
  locations: LocationChanges;
  stores: Stores;
  protections: PropertyProtections;
  clock: Clock;
}

export class ImagePatch {
  #parts: PatchParts;

  constructor(parts: PatchParts) {
    this.#parts = parts;
  }

  /** @param changes valid for the image schema. @throws ImageNotFound, Forbidden, Conflict, Invalid, LimitExceeded */
  async apply(caller: Caller, id: string, changes: readonly Change[]): Promise<ImageRecord> {
    const { store, access } = this.#parts;
    const before = access.visible(caller, id);
    const draft = draftOf(before);
    for (const change of changes) {
      const [root] = change.path as [string];
      if (root === "locations") await this.#parts.locations.apply(caller, draft, change);
      else this.#applyOne(caller, draft, change, root);
    }
    if (changes.length > 0) {
      this.#check(draft);
      this.#save(id, draft);
    }
    return this.#parts.protections.readable(caller, store.image(id) ?? before);
  }

  /** Sets custom properties, or removes them (null); the others stay. @throws ImageNotFound, Forbidden, LimitExceeded */
  setProperties(
    caller: Caller,
    id: string,
    properties: Readonly<Record<string, string | null>>,
  ): ImageRecord {
    const { store, access } = this.#parts;
    const before = access.visible(caller, id);
    const draft = draftOf(before);
    for (const [name, value] of Object.entries(properties)) {
      this.#applyOne(caller, draft, { op: "add", path: [name], value, draft: 10 }, name);
    }
    this.#check(draft);
    this.#save(id, draft);
    return store.image(id)!;
  }

  /** @throws Invalid, LimitExceeded */
  #check({ before, changes, properties }: Draft): void {
    checkIntegers({ min_disk: changes.min_disk ?? 0, min_ram: changes.min_ram ?? 0 });
    const names = [...properties.keys()];
    if (names.every((name) => name in before.properties)) return;
    checkPropertyNames(names);
    this.#parts.quota.checkProperties(names);
  }

  #applyOne(caller: Caller, draft: Draft, change: Change, name: string): void {
    const attribute = (SETTABLE as readonly string[]).includes(name) || name === "tags";
    const setsOwner = name === "owner" && change.op !== "remove";
    if (setsOwner && !isAdmin(caller)) throw new ForbiddenDetail("Owner can't be updated by non admin.");
    if (name === "visibility" && change.op !== "remove") {
      enforceVisibility(caller, change.value as Visibility, imageTarget(caller, draft.before));
    }
    enforceAsOwner(caller, "modify_image", draft.before);
    const { protections } = this.#parts;
    const known = draft.properties.has(name) && protections.allows(caller, name, "read");
    const exists = attribute || known;
    if (change.op === "remove") {
      if (attribute) throw new ForbiddenDetail(`Property ${name} may not be removed.`);
      if (!exists) throw new ConflictDetail(`Property ${name} does not exist.`);
      protections.require(caller, name, "delete");
      draft.properties.delete(name);
      return;
    }
    if (change.op === "replace" && !exists) throw new ConflictDetail(`Property ${name} does not exist.`);
    if (change.op === "add" && exists && change.draft === 4) {
      throw new ConflictDetail(`Property ${name} already present.`);
    }
    if (!attribute) protections.require(caller, name, known ? "update" : "create");
    if (name === "tags") this.#setTags(draft, change.value as string[]);
    else if (attribute) setAttribute(draft, name as Settable, change.value);
    // Of a client's only `kernel_id` and `ramdisk_id` may be null: there is none.
    else if (change.value === null) draft.properties.delete(name);
    else draft.properties.set(name, String(change.value));
  }

  #setTags(draft: Draft, tags: readonly string[]): void {
    draft.tags = [...new Set(tags)];
    this.#parts.quota.checkTags(draft.tags.length);
  }

  #save(id: string, draft: Draft): void {
    const { store, clock } = this.#parts;
    const now = clock.now();
    store.db.transaction(() => {
      store.update(id, draft.changes, now);
      store.setProperties(id, Object.fromEntries(draft.properties), now, [IMPORT_TASK]);
      store.setTags(id, draft.tags, now);
      if (draft.locations !== draft.before.locations) store.setLocations(id, draft.locations, now);
    });
    for (const location of draft.before.locations) {
      if (draft.locations.some(({ url }) => url === location.url)) continue;
      this.#parts.stores.of(location)?.remove(location.url);
    }
  }
}

function draftOf(before: ImageRecord): Draft {
  return {
    before,
    changes: {},
    properties: new Map(Object.entries(before.properties)),
    tags: before.tags,
    locations: before.locations,
  };
}

/** The lock of an import; only the import itself sets and drops it. */
export const IMPORT_TASK = "os_glance_import_task";

function setAttribute(draft: Draft, name: Settable, value: unknown): void {
  if (name === "disk_format" || name === "container_format") {
    const { status } = draft.before.row;
    if (status !== "queued" && status !== "importing") {
      throw new Forbidden(`Attribute ${name} can be only replaced for a queued image.`);
    }
  }
  const stored = name === "owner" && value === "" ? null : value;
  (draft.changes as Record<string, unknown>)[name] = stored;
}
