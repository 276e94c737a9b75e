// A cloud for tests: the real supervisor and services, databases in memory, no listeners, cheap password hashes, and a
// log that fails the test on an error nobody announced.

import type { SQLQueryBindings } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cloud } from "../cloud.ts";
import { cloudSection } from "../config/cloud.ts";
import { Config } from "../config/config.ts";
import { parseStackrc } from "../config/stackrc.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { randomIds } from "../core/ids.ts";
import { StatePaths } from "../core/paths.ts";
import { memorySecrets } from "../core/secrets.ts";
import type { Machine, ServiceDeclaration } from "../core/service.ts";
import { type TestLog, testLog } from "../core/test-log.ts";
import { ProjectDatabase } from "../db/open.ts";
import { declarations as allDeclarations, sectionsOf } from "../services.ts";

export const TEST_PASSWORD = "secret";
export const TEST_SERVICE_TOKEN = "ADMIN";

export interface TestCloudOptions {
  /** Windows to start, in any order; the default is all. */
  windows?: readonly string[];
  /** stackrc settings. */
  settings?: Record<string, string>;
  /** A stackrc, for options that only `[[post-config|...]]` sections can set. */
  rc?: string;
  clock?: Clock;
  declarations?: readonly ServiceDeclaration[];
  /** What the machine allows; the default is a process without privileges. */
  machine?: Partial<Machine>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else null. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  body: any;
  text: string;
}

export interface ApiClient {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  head(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface TestCloud extends AsyncDisposable {
  cloud: Cloud;
  log: TestLog;
  paths: StatePaths;
  /**
   * Asks a service; a body that is no string, bytes or stream is sent as JSON. A path below the service's `adminMount`
   * is asked there.
   */
  request(
    window: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** A token by password; remembered. */
  token(user?: string, project?: string): Promise<string>;
  /** Runs a statement on a project's database (`glance`), as `stack sql` does beside the cloud. Returns its rows. */
  sql(project: string, statement: string, ...parameters: SQLQueryBindings[]): unknown[];
  /** A client of one service with that user's token. */
  as(window: string, user?: string, project?: string): Promise<ApiClient>;
  /** Fails when an unexpected error was logged; then stops and removes everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const root = mkdtempSync(join(tmpdir(), "stack-test-"));
  const paths = new StatePaths(root);
  const log = testLog();
  const clock = options.clock ?? systemClock;
  const declarations = options.declarations ?? allDeclarations;
  const config = new Config({
    sections: sectionsOf([...allDeclarations, ...declarations]),
    env: {},
    rc: options.rc === undefined ? null : parseStackrc(options.rc, "stackrc", {}),
    overrides: {
      KEYSTONE_PASSWORD_HASH_MEMORY: "8",
      KEYSTONE_PASSWORD_HASH_ROUNDS: "1",
      HOST_NAME: "testhost",
      ...(allDeclarations.some((d) => d.window === "n-cpu") ? { VIRT_DRIVER: "fake" } : {}),
      ...options.settings,
    },
  });
  const databases = new Map<string, ProjectDatabase>();
  const cloud = new Cloud({
    declarations,
    enabled: new Set(options.windows ?? declarations.map((declaration) => declaration.window)),
    loadConfig: () => config,
    clock,
    ids: randomIds,
    book: log.book,
    paths,
    machine: {
      hostName: config.values(cloudSection).HOST_NAME,
      privileged: false,
      slot: 0,
      ...options.machine,
    },
    secrets: memorySecrets(
      { adminPassword: TEST_PASSWORD, servicePassword: TEST_PASSWORD, serviceToken: TEST_SERVICE_TOKEN },
      randomIds,
    ),
    serve: null,
    openDatabase(project, migrations) {
      const db = new ProjectDatabase({ path: ":memory:", migrations });
      databases.set(project, db);
      return db;
    },
    openLog: () => null,
  });
  await cloud.start();
  const failed = (await cloud.status()).find((service) => service.state === "failed");
  if (failed) {
    await cloud.close();
    rmSync(root, { recursive: true, force: true });
    throw new Error(`${failed.window} did not start: ${failed.reason}`);
  }

  const request: TestCloud["request"] = async (window, method, path, body, headers = {}) => {
    const init = payload(body, headers);
    const adminMount = declarations.find((declaration) => declaration.window === window)?.adminMount;
    const mount = adminMount !== undefined && path.startsWith(`${adminMount}/`) ? adminMount : "";
    const target = path.slice(mount.length);
    const response = await cloud
      .app(window)
      .fetch(new Request(`http://127.0.0.1${target}`, { method, ...init } as RequestInit), {
        target,
        ...(mount === "" ? {} : { mount }),
      });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parseJson(text) };
  };
  const tokens = new Map<string, Promise<string>>();
  const token: TestCloud["token"] = (user = "admin", project = user) => {
    const key = `${user} ${project}`;
    if (!tokens.has(key)) tokens.set(key, issue(request, user, project));
    return tokens.get(key)!;
  };
  return {
    cloud,
    log,
    paths,
    request,
    token,
    sql(project, statement, ...parameters) {
      const db = databases.get(project);
      if (!db) throw new Error(`no service of ${project} has opened its database`);
      return db.raw.query(statement).all(...parameters);
    },
    async as(window, user = "admin", project = user) {
      const auth = { "x-auth-token": await token(user, project) };
      const send =
        (method: string) =>
        (path: string, body?: unknown, headers: Record<string, string> = {}) =>
          request(window, method, path, body, { ...auth, ...headers });
      const bare =
        (method: string) =>
        (path: string, headers: Record<string, string> = {}) =>
          request(window, method, path, undefined, { ...auth, ...headers });
      return {
        get: bare("GET"),
        head: bare("HEAD"),
        delete: bare("DELETE"),
        post: send("POST"),
        put: send("PUT"),
        patch: send("PATCH"),
      };
    },
    async [Symbol.asyncDispose]() {
      await cloud.close();
      rmSync(root, { recursive: true, force: true });
      log.assertQuiet();
    },
  };
}

function payload(
  body: unknown,
  headers: Record<string, string>,
): { body?: unknown; headers: Record<string, string> } {
  if (body === undefined) return { headers };
  if (typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream)
    return { body, headers };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function issue(request: TestCloud["request"], user: string, project: string): Promise<string> {
  const domain = { id: "default" };
  const answer = await request("key", "POST", "/v3/auth/tokens", {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: user, domain, password: TEST_PASSWORD } },
      },
      scope: { project: { name: project, domain } },
    },
  });
  if (answer.status !== 201) throw new Error(`no token for ${user} in ${project}: ${answer.text}`);
  return answer.headers.get("x-subject-token")!;
}
