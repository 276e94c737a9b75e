// /flavors/{id}/os-extra_specs. Authority: nova/api/openstack/compute/flavors_extraspecs.py of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { validateExtraSpec } from "../flavor-extra-specs.ts";
import { ExtraSpecNotFound, type Flavors } from "../flavors.ts";
import { createExtraSpecs, updateExtraSpec } from "./flavors.schemas.ts";

/** Names and values are checked since this version. */
const CHECKED_SINCE = 86;
const MAX_VALUE = 255;

type Specs = Record<string, string | number>;

export function flavorExtraSpecRoutes(flavors: Flavors): Route[] {
  const flavorOf = (call: Call) => flavors.get(call.context, call.param("flavor_id"));

  function list(call: Call): Reply {
    return json(200, { extra_specs: flavorOf(call).extra_specs });
  }

  function show(call: Call): Reply {
    const key = call.param("id");
    const { flavorid, extra_specs: specs } = flavorOf(call);
    if (!Object.hasOwn(specs, key)) throw new ExtraSpecNotFound(flavorid, key);
    return json(200, { [key]: specs[key] });
  }

  function create(call: Call): Reply {
    const body = call.body as { extra_specs: Specs };
    write(call, body.extra_specs);
    return json(200, body);
  }

  function update(call: Call): Reply {
    const specs = call.body as Specs;
    checkValues(call, specs);
    if (!Object.hasOwn(specs, call.param("id"))) throw new Invalid("Request body and URI mismatch");
    write(call, specs);
    return json(200, specs);
  }

  function write(call: Call, specs: Specs): void {
    const values = checkValues(call, specs);
    flavors.setExtraSpecs(call.context, call.param("flavor_id"), values);
  }

  function remove(call: Call): Reply {
    flavors.removeExtraSpec(call.context, call.param("flavor_id"), call.param("id"));
    return empty(200);
  }

  const all = "/flavors/:flavor_id/os-extra_specs";
  const one = `${all}/:id`;
  const rule = (verb: string) => `os_compute_api:os-flavor-extra-specs:${verb}`;
  return [
    { method: "GET", path: all, handler: list, access: rule("index") },
    { method: "POST", path: all, handler: create, access: rule("create"), body: createExtraSpecs },
    { method: "GET", path: one, handler: show, access: rule("show") },
    { method: "PUT", path: one, handler: update, access: rule("update"), body: updateExtraSpec },
    { method: "DELETE", path: one, handler: remove, access: rule("delete") },
  ];
}

/** Numbers as texts. @throws Invalid */
function checkValues(call: Call, specs: Specs): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(specs)) {
    const text = String(value);
    if (text.length > MAX_VALUE)
      throw new Invalid(`extra_specs value has ${text.length} characters, more than ${MAX_VALUE}.`);
    if (call.minor >= CHECKED_SINCE) validateExtraSpec(name, text);
    values[name] = text;
  }
  return values;
}
