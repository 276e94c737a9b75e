// Another project's things, asked of every route: whatever identifier stands in a path or a body, an ordinary user of
// one project neither sees nor changes what belongs to another.

import type { Route } from "../http/api.ts";
import type { Answer, TestCloud } from "./cloud.ts";
import { mutants } from "./mutants.ts";

export interface Tenancy {
  cloud: TestCloud;
  window: string;
  routes: readonly Route[];
  headers?(route: Route): Record<string, string>;
  /** The token of an ordinary user of another project. */
  intruder: string;
  /** What the owner's things are called: nothing but the owner may read it. */
  mark: string;
  /** Identifiers of the owner's things, of all services. */
  ids: readonly string[];
  /** Bodies beyond what the schemas give: of actions, which find their schema in the body. */
  bodies?: readonly unknown[];
}

/** A line for each answer that tells the intruder something of the owner's. */
export async function leaks(walk: Tenancy): Promise<string[]> {
  const problems: string[] = [];
  for (const route of walk.routes) {
    const headers = { ...walk.headers?.(route), "x-auth-token": walk.intruder };
    for (const [path, body] of requests(walk, route)) {
      const answer = await walk.cloud.request(walk.window, route.method, path, body, headers);
      const problem = problemWith(answer, walk, `${path} ${JSON.stringify(body)}`);
      if (problem !== null)
        problems.push(
          `${route.method} ${path} ${JSON.stringify(body)}: ${problem}: ${answer.status} ${answer.text.slice(0, 300)}`,
        );
    }
  }
  return problems;
}

/** What the intruder sent may come back: that tells nothing. */
function problemWith(answer: Answer, { mark }: Tenancy, sent: string): string | null {
  if (answer.status >= 500 && answer.status !== 501) return "a server's error";
  if (!sent.includes(mark) && answer.text.includes(mark)) return "shows it";
  return null;
}

function* requests(walk: Tenancy, route: Route): Generator<[path: string, body: unknown]> {
  const named = /:[A-Za-z_]\w*(\{[^}]*\})?\??|\*/g;
  const inPath = named.test(route.path);
  for (const id of inPath ? walk.ids : [""]) {
    const path = route.path.replace(named, encodeURIComponent(id));
    if (!["POST", "PUT", "PATCH"].includes(route.method)) {
      yield [path, undefined];
      continue;
    }
    for (const body of samples(route)) {
      yield [path, body];
      for (const theirs of inPath ? [id] : walk.ids) yield [path, pointed(body, theirs)];
    }
    for (const body of /action/.test(route.path) ? (walk.bodies ?? []) : []) yield [path, body];
  }
}

function samples({ body: schema }: Route): unknown[] {
  if (schema === undefined) return [{}];
  const schemas = Array.isArray(schema) ? schema.map(([, inner]) => inner as object) : [schema as object];
  const newest = schemas.at(-1)!;
  const first = mutants(newest).next();
  return first.done ? [{}] : [first.value];
}

/** With the identifier wherever the body names a thing. */
function pointed(value: unknown, id: string, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => pointed(item, id, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, pointed(inner, id, name)]));
  }
  return typeof value === "string" && /(^|_|[a-z])(id|uuid|ref|port|network|subnet)s?$/i.test(key)
    ? id
    : value;
}
