// Metadata of accounts, containers and objects: header names in lower case with their values as on the wire.
// Authority: swift/common/request_helpers.py (which prefixes mean what), swift/common/db.py (validate_metadata).

import type { Constraints, EntityKind } from "./constraints.ts";
import { MetadataTooLarge } from "./errors.ts";
import type { Metadata } from "./store/accounts.ts";

export type { Metadata } from "./store/accounts.ts";

export function isUserMeta(kind: EntityKind, header: string): boolean {
  const prefix = `x-${kind}-meta-`;
  return header.length > prefix.length && header.startsWith(prefix);
}

export function isSysMeta(kind: EntityKind, header: string): boolean {
  const prefix = `x-${kind}-sysmeta-`;
  return header.length > prefix.length && header.startsWith(prefix);
}

const TRANSIENT = "x-object-transient-sysmeta-";

export function isTransientSysMeta(header: string): boolean {
  return header.length > TRANSIENT.length && header.startsWith(TRANSIENT);
}

const NONE: Metadata = Object.freeze({});
const MAX_PARSED = 2000;
const parsed = new Map<string, Metadata>();

/** Reads what the database holds. The result is shared and must not be changed. */
export function parseMetadata(text: string): Readonly<Metadata> {
  if (text === "{}") return NONE;
  let metadata = parsed.get(text);
  if (!metadata) {
    metadata = JSON.parse(text) as Metadata;
    if (parsed.size >= MAX_PARSED) parsed.clear();
    if (text.length < 4096) parsed.set(text, metadata);
  }
  return metadata;
}

/**
 * Metadata after an update: an empty value removes.
 * @throws MetadataTooLarge when user metadata exceed the limits
 */
export function mergeMetadata(
  kind: "account" | "container",
  before: Readonly<Metadata>,
  changes: Readonly<Metadata>,
  limits: Constraints,
): Metadata {
  const after: Metadata = { ...before };
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") delete after[name];
    else after[name] = value;
  }
  const prefix = `x-${kind}-meta-`;
  let count = 0;
  let size = 0;
  for (const [name, value] of Object.entries(after)) {
    if (!isUserMeta(kind, name)) continue;
    count++;
    size += name.length - prefix.length + value.length;
  }
  if (count > limits.max_meta_count) {
    throw new MetadataTooLarge(`Too many metadata items; max ${limits.max_meta_count}`);
  }
  if (size > limits.max_meta_overall_size) {
    throw new MetadataTooLarge(`Total metadata too large; max ${limits.max_meta_overall_size}`);
  }
  return after;
}
