// Cross-origin requests of browsers. Authority: swift/proxy/controllers/base.py, cors_validation and OPTIONS.

import { answer, type SwiftReply } from "../answers.ts";
import { containerFacts } from "../pipeline/facts.ts";
import type { SwiftRequest } from "../request.ts";
import { listFromCsv } from "../wire.ts";
import type { ProxyParts, Target } from "./server.ts";

interface Cors {
  allowOrigin: string | undefined;
  exposeHeaders: string | undefined;
  maxAge: string | undefined;
}

function corsOf(proxy: ProxyParts, target: Target): Cors {
  const { meta } = containerFacts(proxy.platform.containers, target.account, target.container);
  return {
    allowOrigin: meta["access-control-allow-origin"],
    exposeHeaders: meta["access-control-expose-headers"],
    maxAge: meta["access-control-max-age"],
  };
}

function allows(proxy: ProxyParts, cors: Cors, origin: string): boolean {
  const allowed = [...(cors.allowOrigin ?? "").split(" "), ...proxy.settings.corsAllowOrigin];
  return allowed.includes(origin) || allowed.includes("*");
}

/** Answers OPTIONS. A preflight from an origin that is not allowed is a 401. */
export function preflight(
  proxy: ProxyParts,
  request: SwiftRequest,
  target: Target,
  methods: readonly string[],
): SwiftReply {
  const allow = methods.join(", ");
  const origin = request.header("origin");
  if (origin === null) return { ...answer(200, { allow }), body: null };
  const cors = corsOf(proxy, target);
  const method = request.header("access-control-request-method");
  if (!allows(proxy, cors, origin) || method === null || !methods.includes(method))
    return answer(401, { allow });
  const headers: Record<string, string> = { allow, "access-control-allow-methods": allow };
  const vary: string[] = [];
  if (cors.allowOrigin?.trim() === "*") headers["access-control-allow-origin"] = "*";
  else {
    headers["access-control-allow-origin"] = origin;
    vary.push("Origin");
  }
  if (cors.maxAge !== undefined) headers["access-control-max-age"] = cors.maxAge;
  const wanted = new Set(listFromCsv(request.header("access-control-request-headers")));
  if (wanted.size > 0) {
    headers["access-control-allow-headers"] = [...wanted].join(", ");
    vary.push("Access-Control-Request-Headers");
  }
  if (vary.length > 0) headers["vary"] = vary.join(", ");
  return { status: 200, headers, body: null };
}

const SIMPLE = [
  "cache-control",
  "content-language",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
  "etag",
  "x-timestamp",
  "x-trans-id",
  "x-openstack-request-id",
];

/** Adds to an answer what lets a browser hand it to the page. */
export function withCors(proxy: ProxyParts, reply: SwiftReply, target: Target, origin: string): SwiftReply {
  const cors = corsOf(proxy, target);
  if (proxy.settings.strictCors && !allows(proxy, cors, origin)) return reply;
  const headers = { ...reply.headers };
  if (headers["access-control-expose-headers"] === undefined) {
    const exposed = new Set([...SIMPLE, ...proxy.settings.corsExposeHeaders]);
    for (const name of Object.keys(headers)) if (/^x-(container|object)-meta/.test(name)) exposed.add(name);
    for (const name of (cors.exposeHeaders ?? "").split(" "))
      if (name !== "") exposed.add(name.toLowerCase());
    headers["access-control-expose-headers"] = [...exposed].join(", ");
  }
  if (headers["access-control-allow-origin"] === undefined) {
    if (cors.allowOrigin?.trim() === "*") headers["access-control-allow-origin"] = "*";
    else {
      headers["access-control-allow-origin"] = origin;
      headers["vary"] = headers["vary"] ? `${headers["vary"]}, Origin` : "Origin";
    }
  }
  return { ...reply, headers };
}
