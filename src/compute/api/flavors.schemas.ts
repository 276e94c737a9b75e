// Bodies and query parameters of flavors. Authority: nova/api/openstack/compute/schemas/flavor*.py of Zed.

import { boolean, multi, name } from "./parameter-types.ts";
import { flavorNonNegative, flavorPositive, paging, query, strict, text } from "./periphery.types.ts";

const SORT_KEYS = [
  "created_at",
  "description",
  "disabled",
  "ephemeral_gb",
  "flavorid",
  "id",
  "is_public",
  "memory_mb",
  "name",
  "root_gb",
  "rxtx_factor",
  "swap",
  "updated_at",
  "vcpu_weight",
  "vcpus",
];

export const listFlavors = query({
  ...paging,
  is_public: multi(text),
  minRam: multi(text),
  minDisk: multi(text),
  sort_key: multi({ type: "string", enum: SORT_KEYS }),
  sort_dir: multi({ type: "string", enum: ["asc", "desc"] }),
});

/** nova/db/constants.py: SQL_SP_FLOAT_MAX */
const MAX_FLOAT = 3.40282e38;

const properties = {
  name,
  id: {
    type: ["string", "number", "null"],
    minLength: 1,
    maxLength: 255,
    pattern: "^(?! )[a-zA-Z0-9. _-]+(?<! )$",
  },
  ram: flavorPositive,
  vcpus: flavorPositive,
  disk: flavorNonNegative,
  "OS-FLV-EXT-DATA:ephemeral": flavorNonNegative,
  swap: flavorNonNegative,
  rxtx_factor: {
    type: ["number", "string"],
    pattern: "^[0-9]+(\\.[0-9]+)?$",
    exclusiveMinimum: 0,
    maximum: MAX_FLOAT,
  },
  "os-flavor-access:is_public": boolean,
};
const required = ["name", "ram", "vcpus", "disk"];
const description = {
  type: ["string", "null"],
  minLength: 0,
  maxLength: 65_535,
  pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
};

export const createFlavor = [
  [1, strict({ flavor: strict(properties, required) }, ["flavor"])],
  [55, strict({ flavor: strict({ ...properties, description }, required) }, ["flavor"])],
] as const;

export const updateFlavor = strict({ flavor: strict({ description }, ["description"]) }, ["flavor"]);

const tenant = strict({ tenant: { type: "string", minLength: 1, maxLength: 255 } }, ["tenant"]);

/** One action; which of them there are is the handler's business. */
export const flavorAction = {
  type: "object",
  properties: { addTenantAccess: tenant, removeTenantAccess: tenant },
  minProperties: 1,
};

const specs = {
  type: "object",
  patternProperties: {
    "^[a-zA-Z0-9-_:. ]{1,255}$": { type: ["string", "number"], maxLength: 255 },
  },
  additionalProperties: false,
};

export const createExtraSpecs = strict({ extra_specs: specs }, ["extra_specs"]);
export const updateExtraSpec = { ...specs, minProperties: 1, maxProperties: 1 };
