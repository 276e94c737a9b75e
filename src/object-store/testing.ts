// What the tests of this service share.

import { type Dirent, existsSync, readdirSync } from "node:fs";
import type { RequestEnv } from "../http/call.ts";
import { type Listener, listen } from "../http/server.ts";
import { TEST_PASSWORD, type TestCloud, type TestCloudOptions, testCloud } from "../testing/cloud.ts";
import type { ListingQuery } from "./listing.ts";
import { newEnvironment, SwiftRequest } from "./request.ts";

export interface Asked {
  /** Header names in lower case. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Where the client is. */
  address?: string;
}

export interface Got {
  status: number;
  headers: Headers;
  text: string;
  bytes: Uint8Array;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  json: any;
}

/** Asks below an account; `path` is as on the wire. */
export interface Swift {
  account: string;
  token: string | null;
  /** Of a container or object: `c/o`; empty for the account. */
  ask(method: string, path: string, asked?: Asked): Promise<Got>;
  /** The whole target. */
  raw(method: string, target: string, asked?: Asked): Promise<Got>;
  /** PUT that must succeed. */
  put(path: string, body?: string | Uint8Array, headers?: Record<string, string>): Promise<Got>;
  /** Names in a container or the account. */
  names(path: string): Promise<string[]>;
}

/** A cloud with identity and the object store. */
export function objectCloud(options: Omit<TestCloudOptions, "windows"> = {}): Promise<TestCloud> {
  return testCloud({ ...options, windows: ["key", "swift"] });
}

/** @param user null: nobody, at the account of demo */
export async function swiftAs(
  cloud: TestCloud,
  user: string | null = "demo",
  project?: string,
): Promise<Swift> {
  const owner = project ?? user ?? "demo";
  const token = user === null ? null : await cloud.token(user, owner);
  const account = `AUTH_${await projectId(cloud, owner)}`;
  const raw: Swift["raw"] = async (method, target, { headers = {}, body, address } = {}) => {
    const all: Record<string, string> = {};
    if (token !== null) all["x-auth-token"] = token;
    if (body !== undefined || method === "PUT") all["content-length"] = String(Buffer.byteLength(body ?? ""));
    const env: RequestEnv = { target, remoteAddress: address ?? "127.0.0.1" };
    const response = await cloud.cloud.app("swift").fetch(
      new Request("http://127.0.0.1/", {
        method,
        headers: { ...all, ...headers },
        body: body as BodyInit,
      }),
      env,
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      // No JSON.
    }
    return { status: response.status, headers: response.headers, text, bytes, json };
  };
  const ask: Swift["ask"] = (method, path, asked) =>
    raw(method, `/v1/${account}${path === "" || path.startsWith("?") ? "" : "/"}${path}`, asked);
  return {
    account,
    token,
    raw,
    ask,
    async put(path, body, headers = {}) {
      const got = await ask("PUT", path, { headers, ...(body === undefined ? {} : { body }) });
      if (got.status !== 201 && got.status !== 202) throw new Error(`PUT ${path}: ${got.status} ${got.text}`);
      return got;
    },
    async names(path) {
      const got = await ask("GET", path);
      if (got.status !== 200 && got.status !== 204) throw new Error(`GET ${path}: ${got.status} ${got.text}`);
      return got.text.split("\n").slice(0, -1);
    },
  };
}

async function projectId(cloud: TestCloud, name: string): Promise<string> {
  const found = await (await cloud.as("key")).get(`/v3/projects?name=${name}`);
  if (found.body.projects.length === 0) throw new Error(`no project ${name}`);
  return found.body.projects[0].id;
}

/** The files in which large objects' data are. */
export function dataFiles(cloud: TestCloud): Dirent[] {
  const root = cloud.paths.at("swift");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
}

/** Serves the object store on a real socket. */
export async function served(cloud: TestCloud): Promise<Listener & AsyncDisposable> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    route: () => ({ app: cloud.cloud.app("swift"), mount: "" }),
    onError: (error) => {
      throw error;
    },
  });
  return Object.assign(listener, { [Symbol.asyncDispose]: () => listener.stop() });
}

/** A request that has come from nowhere. */
export function madeRequest(
  method: string,
  target: string,
  headers: Record<string, string> = {},
): SwiftRequest {
  return SwiftRequest.fromTarget(target, {
    method,
    headers: new Map(Object.entries(headers)),
    env: newEnvironment(),
  });
}

export function listingOf(query: Partial<ListingQuery> = {}): ListingQuery {
  return {
    limit: 10_000,
    marker: "",
    endMarker: "",
    prefix: null,
    delimiter: "",
    path: null,
    reverse: false,
    reserved: false,
    ...query,
  };
}

export async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? Buffer.from(part) : part;
}

export async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

/** Bytes that look like nothing in particular and are the same every time. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export function md5(data: string | Uint8Array): string {
  return new Bun.CryptoHasher("md5").update(data as string).digest("hex");
}

/** A member of a ustar archive. */
export function member(
  name: string,
  data: string | Uint8Array = "",
  { type = "0", prefix = "" }: { type?: string; prefix?: string } = {},
): Buffer {
  const bytes = Buffer.from(data as string);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0".padEnd(8), 100);
  header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write(type, 156);
  header.write("ustar\u000000", 257, "latin1");
  header.write(prefix, 345, 155);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

export const TAR_END = Buffer.alloc(1024);

/** A user with a role in a project, both made when they are missing. */
export async function addUser(
  cloud: TestCloud,
  { name, project, role }: { name: string; project: string; role: string },
): Promise<{ id: string; projectId: string }> {
  const admin = await cloud.as("key");
  const find = async (kind: "projects" | "users" | "roles", wanted: string, fields: object) => {
    const found = await admin.get(`/v3/${kind}?name=${wanted}`);
    if (found.body[kind].length > 0) return found.body[kind][0].id as string;
    const one = kind.slice(0, -1);
    const made = await admin.post(`/v3/${kind}`, { [one]: { name: wanted, ...fields } });
    if (made.status !== 201) throw new Error(made.text);
    return made.body[one].id as string;
  };
  const projectId = await find("projects", project, { domain_id: "default" });
  const id = await find("users", name, { domain_id: "default", password: TEST_PASSWORD });
  const roleId = await find("roles", role, {});
  await admin.put(`/v3/projects/${projectId}/users/${id}/roles/${roleId}`);
  return { id, projectId };
}
