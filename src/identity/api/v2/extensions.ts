// /v2.0/extensions: which extensions of v2.0 are served. Authority: keystone/v2_crud and keystone/contrib of Newton.

import type { Route } from "../../../http/api.ts";
import { type Call, json, type Reply } from "../../../http/call.ts";
import { NotFoundHere } from "../../errors.ts";

function extension(alias: string, name: string, updated: string, description: string) {
  return {
    alias,
    name,
    description,
    namespace: `https://docs.openstack.org/identity/api/ext/${alias}/v1.0`,
    updated,
    links: [
      {
        rel: "describedby",
        type: "text/html",
        href: "https://developer.openstack.org/api-ref-identity-v2-ext.html",
      },
    ],
  };
}

const EXTENSIONS = [
  extension(
    "OS-KSADM",
    "OpenStack Keystone Admin",
    "2013-07-11T17:14:00-00:00",
    "OpenStack extensions to Keystone v2.0 API enabling Administrative Operations.",
  ),
  extension(
    "OS-KSCRUD",
    "OpenStack Keystone User CRUD",
    "2013-07-07T12:00:0-00:00",
    "OpenStack extensions to Keystone v2.0 API enabling User Operations.",
  ),
  extension("OS-EC2", "OpenStack EC2 API", "2013-07-07T12:00:0-00:00", "OpenStack EC2 Credentials backend."),
];

export function extensionRoutes(): Route[] {
  function listExtensions(): Reply {
    return json(200, { extensions: { values: EXTENSIONS } });
  }

  function showExtension(call: Call): Reply {
    const alias = call.param("alias");
    const found = EXTENSIONS.find((candidate) => candidate.alias === alias);
    if (!found) throw new NotFoundHere(`Could not find: ${alias}.`);
    return json(200, { extension: found });
  }

  return [
    { method: "GET", path: "/v2.0/extensions", handler: listExtensions, access: "public" },
    { method: "GET", path: "/v2.0/extensions/:alias", handler: showExtension, access: "public" },
  ];
}
