// Locations: where else an image's data lies. Only for clouds that show them (`show_multiple_locations`), only http(s)
// and this cloud's own files, never a path of the client's choosing. Authority: `_do_*_locations` in
// glance/api/v2/images.py, glance/location.py of Zed.

import { Conflict, Forbidden, Invalid } from "../core/errors.ts";
import { pyRepr } from "../core/python.ts";
import { type Caller, enforce, enforceAsOwner } from "./access.ts";
import { BadLocation, ForbiddenDetail } from "./errors.ts";
import type { Change, Draft } from "./patch.ts";
import type { Quota } from "./quota.ts";
import type { ImageLocation } from "./records.ts";
import type { Stores } from "./stores/registry.ts";
import { OWN_SCHEME } from "./stores/swift.ts";

/** As the schema has it. */
interface GivenLocation {
  url: string;
  metadata: Record<string, unknown>;
  validation_data?: { checksum?: string; os_hash_algo: string; os_hash_value: string };
}

const HASH_BYTES = { checksum: 16, os_hash_value: 64 } as const;
const HASH_ALGORITHM = "sha512";

export class LocationChanges {
  #stores: Stores;
  #quota: Quota;
  #shown: boolean;

  /** @param shown `show_multiple_locations` */
  constructor(parts: { stores: Stores; quota: Quota; shown: boolean }) {
    this.#stores = parts.stores;
    this.#quota = parts.quota;
    this.#shown = parts.shown;
  }

  async apply(caller: Caller, draft: Draft, change: Change): Promise<void> {
    if (change.op === "remove") return this.#remove(caller, draft, change.path[1] ?? "");
    if (change.op === "replace" && (change.value as unknown[]).length === 0) {
      throw new ForbiddenDetail("Cannot set locations to empty list.");
    }
    enforce(caller, "set_image_location", draft.before);
    enforceAsOwner(caller, "modify_image", draft.before);
    const verb = change.op === "add" ? "add" : "update";
    if (!this.#shown) {
      throw new Forbidden(`It's not allowed to ${verb} locations if locations are invisible.`);
    }
    const status = draft.changes.status ?? draft.before.row.status;
    if (status !== "active" && status !== "queued") {
      const what = change.op === "add" ? "add" : "replace";
      throw new Conflict(`It's not allowed to ${what} locations if image status is ${status}.`);
    }
    if (change.op === "add") await this.#add(draft, change.path[1] ?? "", change.value as GivenLocation);
    else await this.#replace(draft, change.value as GivenLocation[]);
  }

  async #add(draft: Draft, position: string, given: GivenLocation): Promise<void> {
    const hashes = validationData(draft, [given]);
    const at = positionOf(position, draft.locations.length, true);
    if (at === null) throw new Invalid("Invalid position for adding a location.");
    this.#quota.checkLocations(draft.locations.length + 1);
    const location = await this.#check(given);
    if (draft.locations.some((other) => sameLocation(other, location))) {
      throw new Invalid(`The location ${location.url} already exists`);
    }
    draft.locations = draft.locations.toSpliced(at, 0, location);
    await this.#accept(draft, location, hashes);
  }

  async #replace(draft: Draft, given: readonly GivenLocation[]): Promise<void> {
    const hashes = validationData(draft, given);
    this.#quota.checkLocations(given.length);
    const before = draft.locations;
    const urls = (locations: readonly { url: string }[]) => locations.map(({ url }) => url).sort();
    if (pyRepr(urls(before)) === pyRepr(urls(given))) {
      // The same places: only what is said of them changes.
      const free = [...before];
      draft.locations = given.map(({ url, metadata }) => {
        const at = free.findIndex((location) => location.url === url);
        const [old] = free.splice(at, 1);
        return { ...old!, metadata };
      });
      return;
    }
    if (before.length > 0) {
      const shown = before.map(({ url, metadata }) => ({ url, metadata }));
      throw new Invalid(`Original locations is not empty: ${pyRepr(shown)}`);
    }
    const locations: ImageLocation[] = [];
    for (const one of given) {
      const location = await this.#check(one);
      if (locations.some((other) => sameLocation(other, location))) {
        throw new Invalid(`The location ${location.url} already exists`);
      }
      locations.push(location);
    }
    draft.locations = locations;
    await this.#accept(draft, locations[0]!, hashes);
  }

  /** A queued image is active as soon as it has a location. */
  async #accept(draft: Draft, location: ImageLocation, hashes: Record<string, string>): Promise<void> {
    const { row } = draft.before;
    if ((draft.changes.size ?? row.size) === null) {
      draft.changes.size = await this.#stores.require(location).sizeOf(location.url);
    }
    if ((draft.changes.status ?? row.status) !== "queued") return;
    const missing = (["disk_format", "container_format"] as const).filter(
      (name) => !(draft.changes[name] ?? row[name]),
    );
    if (missing.length > 0) {
      const noun = missing.length === 1 ? "Property" : "Properties";
      throw new Invalid(`${noun} ${missing.join(", ")} must be set prior to saving data.`);
    }
    Object.assign(draft.changes, hashes, { status: "active" });
  }

  async #check({ url, metadata }: GivenLocation): Promise<ImageLocation> {
    const store = this.#stores.ofUrl(url);
    // A URL of this cloud's own would let a client read this host's files, or another project's image.
    if (!store || store.type === "file" || url.startsWith(`${OWN_SCHEME}:`)) throw new BadLocation();
    if ((await store.sizeOf(url)) <= 0) throw new BadLocation();
    return { id: null, url, metadata: { ...metadata, store: store.id }, status: "active" };
  }

  #remove(caller: Caller, draft: Draft, position: string): void {
    enforceAsOwner(caller, "delete_image_location", draft.before);
    if (!this.#shown) {
      throw new Forbidden("It's not allowed to remove locations if locations are invisible.");
    }
    const { status } = draft.before.row;
    if (status !== "active") {
      throw new Conflict(`It's not allowed to remove locations if image status is ${status}.`);
    }
    if (draft.locations.length === 1) throw new ForbiddenDetail("Cannot remove last location in the image.");
    const at = positionOf(position, draft.locations.length, false);
    if (at === null) throw new Invalid("Invalid position for removing a location.");
    draft.locations = draft.locations.toSpliced(at, 1);
  }
}

function sameLocation(a: ImageLocation, b: ImageLocation): boolean {
  return a.url === b.url && pyRepr(a.metadata) === pyRepr(b.metadata);
}

/** `-` is the end. @param inserting the position behind the last one is good too */
function positionOf(text: string, length: number, inserting: boolean): number | null {
  if (text === "-") return inserting ? length : length - 1;
  if (!/^\d+$/.test(text)) return null;
  const at = Number(text);
  if (inserting) return Math.min(at, length);
  return at < length ? at : null;
}

/** Hashes a client vouches for: all the same, of the right size, and only for an image that has none yet. */
function validationData(draft: Draft, given: readonly GivenLocation[]): Record<string, string> {
  const named: Record<string, string> = {};
  for (const { validation_data } of given) {
    for (const [name, value] of Object.entries(validation_data ?? {})) {
      if (named[name] !== undefined && named[name] !== value) {
        throw new Conflict(`Conflicting values for ${name}`);
      }
      named[name] = value;
    }
  }
  const fresh: Record<string, string> = {};
  const { row } = draft.before;
  for (const name of ["checksum", "os_hash_algo", "os_hash_value"] as const) {
    const value = named[name];
    const current = draft.changes[name] ?? row[name];
    if (value === undefined || value === current) continue;
    if (current) throw new Conflict(`${name} is already set with a different value`);
    fresh[name] = value;
  }
  if (Object.keys(fresh).length === 0) return {};
  if ((draft.changes.status ?? row.status) !== "queued") {
    const names = Object.keys(fresh).join(", ");
    throw new Conflict(`New value(s) for ${names} may only be provided when image status is 'queued'`);
  }
  checkHashes(fresh);
  return fresh;
}

function checkHashes(fresh: Record<string, string>): void {
  const { checksum, os_hash_algo, os_hash_value } = fresh;
  if (checksum !== undefined) {
    if (!isHex(checksum)) throw new Conflict(`checksum (${checksum}) is not a valid hexadecimal value`);
    if (checksum.length !== HASH_BYTES.checksum * 2) {
      throw new Conflict(`checksum (${checksum}) is not the correct size for md5 (should be 16 bytes)`);
    }
  }
  if (os_hash_algo !== HASH_ALGORITHM) {
    throw new Conflict(`os_hash_algo must be ${HASH_ALGORITHM}, not ${os_hash_algo ?? "None"}`);
  }
  if (os_hash_value === undefined || !isHex(os_hash_value)) {
    throw new Conflict(`os_hash_value (${os_hash_value ?? "None"}) is not a valid hexadecimal value`);
  }
  if (os_hash_value.length !== HASH_BYTES.os_hash_value * 2) {
    throw new Conflict(
      `os_hash_value (${os_hash_value}) is not the correct size for ${HASH_ALGORITHM} (should be 64 bytes)`,
    );
  }
}

function isHex(text: string): boolean {
  return /^([0-9a-fA-F]{2})*$/.test(text);
}
