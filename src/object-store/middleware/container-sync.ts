// container_sync: lets a container of another cluster (or of this one) be kept equal to one of ours: the requests of
// its copying service carry a signature made with the realm's key and the container's.
// Authority: swift/common/middleware/container_sync.py, swift/common/container_sync_realms.py.

import { pyRepr } from "../../core/python.ts";
import { PLAIN, refuse, type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import { challenge } from "../proxy/challenge.ts";
import type { SwiftRequest } from "../request.ts";
import { readRealms, syncSignature } from "../sync-realms.ts";
import { isTrue, listFromCsv } from "../wire.ts";
import { sameText } from "./digests.ts";

export const containerSync: BuiltinFilter = {
  name: "container_sync",
  factory(next, conf, tools) {
    const realms = readRealms(tools.platform.options("container-sync-realms.conf"));
    // Swift allows 127.0.0.1 when nothing is said; a cloud on one host has too much to lose there.
    const allowedHosts = new Set(
      listFromCsv(tools.platform.options("container-server.conf").get("DEFAULT")?.get("allowed_sync_hosts")),
    );
    const allowFullUrls = isTrue(confText(conf, "allow_full_urls", "true"));
    const current = confText(conf, "current")
      .replace(/^\/+|\/+$/g, "")
      .toUpperCase()
      .split("/");
    const shown: Record<string, { clusters: Record<string, { current?: true }> }> = {};
    for (const [name, realm] of realms) {
      if (realm.clusters.size === 0) continue;
      const clusters: Record<string, { current?: true }> = {};
      for (const cluster of realm.clusters.keys()) {
        clusters[cluster] = name === current[0] && cluster === current[1] ? { current: true } : {};
      }
      shown[name] = { clusters };
    }
    tools.registerInfo("container_sync", { realms: shown });

    const concerns = ({ headers, entity }: SwiftRequest) =>
      (headers.has("x-container-sync-auth") || headers.has("x-container-sync-to")) &&
      entity?.container != null &&
      /^v1(\.0)?$/.test(entity.version);

    async function containerSyncApp(request: SwiftRequest): Promise<SwiftReply> {
      const { headers, method, env } = request;
      const entity = request.entity!;
      const syncTo = headers.get("x-container-sync-to");
      if (syncTo && !entity.object && (method === "PUT" || method === "POST")) {
        if (tools.containerInfo(request).sysmeta["versions-container"]) {
          throw refuse(
            400,
            "Cannot configure container sync on a container with object versioning configured.",
          );
        }
        if (!allowFullUrls && !syncTo.startsWith("//")) {
          throw refuse(
            400,
            "Full URLs are not allowed for X-Container-Sync-To values. Only realm values of the format //realm/cluster/account/container are allowed.\n",
          );
        }
        const problem = badSyncTo(syncTo);
        if (problem) throw refuse(400, problem);
      }
      const auth = headers.get("x-container-sync-auth");
      if (!auth) return next(request);
      const remark = verify(auth);
      env.logInfo.push(remark);
      if (remark !== "cs:valid") {
        const realm = challenge(request)["www-authenticate"]!.replace(/^Swift /, "SwiftContainerSync ");
        return say(
          401,
          "X-Container-Sync-Auth header not valid; contact cluster operator for support.",
          PLAIN,
          { "www-authenticate": realm },
        );
      }
      env.authorizeOverride = true;
      return next(request);

      function verify(text: string): string {
        const [realmName, nonce, signature, ...more] = text.split(/\s+/).filter((word) => word !== "");
        if (signature === undefined || more.length > 0) return "cs:not-3-args";
        const realm = realms.get(realmName!.toUpperCase());
        if (!realm?.key) return "cs:no-local-realm-key";
        const userKey = tools.containerInfo(request).syncKey;
        if (!userKey) return "cs:no-local-user-key";
        const inbound = headers.get("x-backend-inbound-x-timestamp");
        if (inbound !== undefined) {
          headers.set("x-timestamp", inbound);
          headers.delete("x-backend-inbound-x-timestamp");
        }
        const timestamp = headers.get("x-timestamp") ?? "0";
        const keys = [realm.key, ...(realm.key2 ? [realm.key2] : [])];
        // Below a mount point the sender signs the whole path of its address.
        const paths = new Set([request.quotedPath, env.mount + request.quotedPath]);
        const valid = keys.some((key) =>
          [...paths].some((path) =>
            sameText(syncSignature(method, path, timestamp, nonce!, key, userKey), signature),
          ),
        );
        return valid ? "cs:valid" : "cs:invalid-sig";
      }
    }

    /** swift.container.server: validate_sync_to. */
    function badSyncTo(given: string): string | null {
      const value = given.replace(/\/+$/, "");
      if (value === "") return null;
      if (value.startsWith("//")) {
        const parts = value.slice(2).split("/");
        if (parts.length !== 4) return `Invalid X-Container-Sync-To format ${pyRepr(given)}`;
        const [realmName, cluster] = parts as [string, string];
        const realm = realms.get(realmName.toUpperCase());
        if (!realm?.key) return `No realm key for ${pyRepr(realmName)}`;
        if (realm.clusters.has(cluster.toUpperCase())) return null;
        return `No cluster endpoint for ${pyRepr(realmName)} ${pyRepr(cluster)}`;
      }
      const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase() ?? "";
      if (scheme !== "http" && scheme !== "https") {
        return `Invalid scheme ${pyRepr(scheme)} in X-Container-Sync-To, must be "//", "http", or "https".`;
      }
      const [, authority = "", path = "", rest = ""] = /^https?:\/\/([^/?#]*)([^?#]*)(.*)$/.exec(value) ?? [];
      if (path === "") return "Path required in X-Container-Sync-To";
      if (rest !== "") return "Params, queries, and fragments not allowed in X-Container-Sync-To";
      const host = authority.replace(/^[^@]*@/, "").replace(/:\d+$/, "");
      return allowedHosts.has(host) ? null : `Invalid host ${pyRepr(host)} in X-Container-Sync-To`;
    }

    return when(concerns, guarded(containerSyncApp), next);
  },
};
