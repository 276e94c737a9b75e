// Request bodies no sane client sends: a value a schema would take, with each of its parts in turn replaced by what it
// would not; and bodies that are no such thing at all.

type Schema = Record<string, unknown>;

const WRONG: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 64,
  "",
  " ",
  "x",
  "\u0000",
  "\ud800",
  "🐧".repeat(100),
  "%(project_id)s",
  [],
  [null],
  [["x"]],
  {},
  { __proto__x: 1 },
  JSON.parse('{"__proto__": {"toString": 1}}'),
];

const DEPTH = 20_000;

/** Valid JSON of the wrong kind. */
export const WRONG_BODIES: readonly string[] = [
  "{}",
  "[]",
  "null",
  "true",
  "7",
  '"text"',
  '{"": null}',
  "[".repeat(DEPTH) + "]".repeat(DEPTH),
  `${'{"a":'.repeat(DEPTH / 4)}1${"}".repeat(DEPTH / 4)}`,
];

/** No JSON at all; the last is no UTF-8 either. */
export const MALFORMED_BODIES: readonly (string | Uint8Array)[] = [
  "{",
  "}",
  "{'a': 1}",
  '{"a": }',
  "<xml/>",
  "a=b&c=d",
  new Uint8Array([0x7b, 0xff, 0xfe, 0x00, 0x7d]),
];

/** The sample itself, then one mutant for each part and each wrong value. */
export function* mutants(schema: object): Generator<unknown> {
  const whole = sample(schema as Schema, 0);
  yield whole;
  for (const path of pathsOf(whole)) {
    for (const wrong of WRONG) yield replaced(whole, path, wrong);
  }
}

/** Keys of an object schema: of a query, say. */
export function keysOf(schema: object): string[] {
  return Object.keys(((schema as Schema)["properties"] as object | undefined) ?? {});
}

const FORMATS: Record<string, string> = {
  uuid: "5e8e5957-649f-477b-9e5b-f1f75b21c03c",
  "date-time": "2030-01-01T00:00:00Z",
  uri: "http://127.0.0.1/x",
  ipv4: "10.0.0.1",
  ipv6: "::1",
  email: "x@example.com",
};

const MAX_DEPTH = 8;

/** What the schema would take, as far as can be told without solving its patterns. */
function sample(schema: Schema, depth: number): unknown {
  if (depth > MAX_DEPTH) return null;
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const options = schema[key];
    if (Array.isArray(options) && options.length > 0) return sample(options[0] as Schema, depth + 1);
  }
  const types = [schema["type"] ?? ("properties" in schema ? "object" : "string")].flat();
  switch (types.find((type) => type !== "null")) {
    case "object":
      return sampleObject(schema, depth);
    case "array": {
      const items = (schema["items"] ?? {}) as Schema;
      const count = Math.max(1, Number(schema["minItems"] ?? 1));
      return Array.from({ length: count }, () => sample(items, depth + 1));
    }
    case "integer":
    case "number":
      return Number(schema["minimum"] ?? 1);
    case "boolean":
      return true;
    case "string":
      return FORMATS[String(schema["format"])] ?? "x".repeat(Math.max(1, Number(schema["minLength"] ?? 1)));
    default:
      return null;
  }
}

function sampleObject(schema: Schema, depth: number): Record<string, unknown> {
  const properties = (schema["properties"] ?? {}) as Record<string, Schema>;
  return Object.fromEntries(
    Object.entries(properties).map(([key, inner]) => [key, sample(inner, depth + 1)]),
  );
}

type Path = readonly (string | number)[];

function* pathsOf(value: unknown, at: Path = []): Generator<Path> {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    yield path;
    yield* pathsOf((value as Record<string, unknown>)[key], path);
  }
}

function replaced(whole: unknown, path: Path, value: unknown): unknown {
  const copy = structuredClone(whole);
  let at = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[path.at(-1)!] = value;
  return copy;
}
