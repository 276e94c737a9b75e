// Realms: clusters that trust each other with container synchronisation, from container-sync-realms.conf.
// Authority: swift/common/container_sync_realms.py.

import { createHmac } from "node:crypto";

export interface Realm {
  key: string | null;
  key2: string | null;
  /** Cluster name in capitals → URL up to the account, with `/v1/`. */
  clusters: Map<string, string>;
}

/** By name, in capitals. */
export function readRealms(sections: ReadonlyMap<string, ReadonlyMap<string, string>>): Map<string, Realm> {
  const realms = new Map<string, Realm>();
  for (const [name, options] of sections) {
    if (name === "DEFAULT") continue;
    const clusters = new Map<string, string>();
    for (const [option, value] of options) {
      if (option.startsWith("cluster_")) clusters.set(option.slice("cluster_".length).toUpperCase(), value);
    }
    realms.set(name.toUpperCase(), {
      key: options.get("key") ?? null,
      key2: options.get("key2") ?? null,
      clusters,
    });
  }
  return realms;
}

/** HMAC-SHA1 over what the request does, keyed with the realm's and the container's key. */
export function syncSignature(
  method: string,
  path: string,
  timestamp: string,
  nonce: string,
  realmKey: string,
  userKey: string,
): string {
  return createHmac("sha1", realmKey)
    .update([method, path, timestamp, nonce, userKey].join("\n"))
    .digest("hex");
}
