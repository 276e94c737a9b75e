// The manifest of a static large object as a client sends it: read and judged.
// Authority: swift/common/middleware/slo.py, parse_and_validate_input.

import { parseJson } from "../../core/json.ts";
import { PLAIN, refuse } from "../answers.ts";
import { jsonString } from "../python-json.ts";
import { type ByteRangeSpec, parseRange, rangesFor } from "../range.ts";
import { quote } from "../wire.ts";

/** A segment as the client names it. */
export interface GivenSegment {
  path: string;
  etag: string | null;
  sizeBytes: number | null;
  range: ByteRangeSpec | null;
}

/** Bytes within the manifest. */
export interface GivenData {
  /** Base64. */
  data: string;
}

/** As it is stored. Its JSON is part of what clients can see (`multipart-manifest=get`). */
export interface StoredSegment {
  name: string;
  bytes: number;
  hash: string;
  content_type: string;
  last_modified: string;
  range?: string;
  sub_slo?: true;
}

export type StoredPart = StoredSegment | GivenData;

const KEYS: Record<string, ReadonlySet<string>> = {
  data: new Set(["data"]),
  path: new Set(["path", "range", "etag", "size_bytes"]),
};

/**
 * @param ownPath `/v1/account/container/object` of the manifest itself, quoted
 * @throws Refusal 400 that names everything wrong, a line each
 */
export function parseManifest(text: string, ownPath: string): (GivenSegment | GivenData)[] {
  let data: unknown;
  try {
    data = parseJson(text);
  } catch {
    throw refuse(400, "Manifest must be valid JSON.\n");
  }
  if (!Array.isArray(data)) throw refuse(400, "Manifest must be a list.\n");
  const account = ownPath.split("/").slice(0, 3).join("/");
  const errors: string[] = [];
  const parts: (GivenSegment | GivenData)[] = [];
  for (const [index, entry] of data.entries()) {
    const part = parsePart(entry, index === data.length - 1, account, ownPath);
    if (typeof part === "string") errors.push(`Index ${index}: ${part}`);
    else parts.push(part);
  }
  if (data.length > 0 && data.every((entry) => isRecord(entry) && "data" in entry)) {
    errors.push("Inline data segments require at least one object-backed segment.");
  }
  if (errors.length > 0) throw refuse(400, errors.map((error) => `${error}\n`).join(""), PLAIN);
  return parts;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The part, or what is wrong with it. */
function parsePart(
  entry: unknown,
  isLast: boolean,
  account: string,
  ownPath: string,
): GivenSegment | GivenData | string {
  if (!isRecord(entry)) return "not a JSON object";
  const kind = ["data", "path"].find((key) => key in entry);
  if (kind === undefined) return "expected keys to include one of 'data' or 'path'";
  const extra = Object.keys(entry).filter((key) => !KEYS[kind]!.has(key));
  if (extra.length > 0) return `extraneous keys ${extra.sort().map(jsonString).join(", ")}`;
  return kind === "data" ? parseData(entry["data"]) : parseSegment(entry, isLast, account, ownPath);
}

function parseData(value: unknown): GivenData | string {
  if (
    typeof value !== "string" ||
    !/^[A-Za-z0-9+/]*={0,2}$/.test(value) ||
    value.replace(/=+$/, "").length % 4 === 1
  ) {
    return "data must be valid base64";
  }
  const bytes = Buffer.from(value, "base64");
  return bytes.length < 1
    ? "too small; each segment must be at least 1 byte."
    : { data: bytes.toString("base64") };
}

function parseSegment(
  entry: Record<string, unknown>,
  isLast: boolean,
  account: string,
  ownPath: string,
): GivenSegment | string {
  const { path, etag = null } = entry;
  if (typeof path !== "string") return '"path" must be a string';
  if (etag !== null && typeof etag !== "string") return '"etag" must be a string or null (if provided)';
  if (!path.replace(/^\/+|\/+$/g, "").includes("/")) {
    return "path does not refer to an object. Path must be of the form /container/object.";
  }
  const sizeBytes = sizeOf(entry["size_bytes"]);
  if (sizeBytes === undefined) return "invalid size_bytes";
  if (sizeBytes !== null && sizeBytes < 1 && !isLast)
    return "too small; each segment must be at least 1 byte.";
  if (`${account}/${quote(path.replace(/^\/+/, ""))}` === ownPath) {
    return "manifest must not include itself as a segment";
  }
  const wanted = entry["range"];
  if (!wanted) return { path, etag, sizeBytes, range: null };
  const specs = parseRange(`bytes=${wanted}`);
  if (!specs) return "invalid range";
  if (specs.length > 1) return "multiple ranges (only one allowed)";
  if (sizeBytes !== null && rangesFor(specs, sizeBytes).length !== 1) return "unsatisfiable range";
  return { path, etag, sizeBytes, range: specs[0]! };
}

/** Undefined when it is no integer. */
function sizeOf(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : undefined;
  return typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
}
