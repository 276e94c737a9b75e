// `/`, `/v2.0` and /v2.0/extensions (neutron/pecan_wsgi/controllers/{root,extensions}.py).

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { HTTPNotFound } from "../errors/common.ts";
import { EXTENSIONS, type Extension } from "./extension-list.ts";
import { onlyFields, readFields } from "./query.ts";

const CORE = [
  ["network", "networks"],
  ["subnet", "subnets"],
  ["subnetpool", "subnetpools"],
  ["port", "ports"],
] as const;

export function discoveryRoutes(prefix: string): Route[] {
  function versions(call: Call): Reply {
    const self = { rel: "self", href: `${call.baseUrl}${prefix}/` };
    return json(200, { versions: [{ id: "v2.0", status: "CURRENT", links: [self] }] });
  }

  function resources(call: Call): Reply {
    call.policyChecks++;
    return json(200, {
      resources: CORE.map(([name, collection]) => ({
        name,
        collection,
        links: [{ rel: "self", href: `${call.baseUrl}${prefix}/${collection}` }],
      })),
    });
  }

  function listExtensions(call: Call): Reply {
    call.policyChecks++;
    const fields = readFields(call);
    return json(200, {
      extensions: EXTENSIONS.map((extension) => onlyFields(extensionView(extension), fields)),
    });
  }

  function showExtension(call: Call): Reply {
    call.policyChecks++;
    const alias = call.param("alias");
    const extension = EXTENSIONS.find((candidate) => candidate.alias === alias);
    if (!extension) throw new HTTPNotFound(`Extension with alias ${alias} does not exist`);
    return json(200, { extension: onlyFields(extensionView(extension), readFields(call)) });
  }

  const open = { handlerAsks: [] };
  return [
    { method: "GET", path: "/", handler: versions, access: "public" },
    { method: "GET", path: prefix, handler: resources, access: open },
    { method: "GET", path: `${prefix}/extensions`, handler: listExtensions, access: open },
    { method: "GET", path: `${prefix}/extensions/:alias`, handler: showExtension, access: open },
  ];
}

function extensionView({ alias, name, description, updated }: Extension): Record<string, unknown> {
  return { alias, name, description, updated, links: [] };
}
