// The body of PATCH /v2/images/ID: two media types, two drafts of JSON patch. Authority: RequestDeserializer.update in
// glance/api/v2/images.py of Zed.

import { CloudError, Invalid } from "../../core/errors.ts";
import { ReadOnlyAttribute, ReservedAttribute } from "../errors.ts";
import type { Change } from "../patch.ts";
import { RESERVED_NAMESPACE } from "../records.ts";
import { validate } from "./bodies.ts";
import { asTSchema, type GlanceSchema, LIST_ATTRIBUTES } from "./schemas.ts";

const DRAFTS: Record<string, 4 | 10> = {
  "application/openstack-images-v2.0-json-patch": 4,
  "application/openstack-images-v2.1-json-patch": 10,
};
const OPERATIONS = ["add", "remove", "replace"] as const;

export const READ_ONLY: readonly string[] = [
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "size",
  "virtual_size",
  "direct_url",
  "self",
  "file",
  "schema",
  "id",
  "os_hash_algo",
  "os_hash_value",
];
const RESERVED: readonly string[] = ["location", "deleted", "deleted_at"];

/** Steps a path may have; one where nothing is said. */
const DEPTHS: Record<string, Record<Change["op"], number>> = { locations: { add: 2, remove: 2, replace: 1 } };

/** @throws CloudError 415 with the media types there are */
export function draftOf(contentType: string | null): 4 | 10 {
  const draft = DRAFTS[(contentType ?? "").split(";")[0]!.trim().toLowerCase()];
  if (draft !== undefined) return draft;
  throw new CloudError("unsupported-media", "", {
    headers: { "accept-patch": Object.keys(DRAFTS).join(", ") },
  });
}

/** @throws Invalid, Forbidden for attributes a client may not set */
export function parsePatch(body: unknown, draft: 4 | 10, schema: GlanceSchema): Change[] {
  if (!Array.isArray(body)) throw new Invalid("Request body must be a JSON array of operation objects.");
  return body.map((entry: unknown) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
      throw new Invalid("Operations must be JSON objects.");
    }
    return parseChange(entry as Record<string, unknown>, draft, schema);
  });
}

function parseChange(entry: Record<string, unknown>, draft: 4 | 10, schema: GlanceSchema): Change {
  const op = draft === 10 ? operationOf10(entry) : operationOf4(entry);
  const pointer = draft === 10 ? entry["path"] : entry[op];
  if (pointer === undefined) throw new Invalid("Unable to find 'path' in JSON Schema change");
  const path = decodePointer(String(pointer));
  const root = path[0]!;
  if (path.length !== (DEPTHS[root]?.[op] ?? 1)) {
    throw new Invalid(`Invalid JSON pointer for this resource: '/${path.join("/")}'`);
  }
  const change: Change = { op, path, draft };
  if (op !== "remove") {
    if (!("value" in entry)) throw new Invalid(`Operation "${op}" requires a member named "value".`);
    change.value = entry["value"];
  }
  if (READ_ONLY.includes(root)) throw new ReadOnlyAttribute(root);
  refuseReserved(root);
  if (op === "remove") return change;
  if (path.length === 1) validate(asTSchema(schema), { [root]: change.value });
  else if (LIST_ATTRIBUTES.includes(root)) validate(asTSchema(schema), { [root]: [change.value] });
  return change;
}

/** @throws ReservedAttribute */
export function refuseReserved(name: string): void {
  if (RESERVED.includes(name) || name.startsWith(RESERVED_NAMESPACE)) throw new ReservedAttribute(name);
}

function operationOf10(entry: Record<string, unknown>): Change["op"] {
  const available = OPERATIONS.join(", ");
  const op = entry["op"];
  if (op === undefined || op === null) {
    throw new Invalid(
      `Unable to find \`op\` in JSON Schema change. It must be one of the following: ${available}.`,
    );
  }
  const known = OPERATIONS.find((name) => name === op);
  if (!known) {
    throw new Invalid(`Invalid operation: \`${String(op)}\`. It must be one of the following: ${available}.`);
  }
  return known;
}

function operationOf4(entry: Record<string, unknown>): Change["op"] {
  const named = OPERATIONS.filter((name) => name in entry);
  if (named.length > 1) {
    throw new Invalid('Operation objects must contain only one member named "add", "remove", or "replace".');
  }
  if (named.length === 0) {
    throw new Invalid(
      'Operation objects must contain exactly one member named "add", "remove", or "replace".',
    );
  }
  return named[0]!;
}

/** A limited form of JSON pointers: `/a/b`, with `~1` for `/` and `~0` for `~`. */
function decodePointer(pointer: string): string[] {
  const refuse = (what: string) => new Invalid(`Pointer \`${pointer}\` ${what}`);
  if (!pointer.startsWith("/")) throw refuse('does not start with "/".');
  if (/\/\s*?\//.test(pointer.slice(1))) throw refuse('contains adjacent "/".');
  if (pointer.length > 1 && pointer.endsWith("/")) throw refuse('end with "/".');
  if (pointer.slice(1).trim() === "/") throw refuse("does not contains valid token.");
  if (/~[^01]/.test(pointer) || pointer.endsWith("~")) {
    throw refuse('contains "~" not part of a recognized escape sequence.');
  }
  return pointer
    .replace(/^\/+/, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").trim());
}
