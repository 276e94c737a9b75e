// Image data in this cloud's object store, in a container of the service project's account. Requests go to the very app
// that clients talk to, with a token of the user `glance`, without a socket between. An object is there when its PUT has
// been answered; large or endless data is kept as segments (`ID-00001` ...) under a manifest, as glance_store does.
// Authority: glance_store/_drivers/swift/store.py 4.1.

import { messageOf, Unavailable } from "../../core/errors.ts";
import type { Logger } from "../../core/log.ts";
import type { Peers } from "../../core/peers.ts";
import { supervisor } from "../../core/service.ts";
import { tokenValidator } from "../../http/auth.ts";
import { dispatch, type Routed } from "../../http/server.ts";
import { identityPublic } from "../../identity/public.ts";
import { BadLocation, StorageFull } from "../errors.ts";
import type { ExternalAddresses } from "../external.ts";
import { BodySource } from "./body-source.ts";
import type { Deposit, WritableStore } from "./store.ts";
import { REMOTE_SCHEMES, RemoteSwift } from "./swift-remote.ts";

export interface SwiftStoreOptions {
  id: string;
  peers: Peers;
  log: Logger;
  /** `swift_store_container` */
  container: string;
  /** Data that is larger, or of unknown size, is kept in segments (`swift_store_large_object_size`). */
  largeObjectBytes: number;
  /** Size of a segment (`swift_store_large_object_chunk_size`). */
  chunkBytes: number;
  /** For data that lies in other object stores. */
  external: ExternalAddresses;
  /** URLs some image refers to. */
  known(): ReadonlySet<string>;
}

/** Of this cloud's own object store. What is stored under it is never taken from a client. */
export const OWN_SCHEME = "swift+config";
/** The object store's mount point on the shared port. */
const MOUNT = "/object-store";
const USER = "glance";
const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const LISTING_LIMIT = 10_000;
/** Data is asked for in such pieces: a body that is a file's would be read to its end, however slow its reader. */
const READ_BYTES = 4 << 20;

export class SwiftStore implements WritableStore {
  readonly id: string;
  readonly type = "swift";
  readonly readOnly = false;
  readonly schemes = [OWN_SCHEME, ...REMOTE_SCHEMES];
  #options: SwiftStoreOptions;
  #remote: RemoteSwift;
  /** The container is there and holds nothing that was left by an earlier process. */
  #ready: Promise<void> | null = null;
  #removing = new Set<Promise<void>>();

  constructor(options: SwiftStoreOptions) {
    this.id = options.id;
    this.#options = options;
    this.#remote = new RemoteSwift(options.external, options.log);
  }

  properties(): Record<string, unknown> {
    const { container, largeObjectBytes, chunkBytes } = this.#options;
    const mib = (bytes: number) => Math.floor(bytes / 2 ** 20);
    return {
      container,
      large_object_size: mib(largeObjectBytes),
      large_object_chunk_size: mib(chunkBytes),
    };
  }

  path(): null {
    return null;
  }

  async sizeOf(url: string): Promise<number> {
    if (isRemote(url)) return this.#remote.sizeOf(url);
    const response = await this.#request("HEAD", this.#nameOf(url));
    if (!response.ok) throw new BadLocation();
    return Number(response.headers.get("content-length") ?? 0);
  }

  async *read(url: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
    if (isRemote(url)) return yield* this.#remote.read(url, offset, length);
    const name = this.#nameOf(url);
    for (let at = offset; at < offset + length; at += READ_BYTES) {
      const wanted = Math.min(READ_BYTES, offset + length - at);
      const range = `bytes=${at}-${at + wanted - 1}`;
      const response = await this.#request("GET", name, { headers: { range } });
      const bytes = await response.bytes();
      if (response.status !== 206) {
        throw new Unavailable(`The object store answered ${response.status} for image data`);
      }
      if (bytes.length !== wanted) throw new Error(`${url} ended early`);
      yield bytes;
    }
  }

  /** Begins at once and is not waited for; what remains, because the object store is stopped, goes at the next start. */
  remove(url: string): void {
    const name = this.#objectName(url);
    if (name === null && !isRemote(url)) return;
    const work = name === null ? this.#remote.remove(url) : this.#tidy(name);
    const removal = work.finally(() => this.#removing.delete(removal));
    this.#removing.add(removal);
  }

  async #tidy(imageId: string): Promise<void> {
    try {
      await this.#removeAll(imageId);
    } catch (error) {
      this.#options.log.warning(null, `Image data ${imageId} is not removed yet: ${messageOf(error)}`);
    }
  }

  async begin(imageId: string, sizeBytes: number | null): Promise<Deposit> {
    if (!NAME.test(imageId)) throw new BadLocation();
    this.#route(`${MOUNT}/`);
    await this.#prepare();
    const { largeObjectBytes, chunkBytes, container } = this.#options;
    const segmented = sizeBytes === null || sizeBytes > largeObjectBytes;
    return new SwiftDeposit({
      put: (name, body) => this.#put(name, body),
      manifest: (prefix) =>
        this.#put(imageId, null, { "x-object-manifest": `${container}/${prefix}`, "content-length": "0" }),
      removeAll: () => this.#tidy(imageId),
      url: this.urlOf(imageId),
      imageId,
      chunkBytes: segmented ? chunkBytes : null,
    });
  }

  /** Ends when nothing is being removed any more. */
  async settle(): Promise<void> {
    await Promise.all(this.#removing);
  }

  urlOf(imageId: string): string {
    return `${OWN_SCHEME}://${this.id}/${this.#options.container}/${imageId}`;
  }

  #objectName(url: string): string | null {
    const prefix = this.urlOf("");
    const name = url.startsWith(prefix) ? url.slice(prefix.length) : "";
    return NAME.test(name) ? name : null;
  }

  /** @throws BadLocation: a URL never leads to another container */
  #nameOf(url: string): string {
    const name = this.#objectName(url);
    if (name === null) throw new BadLocation();
    return name;
  }

  /** The container, and once a start what no image refers to is removed from it. @throws Unavailable */
  #prepare(): Promise<void> {
    const ready = this.#ready ?? this.#makeContainer();
    this.#ready = ready;
    ready.catch(() => {
      this.#ready = null;
    });
    return ready;
  }

  async #makeContainer(): Promise<void> {
    const made = await this.#request("PUT", "");
    if (!made.ok) throw new Unavailable(`The object store answered ${made.status} for its container`);
    const strays: string[] = [];
    const known = this.#options.known();
    for (let marker = ""; ; ) {
      const query = `?format=json&limit=${LISTING_LIMIT}&marker=${encodeURIComponent(marker)}`;
      const page = (await (await this.#request("GET", "", { query })).json()) as { name: string }[];
      const stray = ({ name }: { name: string }) => !known.has(this.urlOf(name.replace(/-\d{5}$/, "")));
      strays.push(...page.filter(stray).map(({ name }) => name));
      if (page.length < LISTING_LIMIT) break;
      marker = page.at(-1)!.name;
    }
    for (const name of strays) await this.#request("DELETE", name);
    if (strays.length > 0) {
      this.#options.log.warning(null, `Removed what no image refers to: ${strays.join(", ")}`);
    }
  }

  async #put(name: string, body: ReadableStream | null, headers: Record<string, string> = {}): Promise<void> {
    const response = await this.#request("PUT", name, {
      body,
      headers: { "content-type": "application/octet-stream", ...headers },
    });
    const text = await response.text();
    if (response.status === 413 || response.status === 507) throw new StorageFull();
    if (!response.ok) throw new Unavailable(`The object store answered ${response.status}: ${text}`);
  }

  /** The object, its segments last: a manifest must not outlive them unnoticed. */
  async #removeAll(imageId: string): Promise<void> {
    const gone = await this.#request("DELETE", imageId);
    if (!gone.ok && gone.status !== 404) throw new Error(`the object store answered ${gone.status}`);
    const query = `?format=json&prefix=${imageId}-`;
    const listed = await this.#request("GET", "", { query });
    if (!listed.ok) return;
    for (const { name } of (await listed.json()) as { name: string }[]) await this.#request("DELETE", name);
  }

  /** @throws PeerUnavailable, Unavailable while the object store is stopped */
  async #request(
    method: string,
    name: string,
    options: { query?: string; headers?: Record<string, string>; body?: ReadableStream | null } = {},
  ): Promise<Response> {
    const { peers, container } = this.#options;
    const token = peers.get(identityPublic).serviceToken(USER);
    const projectId = peers.get(tokenValidator).validate(token)?.projectId;
    if (!projectId) throw new Unavailable("The identity service has no project for the image service");
    const object = name === "" ? "" : `/${name}`;
    const target = `${MOUNT}/v1/AUTH_${projectId}/${container}${object}${options.query ?? ""}`;
    const init = {
      method,
      headers: { "x-auth-token": token, ...options.headers },
      ...(options.body ? { body: options.body, duplex: "half" } : {}),
    } as RequestInit;
    return dispatch(this.#route(target), target, init, {});
  }

  /** @throws PeerUnavailable, Unavailable while the object store is stopped */
  #route(target: string): Routed {
    const routed = this.#options.peers.get(supervisor).route(target);
    if (!routed) throw new Unavailable("This cloud has no object store.");
    return routed;
  }
}

/** In another object store, with the credentials in the address. */
function isRemote(url: string): boolean {
  return !url.startsWith(`${OWN_SCHEME}:`);
}

interface SwiftDepositParts {
  put(name: string, body: ReadableStream): Promise<void>;
  manifest(prefix: string): Promise<void>;
  removeAll(): Promise<void>;
  url: string;
  imageId: string;
  /** Null: one object. */
  chunkBytes: number | null;
}

class SwiftDeposit implements Deposit {
  #parts: SwiftDepositParts;
  #body: BodySource | null = null;
  /** The PUT that is under way. */
  #put: Promise<void> = Promise.resolve();
  #segments = 0;
  #inSegment = 0;
  #writing: Promise<void> = Promise.resolve();
  #done = false;

  constructor(parts: SwiftDepositParts) {
    this.#parts = parts;
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#append(bytes));
    this.#writing = written;
    written.catch(() => {}); // whoever wrote is told; `commit` fails too
    return written;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    const limit = this.#parts.chunkBytes ?? Number.POSITIVE_INFINITY;
    for (let at = 0; at < bytes.length; ) {
      if (this.#body && this.#inSegment >= limit) await this.#finishPut();
      const body = this.#body ?? this.#startPut();
      const part = bytes.slice(at, at + Math.min(bytes.length - at, limit - this.#inSegment));
      await Promise.race([body.push(part), this.#failure()]);
      this.#inSegment += part.length;
      at += part.length;
    }
  }

  /** Rejects when the PUT fails before all was taken; never resolves. */
  #failure(): Promise<never> {
    return this.#put.then(() => {
      throw new Error("the object store answered before it had the data");
    });
  }

  #startPut(): BodySource {
    const { put, imageId, chunkBytes } = this.#parts;
    const body = new BodySource();
    this.#segments++;
    const name = chunkBytes === null ? imageId : `${imageId}-${String(this.#segments).padStart(5, "0")}`;
    this.#put = put(name, body.stream);
    this.#put.catch(() => {}); // seen by the next write, and by the end
    this.#body = body;
    this.#inSegment = 0;
    return body;
  }

  async #finishPut(): Promise<void> {
    this.#body?.end();
    this.#body = null;
    await this.#put;
  }

  async commit(): Promise<string> {
    await this.#writing;
    if (!this.#body && this.#segments === 0) this.#startPut();
    await this.#finishPut();
    if (this.#parts.chunkBytes !== null) await this.#parts.manifest(`${this.#parts.imageId}-`);
    this.#done = true;
    return this.#parts.url;
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    // To the object store it is a client that went away.
    this.#body?.fail(Object.assign(new Error("the upload has been given up"), { code: "ECONNRESET" }));
    await this.#writing.catch(() => {});
    await this.#put.catch(() => {});
    await this.#parts.removeAll();
  }
}
