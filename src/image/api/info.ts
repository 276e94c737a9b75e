// /v2/info and /v2/schemas: what this service is and can do.

import { Forbidden } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { metadefSchemas } from "../metadefs/api/schemas.ts";
import type { Store } from "../stores/store.ts";
import { refuseBody } from "./bodies.ts";
import type { ImageApi } from "./parts.ts";
import { publishedSchemas } from "./schemas.ts";

export function infoRoutes({ stores, importMethods, schema, projectLimits }: ImageApi): Route[] {
  function describe(store: Store): Record<string, unknown> {
    return {
      id: store.id,
      ...(store === stores.defaultStore ? { default: "true" } : {}),
      ...(store.readOnly ? { "read-only": "true" } : {}),
    };
  }

  function showImport(call: Call): Reply {
    refuseBody(call);
    mayAsk(call);
    return json(200, {
      "import-methods": { description: "Import methods available.", type: "array", value: importMethods },
    });
  }

  function listStores(call: Call): Reply {
    refuseBody(call);
    mayAsk(call);
    return json(200, { stores: stores.all().map(describe) });
  }

  function listStoresDetail(call: Call): Reply {
    refuseBody(call);
    const detailed = stores
      .all()
      .map((store) => ({ ...describe(store), type: store.type, properties: store.properties() }));
    return json(200, { stores: detailed });
  }

  function showUsage(call: Call): Reply {
    mayAsk(call);
    return json(200, { usage: projectLimits.report(call.context.projectId ?? "") ?? {} });
  }

  const info: Route[] = [
    { method: "GET", path: "/v2/info/import", handler: showImport, access: { handlerAsks: [] } },
    { method: "GET", path: "/v2/info/stores", handler: listStores, access: { handlerAsks: [] } },
    {
      method: "GET",
      path: "/v2/info/stores/detail",
      handler: listStoresDetail,
      access: "stores_info_detail",
    },
    { method: "GET", path: "/v2/info/usage", handler: showUsage, access: { handlerAsks: [] } },
  ];
  const schemas = Object.entries({ ...publishedSchemas(schema), ...metadefSchemas }).map(
    ([name, document]): Route => {
      function showSchema(call: Call): Reply {
        mayAsk(call);
        return json(200, document);
      }
      return { method: "GET", path: `/v2/schemas/${name}`, handler: showSchema, access: { handlerAsks: [] } };
    },
  );
  return [...info, ...schemas];
}

/** Glance asks no rule of its own here: a token is enough. `default` is the rule for what has none. */
export function mayAsk(call: Call): void {
  if (!call.allows("default")) throw new Forbidden("");
}
