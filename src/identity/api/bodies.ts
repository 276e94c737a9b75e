// Request bodies as Keystone reads them: any JSON object, judged by the schema of the one thing it wraps, and only after
// the policy was asked. A violation is told as Python's jsonschema prints it.
// Authority: keystone/server/flask/request_processing/json_body.py, keystone/common/validation/validators.py and
// jsonschema 4.10 (`_Error.__str__`).

import type { TSchema } from "typebox";
import { parseJson } from "../../core/json.ts";
import type { Call } from "../../http/call.ts";
import { firstViolation } from "../../http/validate.ts";
import { violationText } from "../../http/violation-text.ts";
import { MissingAttribute, ValidationFailed } from "../errors.ts";

/** A route's body: `{"user": {...}}`. A schema without `default` is for the body as a whole. */
interface Wrapped {
  properties: Record<string, TSchema>;
  /** What stands in for a wrapper that is missing. */
  default?: unknown;
}

/** `{"user": inner}`; keys beside the wrapper are ignored, as Keystone does. */
export function wrapped(key: string, inner: object, missing: unknown = {}): TSchema {
  return { type: "object", properties: { [key]: inner }, default: missing } as TSchema;
}

const parsed = new WeakMap<Call, Record<string, unknown>>();

/** For `ApiOptions.readBody`. @throws MissingAttribute for what is no JSON object */
export async function readBody(call: Call, schema: TSchema): Promise<() => unknown> {
  const body = await readObject(call);
  parsed.set(call, body);
  return () => judge(schema as unknown as Wrapped, body);
}

/** What the body wraps, before it is judged: for the policy only, which is asked first. */
export function unjudged(call: Call, key: string): Record<string, unknown> {
  const value = parsed.get(call)?.[key];
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** An empty body is an empty object. */
async function readObject(call: Call): Promise<Record<string, unknown>> {
  const text = await call.bodyText();
  if (text === "") return {};
  const type = call.header("content-type");
  if (type && !/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw new MissingAttribute("application/json", "Content-Type header");
  }
  let data: unknown;
  try {
    data = parseJson(text);
  } catch (cause) {
    throw Object.assign(new MissingAttribute("valid JSON", "request body"), { cause });
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new MissingAttribute("valid JSON", "request body");
  }
  return data as Record<string, unknown>;
}

function judge(schema: Wrapped, body: Record<string, unknown>): unknown {
  if (!("default" in schema)) {
    assertValid(schema as TSchema, body);
    return body;
  }
  const [key, inner] = Object.entries(schema.properties)[0]!;
  const value = Object.hasOwn(body, key) ? body[key] : schema.default;
  assertValid(inner, value);
  return { ...body, [key]: value };
}

/** @throws ValidationFailed */
export function assertValid(schema: object, value: unknown): void {
  const violation = firstViolation(schema as TSchema, value, "schema");
  if (!violation) return;
  const text = violationText(schema as TSchema, value, violation);
  const path = violation.path.join("/");
  throw new ValidationFailed(path === "" ? text : `Invalid input for field '${path}': ${text}`);
}
