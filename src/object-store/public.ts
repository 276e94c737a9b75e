// What other services may ask the object store: objects of a project's own account, without the pipeline and its policy.

import { peerKey } from "../core/peers.ts";

export interface StoredData {
  sizeBytes: number;
  /** MD5, hex. */
  etag: string;
  /** The bytes, to be read once; what the object keeps them in stays until they are read or `release` is called. */
  data: AsyncIterable<Uint8Array>;
  release(): void;
}

export interface ObjectStorePublic {
  /** Makes a container of the project's account, and the account, where they are missing. */
  ensureContainer(projectId: string, container: string): Promise<void>;
  /** On disk when it resolves. @throws NotFound for a container there is not, StorageFull */
  put(
    projectId: string,
    container: string,
    name: string,
    data: AsyncIterable<Uint8Array>,
  ): Promise<{ sizeBytes: number; etag: string }>;
  /** Null when there is no such object. @throws DataLost */
  get(projectId: string, container: string, name: string): StoredData | null;
  /** Names that begin with `prefix`, in order. Nothing for a container there is not. */
  names(projectId: string, container: string, prefix: string): AsyncIterable<string>;
  /** One that is not there is no error. */
  delete(projectId: string, container: string, name: string): Promise<void>;
}

export const objectStorePublic = peerKey<ObjectStorePublic>("swift");
