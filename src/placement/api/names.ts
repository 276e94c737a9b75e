// /resource_classes and /traits

import type { Clock } from "../../core/clock.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { PlacementError, ResourceClassNotFound } from "../errors.ts";
import type { Placement } from "../manager.ts";
import { assertValid } from "./bodies.ts";
import { freshness, noContent, show } from "./respond.ts";
import { CUSTOM_NAME, listTraits, resourceClass } from "./schemas.ts";

/** Since here PUT of a class has no body and creates it. */
const BODILESS_SINCE = 7;
const MAX_NAME = 255;

export function nameRoutes({ names }: Placement, clock: Clock): Route[] {
  const classView = (call: Call, name: string) => ({
    name,
    links: [{ rel: "self", href: `${call.mount}/resource_classes/${name}` }],
  });
  const classLocation = (call: Call, name: string) => ({
    location: `${call.baseUrl}/resource_classes/${name}`,
  });

  function listClasses(call: Call): Reply {
    const rows = names.classes();
    const view = { resource_classes: rows.map(({ name }) => classView(call, name)) };
    return show(
      call,
      view,
      clock.now(),
      rows.map((row) => row.updated_at ?? row.created_at),
    );
  }

  function createClass(call: Call): Reply {
    const { name } = call.body as { name: string };
    names.createClass(name);
    return empty(201, classLocation(call, name));
  }

  function showClass(call: Call): Reply {
    const row = names.class(call.param("name"));
    return show(call, classView(call, row.name), clock.now(), [row.updated_at ?? row.created_at]);
  }

  function renameClass(call: Call): Reply {
    const { name } = call.body as { name: string };
    return json(200, classView(call, names.renameClass(call.param("name"), name).name));
  }

  function ensureClass(call: Call): Reply {
    const name = call.param("name");
    assertValid(resourceClass, { name });
    let status = 204;
    try {
      names.class(name);
    } catch (error) {
      if (!(error instanceof ResourceClassNotFound)) throw error;
      names.createClass(name);
      status = 201;
    }
    return empty(status, classLocation(call, name));
  }

  function deleteClass(call: Call): Reply {
    names.deleteClass(call.param("name"));
    return noContent();
  }

  function listTraitNames(call: Call): Reply {
    const rows = names.traits(traitFilter(call));
    return show(
      call,
      { traits: rows.map((row) => row.name) },
      clock.now(),
      rows.map((row) => row.updated_at ?? row.created_at),
    );
  }

  function showTrait(call: Call): Reply {
    const row = names.trait(call.param("name"));
    return noContent(freshness(call, clock.now(), [row.created_at]));
  }

  function putTrait(call: Call): Reply {
    const name = call.param("name");
    if (!CUSTOM_NAME.test(name) || name.length > MAX_NAME) {
      throw new PlacementError(
        "invalid",
        'The trait is invalid. A valid trait must be no longer than 255 characters, start with the prefix "CUSTOM_" and use following characters: "A"-"Z", "0"-"9" and "_"',
      );
    }
    const { row, created } = names.ensureTrait(name);
    return empty(created ? 201 : 204, {
      location: `${call.baseUrl}/traits/${name}`,
      ...freshness(call, clock.now(), [row.created_at]),
    });
  }

  function deleteTrait(call: Call): Reply {
    names.deleteTrait(call.param("name"));
    return noContent();
  }

  const classes = "/resource_classes";
  const rule = (kind: string, verb: string) => `placement:${kind}:${verb}`;
  return [
    {
      method: "GET",
      path: classes,
      handler: listClasses,
      access: rule("resource_classes", "list"),
      since: 2,
    },
    {
      method: "POST",
      path: classes,
      handler: createClass,
      access: rule("resource_classes", "create"),
      body: resourceClass,
      since: 2,
    },
    {
      method: "GET",
      path: `${classes}/:name`,
      handler: showClass,
      access: rule("resource_classes", "show"),
      since: 2,
    },
    {
      method: "PUT",
      path: `${classes}/:name`,
      handler: renameClass,
      access: rule("resource_classes", "update"),
      body: resourceClass,
      since: 2,
      until: BODILESS_SINCE - 1,
    },
    {
      method: "PUT",
      path: `${classes}/:name`,
      handler: ensureClass,
      access: rule("resource_classes", "update"),
      since: BODILESS_SINCE,
    },
    {
      method: "DELETE",
      path: `${classes}/:name`,
      handler: deleteClass,
      access: rule("resource_classes", "delete"),
      since: 2,
    },
    {
      method: "GET",
      path: "/traits",
      handler: listTraitNames,
      access: rule("traits", "list"),
      query: listTraits,
      since: 6,
    },
    { method: "GET", path: "/traits/:name", handler: showTrait, access: rule("traits", "show"), since: 6 },
    { method: "PUT", path: "/traits/:name", handler: putTrait, access: rule("traits", "update"), since: 6 },
    {
      method: "DELETE",
      path: "/traits/:name",
      handler: deleteTrait,
      access: rule("traits", "delete"),
      since: 6,
    },
  ];
}

/** `name=in:A,B`, `name=startswith:HW_`, `associated=true` */
function traitFilter(call: Call): { names?: string[]; prefix?: string; associated?: boolean } {
  const filter: { names?: string[]; prefix?: string; associated?: boolean } = {};
  const name = call.query.getAll("name").at(-1);
  if (name !== undefined) {
    const colon = name.indexOf(":");
    if (colon < 0) {
      throw new PlacementError(
        "invalid",
        `Badly formatted name parameter. Expected name query string parameter in form: ?name=[in|startswith]:[name1,name2|prefix]. Got: "${name}"`,
      );
    }
    const [operator, value] = [name.slice(0, colon), name.slice(colon + 1)];
    if (operator === "in") filter.names = value.split(",");
    else if (operator === "startswith") filter.prefix = value;
  }
  const associated = call.query.getAll("associated").at(-1)?.toLowerCase();
  if (associated !== undefined) {
    if (associated !== "true" && associated !== "false") {
      throw new PlacementError("invalid", 'The query parameter "associated" only accepts "true" or "false"');
    }
    filter.associated = associated === "true";
  }
  return filter;
}
