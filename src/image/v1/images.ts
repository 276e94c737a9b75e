// Version 1 of the Image API as rules: one call makes an image and takes its data, from the request, from an address, or
// leaves it where it is. What fails here kills the image, which version 2 queues again. Authority:
// glance/api/v1/{images,upload_utils}.py and glance/registry/api/v1/images.py of Ocata.

import type { Bus } from "../../core/bus.ts";
import type { Clock } from "../../core/clock.ts";
import { CloudError, Conflict, Forbidden, Invalid, messageOf, NotFound } from "../../core/errors.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Logger } from "../../core/log.ts";
import { type Access, type Caller, isAdmin, viewerOf } from "../access.ts";
import type { Content, ImageData } from "../data.ts";
import type { ExternalAddresses } from "../external.ts";
import type { Condition } from "../filters.ts";
import { checkIntegers, checkPropertyNames, type Images } from "../images.ts";
import type { PropertyProtections } from "../protections.ts";
import type { Quota } from "../quota.ts";
import { type ImageRecord, RESERVED_NAMESPACE } from "../records.ts";
import type { ImageChanges, ImageStore } from "../store.ts";
import type { ImageLists, ListQuery } from "../store-list.ts";
import type { Stores } from "../stores/registry.ts";
import { COPY_METHOD, COPY_TOPIC } from "./copy-from.ts";
import type { LegacyMeta } from "./meta.ts";

export interface LegacyImagesParts {
  store: ImageStore;
  lists: ImageLists;
  access: Access;
  images: Images;
  data: ImageData;
  quota: Quota;
  stores: Stores;
  external: ExternalAddresses;
  protections: PropertyProtections;
  bus: Bus;
  clock: Clock;
  log: Logger;
}

/** What a request brings along for an image. */
export interface LegacySource {
  /** `X-Glance-Api-Copy-From` */
  copyFrom: string | null;
  /** The body; null when there is none. */
  data: AsyncIterable<Uint8Array> | null;
  /** Content-Length of the body. */
  sizeBytes: number | null;
  contentType: string | null;
}

export interface LegacyQuery {
  conditions: Condition[];
  /** Only an administrator's counts. Null: public and others. */
  isPublic: boolean | null;
  /** Only an administrator's counts. Null: not asked. */
  deleted: boolean | null;
  changedSince: boolean;
  sort: ListQuery["sort"];
  marker: string | null;
  limit: number;
}

const OCTETS = /^\s*application\/octet-stream\s*(;|$)/i;
const EXTERNAL_SCHEMES = /^(https?|swift(\+https?)?):/i;

export class LegacyImages {
  #parts: LegacyImagesParts;

  constructor(parts: LegacyImagesParts) {
    this.#parts = parts;
  }

  /** @throws Invalid for a marker that is not there */
  list(caller: Caller, query: LegacyQuery): ImageRecord[] {
    const { lists, store, access } = this.#parts;
    requireRule(caller, "get_images");
    const viewer = viewerOf(caller);
    // For an administrator is_public=True means "as if I were none".
    const everything = viewer.isAdmin && query.isPublic !== true;
    const conditions = [...query.conditions];
    if (everything && query.isPublic === false) conditions.push({ kind: "public", value: false });
    const asked = viewer.isAdmin ? query.deleted : null;
    const deleted = asked ?? (query.changedSince ? "any" : false);
    const marker = query.marker === null ? null : (store.anyImages([query.marker])[0] ?? null);
    if (query.marker !== null && (!marker || !access.isVisible(caller, marker))) {
      throw new Invalid("Invalid marker. Image could not be found.");
    }
    const page = lists.page(
      {
        conditions,
        visibility: everything ? "all" : null,
        memberStatus: "all",
        sort: query.sort,
        marker,
        limit: query.limit,
        deleted,
      },
      everything ? viewer : { isAdmin: false, projectId: viewer.projectId },
    );
    return page.map((image) => this.#readable(caller, image));
  }

  /** Administrators see deleted ones too. @throws NotFound */
  show(caller: Caller, id: string): ImageRecord {
    requireRule(caller, "get_image");
    return this.#readable(caller, this.#find(caller, id, true));
  }

  /** @throws NotFound unless it is active, Forbidden when it is deactivated */
  content(caller: Caller, id: string): { image: ImageRecord; content: Content | null } {
    const image = this.show(caller, id);
    const { status } = image.row;
    requireRule(caller, "download_image");
    if (status === "deactivated") throw new Forbidden(`Image ${id} is deactivated`);
    if (status !== "active") throw new NotFound(`Image ${id} is not active`);
    return { image, content: this.#parts.data.content(caller, id) };
  }

  /** @throws Forbidden, Invalid, Conflict, LimitExceeded, and what Receiver throws */
  async create(caller: Caller, meta: LegacyMeta, source: LegacySource): Promise<ImageRecord> {
    const { images, store, quota, clock, protections } = this.#parts;
    const { fields, properties } = meta;
    this.#enforceSource(caller, "add_image", meta, source);
    refuseReserved(properties);
    for (const name of Object.keys(properties)) protections.require(caller, name, "create");
    quota.checkProperties(Object.keys(properties));
    const external = await this.#external(caller, meta, source);
    if (fields.store) this.#requireStore(fields.store);
    if (fields.id && !isUuidLike(fields.id)) throw new Invalid("Invalid image id format");
    if (fields.id && store.isKnown(fields.id)) {
      throw new Conflict(`An image with identifier ${fields.id} already exists`);
    }
    const owner = isAdmin(caller) && fields.owner !== undefined ? { owner: fields.owner ?? "" } : {};
    const image = images.create(
      caller,
      {
        ...(fields.id ? { id: fields.id } : {}),
        ...owner,
        name: fields.name ?? null,
        disk_format: fields.disk_format ?? null,
        container_format: fields.container_format ?? null,
        min_disk: fields.min_disk ?? 0,
        min_ram: fields.min_ram ?? 0,
        protected: fields.protected ?? false,
        visibility: fields.is_public ? "public" : "shared",
      },
      properties,
      [],
    );
    const { id } = image.row;
    const empty = fields.size === 0 && !source.data && external === null;
    store.update(
      id,
      { size: external?.sizeBytes ?? fields.size ?? 0, ...(empty ? { status: "active" as const } : {}) },
      clock.now(),
    );
    await this.#take(caller, id, meta, source);
    return this.#readable(caller, store.anyImages([id])[0] ?? image);
  }

  /** @param purge drop the properties that are not named. @throws as `create`, and NotFound */
  async update(
    caller: Caller,
    id: string,
    meta: LegacyMeta,
    source: LegacySource,
    purge: boolean,
  ): Promise<ImageRecord> {
    const { store } = this.#parts;
    this.#enforceSource(caller, "modify_image", meta, source);
    const before = this.#find(caller, id, true);
    const { status, deleted } = before.row;
    if (deleted) throw new Forbidden("Forbidden to update deleted image.");
    refuseImmutable(caller, before, meta);
    if (source.data && status !== "queued") throw new Conflict("Cannot upload to an unqueued image");
    const external = await this.#external(caller, meta, source);
    if (external && status !== "queued") {
      throw new Invalid("Attempted to update Location field for an image not in queued status.");
    }
    this.#requireMine(caller, before, "update");
    this.#change(caller, before, meta, external?.sizeBytes ?? null, purge && source.data === null);
    await this.#take(caller, id, meta, source);
    const after = store.image(id);
    if (!after) throw new NotFound(`Failed to find image to update: No image found with ID ${id}`);
    return this.#readable(caller, after);
  }

  /** @throws Forbidden for a protected one and for another project's public one, NotFound */
  delete(caller: Caller, id: string): void {
    requireRule(caller, "delete_image");
    const image = this.#find(caller, id);
    if (image.row.protected) throw new Forbidden("Image is protected");
    this.#requireMine(caller, image, "delete");
    this.#parts.images.delete(caller, id);
  }

  /** Another project's image: one that may be seen by all is forbidden, any other is not there. */
  #requireMine(caller: Caller, { row }: ImageRecord, verb: "update" | "delete"): void {
    if (isAdmin(caller) || (row.owner !== null && row.owner === caller.context.projectId)) return;
    if (row.visibility === "public" || row.visibility === "community") {
      throw new Forbidden(
        `Forbidden to ${verb} image: You are not authorized to complete ${verb === "update" ? "modify" : "delete"}_image action.`,
      );
    }
    throw new NotFound(`Failed to find image to ${verb}: No image found with ID ${row.id}`);
  }

  #enforceSource(caller: Caller, rule: string, { fields }: LegacyMeta, source: LegacySource): void {
    requireRule(caller, rule);
    if (fields.is_public) requireRule(caller, "publicize_image");
    if (source.copyFrom !== null) requireRule(caller, "copy_from");
    if (source.copyFrom !== null || source.data) requireRule(caller, "upload_image");
    const sources = [source.copyFrom, fields.location, source.data].filter(Boolean);
    if (sources.length > 1) throw new Invalid("It's invalid to provide multiple image sources.");
  }

  /** The address the data comes from or stays at, with its size; null when none was named. */
  async #external(
    caller: Caller,
    { fields }: LegacyMeta,
    { copyFrom }: LegacySource,
  ): Promise<{ sizeBytes: number } | null> {
    const { stores, external } = this.#parts;
    const byLocation = fields.location !== undefined;
    if (byLocation) requireRule(caller, "set_image_location");
    else if (copyFrom === null) return null;
    const uri = byLocation ? fields.location : copyFrom;
    if (!uri) throw new Invalid("External source should not be empty");
    if (!EXTERNAL_SCHEMES.test(uri)) throw new Invalid(`External sources are not supported: '${uri}'`);
    if (!byLocation) {
      await external.check(uri);
      return { sizeBytes: fields.size || (await this.#remoteSize(uri)) };
    }
    const store = stores.ofUrl(uri);
    if (!store) throw new Invalid(`External sources are not supported: '${uri}'`);
    const stored = await store.sizeOf(uri);
    if (fields.size && stored && fields.size !== stored) {
      throw new Conflict(
        `Provided image size must match the stored image size. (provided size: ${fields.size}, stored size: ${stored})`,
      );
    }
    return { sizeBytes: stored || fields.size || 0 };
  }

  async #remoteSize(uri: string): Promise<number> {
    try {
      return await this.#parts.external.size(uri);
    } catch (cause) {
      if (cause instanceof CloudError) throw cause;
      throw new NotFound(`The source ${uri} could not be read: ${messageOf(cause)}`, { cause });
    }
  }

  /** Whatever source there is: the data now, a reference, or a copy that is made later. */
  async #take(caller: Caller, id: string, { fields }: LegacyMeta, source: LegacySource): Promise<void> {
    const { store, stores, data, bus, clock, log } = this.#parts;
    if (!source.data && !source.copyFrom && !fields.location) return;
    const image = store.image(id)!;
    if (source.data && !OCTETS.test(source.contentType ?? "")) {
      store.update(id, { status: "killed" }, clock.now(), "queued");
      throw new Invalid("Content-Type must be application/octet-stream");
    }
    for (const [column, noun] of [
      ["disk_format", "Disk"],
      ["container_format", "Container"],
    ] as const) {
      if (!image.row[column]) throw new Invalid(`${noun} format is not specified.`);
    }
    if (source.copyFrom) {
      const { copyFrom } = source;
      bus.cast(caller.context, COPY_TOPIC, COPY_METHOD, { imageId: id, uri: copyFrom, store: fields.store });
      log.info(caller.context, "Triggering asynchronous copy from external source");
      return;
    }
    if (fields.location) {
      const { location } = fields;
      const target = stores.require({ url: location, metadata: {} });
      store.db.transaction(() => {
        store.addLocation(id, location, { store: target.id }, clock.now());
        store.update(id, { status: "active" }, clock.now(), "queued");
      });
      return;
    }
    if (!source.data) return;
    if (image.row.status === "active") store.update(id, { status: "queued" }, clock.now(), "active");
    await data.upload(
      caller,
      id,
      source.data,
      source.sizeBytes || fields.size || null,
      fields.store ? this.#requireStore(fields.store) : null,
      { onFailure: "killed", checksum: fields.checksum ?? null },
    );
  }

  #change(
    caller: Caller,
    before: ImageRecord,
    { fields, properties }: LegacyMeta,
    sizeBytes: number | null,
    purge: boolean,
  ): void {
    const { store, quota, clock, protections } = this.#parts;
    const { id, visibility } = before.row;
    checkIntegers({ min_disk: fields.min_disk ?? 0, min_ram: fields.min_ram ?? 0 });
    refuseReserved(properties);
    const kept = Object.entries(before.properties).filter(
      ([name]) => !purge || name.startsWith(RESERVED_NAMESPACE) || !protections.allows(caller, name, "read"),
    );
    const wanted: Record<string, string> = { ...Object.fromEntries(kept), ...properties };
    protections.requireChange(caller, before.properties, wanted);
    checkPropertyNames(Object.keys(properties));
    quota.checkProperties(Object.keys(wanted));
    const changes: ImageChanges = {};
    for (const name of ["name", "disk_format", "container_format", "checksum"] as const) {
      if (fields[name] !== undefined) changes[name] = fields[name];
    }
    for (const name of ["min_disk", "min_ram", "protected", "size"] as const) {
      if (fields[name] !== undefined) (changes as Record<string, unknown>)[name] = fields[name];
    }
    if (sizeBytes !== null) changes.size = sizeBytes;
    if (fields.owner !== undefined && isAdmin(caller)) changes.owner = fields.owner;
    if (fields.is_public) changes.visibility = "public";
    else if (fields.is_public === false && visibility === "public") changes.visibility = "shared";
    const now = clock.now();
    store.db.transaction(() => {
      store.update(id, changes, now);
      store.setProperties(id, wanted, now);
    });
  }

  /** By name, or by scheme as version 1 knew them. @throws Invalid */
  #requireStore(name: string): string {
    const { stores } = this.#parts;
    const found = stores.find(name) ?? stores.writable().find(({ schemes }) => schemes.includes(name));
    if (!found) throw new Invalid(`Required store ${name} is invalid`);
    return found.id;
  }

  #find(caller: Caller, id: string, evenDeleted = false): ImageRecord {
    const { store, access } = this.#parts;
    const image = evenDeleted && isAdmin(caller) ? (store.anyImages([id])[0] ?? null) : store.image(id);
    if (!image || !access.isVisible(caller, image)) {
      throw new NotFound(`Image with identifier ${id} not found`);
    }
    return image;
  }

  #readable(caller: Caller, image: ImageRecord): ImageRecord {
    return this.#parts.protections.readable(caller, image);
  }
}

/** @throws Forbidden with WebOb's own text: version 1 does not say which rule */
export function requireRule(caller: Caller, rule: string): void {
  if (!caller.allows(rule)) throw new Forbidden("Access was denied to this resource.");
}

function refuseReserved(properties: Readonly<Record<string, string>>): void {
  const name = Object.keys(properties).find((key) => key.startsWith(RESERVED_NAMESPACE));
  if (name !== undefined) throw new Forbidden(`Attribute '${name}' is reserved.`);
}

/** `id` and `status` are nobody's to set; `size` and `checksum` an administrator's, once there is data. */
function refuseImmutable(caller: Caller, { row }: ImageRecord, { fields }: LegacyMeta): void {
  const differs = (name: "size" | "checksum" | "status" | "id") =>
    fields[name] !== undefined && fields[name] !== row[name];
  if (!isAdmin(caller) && (row.status === "active" || row.status === "deactivated")) {
    for (const name of ["size", "checksum"] as const) {
      if (differs(name)) throw new Forbidden(`Forbidden to modify '${name}' of ${row.status} image.`);
    }
  }
  for (const name of ["status", "id"] as const) {
    if (differs(name)) throw new Forbidden(`Forbidden to modify '${name}' of image.`);
  }
}
