// What the API says of itself: versions, extensions, availability zones, the filters of lists. Authority: cinder/api/
// versions.py, cinder/api/extensions.py, cinder/api/contrib/availability_zones.py and cinder/api/v3/resource_filters.py.

import { NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Microversions } from "../../http/microversion.ts";
import type { Cinder } from "../cinder.ts";
import type { Json } from "./bodies.ts";
import { EXTENSIONS } from "./extensions.data.ts";
import { RESOURCE_FILTERS } from "./filters.ts";

/** cinder/api/openstack/api_version_request.py: UPDATED. */
const UPDATED = "2022-08-31T00:00:00Z";

export function discoveryRoutes(cinder: Cinder, { major, min, max }: Microversions): Route[] {
  function versions(call: Call): Json {
    return {
      versions: [
        {
          id: "v3.0",
          status: "CURRENT",
          version: `${major}.${max}`,
          min_version: `${major}.${min}`,
          updated: UPDATED,
          links: [
            { rel: "describedby", type: "text/html", href: "https://docs.openstack.org/" },
            { rel: "self", href: `${call.baseUrl}/v3/` },
          ],
          "media-types": [
            { base: "application/json", type: "application/vnd.openstack.volume+json;version=3" },
          ],
        },
      ],
    };
  }

  function extensions(call: Call): Reply {
    call.enforce("volume_extension:extensions");
    return json(200, { extensions: EXTENSIONS.map(extensionView) });
  }

  function extension(call: Call): Reply {
    call.enforce("volume_extension:extensions");
    const found = EXTENSIONS.find(([, alias]) => alias === call.param("alias"));
    if (!found) throw new NotFound("The resource could not be found.");
    return json(200, { extension: extensionView(found) });
  }

  function zones(call: Call): Reply {
    call.enforce("volume_extension:availability_zones");
    return json(200, {
      availabilityZoneInfo: cinder.services
        .zones()
        .map(({ name, available }) => ({ zoneName: name, zoneState: { available } })),
    });
  }

  function filters(call: Call): Reply {
    call.enforce("volume_extension:resource_filters");
    const wanted = call.query.get("resource");
    return json(200, {
      resource_filters: Object.entries(RESOURCE_FILTERS)
        .filter(([resource]) => wanted === null || wanted === "" || resource === wanted)
        .map(([resource, names]) => ({ resource, filters: names })),
    });
  }

  const asks = (rule: string) => ({ handlerAsks: [`volume_extension:${rule}`] });
  const current = (call: Call) => {
    call.enforce("volume_extension:versions");
    return json(200, versions(call));
  };
  return [
    { method: "GET", path: "/", handler: (call) => json(300, versions(call)), access: "public" },
    { method: "GET", path: "/v3", handler: current, access: asks("versions") },
    { method: "GET", path: "/v2", handler: current, access: asks("versions") },
    { method: "GET", path: "/extensions", handler: extensions, access: asks("extensions") },
    { method: "GET", path: "/extensions/:alias", handler: extension, access: asks("extensions") },
    { method: "GET", path: "/os-availability-zone", handler: zones, access: asks("availability_zones") },
    {
      method: "GET",
      path: "/resource_filters",
      handler: filters,
      access: asks("resource_filters"),
      since: 33,
    },
  ];
}

function extensionView([name, alias, updated, description]: (typeof EXTENSIONS)[number]): Json {
  return { name, alias, updated, description, links: [] };
}
