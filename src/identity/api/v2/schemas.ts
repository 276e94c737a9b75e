// Request bodies of v2.0. Authority: keystone/{identity,resource,assignment,catalog}/schema.py of Newton.

import { wrapped } from "../bodies.ts";

const string = { type: "string" };
const nullableString = { type: ["string", "null"] };
const boolean = { type: "boolean", enum: [true, false] };
const name = { type: "string", minLength: 1, maxLength: 255, pattern: "[\\S]+" };
const idString = { type: "string", minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-]+$" };
const nullableId = { ...idString, type: ["string", "null"] };
const tenantName = { type: "string", minLength: 1, maxLength: 64, pattern: "[\\S]+" };

/** Which credentials there must be is told in Keystone's own words, not by the schema. */
export const issueToken = wrapped(
  "auth",
  {
    type: ["object", "null"],
    properties: {
      passwordCredentials: {
        type: "object",
        properties: { username: string, userId: string, password: nullableString },
      },
      token: { type: "object", properties: { id: string } },
      tenantId: nullableString,
      tenantName: nullableString,
      trust_id: string,
    },
  },
  null,
);

const tenantProperties = { description: nullableString, enabled: boolean, name: tenantName, id: nullableId };
export const createTenant = wrapped("tenant", {
  type: "object",
  properties: tenantProperties,
  required: ["name"],
  not: { required: ["is_domain"] },
  additionalProperties: true,
});
export const updateTenant = wrapped("tenant", {
  type: "object",
  properties: tenantProperties,
  not: { anyOf: [{ required: ["is_domain"] }, { required: ["domain_id"] }] },
  minProperties: 1,
  additionalProperties: true,
});

const userProperties = {
  description: nullableString,
  enabled: boolean,
  tenantId: nullableId,
  name,
  username: name,
  password: nullableString,
};
export const createUser = wrapped("user", {
  type: "object",
  properties: userProperties,
  anyOf: [{ required: ["username"] }, { required: ["name"] }],
  additionalProperties: true,
});
export const updateUser = wrapped("user", {
  type: "object",
  properties: userProperties,
  minProperties: 0,
  additionalProperties: true,
});
export const enableUser = wrapped("user", {
  type: "object",
  properties: { enabled: boolean },
  required: ["enabled"],
  additionalProperties: true,
});
export const changeOwnPassword = wrapped("user", {
  type: "object",
  properties: { password: string, original_password: string },
  required: ["password"],
  additionalProperties: true,
});

export const createRole = wrapped("role", {
  type: "object",
  properties: { name, id: idString, description: nullableString },
  required: ["name"],
  additionalProperties: true,
});
export const createRoleRef = wrapped("role", {
  type: "object",
  properties: { tenantId: string, roleId: string },
  required: ["tenantId", "roleId"],
  additionalProperties: true,
});

export const createService = wrapped("OS-KSADM:service", {
  type: "object",
  properties: {
    enabled: boolean,
    description: nullableString,
    name,
    type: { type: "string", minLength: 1, maxLength: 255 },
  },
  required: ["type"],
  additionalProperties: true,
});

export const createEndpoint = wrapped("endpoint", {
  type: "object",
  properties: {
    region: nullableString,
    service_id: nullableString,
    publicurl: nullableString,
    internalurl: nullableString,
    adminurl: nullableString,
  },
  additionalProperties: true,
});
