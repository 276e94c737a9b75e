// Which versions there are: `/`, `/v3`, `/v2.0`, as links or as JSON Home. Authority: keystone/api/discovery.py, and for
// v2.0 keystone/version/controllers.py of Newton.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { jsonHome } from "./json-home.ts";

const JSON_HOME = "application/json-home";

function v3(call: Call) {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: `${call.baseUrl}/v3/` }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
}

function v2(call: Call) {
  return {
    id: "v2.0",
    status: "deprecated",
    updated: "2016-08-04T00:00:00Z",
    links: [
      { rel: "self", href: `${call.baseUrl}/v2.0/` },
      { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
    ],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v2.0+json" }],
  };
}

export function discoveryRoutes(): Route[] {
  function listVersions(call: Call): Reply {
    if (wantsJsonHome(call)) return json(200, jsonHome("/v3"), { "content-type": JSON_HOME });
    return json(300, { versions: { values: [v3(call), v2(call)] } }, { location: `${call.baseUrl}/v3/` });
  }
  function showV3(call: Call): Reply {
    if (wantsJsonHome(call)) return json(200, jsonHome(""), { "content-type": JSON_HOME });
    return json(200, { version: v3(call) });
  }
  function showV2(call: Call): Reply {
    return json(200, { version: v2(call) });
  }
  return [
    { method: "GET", path: "/", handler: listVersions, access: "public" },
    { method: "GET", path: "/v3", handler: showV3, access: "public" },
    { method: "GET", path: "/v2.0", handler: showV2, access: "public" },
  ];
}

/** True when the client prefers it to plain JSON, which wins a tie (RFC 7231, 5.3.2). */
function wantsJsonHome(call: Call): boolean {
  const accept = call.header("accept");
  if (!accept) return false;
  const quality = (type: string) => {
    let best = { specific: -1, q: 0 };
    for (const range of accept.split(",")) {
      const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const specific = name === type ? 2 : name === "application/*" ? 1 : name === "*/*" ? 0 : -1;
      const q = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? 1);
      if (specific > best.specific) best = { specific, q };
    }
    return best.specific < 0 ? 0 : best.q;
  };
  return quality(JSON_HOME) > quality("application/json");
}
