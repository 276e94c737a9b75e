// The words Cinder's request schemas are written in. Authority: cinder/api/validation/parameter_types.py of Zed.

import { numberRangeFormat } from "../../../http/formats.ts";
import { MAX_INT } from "../query.ts";

type Properties = Readonly<Record<string, object>>;

/** An object with these properties and no others. */
export function object(properties: Properties, required: readonly string[] = [], more: object = {}): object {
  return { type: "object", properties, required: [...required], ...more, additionalProperties: false };
}

/** `{NAME: {...}}`, as every body is. */
export function body(
  name: string,
  properties: Properties,
  required: readonly string[] = [],
  more: object = {},
): object {
  return object({ [name]: object(properties, required, more) }, [name]);
}

export const boolean = {
  type: ["boolean", "string"],
  enum: [
    true,
    "True",
    "TRUE",
    "true",
    "1",
    "ON",
    "On",
    "on",
    "YES",
    "Yes",
    "yes",
    "y",
    "t",
    false,
    "False",
    "FALSE",
    "false",
    "0",
    "OFF",
    "Off",
    "off",
    "NO",
    "No",
    "no",
    "n",
    "f",
  ],
};

export const uuid = { type: "string", format: "uuid" };
export const optionalUuid = { oneOf: [{ type: "null" }, uuid] };
export const uuidOrNull = { oneOf: [uuid, { type: "null" }] };
export const optionalBoolean = { oneOf: [{ type: "null" }, boolean] };

export const name = { type: "string", minLength: 1, maxLength: 255, format: "cinder_name" };
export const nameOrNull = { type: ["string", "null"], minLength: 0, maxLength: 255 };
export const updateName = { type: ["string", "null"], minLength: 1, maxLength: 255 };
export const trimmedName = { type: ["string", "null"], format: "cinder_optional_name" };
export const trimmedDescription = { type: ["string", "null"], format: "cinder_optional_description" };
export const nullableString = { type: ["string", "null"], minLength: 0, maxLength: 255 };
export const text255 = { type: "string", minLength: 1, maxLength: 255 };

/** Printable characters of the basic plane. */
export const description = {
  type: ["string", "null"],
  minLength: 0,
  maxLength: 255,
  pattern: "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]*$",
};

function pairs(pattern: string, types: string | string[], more: object = {}): object {
  return {
    type: "object",
    patternProperties: { [pattern]: { type: types, maxLength: 255, ...more } },
    additionalProperties: false,
  };
}

const KEY = "^[a-zA-Z0-9-_:. /]{1,255}$";
const KEY_WITHOUT_SPACES = "^[a-zA-Z0-9-_:.]{1,255}$";

export const metadata = pairs(KEY, "string");
export const metadataOrNull = { ...metadata, type: ["object", "null"] };
export const pairsWithNull = pairs(KEY, ["string", "null"]);
export const specsWithoutSpaces = pairs(KEY_WITHOUT_SPACES, ["string", "null"], { minLength: 0 });
export const one = { minProperties: 1, maxProperties: 1 };

/** GB: a number, or digits. */
export const volumeSize = {
  type: ["integer", "string"],
  pattern: "^[0-9]+$",
  minimum: 1,
  maximum: MAX_INT,
  format: numberRangeFormat(1, MAX_INT),
};
export const volumeSizeOrNull = { ...volumeSize, type: ["integer", "string", "null"] };

/** `HOST@BACKEND#POOL` */
export const host = {
  type: ["string", "null"],
  minLength: 1,
  maxLength: 255,
  pattern: "^[a-zA-Z0-9-._#@:/+\\[\\]]*$",
};
export const hostname = {
  type: ["string", "null"],
  minLength: 1,
  maxLength: 255,
  pattern: "^[a-zA-Z0-9-._#@:/+]*$",
};
