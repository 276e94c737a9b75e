// Request bodies. Authority: cinder/api/openstack/wsgi.py (Resource) of Zed: what is no JSON is told so, what is missing
// altogether is a bad request, and the schema of an action is found by its name.

import type { TSchema } from "typebox";
import { CloudError, Invalid } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import type { Call } from "../../http/call.ts";
import { firstViolation } from "../../http/validate.ts";
import { violationError } from "./formats.ts";

const NOT_COMPLIED =
  "The server could not comply with the request since it is either malformed or otherwise incorrect.";

export type Json = Record<string, unknown>;

/** A schema as JSON, or the second numbers of the microversions from which each holds, ascending. */
export type Schema = object | readonly (readonly [number, object])[];

/** For createApi: the schema is asked when the handler reads the body. */
export async function readBody(call: Call, schema: TSchema): Promise<() => unknown> {
  const data = await readJson(call);
  return () => {
    checkBody(schema, data);
    return data;
  };
}

/** @throws Invalid for a body that is missing or no JSON, CloudError (415) for another type */
export async function readJson(call: Call): Promise<unknown> {
  const type = call.header("content-type");
  const text = await call.bodyText();
  if (text === "" || !type) throw new Invalid(NOT_COMPLIED);
  if (!/^application\/(json|vnd\.openstack\.volume\+json)\b/i.test(type)) {
    throw new CloudError("unsupported-media", "Unsupported Content-Type");
  }
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Invalid("Malformed request body", { cause });
  }
}

/** @throws Invalid and whatever the formats throw */
export function checkBody(schema: object, data: unknown): void {
  const violation = firstViolation(schema as TSchema, data, "schema");
  if (violation) throw violationError(violation);
}

/** The schema that holds for this microversion. */
export function schemaAt(schema: Schema, minor: number): object {
  if (!Array.isArray(schema)) return schema;
  const versions = schema as readonly (readonly [number, object])[];
  return versions.findLast(([since]) => since <= minor)?.[1] ?? versions[0]![1];
}

/** `{"NAME": {...}}` for calls without a schema of their own. @throws Invalid */
export function requiredObject(data: unknown, name: string): Json {
  const value = typeof data === "object" && data !== null ? (data as Json)[name] : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Invalid(`Missing required element '${name}' in request body.`);
  }
  return value as Json;
}

/** Text without blanks around it; what is no text is left as it is. */
export function trimmed(value: unknown): string | null {
  return typeof value === "string" ? value.trim() : null;
}

/** Names that stand for each other: the first that is given. */
export function given(body: Json, ...names: string[]): string | null | undefined {
  const name = names.find((candidate) => Object.hasOwn(body, candidate));
  return name === undefined ? undefined : trimmed(body[name]);
}
