// The compute and volume APIs as novaclient sees them: calls with a token, things by name or id. No microversion is
// asked for, so that the calls are those of the time: what later versions took away is there, whatever the ceiling of
// the cloud. Texts are those of python-novaclient 2.17 (base.py, utils.find_resource).

import type { Access } from "../auth.ts";
import { ClientError, HttpError } from "../errors.ts";
import type { HttpSession, Json } from "../session.ts";
import type { Row, Tables } from "./tables.ts";

interface Kind {
  path: string;
  one: string;
  many: string;
  service: "compute" | "volume";
  /** What errors call it. */
  word: string;
  /** The field that is its name. */
  name: string;
  /** What follows the path where all are listed. */
  list?: string;
  /** Its ids are any texts; else only numbers and uuids are asked for by id. */
  anyId?: boolean;
  /** The list says too little: what was found there is asked for once more. */
  brief?: boolean;
}

const compute = (kind: Omit<Kind, "service">): Kind => ({ ...kind, service: "compute" });

export const KINDS = {
  server: compute({
    path: "/servers",
    one: "server",
    many: "servers",
    word: "server",
    name: "name",
    brief: true,
  }),
  image: compute({ path: "/images", one: "image", many: "images", word: "image", name: "name", brief: true }),
  flavor: compute({
    path: "/flavors",
    one: "flavor",
    many: "flavors",
    word: "flavor",
    name: "name",
    list: "/detail?is_public=None",
    anyId: true,
  }),
  network: compute({
    path: "/os-networks",
    one: "network",
    many: "networks",
    word: "network",
    name: "label",
  }),
  aggregate: compute({
    path: "/os-aggregates",
    one: "aggregate",
    many: "aggregates",
    word: "aggregate",
    name: "name",
  }),
  hypervisor: compute({
    path: "/os-hypervisors",
    one: "hypervisor",
    many: "hypervisors",
    word: "hypervisor",
    name: "hypervisor_hostname",
    list: "/detail",
  }),
  volume: {
    path: "/volumes",
    one: "volume",
    many: "volumes",
    service: "volume",
    word: "volume",
    name: "name",
    list: "/detail",
  },
  snapshot: {
    path: "/snapshots",
    one: "snapshot",
    many: "snapshots",
    service: "volume",
    word: "snapshot",
    name: "name",
    list: "/detail",
  },
} as const satisfies Record<string, Kind>;

export type Noun = keyof typeof KINDS;
export type Entity = Row & { id: string | number };

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
/** The types under which clouds list their volume service, as the time called it first. */
const VOLUME_TYPES = ["volume", "volumev2", "volumev3", "block-storage"];

/** Calls of one service. */
export class Calls {
  readonly #session: HttpSession;
  readonly #token: string;
  readonly #base: () => string;

  constructor(session: HttpSession, token: string, base: () => string) {
    this.#session = session;
    this.#token = token;
    this.#base = base;
  }

  get(path: string): Promise<Json> {
    return this.send("GET", path);
  }

  post(path: string, body: unknown): Promise<Json> {
    return this.send("POST", path, body);
  }

  put(path: string, body: unknown): Promise<Json> {
    return this.send("PUT", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.send("DELETE", path);
  }

  async send(method: string, path: string, body?: unknown): Promise<Json> {
    return (await this.answer(method, path, body)).json;
  }

  answer(method: string, path: string, body?: unknown) {
    const url = /^https?:/.test(path) ? path : `${this.#base().replace(/\/+$/, "")}${path}`;
    return this.#session.request(method, url, {
      headers: { Accept: "application/json", "X-Auth-Token": this.#token },
      body,
    });
  }

  /** Every page of a list. */
  async all(path: string, key: string): Promise<Row[]> {
    const rows: Row[] = [];
    let next: string | null = path;
    while (next !== null) {
      const body: Json = await this.get(next);
      const listed = body?.[key];
      if (!Array.isArray(listed)) throw new ClientError(`the answer holds no ${key}`);
      rows.push(...listed);
      const links: { rel?: string; href?: string }[] = body[`${key}_links`] ?? [];
      const link = links.find(({ rel }) => rel === "next")?.href;
      // Only the query counts: the address in a link may be another one than ours.
      next = link ? `${path.split("?")[0]}${new URL(link).search}` : null;
    }
    return rows;
  }
}

export interface Connection {
  session: HttpSession;
  token: string;
  /** Null: a token was handed in, with the address of the service. */
  access: Access | null;
  computeUrl: () => string;
  tables: Tables;
  endpointType: string;
  /** What was asked and for how long, for --timings. */
  timings: readonly { url: string; seconds: number }[];
}

export class ComputeClient extends Calls {
  readonly tables: Tables;
  readonly volumes: Calls;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super(connection.session, connection.token, connection.computeUrl);
    this.#connection = connection;
    this.tables = connection.tables;
    this.volumes = new Calls(connection.session, connection.token, () => this.#volumeUrl());
  }

  get timings(): Connection["timings"] {
    return this.#connection.timings;
  }

  /** @throws ClientError without one: a token was handed in */
  get access(): Access {
    const { access } = this.#connection;
    if (!access) throw new ClientError("There is no service catalog: log in by name and password.");
    return access;
  }

  get tenantId(): string {
    const { tenantId } = this.access;
    if (tenantId === null) throw new ClientError("The token is for no tenant.");
    return tenantId;
  }

  /** The first version of the volume API called a name a `display_name`. */
  get hasDisplayNames(): boolean {
    return /\/v1(\/|$)/.test(this.#volumeUrl());
  }

  #volumeUrl(): string {
    const { catalog } = this.access;
    const types = VOLUME_TYPES.filter((type) => catalog.entries.some((entry) => entry.type === type));
    return catalog.url({ type: types[0] ?? "volume", side: this.#connection.endpointType });
  }

  calls(noun: Noun): Calls {
    return KINDS[noun].service === "volume" ? this.volumes : this;
  }

  list(noun: Noun, more = ""): Promise<Row[]> {
    const { path, many }: Kind = KINDS[noun];
    return this.calls(noun).all(`${path}${more}`, many);
  }

  async show(noun: Noun, id: string | number): Promise<Entity> {
    const { path, one }: Kind = KINDS[noun];
    const entity = (await this.calls(noun).get(`${path}/${encodeURIComponent(id)}`))?.[one];
    if (typeof entity !== "object" || entity === null) throw new ClientError(`the answer holds no ${one}`);
    return entity as Entity;
  }

  /** @throws ClientError when none is called so, or several are */
  async find(noun: Noun, nameOrId: string): Promise<Entity> {
    const kind: Kind = KINDS[noun];
    if (kind.anyId || /^\d+$/.test(nameOrId) || UUID.test(nameOrId)) {
      const found = await this.#byId(noun, nameOrId);
      if (found) return found;
    }
    const all = await this.list(noun, kind.list ?? "");
    const named = (test: (name: string) => boolean) =>
      all.filter((row) => typeof row[kind.name] === "string" && test(row[kind.name]));
    const bySlug = named((name) => slug(name) === nameOrId);
    const matches = bySlug.length > 0 ? bySlug : named((name) => name === nameOrId);
    if (matches.length > 1) {
      throw new ClientError(
        `Multiple ${kind.word} matches found for '${nameOrId}', use an ID to be more specific.`,
      );
    }
    const [match] = matches;
    if (!match) throw new ClientError(`No ${kind.word} with a name or ID of '${nameOrId}' exists.`);
    return kind.brief ? this.show(noun, match["id"]) : (match as Entity);
  }

  async #byId(noun: Noun, id: string): Promise<Entity | null> {
    try {
      return await this.show(noun, id);
    } catch (error) {
      // An id of the wrong form is one that nothing has.
      if (error instanceof HttpError && [400, 404].includes(error.status)) return null;
      throw error;
    }
  }

  /** POST /servers/ID/action; null: an action without anything to say. */
  action(server: Entity, name: string, body: unknown = null): Promise<Json> {
    return this.post(`/servers/${server.id}/action`, { [name]: body });
  }
}

/** What novaclient calls a human id: `My Server` is `my-server`. */
export function slug(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\w\s-]/g, "")
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, "-");
}
