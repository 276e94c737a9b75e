// House rules of every API, asked of its route table: each access rule exists; without a token only the public routes
// answer; whatever a client puts into a path, a query or a body, the answer is a client's error, never the server's.

import type { Route, VersionedSchema } from "../http/api.ts";
import { tokenValidator } from "../http/auth.ts";
import type { PolicyRule } from "../policy/enforcer.ts";
import type { Answer, TestCloud } from "./cloud.ts";
import { keysOf, MALFORMED_BODIES, mutants, WRONG_BODIES } from "./mutants.ts";

export interface Walk {
  cloud: TestCloud;
  window: string;
  routes: readonly Route[];
  /** Where a route's path is served: compute says `/v2.1${path}`. */
  at?(path: string): string;
  /** Sent with every request to the route: the microversion that has it. */
  headers?(route: Route): Record<string, string>;
  /** Things the walk may spoil, by the parameter that names them: wrong queries and bodies are tried on them too. */
  existing?: Readonly<Record<string, string>>;
}

/** A line for each access rule that no policy of the service defines. */
export function accessProblems(routes: readonly Route[], policies: readonly PolicyRule[]): string[] {
  const known = new Set(policies.map((rule) => rule.name));
  return routes.flatMap((route) => {
    const { access } = route;
    const asked = access === "public" ? [] : typeof access === "string" ? [access] : access.handlerAsks;
    return asked.filter((rule) => !known.has(rule)).map((rule) => `${titleOf(route)}: no rule ${rule}`);
  });
}

/** A line for each route that is not public and yet does not answer 401 without a token or with a wrong one. */
export async function openProblems(walk: Walk): Promise<string[]> {
  const problems: string[] = [];
  for (const route of walk.routes) {
    if (route.access === "public") continue;
    for (const token of [undefined, "gAAAAA-no-token-of-ours", ""]) {
      const headers: Record<string, string> = token === undefined ? {} : { "x-auth-token": token };
      const answer = await send(walk, route, PLAIN_ID, "", undefined, headers);
      if (answer.status !== 401) problems.push(`${titleOf(route)} with token ${token}: ${answer.status}`);
    }
  }
  return problems;
}

/**
 * A line for each request of an administrator that the server fails on (501 is an answer), or that it takes though its
 * body is no JSON.
 * `only` narrows the walk while one looks for the reason.
 */
export async function garbageProblems(walk: Walk, only = ""): Promise<string[]> {
  const token = await walk.cloud.token();
  const auth = { "x-auth-token": token };
  const problems: string[] = [];
  const note = (route: Route, what: string, { status, text }: Answer) =>
    problems.push(`${titleOf(route)} ${what}: ${status} ${text.slice(0, 200)}`);
  for (const route of walk.routes) {
    if (!titleOf(route).includes(only)) continue;
    const real = Object.keys(walk.existing ?? {}).some((name) => route.path.includes(`:${name}`));
    const things: Ids[] = real ? [PLAIN_ID, walk.existing!] : [PLAIN_ID];
    for (const ids of GARBAGE_IDS) {
      const answer = await send(walk, route, ids, "", undefined, auth);
      if (failed(answer)) note(route, `at ${ids}`, answer);
    }
    for (const ids of things) {
      for (const query of wrongQueries(route)) {
        const answer = await send(walk, route, ids, query, undefined, auth);
        if (failed(answer)) note(route, query, answer);
      }
    }
    if (!["POST", "PUT", "PATCH"].includes(route.method)) continue;
    for (const ids of things) {
      for (const body of wrongBodies(route)) {
        const answer = await send(walk, route, ids, "", body, { ...auth, ...JSON_TYPE });
        if (failed(answer)) note(route, body.slice(0, 200), answer);
      }
    }
    for (const body of MALFORMED_BODIES) {
      const answer = await send(walk, route, PLAIN_ID, "", body, { ...auth, ...JSON_TYPE });
      const taken = route.body !== undefined && answer.status < 400;
      if (failed(answer) || taken) note(route, `malformed ${body}`, answer);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "x", ""]) {
      const answer = await send(walk, route, PLAIN_ID, "", "{}", { ...auth, "content-type": type });
      if (failed(answer)) note(route, `content-type ${type}`, answer);
    }
  }
  if (!walk.cloud.cloud.peers.get(tokenValidator).validate(token)) problems.push("the walk lost its token");
  return problems;
}

function failed({ status }: Answer): boolean {
  return status >= 500 && status !== 501;
}

const JSON_TYPE = { "content-type": "application/json" };
const PLAIN_ID = "5e8e5957649f477b9e5bf1f75b21c03c";
/** As they stand in a path. */
const GARBAGE_IDS = [
  PLAIN_ID,
  "x",
  "0",
  "-1",
  "99999999999999999999",
  "%00",
  "%ff",
  "%2e%2e%2f",
  "%F0%9F%90%A7",
  "'%20OR%201=1--",
  "a".repeat(300),
  "__proto__",
];
const GARBAGE_VALUES = ["", "x", "-1", "99999999999999999999", "%00", "%ff", "'", "[", "lt:x", "__proto__"];
const COMMON_KEYS = [
  "limit",
  "marker",
  "page_size",
  "sort",
  "sort_key",
  "sort_dir",
  "fields",
  "name",
  "changes-since",
];

/** The same in place of every parameter, or by name. */
type Ids = string | Readonly<Record<string, string>>;

function* wrongQueries(route: Route): Generator<string> {
  if (route.method !== "GET") return;
  for (const key of new Set([...COMMON_KEYS, ...schemasOf(route.query).flatMap(keysOf)])) {
    for (const value of GARBAGE_VALUES) yield `?${key}=${value}`;
  }
  yield* ["?", "?=", "?&&", "?%", "?a&a&a=b"];
}

function* wrongBodies(route: Route): Generator<string> {
  yield* WRONG_BODIES;
  for (const schema of schemasOf(route.body)) {
    for (const body of mutants(schema)) yield JSON.stringify(body);
  }
}

function schemasOf(schema: VersionedSchema | undefined): object[] {
  if (schema === undefined) return [];
  return Array.isArray(schema) ? schema.map(([, inner]) => inner as object) : [schema];
}

function titleOf({ method, path }: Route): string {
  return `${method} ${path}`;
}

function send(
  { cloud, window, at = (path) => path, headers }: Walk,
  route: Route,
  ids: Ids,
  query: string,
  body: string | Uint8Array | undefined,
  more: Record<string, string>,
): Promise<Answer> {
  const path = at(route.path).replace(/:([A-Za-z_]\w*)(\{[^}]*\})?\??|\*/g, (_, name: string | undefined) =>
    typeof ids === "string" ? ids : (ids[name ?? ""] ?? PLAIN_ID),
  );
  return cloud.request(window, route.method, `${path}${query}`, body, { ...headers?.(route), ...more });
}
