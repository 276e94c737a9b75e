// Where backups are kept: a container of the project's account in the object store.

import { messageOf, PeerUnavailable } from "../../core/errors.ts";
import type { Peers } from "../../core/peers.ts";
import { type ObjectStorePublic, objectStorePublic } from "../../object-store/public.ts";
import { InvalidBackup, RepositoryFailed } from "../errors-backups.ts";

/** Bytes an object may have that is read whole. */
const MAX_OBJECT_BYTES = 1 << 30;

/** @throws RepositoryFailed from every method while the object store is not there */
export class Repository {
  #peers: Peers;
  #projectId: string;
  #container: string;

  constructor(peers: Peers, projectId: string, container: string) {
    this.#peers = peers;
    this.#projectId = projectId;
    this.#container = container;
  }

  async prepare(): Promise<void> {
    await this.#store().ensureContainer(this.#projectId, this.#container);
  }

  async put(name: string, data: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const content = data instanceof Uint8Array ? one(data) : data;
    await this.#store().put(this.#projectId, this.#container, name, content);
  }

  /** @throws InvalidBackup when it is not there */
  stream(name: string): AsyncIterable<Uint8Array> {
    return this.#open(name).data;
  }

  /** @throws InvalidBackup when it is not there, or larger than any object of a backup */
  async read(name: string): Promise<Buffer> {
    const { sizeBytes, data, release } = this.#open(name);
    if (sizeBytes > MAX_OBJECT_BYTES) {
      release();
      throw new InvalidBackup(`object ${name} is too large`);
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of data) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async names(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const name of this.#store().names(this.#projectId, this.#container, prefix)) found.push(name);
    return found;
  }

  async remove(prefix: string): Promise<void> {
    for (const name of await this.names(prefix)) {
      await this.#store().delete(this.#projectId, this.#container, name);
    }
  }

  #open(name: string) {
    const found = this.#store().get(this.#projectId, this.#container, name);
    if (!found) throw new InvalidBackup(`object ${this.#container}/${name} is not in the object store`);
    return found;
  }

  #store(): ObjectStorePublic {
    try {
      return this.#peers.get(objectStorePublic);
    } catch (error) {
      if (error instanceof PeerUnavailable) throw new RepositoryFailed(messageOf(error));
      throw error;
    }
  }
}

async function* one(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}
