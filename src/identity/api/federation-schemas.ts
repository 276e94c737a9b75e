// What requests of OS-FEDERATION may hold. Authority: keystone/federation/schema.py and, for mappings,
// keystone/federation/utils.py (MAPPING_SCHEMA).

import { wrapped } from "./bodies.ts";

const string = { type: "string" };
const nullableString = { type: ["string", "null"] };
const boolean = { type: "boolean", enum: [true, false, null] };
const url = { type: "string", minLength: 0, maxLength: 225, pattern: "^[a-zA-Z0-9+.-]+:.+" };

const create = (properties: object, required: string[] = []) => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
  additionalProperties: false,
});
const update = (properties: object) => ({
  type: "object",
  properties,
  minProperties: 1,
  additionalProperties: false,
});

const providerChanges = {
  enabled: boolean,
  description: nullableString,
  authorization_ttl: { type: ["integer", "null"], minimum: 0 },
  remote_ids: { type: ["array", "null"], items: string, uniqueItems: true },
};
const domainId = { type: ["string", "null"], minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-]+$" };
export const createProvider = wrapped(
  "identity_provider",
  create({ ...providerChanges, domain_id: domainId }),
);
export const updateProvider = wrapped("identity_provider", update(providerChanges));

const protocol = {
  mapping_id: { type: "string", minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-_]+$" },
  remote_id_attribute: { type: "string", maxLength: 64 },
};
export const createProtocol = wrapped("protocol", create(protocol, ["mapping_id"]));
export const updateProtocol = wrapped("protocol", update(protocol));

const serviceProvider = {
  auth_url: url,
  sp_url: url,
  description: nullableString,
  enabled: boolean,
  relay_state_prefix: nullableString,
};
export const createServiceProvider = wrapped(
  "service_provider",
  create(serviceProvider, ["auth_url", "sp_url"]),
);
export const updateServiceProvider = wrapped("service_provider", update(serviceProvider));

/** Judged by `mappingRules`, whose answer has a form of its own. */
export const mapping = wrapped("mapping", {});

const domain = create({ id: string, name: string });
const user = create({
  id: string,
  name: string,
  email: string,
  domain,
  type: { type: "string", enum: ["ephemeral", "local"] },
});
const roles = { type: "array", items: { type: "object", required: ["name"], properties: { name: string } } };
const local = create({
  user,
  projects: { type: "array", items: create({ name: string, roles }, ["name", "roles"]) },
  group: {
    type: "object",
    oneOf: [create({ id: string }, ["id"]), create({ name: string, domain }, ["name", "domain"])],
  },
  groups: string,
  group_ids: string,
  domain,
});
const condition = (name: string) =>
  create({ type: string, [name]: { type: "array" }, regex: { type: "boolean" } }, ["type", name]);
const remote = {
  type: "object",
  oneOf: [
    create({ type: string }, ["type"]),
    ...["any_one_of", "not_any_of", "blacklist", "whitelist"].map(condition),
  ],
};

export const mappingRules = {
  type: "object",
  required: ["rules"],
  properties: {
    rules: {
      minItems: 1,
      type: "array",
      items: create(
        { local: { type: "array", items: local }, remote: { minItems: 1, type: "array", items: remote } },
        ["local", "remote"],
      ),
    },
  },
};
