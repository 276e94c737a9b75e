// How Glance reads a JSON body: whatever the Content-Type says, and with its own words for what is wrong
// (JSONRequestDeserializer in glance/common/wsgi.py, glance/schema.py of Zed).

import type { TSchema } from "typebox";
import { Invalid } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { Call } from "../../http/call.ts";
import { firstViolation } from "../../http/validate.ts";

/** Metadata definitions can be long. */
const MAX_BODY_BYTES = 4 << 20;

/** @throws Invalid; TooLarge */
export async function readJsonBody(call: Call): Promise<unknown> {
  if (!call.hasBody) throw new Invalid("Body expected in request.");
  const bytes = await call.bytes(MAX_BODY_BYTES);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Invalid(
      "Error decoding your request. Either the URL or the request body contained characters that could not be decoded by Glance",
      { cause },
    );
  }
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (cause) {
    throw new Invalid("Malformed JSON in request body.", { cause });
  }
  if (typeof data !== "object" || data === null) {
    throw new Invalid("Unexpected body type. Expected list/dict.");
  }
  return data;
}

/** @param schema has the name that Glance prints. @throws Invalid */
export function validate(schema: TSchema, data: unknown): void {
  const violation = firstViolation(schema, data);
  if (!violation) return;
  const { name } = schema as { name?: string };
  throw new Invalid(`Provided object does not match schema '${name}': ${violation.message}`);
}

/** For createApi: routes with a schema are read and judged so. */
export async function readBody(call: Call, schema: TSchema): Promise<() => unknown> {
  const data = await readJsonBody(call);
  return () => {
    validate(schema, data);
    return data;
  };
}

/** Routes that take no body say so. @throws Invalid */
export function refuseBody(call: Call): void {
  if (call.hasBody) throw new Invalid("A body is not expected with this request.");
}
