// Which headers of a request become metadata of an account or container, and which of those a client sees.
// Authority: swift/proxy/controllers/base.py, transfer_headers.

import type { EntityKind } from "../constraints.ts";
import { isSysMeta, isUserMeta, type Metadata } from "../metadata.ts";
import type { SwiftRequest } from "../request.ts";

/** Headers that are kept as they are, though no metadata. */
const KEPT: Record<Exclude<EntityKind, "object">, ReadonlySet<string>> = {
  account: new Set(),
  container: new Set([
    "x-container-read",
    "x-container-write",
    "x-container-sync-key",
    "x-container-sync-to",
    "x-versions-location",
  ]),
};

/** What the request changes; an empty value removes (`X-Remove-Container-Meta-Color: x`). */
export function metadataChanges(kind: "account" | "container", request: SwiftRequest): Metadata {
  const changes: Metadata = {};
  const removeMeta = `x-remove-${kind}-meta-`;
  for (const name of request.headers.keys()) {
    if (!name.startsWith("x-remove-")) continue;
    const target = name.replace("-remove", "");
    if (name.startsWith(removeMeta) || KEPT[kind].has(target)) changes[target] = "";
  }
  for (const [name, value] of request.headers) {
    if (KEPT[kind].has(name) || isUserMeta(kind, name) || isSysMeta(kind, name)) changes[name] = value;
  }
  return changes;
}

/** System metadata for an account that a request on a container makes on the way. */
export function accountSysMeta(request: SwiftRequest): Metadata {
  const metadata: Metadata = {};
  for (const [name, value] of request.headers) if (isSysMeta("account", name)) metadata[name] = value;
  return metadata;
}

export function dropHeaders(headers: Record<string, string>, names: readonly string[]): void {
  for (const name of names) delete headers[name];
}
