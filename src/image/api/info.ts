// /v2/info, /v2/schemas and /v2/cache: what this service is and can do.

import { Forbidden, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { metadefSchemas } from "../metadefs/api/schemas.ts";
import type { Store } from "../stores/store.ts";
import { refuseBody } from "./bodies.ts";
import type { ImageApi } from "./parts.ts";
import { publishedSchemas } from "./schemas.ts";

export function infoRoutes({ stores, importMethods, schema }: ImageApi): Route[] {
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

  /** Limits registered with the identity service are not used (`use_keystone_limits`). */
  function showUsage(call: Call): Reply {
    mayAsk(call);
    return json(200, { usage: {} });
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
  return [...info, ...schemas, ...cacheRoutes()];
}

/** Glance asks no rule of its own here: a token is enough. `default` is the rule for what has none. */
export function mayAsk(call: Call): void {
  if (!call.allows("default")) throw new Forbidden("");
}

/** As of a Glance whose `image_cache_dir` is not set: local files need no cache. */
function cacheRoutes(): Route[] {
  function noCache(): Reply {
    throw new NotFound("Caching via API is not supported at this site.");
  }
  return [
    { method: "GET", path: "/v2/cache", handler: noCache, access: "cache_list" },
    { method: "DELETE", path: "/v2/cache", handler: noCache, access: "cache_delete" },
    { method: "PUT", path: "/v2/cache/:image_id", handler: noCache, access: "cache_image" },
    { method: "DELETE", path: "/v2/cache/:image_id", handler: noCache, access: "cache_delete" },
  ];
}
