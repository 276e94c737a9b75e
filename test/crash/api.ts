// The HTTP API of a running cloud, as its admin: what the crash tests ask of it, and the bodies that they look at.

import type { Stack } from "../support/stack.ts";
import { tokenByPassword } from "../support/token.ts";

/** What `stack up` is given so that no quota stands in the way. */
export const NO_QUOTAS = [
  "QUOTA_INSTANCES=-1",
  "QUOTA_CORES=-1",
  "QUOTA_RAM=-1",
  "CINDER_QUOTA_VOLUMES=-1",
  "CINDER_QUOTA_GIGABYTES=-1",
  "CINDER_QUOTA_SNAPSHOTS=-1",
];

/** `--set` for each `KEY=value`. */
export const setting = (settings: readonly string[]) => settings.flatMap((each) => ["--set", each]);

export interface ServerBody {
  id: string;
  name: string;
  status: string;
  flavor: { original_name: string };
  addresses: Record<string, { addr: string }[]>;
  fault?: { message: string };
  "OS-EXT-STS:task_state": string | null;
}

export interface VolumeBody {
  id: string;
  name: string;
  status: string;
  attachments: { server_id: string }[];
}

export interface ImageBody {
  id: string;
  name: string;
  status: string;
  checksum: string | null;
}

export interface PortBody {
  id: string;
  device_id: string;
  device_owner: string;
  fixed_ips: { ip_address: string }[];
}

export class Api {
  readonly projectId: string;
  #base: string;
  #headers: Record<string, string>;

  constructor(base: string, projectId: string, headers: Record<string, string>) {
    this.#base = base;
    this.projectId = projectId;
    this.#headers = headers;
  }

  /** The project's account in the object store. */
  get account(): string {
    return `/object-store/v1/AUTH_${this.projectId}`;
  }

  /** The project in the block storage API. */
  get volumes(): string {
    return `/volume/v3/${this.projectId}`;
  }

  /** A body that is not bytes is sent as JSON. */
  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const raw = body instanceof Uint8Array;
    return fetch(`${this.#base}${path}`, {
      method,
      headers: {
        ...this.#headers,
        ...(raw || body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
    });
  }

  /**
   * The answer's body, which the caller knows.
   * @throws Error for any status that is not 2xx
   */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async servers(query = ""): Promise<ServerBody[]> {
    const path = `/compute/v2.1/servers/detail${query}`;
    return (await this.json<{ servers: ServerBody[] }>("GET", path)).servers;
  }

  async listVolumes(): Promise<VolumeBody[]> {
    return (await this.json<{ volumes: VolumeBody[] }>("GET", `${this.volumes}/volumes/detail`)).volumes;
  }

  async images(): Promise<ImageBody[]> {
    return (await this.json<{ images: ImageBody[] }>("GET", "/image/v2/images?limit=1000")).images;
  }

  async ports(): Promise<PortBody[]> {
    return (await this.json<{ ports: PortBody[] }>("GET", "/network/v2.0/ports")).ports;
  }

  /** The network of that name. */
  async network(name: string): Promise<string> {
    const path = `/network/v2.0/networks?name=${name}`;
    const { networks } = await this.json<{ networks: { id: string }[] }>("GET", path);
    return networks[0]!.id;
  }

  /** A queued image. */
  async createImage(name: string): Promise<string> {
    const image = { name, disk_format: "raw", container_format: "bare" };
    return (await this.json<{ id: string }>("POST", "/image/v2/images", image)).id;
  }

  upload(imageId: string, data: Uint8Array): Promise<Response> {
    const headers = { "content-type": "application/octet-stream" };
    return this.ask("PUT", `/image/v2/images/${imageId}/file`, data, headers);
  }
}

/** The admin, in the admin project. `headers` go with every request. */
export async function login(stack: Stack, headers: Record<string, string> = {}): Promise<Api> {
  const { OS_AUTH_URL: url, OS_PASSWORD: password } = stack.adminEnv as Record<string, string>;
  const { token, projectId } = await tokenByPassword(url!, "admin", password!);
  return new Api(url!.replace("/identity/v3", ""), projectId, { "x-auth-token": token, ...headers });
}

/** Asks until nothing of the list is busy. @throws Error with what is still busy at the deadline */
export async function settled<T>(
  list: () => Promise<T[]>,
  busy: (each: T) => boolean,
  deadlineMs: number,
): Promise<T[]> {
  for (;;) {
    const all = await list();
    const left = all.filter(busy);
    if (left.length === 0) return all;
    if (Date.now() > deadlineMs) throw new Error(`stuck: ${JSON.stringify(left)}`);
    await Bun.sleep(100);
  }
}
