// The Image API v2.

import { api } from "./http.ts";

const image = api("/image/v2");

export interface Image {
  id: string;
  name: string | null;
  status: string;
  visibility: string;
  protected: boolean;
  size: number | null;
  disk_format: string | null;
  container_format: string | null;
  min_disk: number;
  min_ram: number;
  owner: string;
  created_at: string;
  updated_at: string;
  /** `snapshot` for one made of a server. */
  image_type?: string;
}

export async function listImages(signal?: AbortSignal): Promise<Image[]> {
  const found: Image[] = [];
  for (let marker: string | undefined; ; ) {
    const answer = await image<{ images: Image[]; next?: string }>("/images", {
      query: { limit: 100, marker, sort_key: "name", sort_dir: "asc" },
      signal,
    });
    found.push(...answer.images);
    marker = answer.images.at(-1)?.id;
    if (!answer.next || marker === undefined) return found;
  }
}

export interface NewImage {
  name: string;
  description?: string;
  disk_format: string;
  container_format: string;
  visibility: string;
  protected: boolean;
  min_disk: number;
  min_ram: number;
}

export async function createImage(fields: NewImage): Promise<Image> {
  return image<Image>("/images", { method: "POST", body: fields });
}

export async function uploadImage(id: string, file: Blob): Promise<void> {
  const headers = { "content-type": "application/octet-stream" };
  await image(`/images/${id}/file`, { method: "PUT", body: file, headers });
}

/** Has the service fetch the data itself. */
export async function importImage(id: string, uri: string): Promise<void> {
  await image(`/images/${id}/import`, { method: "POST", body: { method: { name: "web-download", uri } } });
}

export async function updateImage(
  id: string,
  changes: Partial<Pick<Image, "name" | "visibility" | "protected">>,
): Promise<void> {
  const body = Object.entries(changes).map(([name, value]) => ({ op: "replace", path: `/${name}`, value }));
  const headers = { "content-type": "application/openstack-images-v2.1-json-patch" };
  await image(`/images/${id}`, { method: "PATCH", body, headers });
}

export async function deleteImage(id: string): Promise<void> {
  await image(`/images/${id}`, { method: "DELETE" });
}
