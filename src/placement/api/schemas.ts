// Bodies and query parameters. Authority: placement/schemas/*.py of Zed. Query parameters are objects of lists here.

import Type, { type TSchema } from "typebox";
import type { VersionedSchema } from "../../http/api.ts";
import { MAX_INT } from "../providers.ts";

const strict = { additionalProperties: false };
const uuid = Type.String({ format: "uuid" });
const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const generation = Type.Integer();
const RC = "^[A-Z0-9_]+$";
const UUID = "^[0-9a-fA-F-]{36}$";
const custom = (maxLength = 255) => Type.String({ pattern: "^CUSTOM_[A-Z0-9_]+$", minLength: 1, maxLength });

const record = (pattern: string, value: TSchema, options: object = {}): TSchema =>
  Type.Unsafe({
    type: "object",
    patternProperties: { [pattern]: value },
    additionalProperties: false,
    ...options,
  });

// Resource providers

const providerName = Type.String({ maxLength: 200 });
const parent = { parent_provider_uuid: Type.Optional(nullable(uuid)) };

export const createProvider: VersionedSchema = [
  [0, Type.Object({ name: providerName, uuid: Type.Optional(uuid) }, strict)],
  [14, Type.Object({ name: providerName, uuid: Type.Optional(uuid), ...parent }, strict)],
];

export const updateProvider: VersionedSchema = [
  [0, Type.Object({ name: providerName }, strict)],
  [14, Type.Object({ name: providerName, ...parent }, strict)],
];

const many = (schema: TSchema = Type.String()) => Type.Optional(Type.Array(schema));
const listProviders0 = { name: many(), uuid: many(uuid) };
const listProviders3 = { ...listProviders0, member_of: many() };
const listProviders4 = { ...listProviders3, resources: many() };
const listProviders14 = { ...listProviders4, in_tree: many(uuid) };

export const listProviders: VersionedSchema = [
  [0, Type.Object(listProviders0, strict)],
  [3, Type.Object(listProviders3, strict)],
  [4, Type.Object(listProviders4, strict)],
  [14, Type.Object(listProviders14, strict)],
  [18, Type.Object({ ...listProviders14, required: many() }, strict)],
];

// Inventories

const count = (minimum: number) => Type.Integer({ minimum, maximum: MAX_INT });
/** placement/db/constants.py: SQL_SP_FLOAT_MAX */
const ratio = Type.Number({ maximum: 3.40282e38 });
const inventory = {
  total: count(1),
  reserved: Type.Optional(count(0)),
  min_unit: Type.Optional(count(1)),
  max_unit: Type.Optional(count(1)),
  step_size: Type.Optional(count(1)),
  allocation_ratio: Type.Optional(ratio),
};
const maybeGeneration = { resource_provider_generation: Type.Optional(generation) };
const needGeneration = { resource_provider_generation: generation };

export const createInventory = Type.Object(
  { ...inventory, ...maybeGeneration, resource_class: Type.String({ pattern: RC }) },
  strict,
);
export const updateInventory = Type.Object({ ...inventory, ...needGeneration }, strict);
const inventories = Type.Unsafe({
  type: "object",
  patternProperties: { [RC]: Type.Object({ ...inventory, ...maybeGeneration }, strict) },
});
export const setInventories = Type.Object({ ...needGeneration, inventories }, strict);

// Aggregates

const aggregates = Type.Array(uuid, { uniqueItems: true });
export const setAggregates: VersionedSchema = [
  [0, aggregates],
  [19, Type.Object({ aggregates, ...needGeneration }, strict)],
];

// Traits and resource classes

const trait = Type.String({ minLength: 1, maxLength: 255 });
export const setTraits = Type.Object({ traits: Type.Array(trait), ...needGeneration }, strict);
export const listTraits = Type.Object({ name: many(), associated: many() }, strict);
export const resourceClass = Type.Object({ name: custom() }, strict);
/** The name in the path, since 1.7. */
export const CUSTOM_NAME = /^CUSTOM_[A-Z0-9_]+$/;

// Usages

const external = Type.String({ minLength: 1, maxLength: 255 });
const usages = { project_id: Type.Array(external), user_id: many(external) };
export const listUsages: VersionedSchema = [
  [0, Type.Object(usages, strict)],
  [
    38,
    Type.Object(
      {
        ...usages,
        consumer_type: many(Type.String({ pattern: `${RC}|^all|^unknown$`, minLength: 1, maxLength: 255 })),
      },
      strict,
    ),
  ],
];

// Allocations

const amounts = record(RC, Type.Integer({ minimum: 1 }), { minProperties: 1 });
const listForm = Type.Array(
  Type.Object({ resource_provider: Type.Object({ uuid }, strict), resources: amounts }, strict),
  { minItems: 1 },
);
const dictForm = (minProperties: number) =>
  record(UUID, Type.Object({ generation: Type.Optional(Type.Integer()), resources: amounts }, strict), {
    minProperties,
  });
const owners = { project_id: external, user_id: external };
const consumerGeneration = { consumer_generation: nullable(Type.Integer()) };
const mappings = {
  mappings: Type.Optional(
    Type.Unsafe({
      type: "object",
      minProperties: 1,
      patternProperties: { "[a-zA-Z0-9_-]{1,64}": Type.Array(uuid, { minItems: 1 }) },
    }),
  ),
};
const consumerType = { consumer_type: Type.String({ pattern: RC, minLength: 1, maxLength: 255 }) };

const since12 = { allocations: dictForm(1), ...owners };
const since13 = { allocations: dictForm(0), ...owners };
const since28 = { ...since13, ...consumerGeneration };
const since34 = { ...since28, ...mappings };
const since38 = { ...since34, ...consumerType };

export const setAllocations: VersionedSchema = [
  [0, Type.Object({ allocations: listForm }, strict)],
  [8, Type.Object({ allocations: listForm, ...owners }, strict)],
  [12, Type.Object(since12, strict)],
  [28, Type.Object(since28, strict)],
  [34, Type.Object(since34, strict)],
  [38, Type.Object(since38, strict)],
];

const ofMany = (properties: Record<string, TSchema>, minProperties: number) =>
  record(UUID, Type.Object(properties, strict), { minProperties });

export const manageAllocations: VersionedSchema = [
  [13, ofMany(since13, 1)],
  [28, ofMany(since28, 1)],
  [34, ofMany(since34, 1)],
  [38, ofMany(since38, 1)],
];

const reshaping = (properties: Record<string, TSchema>) =>
  Type.Object(
    { inventories: record(UUID, setInventories, { minProperties: 1 }), allocations: ofMany(properties, 0) },
    strict,
  );

export const reshape: VersionedSchema = [
  [30, reshaping(since28)],
  [34, reshaping(since34)],
  [38, reshaping(since38)],
];

// Allocation candidates

const limit = many(Type.String({ pattern: "^[1-9][0-9]*$", minLength: 1 }));
const candidates10 = { resources: Type.Array(Type.String()) };
const candidates16 = { ...candidates10, limit };
const candidates17 = { ...candidates16, required: many() };
const candidates21 = { ...candidates17, member_of: many() };

function granular(suffix: string, kinds: readonly string[], more: Record<string, TSchema> = {}): TSchema {
  return Type.Unsafe({
    type: "object",
    properties: {
      limit: Type.Array(Type.String({ pattern: "^[1-9][0-9]*$", minLength: 1 })),
      group_policy: Type.Array(Type.Enum(["none", "isolate"])),
      ...more,
    },
    patternProperties: Object.fromEntries(
      kinds.map((kind) => [`^${kind}(${suffix})?$`, Type.Array(Type.String())]),
    ),
    additionalProperties: false,
  });
}

const NUMBER = "[1-9][0-9]*";
const WORD = "[a-zA-Z0-9_-]{1,64}";
const kinds25 = ["resources", "required", "member_of"];
const kinds31 = [...kinds25, "in_tree"];
const rootRequired = { root_required: Type.Array(Type.String()) };

export const listCandidates: VersionedSchema = [
  [10, Type.Object(candidates10, strict)],
  [16, Type.Object(candidates16, strict)],
  [17, Type.Object(candidates17, strict)],
  [21, Type.Object(candidates21, strict)],
  [25, granular(NUMBER, kinds25)],
  [31, granular(NUMBER, kinds31)],
  [33, granular(WORD, kinds31)],
  [35, granular(WORD, kinds31, rootRequired)],
  [36, granular(WORD, kinds31, { ...rootRequired, same_subtree: Type.Array(Type.String()) })],
];
