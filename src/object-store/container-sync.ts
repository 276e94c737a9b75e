// Passes on what has changed in containers that are kept equal to others: container synchronisation, the sending side.
// The receiving side is the middleware `container_sync`. Authority: swift/container/sync.py.

import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { chunksOf } from "./conditional.ts";
import { parseMetadata } from "./metadata.ts";
import type { ObjectData, Objects } from "./objects.ts";
import type { Commits } from "./storage/commits.ts";
import type { SyncChanges, SyncSource } from "./store/sync-changes.ts";
import { type Realm, syncSignature } from "./sync-realms.ts";
import type { SyncChangeRow } from "./tables.ts";
import { normal, parseTimestamp } from "./timestamp.ts";
import { quote } from "./wire.ts";

export interface ContainerSyncParts {
  clock: Clock;
  ids: Ids;
  log: Logger;
  realms: ReadonlyMap<string, Realm>;
  objects: Objects;
  changes: SyncChanges;
  commits: Commits;
}

/** Where a container's changes go, and how requests there are signed. */
interface Destination {
  url: URL;
  /** Path of the container, without a slash at its end. */
  path: string;
  realm: { name: string; key: string } | null;
  userKey: string;
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

const BATCH = 100;
const TIMEOUT_MS = 60_000;
/** The link to the current one of an object's hidden versions is not passed on. */
const VERSION_LINK = "x-object-sysmeta-versions-symlink";

export class ContainerSync {
  #parts: ContainerSyncParts;

  constructor(parts: ContainerSyncParts) {
    this.#parts = parts;
  }

  /** One round over everything that waits. What fails is tried again in the next. */
  async run(signal: AbortSignal): Promise<void> {
    const { changes, log } = this.#parts;
    for (const source of changes.sources()) {
      if (signal.aborted) return;
      await this.#container(source, signal).catch((error) =>
        log.warning(null, `Syncing ${source.account}/${source.container} failed: ${messageOf(error)}`),
      );
    }
  }

  async #container(source: SyncSource, signal: AbortSignal): Promise<void> {
    const { changes, commits } = this.#parts;
    const to = this.#destination(source);
    if (!to) return;
    for (let after = 0; ; ) {
      const batch = changes.next(source.container_id, after, BATCH);
      if (batch.length === 0) return;
      for (const change of batch) {
        if (signal.aborted) return;
        await (change.deleted ? this.#delete(to, change) : this.#put(to, change));
        await commits.write(() => changes.remove(change.id));
        after = change.id;
      }
    }
  }

  /** Null when the container says too little, or its realm is not known here any more. */
  #destination(source: SyncSource): Destination | null {
    const metadata = parseMetadata(source.metadata);
    const [syncTo, userKey] = [metadata["x-container-sync-to"], metadata["x-container-sync-key"]];
    if (!syncTo || !userKey) return null;
    const text = syncTo.replace(/\/+$/, "");
    if (!text.startsWith("//")) return destination(text, null, userKey);
    const [realmName = "", cluster = "", account, container] = text.slice(2).split("/");
    const realm = this.#parts.realms.get(realmName.toUpperCase());
    const endpoint = realm?.clusters.get(cluster.toUpperCase());
    if (!realm?.key || !endpoint) return null;
    const signer = { name: realmName.toUpperCase(), key: realm.key };
    return destination(`${endpoint.replace(/\/+$/, "")}/${account}/${container}`, signer, userKey);
  }

  async #delete(to: Destination, change: SyncChangeRow): Promise<void> {
    const { status } = await this.#send(to, "DELETE", change.name, {
      "x-timestamp": normal(change.timestamp),
    });
    if (status >= 300 && status !== 404 && status !== 409) throw new Error(`DELETE answered ${status}`);
  }

  async #put(to: Destination, change: SyncChangeRow): Promise<void> {
    const { objects } = this.#parts;
    const data = objects.open(change.container_id, change.name);
    // Deleted or replaced meanwhile: a later change says so.
    if (!data) return;
    try {
      if (data.createdAt !== change.timestamp || data.metadata[VERSION_LINK]) return;
      if (await this.#isThere(to, change)) return;
      await this.#upload(to, change, data);
    } finally {
      data.release();
    }
  }

  async #isThere(to: Destination, change: SyncChangeRow): Promise<boolean> {
    const headers = { "x-timestamp": normal(change.timestamp) };
    const { status, headers: found } = await this.#send(to, "HEAD", change.name, headers);
    if (status === 404) return false;
    if (status >= 300) throw new Error(`HEAD answered ${status}`);
    return (parseTimestamp(String(found["x-timestamp"] ?? "0")) ?? 0) >= change.timestamp;
  }

  async #upload(to: Destination, change: SyncChangeRow, data: ObjectData): Promise<void> {
    const headers: Record<string, string> = {
      ...data.metadata,
      "content-type": data.contentType,
      "content-length": String(data.size),
      etag: data.etag,
      "x-timestamp": normal(change.timestamp),
    };
    if (data.deleteAt !== null) headers["x-delete-at"] = String(data.deleteAt);
    const body =
      data.source instanceof Uint8Array
        ? chunksOf(data.source)
        : chunksOf({ file: data.source.file, offset: 0, length: data.size });
    const { status } = await this.#send(to, "PUT", change.name, headers, body);
    if (status >= 300) throw new Error(`PUT answered ${status}`);
  }

  /** Plain HTTP, with the path byte for byte. */
  #send(
    to: Destination,
    method: string,
    name: string,
    headers: Record<string, string>,
    body?: AsyncIterable<Uint8Array>,
  ): Promise<Answer> {
    const path = `${to.path}/${quote(name)}`;
    const signed = { ...headers, ...this.#signature(to, method, path, headers["x-timestamp"] ?? "0") };
    return new Promise((resolve, reject) => {
      const { hostname, port } = to.url;
      const outgoing = httpRequest(
        { host: hostname, port: port || 80, method, path, headers: signed },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
          answer.on("error", reject);
        },
      );
      outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy(new Error("no answer in time")));
      outgoing.on("error", reject);
      if (body) pipeline(Readable.from(body), outgoing).catch(reject);
      else outgoing.end();
    });
  }

  #signature(to: Destination, method: string, path: string, timestamp: string): Record<string, string> {
    if (!to.realm) return { "x-container-sync-key": to.userKey };
    const nonce = this.#parts.ids.hex();
    const signature = syncSignature(method, path, timestamp, nonce, to.realm.key, to.userKey);
    return { "x-container-sync-auth": `${to.realm.name} ${nonce} ${signature}` };
  }
}

function destination(text: string, realm: Destination["realm"], userKey: string): Destination | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "http:") return null;
  return { url, path: text.replace(/^http:\/\/[^/]*/i, ""), realm, userKey };
}
