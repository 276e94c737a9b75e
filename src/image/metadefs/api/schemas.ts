// The schemas of metadata definitions. Authority: `get_schema` in glance/api/v2/metadef_*.py of Zed.

import { asTSchema, collectionOf, type GlanceSchema } from "../../api/schemas.ts";

const readOnlyText = { readOnly: true, type: "string" };
const moment = (description: string) => ({
  type: "string",
  readOnly: true,
  description,
  format: "date-time",
});
const TYPES = ["array", "boolean", "integer", "number", "object", "string", null];
const positiveInteger = { $ref: "#/definitions/positiveInteger" };
const positiveIntegerDefault0 = { $ref: "#/definitions/positiveIntegerDefault0" };

const numbers = {
  positiveInteger: { type: "integer", minimum: 0 },
  positiveIntegerDefault0: { allOf: [{ $ref: "#/definitions/positiveInteger" }, { default: 0 }] },
};

const PROPERTY_FIELDS = {
  name: { type: "string", maxLength: 80 },
  title: { type: "string" },
  description: { type: "string" },
  operators: { type: "array", items: { type: "string" } },
  type: { type: "string", enum: TYPES },
  required: { $ref: "#/definitions/stringArray" },
  minimum: { type: "number" },
  maximum: { type: "number" },
  maxLength: positiveInteger,
  minLength: positiveIntegerDefault0,
  pattern: { type: "string", format: "regex" },
  enum: { type: "array" },
  readonly: { type: "boolean" },
  default: {},
  items: {
    type: "object",
    properties: { type: { type: "string", enum: TYPES }, enum: { type: "array" } },
  },
  maxItems: positiveInteger,
  minItems: positiveIntegerDefault0,
  uniqueItems: { type: "boolean", default: false },
  additionalItems: { type: "boolean" },
};

const DEFINITIONS = {
  ...numbers,
  stringArray: { type: "array", items: { type: "string" }, uniqueItems: true },
  property: {
    type: "object",
    additionalProperties: { type: "object", required: ["title", "type"], properties: PROPERTY_FIELDS },
  },
};

export const namespaceSchema: GlanceSchema = {
  name: "namespace",
  properties: {
    namespace: { type: "string", description: "The unique namespace text.", maxLength: 80 },
    display_name: {
      type: "string",
      description: "The user friendly name for the namespace. Used by UI if available.",
      maxLength: 80,
    },
    description: {
      type: "string",
      description: "Provides a user friendly description of the namespace.",
      maxLength: 500,
    },
    visibility: {
      type: "string",
      description: "Scope of namespace accessibility.",
      enum: ["public", "private"],
    },
    protected: { type: "boolean", description: "If true, namespace will not be deletable." },
    owner: { type: "string", description: "Owner of the namespace.", maxLength: 255 },
    created_at: moment("Date and time of namespace creation"),
    updated_at: moment("Date and time of the last namespace modification"),
    schema: readOnlyText,
    self: readOnlyText,
    resource_type_associations: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          prefix: { type: "string" },
          properties_target: { type: "string" },
        },
      },
    },
    properties: { $ref: "#/definitions/property" },
    objects: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          description: { type: "string" },
          required: { $ref: "#/definitions/stringArray" },
          properties: { $ref: "#/definitions/property" },
        },
      },
    },
    tags: { type: "array", items: { type: "object", properties: { name: { type: "string" } } } },
  },
  additionalProperties: false,
  definitions: DEFINITIONS,
  required: ["namespace"],
};

export const objectSchema: GlanceSchema = {
  name: "object",
  properties: {
    name: { type: "string", maxLength: 80 },
    description: { type: "string" },
    required: { $ref: "#/definitions/stringArray" },
    properties: { $ref: "#/definitions/property" },
    schema: readOnlyText,
    self: readOnlyText,
    created_at: moment("Date and time of object creation"),
    updated_at: moment("Date and time of the last object modification"),
  },
  additionalProperties: false,
  definitions: DEFINITIONS,
  required: ["name"],
};

function propertySchemaWith(required: string[]): GlanceSchema {
  return {
    name: "property",
    properties: PROPERTY_FIELDS,
    additionalProperties: false,
    definitions: {
      ...numbers,
      stringArray: { type: "array", items: { type: "string" }, minItems: 1, uniqueItems: true },
    },
    required,
  };
}

export const propertySchema = propertySchemaWith(["type", "title", "name"]);
/** Within an object, where the name is the key. */
export const unnamedPropertySchema = propertySchemaWith(["type", "title"]);

export const tagSchema: GlanceSchema = {
  name: "tag",
  properties: {
    name: { type: "string", maxLength: 80 },
    created_at: moment("Date and time of tag creation"),
    updated_at: moment("Date and time of the last tag modification"),
  },
  additionalProperties: false,
  required: ["name"],
};

/** POST of several tags. */
export const tagsBody = asTSchema({
  name: "tags",
  properties: {
    tags: {
      type: "array",
      items: {
        type: "object",
        properties: { name: { type: "string" } },
        required: ["name"],
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
});

export const associationSchema: GlanceSchema = {
  name: "resource_type_association",
  properties: {
    name: {
      type: "string",
      description:
        "Resource type names should be aligned with Heat resource types whenever possible: https://docs.openstack.org/heat/latest/template_guide/openstack.html",
      maxLength: 80,
    },
    prefix: {
      type: "string",
      description:
        "Specifies the prefix to use for the given resource type. Any properties in the namespace should be prefixed with this prefix when being applied to the specified resource type. Must include prefix separator (e.g. a colon :).",
      maxLength: 80,
    },
    properties_target: {
      type: "string",
      description:
        "Some resource types allow more than one key / value pair per instance.  For example, Cinder allows user and image metadata on volumes. Only the image properties metadata is evaluated by Nova (scheduling or drivers). This property allows a namespace target to remove the ambiguity.",
      maxLength: 80,
    },
    created_at: moment("Date and time of resource type association"),
    updated_at: moment("Date and time of the last resource type association modification"),
  },
  additionalProperties: false,
  required: ["name"],
};

/** `{"properties": {NAME: schema}}` around the schema of a property. */
function dictionaryOf(name: string, item: GlanceSchema): Record<string, unknown> {
  const { definitions, ...plain } = item;
  return {
    name,
    properties: {
      [name]: { type: "object", additionalProperties: plain },
      first: { type: "string" },
      next: { type: "string" },
      schema: { type: "string" },
    },
    links: [
      { rel: "first", href: "{first}" },
      { rel: "next", href: "{next}" },
      { rel: "describedby", href: "{schema}" },
    ],
    definitions,
  };
}

/** Path below /v2/schemas → document. */
export const metadefSchemas: Record<string, unknown> = {
  "metadefs/namespace": namespaceSchema,
  "metadefs/namespaces": collectionOf("namespaces", namespaceSchema),
  "metadefs/resource_type": associationSchema,
  "metadefs/resource_types": collectionOf("resource_type_associations", associationSchema),
  "metadefs/property": propertySchema,
  "metadefs/properties": dictionaryOf("properties", unnamedPropertySchema),
  "metadefs/object": objectSchema,
  "metadefs/objects": collectionOf("objects", objectSchema),
  "metadefs/tag": tagSchema,
  "metadefs/tags": collectionOf("tags", tagSchema),
};
