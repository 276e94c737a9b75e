// Which versions there are. Any path that names no version gets the list too, without a token, as Glance's version
// negotiation does (glance/api/versions.py, glance/api/middleware/version_negotiation.py of Zed, with stores enabled).

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply, text } from "../../http/call.ts";

const MINORS = ["16", "15", "14", "13", "12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];
const SERVED = new Set(["v2", ...MINORS.map((minor) => `v2.${minor}`)]);

const LEGACY = ["v1", "v1.0", "v1.1"];

/** Where unknown versions end up in the route table. */
const LIST = "/";

/**
 * `/v2.3/images` is `/v2/images`; a path without a version is the list of versions.
 * @param legacy version 1 is served too
 */
export function rewriteFor(legacy: boolean): (path: string) => string {
  return (path) => {
    if (path === "/versions" || path === "/healthcheck" || path === LIST) return path;
    const [, version = "", ...rest] = path.split("/");
    if (SERVED.has(version)) return ["", "v2", ...rest].join("/");
    if (!legacy || !LEGACY.includes(version)) return LIST;
    return rest.join("/") === "" ? "/v1" : ["", "v1", ...rest].join("/");
  };
}

export interface ServedVersions {
  /** Version 1 is served too. */
  legacy: boolean;
  /** So is the cache API, which 2.14 and 2.16 stand for. */
  cache: boolean;
}

function document(call: Call, { legacy, cache }: ServedVersions): unknown {
  const minors = cache ? MINORS : MINORS.filter((minor) => minor !== "16" && minor !== "14");
  const version = (id: string, status: string, path: string) => ({
    id,
    status,
    links: [{ rel: "self", href: `${call.baseUrl}/${path}/` }],
  });
  return {
    versions: [
      ...minors.map((minor, i) => version(`v2.${minor}`, i === 0 ? "CURRENT" : "SUPPORTED", "v2")),
      ...(legacy ? [version("v1.1", "SUPPORTED", "v1"), version("v1.0", "SUPPORTED", "v1")] : []),
    ],
  };
}

export function versionRoutes(served: ServedVersions): Route[] {
  function chooseVersion(call: Call): Reply {
    return json(300, document(call, served));
  }
  function listVersions(call: Call): Reply {
    return json(200, document(call, served));
  }
  /** oslo.middleware's healthcheck. */
  function healthcheck(): Reply {
    return text(200, "OK", { "content-type": "text/plain; charset=UTF-8" });
  }
  const anyMethod = (["GET", "POST", "PUT", "PATCH", "DELETE"] as const).map((method) => ({ method }));
  return [
    ...anyMethod.map(
      ({ method }): Route => ({ method, path: LIST, handler: chooseVersion, access: "public" }),
    ),
    { method: "GET", path: "/versions", handler: listVersions, access: "public" },
    { method: "GET", path: "/healthcheck", handler: healthcheck, access: "public" },
  ];
}
