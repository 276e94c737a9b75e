// Which versions there are: `/`, `/v2.1`, `/v2`. Authority: nova/api/openstack/compute/versions*.py and
// views/versions.py of Zed.

import { NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";

interface Version {
  id: string;
  status: string;
  /** Highest and lowest microversion; empty where there are none. */
  version: string;
  min_version: string;
  updated: string;
  /** `/v2.1` */
  path: string;
  mediaType: string;
}

const DOCUMENTATION = { rel: "describedby", type: "text/html", href: "http://docs.openstack.org/" };

export function versionRoutes(maxVersion: string): Route[] {
  const v20: Version = {
    id: "v2.0",
    status: "SUPPORTED",
    version: "",
    min_version: "",
    updated: "2011-01-21T11:33:21Z",
    path: "/v2",
    mediaType: "application/vnd.openstack.compute+json;version=2",
  };
  const v21: Version = {
    id: "v2.1",
    status: "CURRENT",
    version: maxVersion,
    min_version: "2.1",
    updated: "2013-07-23T11:33:21Z",
    path: "/v2.1",
    mediaType: "application/vnd.openstack.compute+json;version=2.1",
  };

  const facts = ({ id, status, version, min_version, updated }: Version) => ({
    id,
    status,
    version,
    min_version,
    updated,
  });
  const self = (call: Call, version: Version) => ({
    rel: "self",
    href: `${call.baseUrl}${version.path}/`,
  });

  function list(call: Call): Reply {
    const versions = [v20, v21].map((each) => ({ ...facts(each), links: [self(call, each)] }));
    return json(200, { versions });
  }

  function show(call: Call, version: Version): Reply {
    return json(200, {
      version: {
        ...facts(version),
        links: [self(call, version), DOCUMENTATION],
        "media-types": [{ base: "application/json", type: version.mediaType }],
      },
    });
  }

  const showV20 = (call: Call) => show(call, v20);
  const showV21 = (call: Call) => show(call, v21);

  function showNamed(call: Call): Reply {
    call.enforce("os_compute_api:extensions", {});
    const version = [v20, v21].find((each) => each.id === call.param("id"));
    if (!version) throw new NotFound("The resource could not be found.");
    return show(call, version);
  }

  return [
    { method: "GET", path: "/", handler: list, access: "public" },
    { method: "GET", path: "/v2", handler: showV20, access: "public" },
    { method: "GET", path: "/v2.1", handler: showV21, access: "public" },
    {
      method: "GET",
      path: "/versions/:id",
      handler: showNamed,
      access: { handlerAsks: ["os_compute_api:extensions"] },
    },
  ];
}
