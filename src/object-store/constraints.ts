// What a request may not exceed, all of it published in `/info`. Authority: swift/common/constraints.py; a limit is
// changed by `[swift-constraints]` in swift.conf.

import { PLAIN, type SwiftReply, say } from "./answers.ts";
import type { SwiftRequest } from "./request.ts";
import { TICKS_PER_SECOND } from "./timestamp.ts";
import { fromWire, parseInteger } from "./wire.ts";

export interface Constraints {
  max_file_size: number;
  max_meta_name_length: number;
  max_meta_value_length: number;
  max_meta_count: number;
  max_meta_overall_size: number;
  max_header_size: number;
  max_object_name_length: number;
  container_listing_limit: number;
  account_listing_limit: number;
  max_account_name_length: number;
  max_container_name_length: number;
  extra_header_count: number;
}

const DEFAULTS: Constraints = {
  max_file_size: 5_368_709_122, // 5 GiB and 2 bytes
  max_meta_name_length: 128,
  max_meta_value_length: 256,
  max_meta_count: 90,
  max_meta_overall_size: 4096,
  max_header_size: 8192,
  max_object_name_length: 1024,
  container_listing_limit: 10_000,
  account_listing_limit: 10_000,
  max_account_name_length: 256,
  max_container_name_length: 256,
  extra_header_count: 0,
};

/** @throws Error for a value that is no integer */
export function readConstraints(options: ReadonlyMap<string, string> | undefined): Constraints {
  const constraints = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof Constraints)[]) {
    const text = options?.get(name);
    if (text === undefined) continue;
    const value = parseInteger(text);
    if (value === null)
      throw new Error(`swift.conf [swift-constraints] ${name} must be an integer, not "${text}"`);
    constraints[name] = value;
  }
  return constraints;
}

export type EntityKind = "account" | "container" | "object";

/** Null when the metadata in the request's headers is acceptable, else the refusal. */
export function checkMetadata(
  request: SwiftRequest,
  kind: EntityKind,
  limits: Constraints,
): SwiftReply | null {
  const prefix = `x-${kind}-meta-`;
  const bad = (text: string) => say(400, text, PLAIN);
  let count = 0;
  let size = 0;
  for (const [header, value] of request.headers) {
    if (value.length > limits.max_header_size) {
      return bad(`Header value too long: ${titleCase(header).slice(0, limits.max_meta_name_length)}`);
    }
    if (!header.startsWith(prefix)) continue;
    const name = titleCase(header).slice(prefix.length);
    if (name === "") return bad("Metadata name cannot be empty");
    if (kind !== "object" && (!isText(name) || (value !== "" && !isText(value)))) {
      return bad("Metadata must be valid UTF-8");
    }
    count++;
    size += name.length + value.length;
    if (name.length > limits.max_meta_name_length) return bad(`Metadata name too long: ${prefix}${name}`);
    if (value.length > limits.max_meta_value_length) {
      return bad(`Metadata value longer than ${limits.max_meta_value_length}: ${prefix}${name}`);
    }
    if (count > limits.max_meta_count) return bad(`Too many metadata items; max ${limits.max_meta_count}`);
    if (size > limits.max_meta_overall_size) {
      return bad(`Total metadata too large; max ${limits.max_meta_overall_size}`);
    }
  }
  return null;
}

/**
 * The length the request announces: bytes, or null for a chunked body or none at all; else the refusal.
 * (swob.Request.message_length)
 */
function messageLength(request: SwiftRequest): number | null | SwiftReply {
  const encoding = request.headers.get("transfer-encoding");
  if (encoding !== undefined && encoding !== "") {
    if (encoding.includes(",")) {
      return say(
        501,
        "Unsupported Transfer-Coding header value specified in Transfer-Encoding header",
        PLAIN,
      );
    }
    if (encoding.toLowerCase() === "chunked") return null;
    return say(400, "Invalid Transfer-Encoding header value", PLAIN);
  }
  const text = request.headers.get("content-length");
  if (text === undefined) return null;
  const length = parseInteger(text);
  if (length === null) return say(400, "Invalid Content-Length header value", PLAIN);
  return length;
}

/** The checks on an object PUT, in Swift's order. */
export function checkObjectCreation(
  request: SwiftRequest,
  objectName: string,
  limits: Constraints,
): SwiftReply | null {
  const bad = (text: string) => say(400, text, PLAIN);
  const length = messageLength(request);
  if (length !== null && typeof length === "object") return length;
  if (length !== null && length > limits.max_file_size) return say(413, "Your request is too large.", PLAIN);
  if (length === null && request.headers.get("transfer-encoding") === undefined) {
    return say(411, "Missing Content-Length header.", PLAIN);
  }
  const nameLength = Buffer.byteLength(objectName);
  if (nameLength > limits.max_object_name_length) {
    return bad(`Object name length of ${nameLength} longer than ${limits.max_object_name_length}`);
  }
  const type = request.headers.get("content-type");
  if (type === undefined) return bad("No content type");
  const late = checkDeleteHeaders(request);
  if (late) return late;
  if (!isText(type)) return bad("Invalid Content-Type");
  return checkMetadata(request, "object", limits);
}

/**
 * Turns `X-Delete-After` into `X-Delete-At` and refuses moments that are past. The request must have its timestamp.
 */
export function checkDeleteHeaders(request: SwiftRequest): SwiftReply | null {
  const bad = (text: string) => say(400, text, PLAIN);
  const now = request.timestamp() / TICKS_PER_SECOND;
  const after = request.headers.get("x-delete-after");
  if (after !== undefined) {
    const seconds = parseInteger(after);
    if (seconds === null) return bad("Non-integer X-Delete-After");
    const at = normalizeDeleteAt(now + seconds);
    if (at <= now) return bad("X-Delete-After in past");
    request.headers.set("x-delete-at", String(at));
    request.headers.delete("x-delete-after");
  }
  const at = request.headers.get("x-delete-at");
  if (at !== undefined) {
    const seconds = parseInteger(at);
    if (seconds === null) return bad("Non-integer X-Delete-At");
    const normalized = normalizeDeleteAt(seconds);
    if (normalized <= now) return bad("X-Delete-At in past");
    request.headers.set("x-delete-at", String(normalized));
  }
  return null;
}

const LAST_MOMENT = 9_999_999_999;

/** swift.common.utils.normalize_delete_at_timestamp: whole seconds of at most ten digits. */
function normalizeDeleteAt(seconds: number): number {
  return Math.trunc(Math.min(Math.max(0, seconds), LAST_MOMENT));
}

/** UTF-8 without NUL, not empty (swift's check_utf8). */
function isText(wire: string): boolean {
  return wire !== "" && !wire.includes("\0") && fromWire(wire) !== null;
}

/** Python's `str.title()`: the form in which Swift shows header names. */
export function titleCase(name: string): string {
  return name
    .toLowerCase()
    .replace(/(^|[^a-z])([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}
