// The Object Storage API v1: the project's account.

import { projectId } from "../core/session.ts";
import { ApiError, api } from "./http.ts";

const account = api(() => `/object-store/v1/AUTH_${projectId()}`);

export interface Container {
  name: string;
  count: number;
  bytes: number;
  last_modified: string;
}

export interface StoredObject {
  name: string;
  bytes: number;
  content_type: string;
  hash: string;
  last_modified: string;
}

/** A pseudo-folder or an object. */
export type Entry = { folder: string } | { object: StoredObject };

/** @throws ApiError for names that a browser would rewrite on the way (`a/../b` is `b` in every URL) */
function path(container: string, object?: string): string {
  if (object === undefined) return `/${encodeURIComponent(container)}`;
  const parts = object.split("/");
  if (parts.includes(".") || parts.includes("..")) {
    throw new ApiError(400, `No browser can ask for the object ${object}: use the swift client.`);
  }
  return `/${encodeURIComponent(container)}/${parts.map(encodeURIComponent).join("/")}`;
}

async function listAll<T>(
  address: string,
  query: Record<string, string | number | undefined>,
  nameOf: (row: T) => string,
  signal?: AbortSignal,
): Promise<T[]> {
  const found: T[] = [];
  for (let marker: string | undefined; ; ) {
    const rows = await account<T[]>(address, { query: { format: "json", ...query, marker }, signal });
    found.push(...rows);
    if (rows.length < 10_000) return found;
    marker = nameOf(rows.at(-1)!);
  }
}

export function listContainers(signal?: AbortSignal): Promise<Container[]> {
  return listAll<Container>("", {}, ({ name }) => name, signal);
}

export async function createContainer(name: string, isPublic: boolean): Promise<void> {
  const headers: Record<string, string> = isPublic ? { "x-container-read": ".r:*,.rlistings" } : {};
  await account(path(name), { method: "PUT", headers });
}

export async function deleteContainer(name: string): Promise<void> {
  await account(path(name), { method: "DELETE" });
}

/** One level: what lies directly below the prefix. */
export async function listObjects(container: string, prefix: string, signal?: AbortSignal): Promise<Entry[]> {
  type Row = StoredObject | { subdir: string };
  const query = { delimiter: "/", prefix: prefix || undefined };
  const rows = await listAll<Row>(
    path(container),
    query,
    (row) => ("subdir" in row ? row.subdir : row.name),
    signal,
  );
  return rows.map((row) => ("subdir" in row ? { folder: row.subdir } : { object: row }));
}

export async function uploadObject(container: string, name: string, file: File): Promise<void> {
  const headers = { "content-type": file.type || "application/octet-stream" };
  await account(path(container, name), { method: "PUT", body: file, headers });
}

export async function deleteObject(container: string, name: string): Promise<void> {
  await account(path(container, name), { method: "DELETE" });
}

export async function readObject(container: string, name: string): Promise<Blob> {
  return (await account.raw(path(container, name))).blob();
}
