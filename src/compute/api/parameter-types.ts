// The kinds of values Nova's request schemas are made of. Authority: nova/api/validation/parameter_types.py of Zed.
// Plain JSON Schema, in the spelling of the original, so that the two can be read side by side.

import { numberRangeFormat } from "../../http/formats.ts";

export const name = { type: "string", minLength: 1, maxLength: 255, format: "name" } as const;
export const azName = { type: "string", minLength: 1, maxLength: 255, format: "az_name" } as const;

export const nameOrNone = {
  oneOf: [{ type: "string", minLength: 1, maxLength: 255 }, { type: "null" }],
} as const;

const TRUE = [true, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes"];
const FALSE = [false, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no"];

export const boolean = { type: ["boolean", "string"], enum: [...TRUE, ...FALSE] };
export const blockMigration = { type: ["boolean", "string"], enum: [...TRUE, ...FALSE, "auto"] };

/** A whole number, also written as a string: the limits hold for both. */
const integer = (minimum: number, maximum: number) => ({
  type: ["integer", "string"],
  pattern: "^[0-9]*$",
  minimum,
  maximum,
  minLength: 1,
  format: numberRangeFormat(minimum, maximum),
});

export const positiveInteger = integer(1, Number.MAX_SAFE_INTEGER);
export const nonNegativeInteger = integer(0, Number.MAX_SAFE_INTEGER);

export const hostname = {
  type: "string",
  minLength: 2,
  maxLength: 63,
  pattern: "^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
} as const;

export const fqdn = { type: "string", minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9._-]*$" } as const;

export const description = {
  type: ["string", "null"],
  minLength: 0,
  maxLength: 255,
  pattern: "^[^\\x00-\\x1f\\x7f-\\x9f]*$",
} as const;

export const uuid = { type: "string", format: "uuid" } as const;

export const imageIdOrEmpty = {
  oneOf: [
    { type: "string", format: "uuid" },
    { type: "string", maxLength: 0 },
  ],
} as const;

export const volumeType = { type: ["string", "null"], minLength: 0, maxLength: 255 } as const;
export const adminPassword = { type: "string" } as const;
export const flavorRef = { type: ["string", "integer"], minLength: 1 } as const;

export const metadata = {
  type: "object",
  patternProperties: { "^[a-zA-Z0-9-_:. ]{1,255}$": { type: "string", maxLength: 255 } },
  additionalProperties: false,
} as const;

export const ipAddress = { type: "string", oneOf: [{ format: "ipv4" }, { format: "ipv6" }] } as const;
export const accessIPv4 = { type: "string", format: "ipv4" } as const;
export const accessIPv6 = { type: "string", format: "ipv6" } as const;

export const volumeSize = integer(1, 0x7fffffff);

export const diskConfig = { type: "string", enum: ["AUTO", "MANUAL"] } as const;

export const personality = {
  type: "array",
  items: {
    type: "object",
    properties: { path: { type: "string" }, contents: { type: "string", format: "base64" } },
    additionalProperties: false,
  },
} as const;

export const tag = { type: "string", minLength: 1, maxLength: 60, pattern: "^[^,/]*$" } as const;

export const trustedCerts = {
  type: ["array", "null"],
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
  items: { type: "string", minLength: 1 },
} as const;

/** A query parameter that may be given once, or often. */
export const single = <S>(schema: S) => ({ type: "array", items: schema, maxItems: 1 });
export const multi = <S>(schema: S) => ({ type: "array", items: schema });

export const queryText = multi({ type: "string" });
export const queryRegex = multi({ type: "string", format: "regex" });
export const queryMoment = multi({ type: "string", format: "date-time" });

export const pagination = { limit: multi(nonNegativeInteger), marker: multi({ type: "string" }) };
