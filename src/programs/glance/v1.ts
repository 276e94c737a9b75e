// Version 1 of the image API: metadata in headers (glanceclient/v1/images.py and image_members.py, 0.12).

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

const PAGE_SIZE = 20;
const META = "x-image-meta-";
const PROPERTY = "x-image-meta-property-";
const BOOLEANS = ["is_public", "protected", "deleted"];
const NUMBERS = ["size", "min_ram", "min_disk"];

export class ImagesV1 implements Images {
  readonly #calls: Calls;

  constructor(connection: Connection) {
    this.#calls = new Calls(connection);
  }

  async get(id: string): Promise<Image> {
    const { headers } = await this.#calls.transfer("HEAD", `/v1/images/${encodeURIComponent(id)}`);
    const image: Image = { id, properties: {} };
    headers.forEach((value, name) => {
      const text = decoded(value);
      if (name.startsWith(PROPERTY)) image.properties[name.slice(PROPERTY.length)] = text;
      else if (name.startsWith(META)) image[name.slice(META.length)] = text;
    });
    for (const key of BOOLEANS) {
      if (key in image) image[key] = /^(t|true|yes|1)$/i.test(image[key].trim());
    }
    return withNumbers(image);
  }

  async *list(options: ListOptions = {}): AsyncIterable<Image> {
    const { filters = {}, properties = {}, pageSize = PAGE_SIZE, owner = null, everything } = options;
    let marker = options.marker ?? null;
    for (;;) {
      const parameters = new URLSearchParams({ limit: String(pageSize), ...filters });
      if (marker !== null) parameters.set("marker", marker);
      if (options.sortKey) parameters.set("sort_key", options.sortKey);
      if (options.sortDir) parameters.set("sort_dir", options.sortDir);
      for (const [name, value] of Object.entries(properties)) parameters.set(`property-${name}`, value);
      if (owner !== null) parameters.set("owner", owner);
      if (owner !== null || everything) parameters.set("is_public", "None");
      const { images } = await this.#calls.json("GET", `/v1/images/detail?${parameters}`);
      for (const image of images as Image[]) {
        if (owner === null || (image["owner"] ?? "") === owner) yield image;
      }
      const last = images.at(-1);
      if (pageSize <= 0 || images.length < pageSize || !last) return;
      marker = last.id;
    }
  }

  create(fields: Fields, properties: Record<string, string>, data: Upload | null): Promise<Image> {
    return this.#send("POST", "/v1/images", headersOf(fields, properties, data), data);
  }

  update(
    image: Image,
    fields: Fields,
    properties: Record<string, string>,
    purge: boolean | null,
    data: Upload | null,
  ): Promise<Image> {
    const headers = headersOf(fields, properties, data);
    if (purge !== null) headers["x-glance-registry-purge-props"] = String(purge);
    return this.#send("PUT", `/v1/images/${encodeURIComponent(image.id)}`, headers, data);
  }

  async delete(id: string): Promise<void> {
    await this.#calls.json("DELETE", `/v1/images/${encodeURIComponent(id)}`);
  }

  async data(id: string) {
    const response = await this.#calls.transfer("GET", `/v1/images/${encodeURIComponent(id)}`);
    const size = response.headers.get("content-length");
    return { body: response.body, size: size === null ? null : Number(size) };
  }

  async membersOf(id: string): Promise<Member[]> {
    const { members } = await this.#calls.json("GET", `/v1/images/${encodeURIComponent(id)}/members`);
    return members.map((member: Json) => ({ ...member, image_id: id }));
  }

  async imagesOf(member: string): Promise<Member[]> {
    const answer = await this.#calls.json("GET", `/v1/shared-images/${encodeURIComponent(member)}`);
    return answer.shared_images.map((image: Json) => ({ ...image, member_id: member }));
  }

  async addMember(id: string, member: string, canShare: boolean): Promise<void> {
    const path = `/v1/images/${encodeURIComponent(id)}/members/${encodeURIComponent(member)}`;
    await this.#calls.json("PUT", path, { member: { can_share: canShare } });
  }

  async removeMember(id: string, member: string): Promise<void> {
    const path = `/v1/images/${encodeURIComponent(id)}/members/${encodeURIComponent(member)}`;
    await this.#calls.json("DELETE", path);
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    data: Upload | null,
  ): Promise<Image> {
    const sent = data ? { ...headers, "Content-Type": "application/octet-stream" } : headers;
    const response = await this.#calls.transfer(method, path, sent, data?.stream);
    const image = ((await response.json()) as Json)?.image;
    if (typeof image?.id !== "string") throw new ClientError("the answer holds no image");
    return withNumbers(image);
  }
}

function headersOf(
  { copy_from, ...fields }: Fields,
  properties: Record<string, string>,
  data: Upload | null,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const size = fields["size"] ?? data?.size;
  for (const [name, value] of Object.entries({ ...fields, ...(size == null ? {} : { size }) })) {
    headers[META + name] = encoded(value);
  }
  for (const [name, value] of Object.entries(properties)) headers[PROPERTY + name] = encoded(value);
  if (copy_from !== undefined) headers["x-glance-api-copy-from"] = encoded(copy_from);
  return headers;
}

/** Header values are UTF-8 on the wire, which fetch takes as one character for each byte. */
function encoded(value: string | number | boolean): string {
  const text = value === true ? "True" : value === false ? "False" : String(value);
  return Buffer.from(text, "utf8").toString("latin1");
}

function decoded(value: string): string {
  return Buffer.from(value, "latin1").toString("utf8");
}

function withNumbers(image: Image): Image {
  for (const key of NUMBERS) {
    if (typeof image[key] === "string" && /^\d+$/.test(image[key])) image[key] = Number(image[key]);
  }
  return image;
}
