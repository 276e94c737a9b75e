// What is shown of metadata definitions. What is null is left out (Glance's WSME models).

import { isoSeconds } from "../../../core/times.ts";
import { fromMoment } from "../../moments.ts";
import type * as t from "../tables.ts";

function present(view: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(view).filter(([, value]) => value !== null && value !== undefined),
  );
}

function stamps(row: { created_at: string; updated_at: string | null }): Record<string, unknown> {
  return {
    created_at: isoSeconds(fromMoment(row.created_at)),
    updated_at: isoSeconds(fromMoment(row.updated_at ?? row.created_at)),
  };
}

function namespacePath(name: string): string {
  return `/v2/metadefs/namespaces/${name}`;
}

export function namespaceView(row: t.NamespaceRow): Record<string, unknown> {
  return present({
    namespace: row.namespace,
    display_name: row.display_name,
    description: row.description,
    visibility: row.visibility,
    protected: row.protected,
    owner: row.owner,
    ...stamps(row),
    self: namespacePath(row.namespace),
    schema: "/v2/schemas/metadefs/namespace",
  });
}

/** @param prefix put before every property's name, when shown for one resource type */
export function objectView(namespace: string, row: t.ObjectRow, prefix = ""): Record<string, unknown> {
  return present({
    name: row.name,
    required: (row.required ?? []).map((name) => prefix + name),
    description: row.description,
    properties: Object.fromEntries(
      Object.entries(row.json_schema ?? {}).map(([name, schema]) => [prefix + name, unnamedProperty(schema)]),
    ),
    ...stamps(row),
    self: `${namespacePath(namespace)}/objects/${row.name}`,
    schema: "/v2/schemas/metadefs/object",
  });
}

/** The fields of Glance's PropertyType, in its order; others are not kept. */
const PROPERTY_FIELDS = [
  "type",
  "title",
  "description",
  "operators",
  "default",
  "readonly",
  "minimum",
  "maximum",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "confidential",
  "items",
  "uniqueItems",
  "minItems",
  "maxItems",
  "additionalItems",
];

export function unnamedProperty(schema: t.PropertySchema): Record<string, unknown> {
  return present(Object.fromEntries(PROPERTY_FIELDS.map((name) => [name, schema[name]])));
}

export function propertyView(row: t.PropertyRow): Record<string, unknown> {
  return { name: row.name, ...unnamedProperty(row.json_schema) };
}

export function propertiesView(rows: readonly t.PropertyRow[], prefix = ""): Record<string, unknown> {
  return Object.fromEntries(rows.map((row) => [prefix + row.name, unnamedProperty(row.json_schema)]));
}

export function tagView(row: t.TagRow): Record<string, unknown> {
  return { name: row.name, ...stamps(row) };
}

export function resourceTypeView(row: t.ResourceTypeRow): Record<string, unknown> {
  return { name: row.name, ...stamps(row) };
}

export function associationView(row: t.AssociationRow): Record<string, unknown> {
  return present({
    name: row.name,
    prefix: row.prefix,
    properties_target: row.properties_target,
    ...stamps(row),
  });
}
