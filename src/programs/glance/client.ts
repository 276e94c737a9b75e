// What the verbs of `glance` need of an image service, whichever version of its API it has: images as the first version
// described them. Texts are those of python-glanceclient 0.12 (common/utils.py, v1/images.py).

import { ClientError, HttpError } from "../errors.ts";
import type { HttpSession, Json } from "../session.ts";

/** As v1 names things. Properties of the user's own are apart. */
export interface Image {
  id: string;
  properties: Record<string, string>;
  [field: string]: Json;
}

export interface Member {
  image_id: string;
  member_id: string;
  can_share: boolean;
}

/** What is sent: fields of an image under their names in v1, `location` and `copy_from` among them. */
export type Fields = Record<string, string | number | boolean> & {
  properties?: never;
};

export interface Upload {
  stream: BodyInit;
  /** Null: a pipe. */
  size: number | null;
}

export interface ListOptions {
  filters?: Record<string, string>;
  properties?: Record<string, string>;
  pageSize?: number;
  marker?: string | null;
  sortKey?: string | null;
  sortDir?: string | null;
  /** Null: of anybody; an empty text: of nobody. */
  owner?: string | null;
  /** Everything there is, for who administers it. */
  everything?: boolean;
}

export interface Images {
  get(id: string): Promise<Image>;
  list(options?: ListOptions): AsyncIterable<Image>;
  create(fields: Fields, properties: Record<string, string>, data: Upload | null): Promise<Image>;
  /** @param purge what is not among the properties goes */
  update(
    image: Image,
    fields: Fields,
    properties: Record<string, string>,
    purge: boolean | null,
    data: Upload | null,
  ): Promise<Image>;
  delete(id: string): Promise<void>;
  /** The data and its size where that is known. */
  data(id: string): Promise<{ body: ReadableStream<Uint8Array> | null; size: number | null }>;
  membersOf(id: string): Promise<Member[]>;
  imagesOf(member: string): Promise<Member[]>;
  addMember(id: string, member: string, canShare: boolean): Promise<void>;
  removeMember(id: string, member: string): Promise<void>;
}

export interface Connection {
  session: HttpSession;
  token: string;
  /** Without a version at its end. */
  endpoint: string;
}

/** Calls with a token. */
export class Calls {
  readonly endpoint: string;
  readonly #session: HttpSession;
  readonly #token: string;

  constructor({ session, token, endpoint }: Connection) {
    this.#session = session;
    this.#token = token;
    this.endpoint = endpoint.replace(/\/+$/, "");
  }

  async json(method: string, path: string, body?: unknown, type?: string): Promise<Json> {
    if (type === undefined) {
      return (await this.#session.request(method, this.endpoint + path, { headers: this.#headers(), body }))
        .json;
    }
    const headers = { ...this.#headers(), "Content-Type": type };
    const response = await this.#session.transfer(method, this.endpoint + path, {
      headers,
      data: JSON.stringify(body),
    });
    return response.json();
  }

  transfer(method: string, path: string, headers: Record<string, string> = {}, data?: BodyInit) {
    const sent = { ...this.#headers(), ...headers };
    return this.#session.transfer(method, this.endpoint + path, {
      headers: sent,
      ...(data === undefined ? {} : { data }),
    });
  }

  /** Errors as plain text, neither as a page nor as JSON. */
  #headers(): Record<string, string> {
    return { Accept: "text/plain", "X-Auth-Token": this.#token };
  }
}

/** The whole of an image's id, or the one that is called so. @throws ClientError */
export async function findImage(images: Images, nameOrId: string): Promise<Image> {
  if (/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(nameOrId)) {
    try {
      return await images.get(nameOrId);
    } catch (error) {
      if (!(error instanceof HttpError && error.status === 404)) throw error;
    }
  }
  const matches: Image[] = [];
  for await (const image of images.list({ filters: { name: nameOrId } })) matches.push(image);
  const [match, second] = matches;
  if (second) {
    throw new ClientError(`Multiple image matches found for '${nameOrId}', use an ID to be more specific.`);
  }
  if (!match) throw new ClientError(`No image with a name or ID of '${nameOrId}' exists.`);
  return images.get(match.id);
}
