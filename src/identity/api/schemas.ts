// Request bodies of v3, as plain JSON Schema: a 400 answer quotes the rule that is not satisfied, so these stand as
// Keystone has them. Authority: keystone/{identity,resource,assignment,catalog,auth,credential,trust,limit,policy,
// application_credential,oauth1}/schema.py and keystone/common/validation/parameter_types.py of Zed.

import { wrapped } from "./bodies.ts";

const string = { type: "string" };
const nullableString = { type: ["string", "null"] };
/** The null is Keystone's own slip (`nullable` of keystone/common/validation adds it to the shared list). */
const boolean = { type: "boolean", enum: [true, false, null] };
const nullableBoolean = { type: ["boolean", "null"], enum: [true, false, null] };
const name = { type: "string", minLength: 1, maxLength: 255, pattern: "[\\S]+" };
const idString = { type: "string", minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-]+$" };
const nullableId = { ...idString, type: ["string", "null"] };
const externalId = { type: "string", minLength: 1, maxLength: 64 };
const url = { type: "string", minLength: 0, maxLength: 225, pattern: "^[a-zA-Z0-9+.-]+:.+" };
const text255 = { type: "string", minLength: 1, maxLength: 255 };
const limitNumber = { type: "integer", minimum: -1, maximum: 0x7fffffff };

function create(properties: object, required: readonly string[]) {
  return { type: "object", properties, required, additionalProperties: true };
}

function update(properties: object) {
  return { type: "object", properties, minProperties: 1, additionalProperties: true };
}

const immutable = {
  type: "object",
  properties: { immutable: nullableBoolean },
  additionalProperties: false,
};

const userOptions = {
  type: "object",
  properties: {
    ignore_change_password_upon_first_use: nullableBoolean,
    ignore_password_expiry: nullableBoolean,
    ignore_lockout_failure_attempts: nullableBoolean,
    lock_password: nullableBoolean,
    ignore_user_inactivity: nullableBoolean,
    multi_factor_auth_rules: {
      type: ["array", "null"],
      items: { type: "array", items: string, minItems: 1, uniqueItems: true },
      uniqueItems: true,
    },
    multi_factor_auth_enabled: nullableBoolean,
  },
  additionalProperties: false,
};

const userProperties = {
  default_project_id: nullableId,
  description: nullableString,
  domain_id: idString,
  enabled: boolean,
  federated: { type: "array", items: { type: "object" } },
  name,
  password: nullableString,
  options: userOptions,
};

export const createUser = wrapped("user", create(userProperties, ["name"]));
export const updateUser = wrapped("user", update(userProperties));
export const changePassword = wrapped("user", {
  type: "object",
  properties: { original_password: string, password: string },
  required: ["original_password", "password"],
  additionalProperties: false,
});

const groupProperties = { description: nullableString, domain_id: idString, name };
export const createGroup = wrapped("group", create(groupProperties, ["name"]));
export const updateGroup = wrapped("group", update(groupProperties));

const placeName = { type: "string", minLength: 1, maxLength: 64, pattern: "[\\S]+" };
export const tag = { type: "string", minLength: 1, maxLength: 255, pattern: "^[^,/]*$" };
export const tagList = { type: "array", items: tag, required: [], maxItems: 80, uniqueItems: true };

const projectProperties = {
  description: nullableString,
  domain_id: nullableId,
  enabled: boolean,
  is_domain: boolean,
  parent_id: nullableId,
  name: placeName,
  tags: tagList,
  options: immutable,
};
export const createProject = wrapped("project", create(projectProperties, ["name"]));
export const updateProject = wrapped("project", update(projectProperties));
export const replaceTags = wrapped("tags", tagList);

const domainProperties = { description: nullableString, enabled: boolean, name: placeName, tags: tagList };
export const createDomain = wrapped("domain", create(domainProperties, ["name"]));
export const updateDomain = wrapped("domain", update(domainProperties));
/** Judged by the rules for domain configurations. */
export const domainConfig = wrapped("config", {});

const roleProperties = { name, description: string, options: immutable };
export const createRole = wrapped("role", create(roleProperties, ["name"]));
export const updateRole = wrapped("role", update(roleProperties));

const regionProperties = { description: nullableString, id: string, parent_region_id: nullableString };
export const createRegion = wrapped(
  "region",
  { type: "object", properties: regionProperties, additionalProperties: true },
  null,
);
export const updateRegion = wrapped("region", update(regionProperties), null);

const serviceProperties = { enabled: boolean, name, type: text255 };
export const createService = wrapped("service", create(serviceProperties, ["type"]), null);
export const updateService = wrapped("service", update(serviceProperties), null);

const endpointProperties = {
  enabled: boolean,
  interface: { type: "string", enum: ["admin", "internal", "public"] },
  region_id: string,
  region: string,
  service_id: string,
  url,
};
export const createEndpoint = wrapped(
  "endpoint",
  create(endpointProperties, ["interface", "service_id", "url"]),
  null,
);
export const updateEndpoint = wrapped("endpoint", update(endpointProperties), null);

const endpointGroupProperties = { description: nullableString, filters: { type: "object" }, name };
export const createEndpointGroup = wrapped("endpoint_group", {
  type: "object",
  properties: endpointGroupProperties,
  required: ["name", "filters"],
});
export const updateEndpointGroup = wrapped("endpoint_group", {
  type: "object",
  properties: endpointGroupProperties,
  minProperties: 1,
});

const policyProperties = { blob: string, type: { type: "string", maxLength: 255 } };
export const createPolicy = wrapped("policy", create(policyProperties, ["blob", "type"]));
export const updatePolicy = wrapped("policy", update(policyProperties));

export const createCredential = wrapped("credential", {
  type: "object",
  properties: { blob: string, project_id: string, type: string, user_id: string },
  additionalProperties: true,
  oneOf: [
    {
      title: "ec2 credential requires project_id",
      required: ["blob", "type", "user_id", "project_id"],
      properties: { type: { enum: ["ec2"] } },
    },
    {
      title: "non-ec2 credential does not require project_id",
      required: ["blob", "type", "user_id"],
      properties: { type: { not: { enum: ["ec2"] } } },
    },
  ],
});
/** Nothing but the blob: type and project bind the credential (a security fix of Keystone). */
export const updateCredential = wrapped("credential", {
  type: "object",
  properties: { blob: string },
  additionalProperties: false,
  required: ["blob"],
});
export const createEc2Credential = {
  type: "object",
  properties: {},
} as const;

const roleReferences = {
  type: "array",
  items: {
    type: "object",
    properties: { id: idString, name },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
  },
};

export const createTrust = wrapped(
  "trust",
  create(
    {
      trustor_user_id: externalId,
      trustee_user_id: externalId,
      impersonation: boolean,
      project_id: nullableId,
      remaining_uses: { type: ["integer", "null"], minimum: 1 },
      expires_at: { type: ["null", "string"] },
      allow_redelegation: { type: ["boolean", "null"] },
      redelegation_count: { type: ["integer", "null"], minimum: 0 },
      roles: roleReferences,
    },
    ["trustor_user_id", "trustee_user_id", "impersonation"],
  ),
);

export const createApplicationCredential = wrapped(
  "application_credential",
  create(
    {
      name,
      description: nullableString,
      secret: { type: ["null", "string"] },
      expires_at: { type: ["null", "string"] },
      roles: roleReferences,
      unrestricted: boolean,
      access_rules: {
        type: "array",
        items: {
          type: "object",
          properties: {
            path: { type: "string", minLength: 0, maxLength: 225, pattern: "^\\/.*" },
            method: { type: "string", pattern: "^(POST|GET|HEAD|PATCH|PUT|DELETE)$" },
            service: idString,
            id: idString,
          },
          additionalProperties: false,
        },
      },
    },
    ["name"],
  ),
);

const consumerProperties = { description: nullableString };
export const createConsumer = wrapped("consumer", {
  type: "object",
  properties: consumerProperties,
  additionalProperties: true,
});
export const updateConsumer = wrapped("consumer", {
  type: "object",
  properties: consumerProperties,
  not: { required: ["secret"] },
  minProperties: 1,
  additionalProperties: true,
});
export const authorizeRequestToken = wrapped("roles", roleReferences, []);

const registeredLimitProperties = {
  service_id: idString,
  region_id: { type: ["null", "string"] },
  resource_name: text255,
  default_limit: limitNumber,
  description: nullableString,
};
export const createRegisteredLimits = wrapped("registered_limits", {
  type: "array",
  items: {
    type: "object",
    properties: registeredLimitProperties,
    additionalProperties: false,
    required: ["service_id", "resource_name", "default_limit"],
  },
  minItems: 1,
});
export const updateRegisteredLimit = wrapped("registered_limit", {
  type: "object",
  properties: registeredLimitProperties,
  additionalProperties: false,
});

function limitOf(owner: "project_id" | "domain_id") {
  return {
    properties: {
      [owner]: idString,
      service_id: idString,
      region_id: string,
      resource_name: text255,
      resource_limit: limitNumber,
      description: nullableString,
    },
    required: [owner, "service_id", "resource_name", "resource_limit"],
    additionalProperties: false,
  };
}
export const createLimits = wrapped("limits", {
  type: "array",
  items: { type: "object", oneOf: [limitOf("project_id"), limitOf("domain_id")] },
  minItems: 1,
});
export const updateLimit = wrapped("limit", {
  type: "object",
  properties: { resource_limit: limitNumber, description: nullableString },
  additionalProperties: false,
});

const namedOrId = { type: "object", properties: { id: string, name: string } };
const authenticatedUser = (secret: string) => ({
  type: "object",
  properties: { id: string, name: string, [secret]: string, domain: namedOrId },
});

/** What depends on the methods is checked by the authentication itself. */
export const issueToken = wrapped(
  "auth",
  {
    type: ["object", "null"],
    properties: {
      identity: {
        type: "object",
        properties: {
          methods: { type: "array", items: string },
          password: { type: "object", properties: { user: authenticatedUser("password") } },
          token: { type: "object", properties: { id: string }, required: ["id"] },
          totp: { type: "object", properties: { user: authenticatedUser("passcode") } },
          application_credential: {
            type: "object",
            properties: { id: string, name: string, secret: string, user: authenticatedUser("password") },
          },
          oauth1: { type: "object" },
        },
        required: ["methods"],
      },
      scope: {
        type: ["object", "string"],
        properties: {
          project: { type: "object", properties: { name: string, id: string, domain: namedOrId } },
          domain: namedOrId,
          "OS-TRUST:trust": { type: "object", properties: { id: string } },
          system: { type: "object", properties: { all: boolean } },
        },
      },
    },
    required: ["identity"],
  },
  null,
);

const signedHeaders = { type: "object", additionalProperties: string };
const signedCredentials = {
  type: "object",
  properties: {
    access: string,
    signature: string,
    host: string,
    verb: string,
    path: string,
    token: string,
    body_hash: string,
    params: { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } },
    headers: signedHeaders,
  },
};
/** Three names for the same (keystone/api/_shared/EC2_S3_Resource.py). */
export const signedRequest = {
  type: "object",
  properties: {
    credentials: signedCredentials,
    credential: signedCredentials,
    ec2Credentials: signedCredentials,
  },
} as const;
