// Request bodies against JSON Schema. Schemas are TypeBox values or plain JSON Schema; they are compiled when first
// used. Messages are worded as Python's jsonschema words them, because OpenStack passes those on to the client.

import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { Settings } from "typebox/system";
import { pyRepr } from "../core/python.ts";
import { numberRangeMessage } from "./formats.ts";

export interface Violation {
  /** The names leading to the value: `["server", "name"]`; empty for the body itself. */
  path: string[];
  /** The offending value. */
  value: unknown;
  /** `'x' is not of type 'integer'` */
  message: string;
  /** The format the value does not have, when that is what is wrong. */
  format: string | null;
  /** The word of the schema that is not satisfied: `type`, `required`. */
  keyword: string;
  /** Where in the schema that word stands: `["properties", "name"]`. */
  schemaPath: string[];
}

/**
 * Which of several violations is told: the least deep one (`jsonschema.validate`: Placement, Glance), or the one whose
 * rule is written first (`Validator.validate`: Keystone, Nova, Cinder).
 */
export type Precedence = "shallowest" | "schema";

const compiled = new WeakMap<object, Validator>();

/** Unless told so, TypeBox stops at eight: a body of many unknown properties would hide what else is wrong. */
Settings.Set({ maxErrors: 1000 });

/** The first thing wrong with `value`, or null. */
export function firstViolation(
  schema: TSchema,
  value: unknown,
  precedence: Precedence = "shallowest",
): Violation | null {
  const validator = compiled.get(schema) ?? Compile(schema);
  compiled.set(schema, validator);
  if (validator.Check(value)) return null;
  const all = validator.Errors(value) as ValidationError[];
  const errors = all.filter((error) => error.keyword !== "boolean" && !namesOthers(schema, error));
  if (errors.length === 0) errors.push(unknownProperties(schema, value, all[0]!));
  const error = mostTelling(errors, precedence === "schema" ? schema : null);
  const path = steps(error.instancePath);
  const at = path.reduce<unknown>((v, step) => (v as Record<string, unknown> | undefined)?.[step], value);
  const failed = subschema(schema, error.schemaPath);
  const format = error.keyword === "format" ? String(failed["format"]) : null;
  const message = pythonMessage(error, at, failed);
  return { path, value: at, message, format, keyword: error.keyword, schemaPath: steps(error.schemaPath) };
}

/** Where there are so many unknown properties that the error which names them was not reached: the same, from one. */
function unknownProperties(schema: TSchema, value: unknown, one: ValidationError): ValidationError {
  const schemaPath = one.schemaPath.replace(/\/(additional|unevaluated)Properties$/, "");
  const instancePath = one.instancePath.replace(/\/[^/]*$/, "");
  const at = steps(instancePath).reduce<unknown>((v, step) => (v as Record<string, unknown>)[step], value);
  const { properties = {}, patternProperties = {} } = subschema(schema, schemaPath) as Record<string, object>;
  const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern, "u"));
  const extra = Object.keys(at as object).filter(
    (name) => !(name in properties) && !patterns.some((pattern) => pattern.test(name)),
  );
  return {
    keyword: "additionalProperties",
    schemaPath,
    instancePath,
    params: { additionalProperties: extra },
    message: one.message,
  };
}

function steps(pointer: string): string[] {
  return pointer.split("/").slice(1).map(unescapePointer);
}

/** True when it only says that an additional property does not fit its schema: another error says why. */
function namesOthers(schema: TSchema, error: ValidationError): boolean {
  if (error.keyword !== "additionalProperties") return false;
  const rule = subschema(schema, error.schemaPath)["additionalProperties"];
  return typeof rule === "object" && rule !== null;
}

interface ValidationError {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: Record<string, unknown>;
  message: string;
}

/**
 * jsonschema's `best_match`, simplified: the shallowest error; a combination (`anyOf`) before its branches.
 * @param written the schema by whose order to choose instead
 */
function mostTelling(errors: ValidationError[], written: TSchema | null): ValidationError {
  const combining = errors.filter((e) => /^(anyOf|oneOf|not|if)$/.test(e.keyword)).map((e) => e.schemaPath);
  const inside = (e: ValidationError) =>
    combining.some(
      (path) => e.schemaPath.startsWith(`${path}/anyOf`) || e.schemaPath.startsWith(`${path}/oneOf`),
    );
  const outer = errors.filter((e) => !inside(e));
  if (written) return firstWritten(written, outer.length > 0 ? outer : errors);
  const depth = (e: ValidationError) => e.instancePath.split("/").length;
  return (outer.length > 0 ? outer : errors).reduce((best, e) => (depth(e) < depth(best) ? e : best));
}

/** As Python's jsonschema comes upon them: in the order of the schema's own words. */
function firstWritten(schema: TSchema, errors: ValidationError[]): ValidationError {
  const ranked = errors.map((error) => {
    let at: unknown = schema;
    const rank = [...steps(error.schemaPath), error.keyword].map((step) => {
      const place = typeof at === "object" && at !== null ? Object.keys(at).indexOf(step) : -1;
      at = (at as Record<string, unknown> | undefined)?.[step];
      return place;
    });
    return { error, rank };
  });
  const before = (a: number[], b: number[]) => {
    const i = a.findIndex((n, at) => n !== b[at]);
    return i >= 0 && a[i]! < (b[i] ?? Number.POSITIVE_INFINITY);
  };
  return ranked.reduce((best, next) => (before(next.rank, best.rank) ? next : best)).error;
}

function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function subschema(schema: unknown, pointer: string): Record<string, unknown> {
  let at = schema as Record<string, unknown> | undefined;
  for (const step of pointer.split("/").slice(1)) at = at?.[unescapePointer(step)] as typeof at;
  return at ?? {};
}

function pythonMessage(error: ValidationError, value: unknown, schema: Record<string, unknown>): string {
  const shown = pyRepr(value);
  const { params } = error;
  switch (error.keyword) {
    case "type": {
      const types = [params["type"]].flat();
      return `${shown} is not of type ${types.map(pyRepr).join(", ")}`;
    }
    case "required":
      return `${pyRepr((params["requiredProperties"] as string[])[0])} is a required property`;
    case "additionalProperties":
    case "unevaluatedProperties": {
      // jsonschema 4.10 sorts both.
      const extra = [
        ...((params["additionalProperties"] ?? params["unevaluatedProperties"]) as string[]),
      ].sort();
      const patterns = Object.keys((schema["patternProperties"] as object | undefined) ?? {}).sort();
      if (patterns.length > 0) {
        const verb = extra.length === 1 ? "does" : "do";
        return `${extra.map(pyRepr).join(", ")} ${verb} not match any of the regexes: ${patterns.map(pyRepr).join(", ")}`;
      }
      return `Additional properties are not allowed (${extra.map(pyRepr).join(", ")} ${extra.length === 1 ? "was" : "were"} unexpected)`;
    }
    case "enum":
      return `${shown} is not one of ${pyRepr(schema["enum"])}`;
    case "const":
      return `${pyRepr(schema["const"])} was expected`;
    case "minLength":
    case "minItems":
      return `${shown} is too short`;
    case "maxLength":
    case "maxItems":
      return `${shown} is too long`;
    case "minProperties":
      return `${shown} does not have enough properties`;
    case "maxProperties":
      return `${shown} has too many properties`;
    case "minimum":
      return `${shown} is less than the minimum of ${schema["minimum"]}`;
    case "maximum":
      return `${shown} is greater than the maximum of ${schema["maximum"]}`;
    case "exclusiveMinimum":
      return `${shown} is less than or equal to the minimum of ${schema["exclusiveMinimum"]}`;
    case "multipleOf":
      return `${shown} is not a multiple of ${schema["multipleOf"]}`;
    case "pattern":
      return `${shown} does not match ${pyRepr(schema["pattern"])}`;
    case "format": {
      const outOfRange = numberRangeMessage(String(schema["format"]), String(value));
      if (outOfRange !== null) return outOfRange;
      return `${shown} is not a ${pyRepr(schema["format"])}`;
    }
    case "uniqueItems":
      return `${shown} has non-unique elements`;
    case "anyOf":
    case "oneOf": {
      const passing = (params["passingSchemas"] as number[] | undefined) ?? [];
      return passing.length > 1
        ? `${shown} is valid under each of ${passing.map((i) => pyRepr((schema["oneOf"] as unknown[])[i])).join(", ")}`
        : `${shown} is not valid under any of the given schemas`;
    }
    case "not":
      return `${pyRepr(schema["not"])} is not allowed for ${shown}`;
    default:
      return `${shown} ${error.message}`;
  }
}
