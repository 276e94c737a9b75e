// /v2/metadefs/namespaces and /v2/metadefs/resource_types

import { Invalid } from "../../../core/errors.ts";
import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { refuseBody } from "../../api/bodies.ts";
import { last, pageLinks, parseLimit, sortDirection } from "../../api/list-query.ts";
import type { ImageApi } from "../../api/parts.ts";
import { asTSchema } from "../../api/schemas.ts";
import { ReadOnlyAttribute } from "../../errors.ts";
import type { AssociationFields, NamespaceContents, NamespaceFields } from "../namespaces.ts";
import type { NamespaceSort } from "../store.ts";
import type { NamespaceRow } from "../tables.ts";
import { associationSchema, namespaceSchema } from "./schemas.ts";
import { associationView, namespaceView, objectView, propertiesView, resourceTypeView } from "./views.ts";

const SORTABLE = ["created_at", "updated_at", "namespace", "display_name", "owner", "visibility", "id"];

/** Set by the service alone. @throws ReadOnlyAttribute */
export function refuseReadOnly(body: object, names: readonly string[]): void {
  const name = names.find((key) => key in body);
  if (name !== undefined) throw new ReadOnlyAttribute(name);
}

export function namespaceRoutes({ metadefs, limits }: ImageApi): Route[] {
  const { namespaces, contents } = metadefs;
  const { store } = namespaces;

  function listNamespaces(call: Call): Reply {
    const { query } = call;
    const visibility = last(query, "visibility") || null;
    if (visibility !== null && visibility !== "public" && visibility !== "private") {
      throw new Invalid(`Invalid visibility value: ${visibility}`);
    }
    const sortKey = last(query, "sort_key") ?? "created_at";
    if (!SORTABLE.includes(sortKey)) throw new Invalid("Sort key supplied was not valid.");
    const limit = parseLimit(last(query, "limit"), limits);
    const rows = namespaces.list(call, {
      visibility,
      resourceTypes: last(query, "resource_types")?.split(",") ?? null,
      sortColumn: sortKey as NamespaceSort,
      direction: sortDirection(last(query, "sort_dir") ?? "desc"),
      marker: last(query, "marker"),
      limit,
    });
    const associations = store.associationsOf(rows.map(({ id }) => id));
    const next = rows.length > 0 && rows.length === limit ? rows.at(-1)!.namespace : null;
    return json(200, {
      namespaces: rows.map((row) => {
        const own = associations.get(row.id) ?? [];
        return {
          ...namespaceView(row),
          ...(own.length > 0 ? { resource_type_associations: own.map(associationView) } : {}),
        };
      }),
      ...pageLinks("/v2/metadefs/namespaces", query, next),
      schema: "/v2/schemas/metadefs/namespaces",
    });
  }

  function createNamespace(call: Call): Reply {
    const body = call.body as NamespaceFields & NamespaceContents;
    refuseReadOnly(body, ["self", "schema", "created_at", "updated_at"]);
    const row = namespaces.create(call, body, (made) => contents.fill(call, made, body));
    const given = (["properties", "objects", "resource_type_associations", "tags"] as const).filter(
      (name) => body[name] !== undefined,
    );
    const view = { ...namespaceView(row), ...Object.fromEntries(given.map((name) => [name, body[name]])) };
    return json(201, view, { location: `/v2/metadefs/namespaces/${row.namespace}` });
  }

  function showNamespace(call: Call): Reply {
    refuseBody(call);
    const row = metadefs.show(call, call.param("namespace"));
    return json(200, detailed(row, last(call.query, "resource_type")));
  }

  /** With all it holds; names of properties get the prefix of `resourceType`, when one is given. */
  function detailed(row: NamespaceRow, resourceType: string | null): Record<string, unknown> {
    const associations = store.associationsOf([row.id]).get(row.id) ?? [];
    const prefix = associations.find(({ name }) => name === resourceType)?.prefix ?? "";
    const objects = store.listObjects(row.id);
    const properties = store.listProperties(row.id);
    const tags = store.listTags(row.id);
    return {
      ...namespaceView(row),
      ...(objects.length > 0
        ? { objects: objects.map((object) => objectView(row.namespace, object, prefix)) }
        : {}),
      ...(associations.length > 0 ? { resource_type_associations: associations.map(associationView) } : {}),
      ...(properties.length > 0 ? { properties: propertiesView(properties, prefix) } : {}),
      ...(tags.length > 0 ? { tags: tags.map(({ name }) => ({ name })) } : {}),
    };
  }

  function updateNamespace(call: Call): Reply {
    const body = call.body as NamespaceFields;
    refuseReadOnly(body, ["self", "schema", "created_at", "updated_at"]);
    return json(200, namespaceView(namespaces.update(call, call.param("namespace"), body)));
  }

  function deleteNamespace(call: Call): Reply {
    refuseBody(call);
    namespaces.delete(call, call.param("namespace"));
    return empty(204);
  }

  function listResourceTypes(call: Call): Reply {
    refuseBody(call);
    return json(200, { resource_types: contents.listResourceTypes(call).map(resourceTypeView) });
  }

  function listAssociations(call: Call): Reply {
    refuseBody(call);
    const rows = contents.listAssociations(call, call.param("namespace"));
    return json(200, { resource_type_associations: rows.map(associationView) });
  }

  function createAssociation(call: Call): Reply {
    const body = call.body as AssociationFields;
    refuseReadOnly(body, ["created_at", "updated_at"]);
    return json(201, associationView(contents.createAssociation(call, call.param("namespace"), body)));
  }

  function deleteAssociation(call: Call): Reply {
    refuseBody(call);
    contents.deleteAssociation(call, call.param("namespace"), call.param("resource_type"));
    return empty(204);
  }

  const all = "/v2/metadefs/namespaces";
  const one = `${all}/:namespace`;
  const types = `${one}/resource_types`;
  const asks = (...rules: string[]) => ({ handlerAsks: rules });
  return [
    { method: "GET", path: all, handler: listNamespaces, access: asks("get_metadef_namespaces") },
    {
      method: "POST",
      path: all,
      handler: createNamespace,
      access: asks("add_metadef_namespace"),
      body: asTSchema(namespaceSchema),
    },
    { method: "GET", path: one, handler: showNamespace, access: asks("get_metadef_namespace") },
    {
      method: "PUT",
      path: one,
      handler: updateNamespace,
      access: asks("modify_metadef_namespace"),
      body: asTSchema(namespaceSchema),
    },
    { method: "DELETE", path: one, handler: deleteNamespace, access: asks("delete_metadef_namespace") },
    {
      method: "GET",
      path: "/v2/metadefs/resource_types",
      handler: listResourceTypes,
      access: asks("list_metadef_resource_types"),
    },
    { method: "GET", path: types, handler: listAssociations, access: asks("list_metadef_resource_types") },
    {
      method: "POST",
      path: types,
      handler: createAssociation,
      access: asks("add_metadef_resource_type_association"),
      body: asTSchema(associationSchema),
    },
    {
      method: "DELETE",
      path: `${types}/:resource_type`,
      handler: deleteAssociation,
      access: asks("remove_metadef_resource_type_association"),
    },
  ];
}
