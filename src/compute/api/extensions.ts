// /extensions. Authority: nova/api/openstack/compute/extension_info.py of Zed.

import { NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { EXTENSIONS, V2_EXTENSION } from "./extensions.data.ts";

type Extension = readonly [string, string, string];

const NAMESPACE = "http://docs.openstack.org/compute/ext/fake_xml";
const UPDATED = "2014-12-03T00:00:00Z";

export function extensionRoutes(): Route[] {
  function list(call: Call): Reply {
    return json(200, { extensions: known(call).map(view) });
  }

  function show(call: Call): Reply {
    const found = known(call).find(([alias]) => alias === call.param("id"));
    if (!found) throw new NotFound("The resource could not be found.");
    return json(200, { extension: view(found) });
  }

  const access = "os_compute_api:extensions";
  return [
    { method: "GET", path: "/extensions", handler: list, access },
    { method: "GET", path: "/extensions/:id", handler: show, access },
  ];
}

function known(call: Call): readonly Extension[] {
  if (!/^\/v2(\/|$)/.test(call.path)) return EXTENSIONS;
  return [...EXTENSIONS, V2_EXTENSION].sort(([a], [b]) => (a < b ? -1 : 1));
}

function view([alias, name, description]: Extension): Record<string, unknown> {
  return { alias, name, description, links: [], namespace: NAMESPACE, updated: UPDATED };
}
