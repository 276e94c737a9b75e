// /v2/metadefs/namespaces/NAMESPACE/{objects,properties,tags}

import { Invalid } from "../../../core/errors.ts";
import { boolFromString } from "../../../core/python.ts";
import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { refuseBody, validate } from "../../api/bodies.ts";
import { last, sortDirection } from "../../api/list-query.ts";
import type { ImageApi } from "../../api/parts.ts";
import { asTSchema } from "../../api/schemas.ts";
import type { ObjectFields } from "../namespaces.ts";
import type { ContentQuery } from "../store.ts";
import type { PropertySchema } from "../tables.ts";
import { refuseReadOnly } from "./namespaces.ts";
import { objectSchema, propertySchema, tagSchema, tagsBody, unnamedPropertySchema } from "./schemas.ts";
import { objectView, propertiesView, propertyView, tagView } from "./views.ts";

const SORTABLE = ["created_at", "updated_at", "name", "id"];

export function metadefContentRoutes({ metadefs }: ImageApi): Route[] {
  const { contents } = metadefs;
  const namespaceOf = (call: Call) => call.param("namespace");

  function listObjects(call: Call): Reply {
    const rows = contents.listObjects(call, namespaceOf(call), contentQuery(call, 1));
    return json(200, {
      objects: rows.map((row) => objectView(namespaceOf(call), row)),
      schema: "v2/schemas/metadefs/objects", // without a slash in front, as Glance has it
    });
  }

  function createObject(call: Call): Reply {
    const body = objectBody(call);
    for (const schema of Object.values(body.properties ?? {}))
      validate(asTSchema(unnamedPropertySchema), schema);
    return json(201, objectView(namespaceOf(call), contents.createObject(call, namespaceOf(call), body)));
  }

  function showObject(call: Call): Reply {
    refuseBody(call);
    return json(
      200,
      objectView(namespaceOf(call), contents.showObject(call, namespaceOf(call), call.param("name"))),
    );
  }

  function updateObject(call: Call): Reply {
    const row = contents.updateObject(call, namespaceOf(call), call.param("name"), objectBody(call));
    return json(200, objectView(namespaceOf(call), row));
  }

  function deleteObject(call: Call): Reply {
    refuseBody(call);
    contents.deleteObject(call, namespaceOf(call), call.param("name"));
    return empty(204);
  }

  function deleteObjects(call: Call): Reply {
    contents.deleteObjects(call, namespaceOf(call));
    return empty(204);
  }

  function listProperties(call: Call): Reply {
    refuseBody(call);
    return json(200, { properties: propertiesView(contents.listProperties(call, namespaceOf(call))) });
  }

  function createProperty(call: Call): Reply {
    const { name, ...schema } = propertyBody(call);
    return json(201, propertyView(contents.createProperty(call, namespaceOf(call), name, schema)));
  }

  function showProperty(call: Call): Reply {
    const type = last(call.query, "resource_type");
    return json(200, propertyView(contents.showProperty(call, namespaceOf(call), call.param("name"), type)));
  }

  function updateProperty(call: Call): Reply {
    const { name, ...schema } = propertyBody(call);
    const row = contents.updateProperty(call, namespaceOf(call), call.param("name"), name, schema);
    return json(200, propertyView(row));
  }

  function deleteProperty(call: Call): Reply {
    contents.deleteProperty(call, namespaceOf(call), call.param("name"));
    return empty(204);
  }

  function deleteProperties(call: Call): Reply {
    contents.deleteProperties(call, namespaceOf(call));
    return empty(204);
  }

  function listTags(call: Call): Reply {
    const rows = contents.listTags(call, namespaceOf(call), contentQuery(call, 0));
    return json(200, { tags: rows.map(({ name }) => ({ name })) });
  }

  function createTags(call: Call): Reply {
    const body = call.body as { tags?: { name: string }[] };
    const append = boolFromString(call.header("x-openstack-append") ?? "") ?? false;
    const names = (body.tags ?? []).map(({ name }) => name);
    const rows = contents.createTags(call, namespaceOf(call), names, append);
    return json(201, { tags: rows.map(({ name }) => ({ name })) });
  }

  function createTag(call: Call): Reply {
    refuseBody(call);
    const name = call.param("name");
    validate(asTSchema(tagSchema), { name });
    return json(201, tagView(contents.createTag(call, namespaceOf(call), name)));
  }

  function showTag(call: Call): Reply {
    refuseBody(call);
    return json(200, tagView(contents.showTag(call, namespaceOf(call), call.param("name"))));
  }

  function renameTag(call: Call): Reply {
    const body = call.body as { name: string };
    refuseReadOnly(body, ["created_at", "updated_at"]);
    return json(200, tagView(contents.renameTag(call, namespaceOf(call), call.param("name"), body.name)));
  }

  function deleteTag(call: Call): Reply {
    refuseBody(call);
    contents.deleteTag(call, namespaceOf(call), call.param("name"));
    return empty(204);
  }

  function deleteTags(call: Call): Reply {
    contents.deleteTags(call, namespaceOf(call));
    return empty(204);
  }

  const inside = (kind: string) => `/v2/metadefs/namespaces/:namespace/${kind}`;
  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  const objects = inside("objects");
  const properties = inside("properties");
  const tags = inside("tags");
  const object = { body: asTSchema(objectSchema) };
  const property = { body: asTSchema(propertySchema) };
  return [
    { method: "GET", path: objects, handler: listObjects, access: asks("get_metadef_objects") },
    { method: "POST", path: objects, handler: createObject, access: asks("add_metadef_object"), ...object },
    { method: "DELETE", path: objects, handler: deleteObjects, access: asks("delete_metadef_namespace") },
    { method: "GET", path: `${objects}/:name`, handler: showObject, access: asks("get_metadef_object") },
    {
      method: "PUT",
      path: `${objects}/:name`,
      handler: updateObject,
      access: asks("modify_metadef_object"),
      ...object,
    },
    {
      method: "DELETE",
      path: `${objects}/:name`,
      handler: deleteObject,
      access: asks("delete_metadef_object"),
    },

    { method: "GET", path: properties, handler: listProperties, access: asks("get_metadef_properties") },
    {
      method: "POST",
      path: properties,
      handler: createProperty,
      access: asks("add_metadef_property"),
      ...property,
    },
    {
      method: "DELETE",
      path: properties,
      handler: deleteProperties,
      access: asks("delete_metadef_namespace"),
    },
    {
      method: "GET",
      path: `${properties}/:name`,
      handler: showProperty,
      access: asks("get_metadef_property"),
    },
    {
      method: "PUT",
      path: `${properties}/:name`,
      handler: updateProperty,
      access: asks("modify_metadef_property"),
      ...property,
    },
    {
      method: "DELETE",
      path: `${properties}/:name`,
      handler: deleteProperty,
      access: asks("remove_metadef_property"),
    },

    { method: "GET", path: tags, handler: listTags, access: asks("get_metadef_tags") },
    { method: "POST", path: tags, handler: createTags, access: asks("add_metadef_tags"), body: tagsBody },
    { method: "DELETE", path: tags, handler: deleteTags, access: asks("delete_metadef_tags") },
    { method: "GET", path: `${tags}/:name`, handler: showTag, access: asks("get_metadef_tag") },
    { method: "POST", path: `${tags}/:name`, handler: createTag, access: asks("add_metadef_tag") },
    {
      method: "PUT",
      path: `${tags}/:name`,
      handler: renameTag,
      access: asks("modify_metadef_tag"),
      body: asTSchema(tagSchema),
    },
    { method: "DELETE", path: `${tags}/:name`, handler: deleteTag, access: asks("delete_metadef_tag") },
  ];
}

function objectBody(call: Call): ObjectFields {
  const body = call.body as ObjectFields;
  refuseReadOnly(body, ["self", "schema", "created_at", "updated_at"]);
  return body;
}

function propertyBody(call: Call): PropertySchema & { name: string } {
  const body = call.body as PropertySchema & { name: string };
  refuseReadOnly(body, ["created_at", "updated_at"]);
  return body;
}

/** @param least the smallest limit there is sense in. @throws Invalid */
function contentQuery(call: Call, least: number): Omit<ContentQuery, "marker"> & { marker: string | null } {
  const text = last(call.query, "limit");
  if (text !== null && !/^\s*[+-]?\d+\s*$/.test(text)) throw new Invalid("limit param must be an integer");
  if (text !== null && Number(text) < least) throw new Invalid("limit param must be positive");
  const sortKey = last(call.query, "sort_key") ?? "created_at";
  if (!SORTABLE.includes(sortKey)) throw new Invalid("Sort key supplied was not valid.");
  return {
    sortColumn: sortKey as ContentQuery["sortColumn"],
    direction: sortDirection(last(call.query, "sort_dir") ?? "desc"),
    marker: last(call.query, "marker") || null,
    limit: text === null ? -1 : Number(text),
  };
}
