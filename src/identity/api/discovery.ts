// Which versions there are: `/`, `/v3`, `/v2.0`. Authority: keystone/api/discovery.py.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";

const V3_MEDIA = [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }];
const V2_MEDIA = [{ base: "application/json", type: "application/vnd.openstack.identity-v2.0+json" }];

function v3(call: Call) {
  return {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: `${call.baseUrl}/v3/` }],
    "media-types": V3_MEDIA,
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
    "media-types": V2_MEDIA,
  };
}

export function discoveryRoutes(): Route[] {
  function listVersions(call: Call): Reply {
    return json(300, { versions: { values: [v3(call), v2(call)] } }, { location: `${call.baseUrl}/v3/` });
  }
  function showV3(call: Call): Reply {
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
