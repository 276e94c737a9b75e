// The verbs of version 1 on a service that has only version 2 of the API: images are described as v1 did, and what v1 did
// in one call is several here.
//
// What v2 cannot do: list what is shared with another tenant, let a member share further.

import { ClientError } from "../errors.ts";
import type { Json } from "../session.ts";
import {
  Calls,
  type Connection,
  type Fields,
  type Image,
  type Images,
  type ListOptions,
  type Member,
  type Upload,
} from "./client.ts";

/** What an image has of itself in v2; all else is the user's. */
const OWN = new Set([
  "id",
  "name",
  "disk_format",
  "container_format",
  "size",
  "virtual_size",
  "status",
  "visibility",
  "protected",
  "owner",
  "min_disk",
  "min_ram",
  "checksum",
  "created_at",
  "updated_at",
  "tags",
  "self",
  "file",
  "schema",
  "stores",
  "locations",
  "direct_url",
  "os_hidden",
  "os_hash_algo",
  "os_hash_value",
]);

const PATCH_TYPE = "application/openstack-images-v2.1-json-patch";

export class ImagesV2 implements Images {
  readonly #calls: Calls;

  constructor(connection: Connection) {
    this.#calls = new Calls(connection);
  }

  async get(id: string): Promise<Image> {
    return toV1(await this.#calls.json("GET", `/v2/images/${encodeURIComponent(id)}`));
  }

  async *list(options: ListOptions = {}): AsyncIterable<Image> {
    const { filters = {}, properties = {}, owner = null } = options;
    const { is_public, "changes-since": since, ...direct } = filters;
    const parameters = new URLSearchParams({ ...direct, ...properties });
    if (options.pageSize) parameters.set("limit", String(options.pageSize));
    if (options.marker) parameters.set("marker", options.marker);
    if (options.sortKey) parameters.set("sort_key", options.sortKey);
    if (options.sortDir) parameters.set("sort_dir", options.sortDir);
    if (owner) parameters.set("owner", owner);
    if (options.everything) parameters.set("visibility", "all");
    if (since) parameters.set("updated_at", `gte:${since}`);
    let next: string | null = `/v2/images?${parameters}`;
    while (next !== null) {
      const page: Json = await this.#calls.json("GET", next);
      for (const image of page.images.map(toV1)) {
        if (is_public !== undefined && image.is_public !== /^true$/i.test(is_public)) continue;
        if (owner === null || (image.owner ?? "") === owner) yield image;
      }
      next = page.next ?? null;
    }
  }

  async create(fields: Fields, properties: Record<string, string>, data: Upload | null): Promise<Image> {
    const { location, copy_from, is_public, size: _size, checksum: _checksum, store, ...rest } = fields;
    const made = await this.#calls.json("POST", "/v2/images", {
      ...numbers(rest),
      ...properties,
      visibility: is_public === true ? "public" : "shared",
    });
    await this.#fill(made.id, location, copy_from, data, store);
    return this.get(made.id);
  }

  async update(
    image: Image,
    fields: Fields,
    properties: Record<string, string>,
    purge: boolean | null,
    data: Upload | null,
  ): Promise<Image> {
    const { location, copy_from, is_public, size: _size, checksum: _checksum, store, ...rest } = fields;
    const wanted: Record<string, unknown> = { ...numbers(rest), ...properties };
    if (is_public !== undefined) wanted["visibility"] = is_public ? "public" : "shared";
    // v1 purges unless it is told otherwise.
    const gone = purge !== false ? Object.keys(image.properties).filter((name) => !(name in properties)) : [];
    const patch = [
      ...Object.entries(wanted).map(([name, value]) => ({
        op: OWN.has(name) || name in image.properties ? "replace" : "add",
        path: pointer(name),
        value,
      })),
      ...gone.map((name) => ({ op: "remove", path: pointer(name) })),
    ];
    const path = `/v2/images/${encodeURIComponent(image.id)}`;
    if (patch.length > 0) await this.#calls.json("PATCH", path, patch, PATCH_TYPE);
    await this.#fill(image.id, location, copy_from, data, store);
    return this.get(image.id);
  }

  async delete(id: string): Promise<void> {
    await this.#calls.json("DELETE", `/v2/images/${encodeURIComponent(id)}`);
  }

  async data(id: string) {
    const response = await this.#calls.transfer("GET", `/v2/images/${encodeURIComponent(id)}/file`);
    const size = response.headers.get("content-length");
    const body = response.status === 204 ? null : response.body;
    return { body, size: size === null ? null : Number(size) };
  }

  async membersOf(id: string): Promise<Member[]> {
    const { members } = await this.#calls.json("GET", `/v2/images/${encodeURIComponent(id)}/members`);
    return members.map(({ member_id }: Json) => ({ image_id: id, member_id, can_share: false }));
  }

  async imagesOf(): Promise<Member[]> {
    throw new ClientError(
      "This image service cannot list the images of a member: that was version 1 of its API.",
    );
  }

  async addMember(id: string, member: string): Promise<void> {
    await this.#calls.json("POST", `/v2/images/${encodeURIComponent(id)}/members`, { member });
  }

  async removeMember(id: string, member: string): Promise<void> {
    const path = `/v2/images/${encodeURIComponent(id)}/members/${encodeURIComponent(member)}`;
    await this.#calls.json("DELETE", path);
  }

  /** Gives an image its data: bytes, the address where they are, or one to copy them from. */
  async #fill(
    id: string,
    location: Fields[string] | undefined,
    copyFrom: Fields[string] | undefined,
    data: Upload | null,
    store: Fields[string] | undefined,
  ): Promise<void> {
    const path = `/v2/images/${encodeURIComponent(id)}`;
    if (location !== undefined) {
      const value = { url: String(location), metadata: {} };
      await this.#calls.json("PATCH", path, [{ op: "add", path: "/locations/-", value }], PATCH_TYPE);
    } else if (copyFrom !== undefined) {
      const method = { name: "web-download", uri: String(copyFrom) };
      await this.#calls.json("POST", `${path}/import`, { method });
    } else if (data) {
      const headers: Record<string, string> = { "Content-Type": "application/octet-stream" };
      if (store !== undefined) headers["X-Image-Meta-Store"] = String(store);
      await this.#calls.transfer("PUT", `${path}/file`, headers, data.stream);
    }
  }
}

function pointer(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** v2 wants them as numbers, v1 had texts. */
function numbers(
  fields: Record<string, string | number | boolean>,
): Record<string, string | number | boolean> {
  const result = { ...fields };
  for (const key of ["min_disk", "min_ram"]) {
    const value = result[key];
    if (typeof value === "string" && /^\d+$/.test(value)) result[key] = Number(value);
  }
  return result;
}

function toV1(image: Json): Image {
  const moment = (text: unknown) => (typeof text === "string" ? text.replace(/Z$/, "") : null);
  const own = Object.entries(image).filter(([name]) => !OWN.has(name));
  return {
    id: image.id,
    name: image.name,
    disk_format: image.disk_format,
    container_format: image.container_format,
    size: image.size ?? 0,
    virtual_size: image.virtual_size ?? null,
    status: image.status,
    is_public: image.visibility === "public",
    protected: image.protected,
    owner: image.owner,
    min_disk: image.min_disk,
    min_ram: image.min_ram,
    checksum: image.checksum ?? null,
    created_at: moment(image.created_at),
    updated_at: moment(image.updated_at),
    deleted: false,
    deleted_at: null,
    properties: Object.fromEntries(own.map(([name, value]) => [name, String(value)])),
  };
}
