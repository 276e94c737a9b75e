// Bodies of types, QoS specs, quotas, services, transfers and the rest. Authority: cinder/api/schemas of Zed.

import { numberRangeFormat } from "../../../http/formats.ts";
import { MAX_INT } from "../query.ts";
import * as c from "./common.ts";

export const createType = c.body(
  "volume_type",
  {
    name: c.name,
    description: c.description,
    extra_specs: c.pairsWithNull,
    "os-volume-type-access:is_public": c.boolean,
  },
  ["name"],
);
export const updateType = c.body("volume_type", {
  name: c.updateName,
  description: c.description,
  is_public: c.boolean,
});
export const createExtraSpecs = c.object({ extra_specs: c.specsWithoutSpaces }, ["extra_specs"]);
export const updateExtraSpec = { ...c.specsWithoutSpaces, ...c.one };
export const addProjectAccess = c.body("addProjectAccess", { project: c.uuid }, ["project"]);
export const removeProjectAccess = c.body("removeProjectAccess", { project: c.uuid }, ["project"]);

const ENCRYPTION = {
  key_size: {
    type: ["string", "integer", "null"],
    minimum: 0,
    maximum: MAX_INT,
    format: "cinder_key_size",
  },
  provider: { type: "string", minLength: 0, maxLength: 255 },
  control_location: { enum: ["front-end", "back-end"] },
  cipher: { type: ["string", "null"], minLength: 0, maxLength: 255 },
};
function encryption(required: readonly string[]): object {
  const inner = { type: "object", properties: ENCRYPTION, required, additionalProperties: true };
  return c.object({ encryption: inner }, ["encryption"]);
}
export const createEncryption = encryption(["provider", "control_location"]);
export const updateEncryption = encryption([]);

export const setDefaultType = {
  type: "object",
  properties: { default_type: c.object({ volume_type: c.name }, ["volume_type"]) },
  required: ["default_type"],
};

export const createQos = c.object(
  {
    qos_specs: {
      type: "object",
      properties: { name: { type: "string", format: "cinder_name_trimmed" } },
      required: ["name"],
      additionalProperties: true,
    },
  },
  ["qos_specs"],
);
export const setQos = c.object({ qos_specs: c.pairsWithNull }, ["qos_specs"]);
export const unsetQos = c.object({ keys: { type: "array", items: c.text255, uniqueItems: true } }, ["keys"]);

export const updateQuotas = c.object({ quota_set: { type: "object", minProperties: 1 } }, ["quota_set"]);
export const updateQuotaClass = c.object(
  {
    quota_class_set: {
      type: "object",
      patternProperties: {
        "^[a-zA-Z0-9-_:. ]{1,255}$": {
          type: ["integer", "string"],
          pattern: "^[0-9]*$",
          minimum: -1,
          minLength: 1,
          maximum: MAX_INT,
          format: numberRangeFormat(-1, MAX_INT),
        },
      },
      additionalProperties: false,
    },
  },
  ["quota_class_set"],
);

const SERVICE = { binary: c.text255, host: c.host, cluster: c.nullableString, service: c.text255 };
const NAMED = { anyOf: [{ required: ["binary"] }, { required: ["service"] }] };
export const enableService = c.object(SERVICE, [], NAMED);
export const disableServiceWithReason = c.object(
  { ...SERVICE, disabled_reason: { ...c.text255, format: "cinder_disabled_reason" } },
  [],
  NAMED,
);
export const freeze = c.object({ cluster: c.nullableString, host: c.host });

const LOG = {
  binary: {
    type: "string",
    enum: ["cinder-scheduler", "cinder-volume", "cinder-backup", "cinder-api", "", "*"],
  },
  server: c.nullableString,
  prefix: c.nullableString,
};
export const setLog = c.object({ ...LOG, level: { type: ["string", "null"] } });
export const getLog = c.object(LOG);

const TRANSFER = {
  volume_id: c.uuid,
  name: { oneOf: [{ type: "string", format: "cinder_name_trimmed" }, { type: "null" }] },
};
export const createTransfer = c.body("transfer", TRANSFER, ["volume_id"]);
export const createTransferWithSnapshots = [
  [0, createTransfer],
  [55, c.body("transfer", { ...TRANSFER, no_snapshots: c.boolean }, ["volume_id"])],
] as const;
export const acceptTransfer = c.body("accept", { auth_key: { type: ["string", "integer"] } }, ["auth_key"]);
