// Extra specs of volume types. Authority: cinder/api/contrib/types_extra_specs.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Cinder } from "../cinder.ts";
import { ExtraSpecNotFound } from "../errors-types.ts";
import * as schemas from "./schemas/administration.ts";
import { shownSpecs } from "./types.ts";

const SPECS = "volume_extension:types_extra_specs";

export function extraSpecRoutes({ types }: Cinder): Route[] {
  const specsOf = (call: Call) => shownSpecs(call, types.get(call, call.param("type_id")).extraSpecs);

  function create(call: Call): Reply {
    call.enforce(`${SPECS}:create`);
    const body = call.body as { extra_specs: Record<string, string | null> };
    types.setExtraSpecs(call, call.param("type_id"), body.extra_specs);
    return json(200, body);
  }

  function show(call: Call): Reply {
    call.enforce(`${SPECS}:show`);
    const key = call.param("key");
    const specs = specsOf(call);
    if (!Object.hasOwn(specs, key)) throw new ExtraSpecNotFound(call.param("type_id"), key);
    return json(200, { [key]: specs[key] });
  }

  function update(call: Call): Reply {
    call.enforce(`${SPECS}:update`);
    const body = call.body as Record<string, string | null>;
    if (!Object.hasOwn(body, call.param("key"))) throw new Invalid("Request body and URI mismatch");
    types.setExtraSpecs(call, call.param("type_id"), body);
    return json(200, body);
  }

  function remove(call: Call): Reply {
    call.enforce(`${SPECS}:delete`);
    types.removeExtraSpec(call, call.param("type_id"), call.param("key"));
    return empty(202);
  }

  function list(call: Call): Reply {
    call.enforce(`${SPECS}:index`);
    return json(200, { extra_specs: specsOf(call) });
  }

  const path = "/types/:type_id/extra_specs";
  const asks = (...rules: string[]) => ({ handlerAsks: rules.map((rule) => `${SPECS}:${rule}`) });
  return [
    { method: "GET", path, handler: list, access: asks("index", "read_sensitive") },
    { method: "POST", path, handler: create, access: asks("create"), body: schemas.createExtraSpecs },
    { method: "GET", path: `${path}/:key`, handler: show, access: asks("show", "read_sensitive") },
    {
      method: "PUT",
      path: `${path}/:key`,
      handler: update,
      access: asks("update"),
      body: schemas.updateExtraSpec,
    },
    { method: "DELETE", path: `${path}/:key`, handler: remove, access: asks("delete") },
  ];
}
