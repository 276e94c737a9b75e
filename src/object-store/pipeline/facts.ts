// Accounts and containers as middleware ask about them (swift's get_account_info and get_container_info). Answers
// come from the database each time, so a change is seen at once.

import type { Containers } from "../containers.ts";
import type { Metadata } from "../metadata.ts";
import { unquote } from "../wire.ts";
import type { AccountFacts, ContainerFacts } from "./contract.ts";

const NO_ACCOUNT: AccountFacts = {
  exists: false,
  containerCount: 0,
  objectCount: 0,
  bytesUsed: 0,
  meta: {},
  sysmeta: {},
};

const NO_CONTAINER: ContainerFacts = {
  exists: false,
  readAcl: null,
  writeAcl: null,
  syncTo: null,
  syncKey: null,
  versions: null,
  objectCount: 0,
  bytesUsed: 0,
  meta: {},
  sysmeta: {},
};

export function accountFacts(containers: Containers, account: string | null): AccountFacts {
  const info = account === null ? null : containers.account(account);
  if (!info) return NO_ACCOUNT;
  return {
    exists: true,
    containerCount: info.containerCount,
    objectCount: info.objectCount,
    bytesUsed: info.bytesUsed,
    meta: withoutPrefix(info.metadata, "x-account-meta-"),
    sysmeta: withoutPrefix(info.metadata, "x-account-sysmeta-"),
  };
}

export function containerFacts(
  containers: Containers,
  account: string | null,
  container: string | null,
): ContainerFacts {
  const info = account === null || container === null ? null : containers.container(account, container);
  if (!info) return NO_CONTAINER;
  const { metadata } = info;
  // What hidden versions take up belongs to the container.
  const hidden = metadata["x-container-sysmeta-versions-container"];
  const kept = hidden === undefined ? null : containers.container(account!, unquote(hidden));
  return {
    exists: true,
    readAcl: metadata["x-container-read"] ?? null,
    writeAcl: metadata["x-container-write"] ?? null,
    syncTo: metadata["x-container-sync-to"] ?? null,
    syncKey: metadata["x-container-sync-key"] ?? null,
    versions: metadata["x-versions-location"] ?? null,
    objectCount: info.objectCount,
    bytesUsed: info.bytesUsed + (kept?.bytesUsed ?? 0),
    meta: withoutPrefix(metadata, "x-container-meta-"),
    sysmeta: withoutPrefix(metadata, "x-container-sysmeta-"),
  };
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});
const split = new WeakMap<object, Map<string, Readonly<Record<string, string>>>>();

/** Remembered per metadata object, which the parser shares between requests. */
function withoutPrefix(metadata: Readonly<Metadata>, prefix: string): Readonly<Record<string, string>> {
  const known = split.get(metadata);
  const hit = known?.get(prefix);
  if (hit) return hit;
  const names = Object.keys(metadata).filter((name) => name.startsWith(prefix));
  const out =
    names.length === 0
      ? NONE
      : Object.freeze(Object.fromEntries(names.map((name) => [name.slice(prefix.length), metadata[name]!])));
  if (known) known.set(prefix, out);
  else split.set(metadata, new Map([[prefix, out]]));
  return out;
}
