// Which versions there are. Any path that names no version gets the list too, without a token, as Glance's version
// negotiation does (glance/api/versions.py, glance/api/middleware/version_negotiation.py of Zed, with stores enabled).

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply, text } from "../../http/call.ts";

const MINORS = ["15", "13", "12", "11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"];
const SERVED = new Set(["v2", ...MINORS.map((minor) => `v2.${minor}`)]);

/** Where unknown versions end up in the route table. */
const LIST = "/";

/** `/v2.3/images` is `/v2/images`; a path without a version is the list of versions. */
export function rewrite(path: string): string {
  if (path === "/versions" || path === "/healthcheck" || path === LIST) return path;
  const [, version = "", ...rest] = path.split("/");
  return SERVED.has(version) ? ["", "v2", ...rest].join("/") : LIST;
}

function document(call: Call): unknown {
  return {
    versions: MINORS.map((minor, i) => ({
      id: `v2.${minor}`,
      status: i === 0 ? "CURRENT" : "SUPPORTED",
      links: [{ rel: "self", href: `${call.baseUrl}/v2/` }],
    })),
  };
}

export function versionRoutes(): Route[] {
  function chooseVersion(call: Call): Reply {
    return json(300, document(call));
  }
  function listVersions(call: Call): Reply {
    return json(200, document(call));
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
