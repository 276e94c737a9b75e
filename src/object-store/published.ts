// The object store as other services of this cloud see it.

import { open } from "node:fs/promises";
import type { ContainerInfo } from "./containers.ts";
import { ContainerNotFound, DataLost, ObjectNotFound, StorageFull } from "./errors.ts";
import type { ObjectData } from "./objects.ts";
import type { Platform } from "./pipeline/platform.ts";
import type { ObjectStorePublic } from "./public.ts";

/** Of the accounts that projects have (keystoneauth's first `reseller_prefix`). */
const PREFIX = "AUTH_";
const TYPE = "application/octet-stream";
/** Names that are read at a time. */
const PAGE = 1000;
/** Bytes that are read at a time. */
const PIECE = 1 << 20;

export function publishedObjects({ containers, objects }: Platform): ObjectStorePublic {
  const find = (projectId: string, container: string): ContainerInfo | null =>
    containers.container(PREFIX + projectId, container);

  async function* names(projectId: string, container: string, prefix: string): AsyncGenerator<string> {
    for (let marker = ""; ; ) {
      const info = find(projectId, container);
      if (!info) return;
      const page = await containers.listObjects(info, {
        limit: PAGE,
        marker,
        endMarker: "",
        prefix,
        delimiter: "",
        path: null,
        reverse: false,
        reserved: false,
      });
      for (const { name } of page) yield name;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      marker = last.name;
    }
  }

  return {
    async ensureContainer(projectId, container) {
      if (!find(projectId, container)) await containers.putContainer(PREFIX + projectId, container, {});
    },
    async put(projectId, container, name, data) {
      const info = find(projectId, container);
      if (!info) throw new ContainerNotFound();
      const received = await objects.receive(data, Number.MAX_SAFE_INTEGER, () => new StorageFull(null));
      const { size: sizeBytes, etag } = received;
      await objects.put(
        {
          containerId: info.id,
          name,
          timestamp: null,
          contentType: TYPE,
          deleteAt: null,
          metadata: {},
          etag: null,
          mustBeNew: false,
        },
        received,
      );
      return { sizeBytes, etag };
    },
    get(projectId, container, name) {
      const info = find(projectId, container);
      const found = info && objects.open(info.id, name);
      if (!found) return null;
      const release = () => found.release();
      return { sizeBytes: found.size, etag: found.etag, data: contentOf(found), release };
    },
    names,
    async delete(projectId, container, name) {
      const info = find(projectId, container);
      if (!info) return;
      await objects.delete(info.id, name).catch((error) => {
        if (!(error instanceof ObjectNotFound) && !(error instanceof ContainerNotFound)) throw error;
      });
    },
  };
}

async function* contentOf({ source, size, release }: ObjectData): AsyncGenerator<Uint8Array> {
  try {
    if (source instanceof Uint8Array) {
      yield source;
      return;
    }
    const file = await open(source.file, "r");
    try {
      for (let at = 0; at < size; ) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE, size - at));
        const { bytesRead } = await file.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new DataLost();
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  } finally {
    release();
  }
}
