// What the tests of this service share.

import { expect } from "bun:test";
import type { ServiceContext } from "../core/service.ts";
import {
  type Answer,
  type ApiClient,
  type TestCloud,
  type TestCloudOptions,
  testCloud,
} from "../testing/cloud.ts";
import { keystone } from "./index.ts";
import { type Identity, makeIdentity } from "./manager.ts";
import { loadKeys } from "./tokens/keys.ts";

export interface IdentityCloud extends AsyncDisposable {
  cloud: TestCloud;
  admin: ApiClient;
  /** The parts of an identity service that works on the same database and keys as the one that answers. */
  identity: Identity;
  context: ServiceContext;
}

export async function identityCloud(options: TestCloudOptions = {}): Promise<IdentityCloud> {
  let captured: ServiceContext | null = null;
  const cloud = await testCloud({
    ...options,
    declarations: [
      {
        ...keystone,
        create(context) {
          captured = context;
          return keystone.create(context);
        },
      },
    ],
  });
  const context = captured as unknown as ServiceContext;
  const identity = makeIdentity(context, () => loadKeys(context.paths.dir("fernet-keys")));
  const admin = await cloud.as("key");
  return { cloud, admin, identity, context, [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose]() };
}

/** A request and how it is refused; of a RegExp, what the message must match. */
export type Refusal = readonly [request: string, body: unknown, status: number, message: string | RegExp];

/** Sends each request of the table; every one must be refused in just this way, in Keystone's form of an error. */
export async function expectRefusals(client: ApiClient, table: readonly Refusal[]): Promise<void> {
  for (const [request, body, status, message] of table) {
    const { status: got, body: answer } = await ask(client, request, body);
    const said = answer?.error?.message;
    expect({ request, status: got, code: answer?.error?.code, message: said }).toEqual({
      request,
      status,
      code: status,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  }
}

/** `ask(admin, "POST /v3/users", {...})` */
export function ask(
  client: ApiClient,
  request: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> {
  const [method = "", path = ""] = request.split(" ");
  switch (method) {
    case "POST":
      return client.post(path, body, headers);
    case "PUT":
      return client.put(path, body, headers);
    case "PATCH":
      return client.patch(path, body, headers);
    case "DELETE":
      return client.delete(path, headers);
    case "HEAD":
      return client.head(path, headers);
    default:
      return client.get(path, headers);
  }
}

/** Makes one and returns what is inside the wrapper. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
export async function make(client: ApiClient, request: string, body: unknown): Promise<any> {
  const answer = await ask(client, request, body);
  if (answer.status >= 300) throw new Error(`${request}: ${answer.status} ${answer.text}`);
  return Object.values(answer.body)[0];
}

/** A client with a token of this user by password; `scope` as in the request, project or domain or system. */
export async function logIn(
  cloud: TestCloud,
  user: { name?: string; id?: string; password: string },
  scope?: object,
): Promise<ApiClient & { token: string; answer: Answer }> {
  const who = user.id ? { id: user.id } : { name: user.name, domain: { id: "default" } };
  const answer = await cloud.request("key", "POST", "/v3/auth/tokens", {
    auth: {
      identity: { methods: ["password"], password: { user: { ...who, password: user.password } } },
      ...(scope ? { scope } : {}),
    },
  });
  const token = answer.headers.get("x-subject-token") ?? "";
  return { ...clientWith(cloud, token), token, answer };
}

/** A client that sends this token. */
export function clientWith(cloud: TestCloud, token: string): ApiClient {
  const auth = { "x-auth-token": token };
  const send =
    (method: string) =>
    (path: string, body?: unknown, headers: Record<string, string> = {}) =>
      cloud.request("key", method, path, body, { ...auth, ...headers });
  const bare =
    (method: string) =>
    (path: string, headers: Record<string, string> = {}) =>
      cloud.request("key", method, path, undefined, { ...auth, ...headers });
  return {
    get: bare("GET"),
    head: bare("HEAD"),
    delete: bare("DELETE"),
    post: send("POST"),
    put: send("PUT"),
    patch: send("PATCH"),
  };
}

/** `{name}` of each in a list, sorted. */
export function namesIn(list: { name: string }[]): string[] {
  return list.map(({ name }) => name).sort();
}
