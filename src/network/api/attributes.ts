// The language resources are described in: which attributes there are, who may set, see, filter and sort by them.
// Authority: neutron_lib/api/definitions/base.py and attributes.py.

import { isDeepStrictEqual } from "node:util";
import type { RequestContext } from "../../core/context.ts";
import { HTTPBadRequest } from "../errors/common.ts";
import { type Converter, toBoolean, toInt } from "./converters.ts";
import { string, type Validator } from "./validators.ts";

/** The value of an attribute that the client did not give and that has no usable default. */
export const UNSPECIFIED: unique symbol = Symbol("not specified");

export interface Attribute {
  create: boolean;
  update: boolean;
  visible: boolean;
  filter: boolean;
  sort: boolean;
  /** A rule `create_network:shared` decides whether the caller may set it. */
  enforced: boolean;
  /** Absent: it must be given. */
  default?: unknown;
  convert?: Converter;
  validate?: Validator;
  /** Names inside that have rules of their own: `create_router:external_gateway_info:enable_snat`. */
  subAttributes?: readonly string[];
}

export type AttributeMap = Readonly<Record<string, Attribute>>;

type Extras = Pick<Attribute, "default" | "convert" | "validate" | "subAttributes">;

/**
 * @param flags C may be given at creation, U may be updated, v is shown, f filters, s sorts, E is enforced
 */
export function attribute(flags: string, extras: Extras = {}): Attribute {
  const has = (flag: string) => flags.includes(flag);
  return {
    create: has("C"),
    update: has("U"),
    visible: has("v"),
    filter: has("f"),
    sort: has("s"),
    enforced: has("E"),
    ...extras,
  };
}

const NAME_MAX = 255;
const PROJECT_MAX = 255;

/** Attributes that most resources have. */
export const common = {
  id: attribute("vfs"),
  name: attribute("CUvfs", { default: "", validate: string(NAME_MAX) }),
  project: {
    tenant_id: attribute("Cvfs", { validate: string(PROJECT_MAX) }),
    project_id: attribute("Cvfs", { validate: string(PROJECT_MAX) }),
  },
  flag: (flags: string, defaultValue: unknown): Attribute =>
    attribute(flags, { default: defaultValue, convert: toBoolean }),
};

/** Neutron's standard attributes. */
export const standard: AttributeMap = {
  description: attribute("CUvf", { default: "", validate: string(255) }),
  created_at: attribute("v"),
  updated_at: attribute("v"),
  revision_number: attribute("vfs", { convert: toInt }),
};

export const tagged: AttributeMap = {
  tags: attribute("vf"),
  "tags-any": attribute("f"),
  "not-tags": attribute("f"),
  "not-tags-any": attribute("f"),
};

export type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * One resource of a request body, completed and judged (`prepare_request_body`).
 * @returns values by wire name; at creation every attribute that may be given is there, perhaps UNSPECIFIED
 * @throws HTTPBadRequest and what converters and validators throw
 */
export function prepareFields(
  context: RequestContext,
  attributes: AttributeMap,
  given: Fields,
  creating: boolean,
): Fields {
  const fields: Fields = { ...given };
  populateProject(fields);
  checkPrivilege(context, fields);
  if (creating && "tenant_id" in attributes && !("project_id" in fields)) {
    if (context.projectId === null) {
      throw new HTTPBadRequest("Running without keystone AuthN requires that tenant_id is specified");
    }
    fields["project_id"] = fields["tenant_id"] = context.projectId;
  }
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(attributes, name));
  if (unknown.length > 0) throw new HTTPBadRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`);
  for (const [name, attr] of Object.entries(attributes)) {
    const isGiven = Object.hasOwn(fields, name);
    if (!creating) {
      if (isGiven && !attr.update) throw new HTTPBadRequest(`Cannot update read-only attribute ${name}`);
      continue;
    }
    if (!attr.create) {
      if (isGiven) throw new HTTPBadRequest(`Attribute '${name}' not allowed in POST`);
      continue;
    }
    if (isGiven) continue;
    if (!("default" in attr)) {
      throw new HTTPBadRequest(`Failed to parse request. Required attribute '${name}' not specified`);
    }
    fields[name] = attr.default;
  }
  for (const [name, attr] of Object.entries(attributes)) {
    if (!Object.hasOwn(fields, name) || fields[name] === UNSPECIFIED) continue;
    if (attr.convert) fields[name] = attr.convert(fields[name]);
    const wrong = attr.validate?.(fields[name]) ?? null;
    if (wrong !== null) throw new HTTPBadRequest(`Invalid input for ${name}. Reason: ${wrong}.`);
  }
  return fields;
}

/** Whether a value was set on purpose, so that the rule about it is asked. */
export function isExplicit(attr: Attribute, value: unknown): boolean {
  if (value === undefined || value === UNSPECIFIED) return false;
  return !("default" in attr) || !isDeepStrictEqual(value, attr.default);
}

/** The value, or undefined when the client gave none. */
export function given<T>(value: unknown): T | undefined {
  return value === UNSPECIFIED ? undefined : (value as T | undefined);
}

/**
 * The resources of a body: `{"network": {...}}` or, at creation, `{"networks": [...]}`.
 * @throws HTTPBadRequest
 */
export function readBody(
  body: unknown,
  name: string,
  collection: string,
  creating: boolean,
): { items: Fields[]; bulk: boolean } {
  if (!isObject(body)) throw new HTTPBadRequest("Body contains invalid data");
  const many = body[collection];
  if (Object.hasOwn(body, collection)) {
    if (!creating) throw new HTTPBadRequest("Bulk operation not supported");
    if (!Array.isArray(many))
      throw new HTTPBadRequest(many ? "Body contains invalid data" : "Resources required");
    if (many.length === 0) throw new HTTPBadRequest("Resources required");
    const items = many.map((entry) => {
      if (!isObject(entry)) throw new HTTPBadRequest("Body contains invalid data");
      const inner = Object.hasOwn(entry, name) ? entry[name] : entry;
      if (!isObject(inner)) throw new HTTPBadRequest(`Object '${name}' contains invalid data`);
      return inner;
    });
    return { items, bulk: true };
  }
  const one = body[name];
  if (one === undefined || one === null) throw new HTTPBadRequest(`Unable to find '${name}' in request body`);
  if (!isObject(one)) throw new HTTPBadRequest(`Object '${name}' contains invalid data`);
  return { items: [one], bulk: false };
}

function populateProject(fields: Fields): void {
  if ("tenant_id" in fields && !("project_id" in fields)) fields["project_id"] = fields["tenant_id"];
  else if ("project_id" in fields && !("tenant_id" in fields)) fields["tenant_id"] = fields["project_id"];
  if (fields["project_id"] !== fields["tenant_id"]) {
    throw new HTTPBadRequest("'project_id' and 'tenant_id' do not match");
  }
}

function checkPrivilege(context: RequestContext, fields: Fields): void {
  if (!("project_id" in fields) || fields["project_id"] === context.projectId) return;
  if (context.isAdmin || context.roles.includes("advsvc")) return;
  throw new HTTPBadRequest(
    "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
  );
}
