// The rules for images as resources: creation, lists, life and death. Changes by JSON patch are in `patch.ts`, data in
// `data.ts`. Authority: glance/api/v2/{images,image_actions,image_tags}.py and glance/domain of Zed.

import type { Clock } from "../core/clock.ts";
import { Conflict, Forbidden, Invalid, NotFound } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import {
  type Access,
  type Caller,
  enforce,
  enforceAsOwner,
  imageTarget,
  isAdmin,
  notAuthorized,
  viewerOf,
} from "./access.ts";
import type { ImageCache } from "./cache.ts";
import { ForbiddenDetail, Hidden, ImageNotFound, InvalidStatusTransition, ProtectedImage } from "./errors.ts";
import type { ProjectLimits } from "./project-limits.ts";
import type { PropertyProtections } from "./protections.ts";
import type { Quota } from "./quota.ts";
import type { ImageRecord } from "./records.ts";
import { mayBecome, type Visibility } from "./states.ts";
import type { ImageStore } from "./store.ts";
import type { ImageLists, ListQuery } from "./store-list.ts";
import type { FilesystemStore } from "./stores/filesystem.ts";
import type { Stores } from "./stores/registry.ts";

export interface ImageFields {
  id?: string;
  name?: string | null;
  visibility?: Visibility;
  disk_format?: string | null;
  container_format?: string | null;
  min_disk?: number;
  min_ram?: number;
  protected?: boolean;
  os_hidden?: boolean;
  owner?: string | null;
}

export interface ImagesParts {
  store: ImageStore;
  lists: ImageLists;
  access: Access;
  quota: Quota;
  limits: ProjectLimits;
  stores: Stores;
  staging: FilesystemStore;
  protections: PropertyProtections;
  cache: ImageCache;
  clock: Clock;
  ids: Ids;
  log: Logger;
}

/** Columns of four bytes in OpenStack's databases. */
const MAX_INTEGER = 2 ** 31 - 1;
const MAX_PROPERTY_NAME = 255;

export class Images {
  #parts: ImagesParts;

  constructor(parts: ImagesParts) {
    this.#parts = parts;
  }

  /** @throws Forbidden, Invalid, Conflict for an id that is or was in use, LimitExceeded */
  create(
    caller: Caller,
    fields: ImageFields,
    properties: Readonly<Record<string, string>>,
    tags: readonly string[],
  ): ImageRecord {
    const { store, quota, clock, ids, log, protections } = this.#parts;
    const { projectId } = caller.context;
    const owner = fields.owner === undefined ? projectId : fields.owner || null;
    this.#enforceCreate(caller, owner, fields.visibility);
    this.#parts.limits.enforce(projectId, "image_count_total", 1);
    checkIntegers(fields);
    checkPropertyNames(Object.keys(properties));
    for (const name of Object.keys(properties)) protections.require(caller, name, "create");
    const wantedTags = [...new Set(tags)];
    quota.checkTags(wantedTags.length);
    quota.checkProperties(Object.keys(properties));
    const id = fields.id ?? ids.uuid();
    store.db.transaction(() => {
      if (store.isKnown(id)) throw new Conflict(`Image ID ${id} already exists!`);
      store.insert(
        {
          id,
          name: fields.name ?? null,
          status: "queued",
          visibility: fields.visibility ?? "shared",
          disk_format: fields.disk_format ?? null,
          container_format: fields.container_format ?? null,
          min_disk: fields.min_disk ?? 0,
          min_ram: fields.min_ram ?? 0,
          protected: fields.protected ?? false,
          os_hidden: fields.os_hidden ?? false,
          owner,
        },
        properties,
        wantedTags,
        clock.now(),
      );
    });
    log.info(caller.context, `Image ${id} is created`);
    return protections.readable(caller, store.image(id)!);
  }

  #enforceCreate(caller: Caller, owner: string | null, visibility: Visibility | undefined): void {
    const { projectId } = caller.context;
    const target = { project_id: owner, owner, visibility: visibility ?? "private" };
    const notYours = new Forbidden(`You are not permitted to create images owned by '${owner ?? "None"}'.`);
    if (!caller.allows("add_image", target))
      throw owner === projectId ? notAuthorized("add_image") : notYours;
    enforceVisibility(caller, target.visibility, target);
    if (!isAdmin(caller) && owner !== projectId) throw notYours;
  }

  /** @throws ImageNotFound, Hidden */
  show(caller: Caller, id: string): ImageRecord {
    const image = this.#parts.access.visible(caller, id);
    enforce(caller, "get_image", image);
    return this.#parts.protections.readable(caller, image);
  }

  /**
   * One page of what the caller may see.
   * @param marker id of the last image of the page before
   * @returns `more` when the page was full, so that there may be another
   * @throws Invalid for a marker that is not there
   */
  list(
    caller: Caller,
    query: Omit<ListQuery, "marker"> & { marker: string | null },
  ): { images: ImageRecord[]; more: boolean } {
    if (!caller.allows("get_images", { project_id: caller.context.projectId }))
      throw notAuthorized("get_images");
    const marker = query.marker === null ? null : this.#marker(caller, query.marker);
    const page = this.#parts.lists.page({ ...query, marker }, viewerOf(caller));
    return {
      images: page
        .filter((image) => caller.allows("get_image", imageTarget(caller, image)))
        .map((image) => this.#parts.protections.readable(caller, image)),
      more: page.length > 0 && page.length === query.limit,
    };
  }

  #marker(caller: Caller, id: string): ImageRecord {
    const { store, access } = this.#parts;
    const image = store.image(id);
    if (!image) throw new Invalid(`No image found with ID ${id}`);
    if (!access.isVisible(caller, image)) {
      throw new Forbidden(`Forbidding request, image ${id} not visible`);
    }
    return image;
  }

  /** The data goes at once; whoever has it open may read on. @throws ProtectedImage, NotFound, Forbidden */
  delete(caller: Caller, id: string): void {
    const { store, stores, staging, cache, clock, log } = this.#parts;
    const image = this.#find(caller, id, () => new NotFound(`Failed to find image ${id} to delete`));
    enforceAsOwner(caller, "delete_image", image);
    if (image.row.protected) throw new ProtectedImage(id);
    if (!mayBecome(image.row.status, "deleted"))
      throw new InvalidStatusTransition(image.row.status, "deleted");
    store.softDelete(id, clock.now());
    for (const location of image.locations) stores.of(location)?.remove(location.url);
    staging.remove(staging.urlOf(id));
    cache.drop(id);
    cache.unqueue(id);
    log.info(caller.context, `Image ${id} is deleted`);
  }

  /** Takes the data out of one store of several. @throws ImageNotFound, Conflict, Forbidden, NotFound */
  deleteFromStore(caller: Caller, id: string, storeId: string): void {
    const { access, store, stores, clock } = this.#parts;
    const image = access.visible(caller, id);
    enforce(caller, "get_image_location", image);
    enforceAsOwner(caller, "delete_image_location", image);
    if (image.row.status !== "active") {
      throw new Conflict("It's not allowed to remove image data from store if image status is not 'active'");
    }
    if (image.locations.length === 1) {
      throw new ForbiddenDetail(
        "Cannot delete image data from the only store containing it. Consider deleting the image instead.",
      );
    }
    const gone = image.locations.find(({ metadata }) => metadata["store"] === storeId);
    if (!gone) throw new NotFound(`Image ${id} is not stored in store ${storeId}.`);
    const now = clock.now();
    store.db.transaction(() => {
      store.setLocations(
        id,
        image.locations.filter((location) => location !== gone),
        now,
      );
      store.update(id, {}, now);
    });
    stores.of(gone)?.remove(gone.url);
  }

  deactivate(caller: Caller, id: string): void {
    this.#toggle(caller, id, "active", "deactivated");
  }

  reactivate(caller: Caller, id: string): void {
    this.#toggle(caller, id, "deactivated", "active");
  }

  #toggle(caller: Caller, id: string, from: "active" | "deactivated", to: "active" | "deactivated"): void {
    const verb = to === "active" ? "reactivate" : "deactivate";
    const image = this.#parts.access.visible(caller, id);
    enforceAsOwner(caller, verb, image);
    const { status } = image.row;
    if (status === to) return;
    if (status !== from) throw new Forbidden(`Not allowed to ${verb} image in status '${status}'`);
    this.#parts.store.update(id, { status: to }, this.#parts.clock.now(), from);
    this.#parts.log.info(caller.context, `Image ${id} is ${verb}d`);
  }

  addTag(caller: Caller, id: string, tag: string): void {
    const image = this.#findForTag(caller, id, "update");
    if (image.tags.includes(tag)) return;
    this.#parts.quota.checkTags(image.tags.length + 1);
    this.#saveTags(image, [...image.tags, tag]);
  }

  /** @throws Hidden when the image has no such tag */
  removeTag(caller: Caller, id: string, tag: string): void {
    const image = this.#findForTag(caller, id, "delete");
    if (!image.tags.includes(tag)) throw new Hidden();
    this.#saveTags(
      image,
      image.tags.filter((other) => other !== tag),
    );
  }

  #saveTags(image: ImageRecord, tags: readonly string[]): void {
    const { store, clock } = this.#parts;
    const now = clock.now();
    store.db.transaction(() => {
      store.setTags(image.row.id, tags, now);
      store.update(image.row.id, {}, now);
    });
  }

  #findForTag(caller: Caller, id: string, verb: "update" | "delete"): ImageRecord {
    const image = this.#find(caller, id, () => new NotFound(`Image ${id} not found.`));
    try {
      enforceAsOwner(caller, "modify_image", image);
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error;
      throw new Forbidden(`Not allowed to ${verb} tags for image ${id}.`);
    }
    return image;
  }

  #find(caller: Caller, id: string, missing: () => Error): ImageRecord {
    try {
      return this.#parts.access.visible(caller, id);
    } catch (error) {
      throw error instanceof ImageNotFound ? missing() : error;
    }
  }
}

/** Making an image public or a community image has a rule of its own. @throws Forbidden */
export function enforceVisibility(
  caller: Caller,
  visibility: Visibility | "private",
  target: Readonly<Record<string, unknown>>,
): void {
  const rule =
    visibility === "public" ? "publicize_image" : visibility === "community" ? "communitize_image" : null;
  if (rule !== null && !caller.allows(rule, target)) throw notAuthorized(rule);
}

/** @throws Invalid */
export function checkIntegers(fields: Pick<ImageFields, "min_disk" | "min_ram">): void {
  for (const name of ["min_disk", "min_ram"] as const) {
    const value = fields[name] ?? 0;
    if (value < 0)
      throw new Invalid(`Invalid value '${value}' for parameter '${name}': Cannot be a negative value`);
    if (value > MAX_INTEGER)
      throw new Invalid(`'${name}' value out of range, must not exceed ${MAX_INTEGER}.`);
  }
}

/** @throws Invalid */
export function checkPropertyNames(names: readonly string[]): void {
  if (names.some((name) => name.length > MAX_PROPERTY_NAME)) {
    throw new Invalid("Custom property should not be greater than 255 characters.");
  }
}
