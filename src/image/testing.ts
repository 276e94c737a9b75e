// What the tests of this service share.

import { type ApiClient, type TestCloud, type TestCloudOptions, testCloud } from "../testing/cloud.ts";

export const OCTETS = { "content-type": "application/octet-stream" };
export const PATCH = { "content-type": "application/openstack-images-v2.1-json-patch" };

/** A cloud with identity and images. */
export function imageCloud(options: Omit<TestCloudOptions, "windows"> = {}): Promise<TestCloud> {
  return testCloud({ ...options, windows: ["key", "g-api"] });
}

export async function createImage(client: ApiClient, fields: Record<string, unknown> = {}): Promise<string> {
  const answer = await client.post("/v2/images", {
    name: "cirros",
    disk_format: "raw",
    container_format: "bare",
    ...fields,
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
  return answer.body.id as string;
}

/** An active image. */
export async function uploadImage(
  client: ApiClient,
  data: Uint8Array | string,
  fields: Record<string, unknown> = {},
): Promise<string> {
  const id = await createImage(client, fields);
  const answer = await client.put(`/v2/images/${id}/file`, data, OCTETS);
  if (answer.status !== 204) throw new Error(`${answer.status} ${answer.text}`);
  return id;
}

/** Bytes that look like nothing in particular and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    bytes[i] = state >> 16;
  }
  return bytes;
}

/** What glanceclient would print: the plain text of an error body, without its heading. */
export function reason(text: string): string {
  return text.split("\n").slice(2).join("\n").trim();
}
