// Object versioning: a container with X-Versions-Enabled keeps every version in a hidden container, and a link to the
// current one. Authority: swift/common/middleware/versioned_writes/object_versioning.py.

import { PLAIN, refuse, type SwiftReply } from "../answers.ts";
import { EMPTY_BODY } from "../body.ts";
import { reservedName, splitContainerObject, splitPath } from "../path.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { normal, parseTimestamp } from "../timestamp.ts";
import { isTrue, quote, unquote } from "../wire.ts";
import { ALLOW_RESERVED, LOOP_EXTEND, SYS_BYTES, SYS_ETAG, TARGET, TARGET_ACCOUNT } from "./symlink.ts";
import { accountWithVersions, containerVersions } from "./versions-containers.ts";
import { parseVersionName, versionName } from "./versions-names.ts";
import {
  DELETE_MARKER,
  internal,
  readStored,
  requireSuccess,
  requireWriteAccess,
} from "./versions-requests.ts";

const VERSION_ID = "x-object-version-id";
const CURRENT_ID = "x-object-current-version-id";
const SYS_VERSION_LINK = "x-object-sysmeta-versions-symlink";
export function objectVersioning(next: App, tools: Tools): App {
  const containers = containerVersions(next, tools);
  const concerns = (request: SwiftRequest) => {
    const { entity, method } = request;
    if (!entity?.account || !/^v1(\.0)?$/.test(entity.version)) return false;
    if (!entity.object) return entity.container !== null || method === "GET";
    return (
      request.queryText !== "" || tools.containerInfo(request).sysmeta["versions-container"] !== undefined
    );
  };

  async function objectVersioningApp(request: SwiftRequest): Promise<SwiftReply> {
    const entity = request.entity!;
    if (!entity.container) return accountWithVersions(request, next);
    if (!entity.object) return containers(request);
    const { sysmeta } = tools.containerInfo(request);
    const hidden = sysmeta["versions-container"]
      ? unquote(sysmeta["versions-container"]).split("/")[0]!
      : null;
    const enabled = isTrue(sysmeta["versions-enabled"]);
    const version = request.query.get("version-id");
    if (version) return ofVersion(request, hidden, version);
    if (hidden === null) return next(request);
    switch (request.method) {
      case "PUT":
        return enabled ? put(request, hidden) : next(request);
      case "POST":
        return post(request, hidden);
      case "DELETE":
        return enabled ? remove(request, hidden) : next(request);
      default:
        return withVersionId(request, await next(request), hidden);
    }
  }

  function hiddenPath(request: SwiftRequest, hidden: string, name: string): string {
    const { version, account } = request.entity!;
    return `/${version}/${account}/${hidden}/${name}`;
  }

  /** What was put before versioning was enabled becomes a version now. */
  async function archiveCurrent(request: SwiftRequest, hidden: string): Promise<void> {
    requireWriteAccess(request, tools);
    const current = await readStored(request, next, "OV", request.path);
    if (current.status === 404) return;
    requireSuccess(current);
    if (current.headers[SYS_VERSION_LINK] === "true") return;
    const ticks = parseTimestamp(current.headers["x-timestamp"] ?? "0") ?? 0;
    const path = hiddenPath(request, hidden, versionName(request.entity!.object!, ticks));
    const copied = await next(internal(request, "OV", { method: "PUT", path, entity: current }));
    if (copied.status === 404) throw missingContainer();
    requireSuccess(copied);
  }

  async function put(request: SwiftRequest, hidden: string): Promise<SwiftReply> {
    await archiveCurrent(request, hidden);
    const ticks = request.ensureTimestamp(() => tools.platform.timestamps.next());
    const name = versionName(request.entity!.object!, ticks);
    const store = internal(request, "OV", { method: "PUT", path: hiddenPath(request, hidden, name) });
    for (const [header, value] of request.headers) {
      if (header !== "x-delete-at" && header !== "x-delete-after" && !store.headers.has(header)) {
        store.headers.set(header, value);
      }
    }
    store.env.contentTypeOverridden = request.env.contentTypeOverridden;
    store.body = request.body;
    const stored = await next(store);
    if (stored.status === 404) throw missingContainer();
    if (stored.status < 200 || stored.status > 299) return stored;
    const sloSize = store.headers.get("x-object-sysmeta-slo-size");
    return link(request, hidden, name, {
      etag: stored.headers["etag"]!,
      bytes: sloSize ?? String(store.body.received),
      type: (store.headers.get("content-type") ?? "").split(";")[0]!,
    });
  }

  /** Makes the version the current one. */
  async function link(
    request: SwiftRequest,
    hidden: string,
    name: string,
    target: { etag: string; bytes: string; type: string },
  ): Promise<SwiftReply> {
    const { headers } = request;
    request.method = "PUT";
    for (const header of [
      "etag",
      "if-none-match",
      "x-if-delete-at",
      TARGET_ACCOUNT,
      "x-object-manifest",
      "x-static-large-object",
      "x-object-sysmeta-slo-etag",
      "x-object-sysmeta-slo-size",
      "transfer-encoding",
    ]) {
      headers.delete(header);
    }
    headers.set("content-length", "0");
    headers.set("content-type", target.type);
    headers.set(TARGET, quote(`${hidden}/${name}`));
    headers.set(SYS_ETAG, target.etag);
    headers.set(SYS_BYTES, target.bytes);
    headers.set(SYS_VERSION_LINK, "true");
    headers.set(LOOP_EXTEND, "true");
    headers.set(ALLOW_RESERVED, "true");
    headers.set("x-backend-allow-reserved-names", "true");
    request.body = EMPTY_BODY;
    request.env.source = "OV";
    request.queryText = "";
    const reply = await next(request);
    reply.headers["etag"] = target.etag;
    reply.headers[VERSION_ID] = parseVersionName(name)!.id;
    return reply;
  }

  async function remove(request: SwiftRequest, hidden: string): Promise<SwiftReply> {
    await archiveCurrent(request, hidden);
    const ticks = request.ensureTimestamp(() => tools.platform.timestamps.next());
    const name = versionName(request.entity!.object!, ticks);
    const marker = internal(request, "OV", {
      method: "PUT",
      path: hiddenPath(request, hidden, name),
      headers: { "content-type": DELETE_MARKER, "content-length": "0" },
    });
    marker.env.contentTypeOverridden = true;
    requireSuccess(await next(marker));
    const reply = await next(request);
    if (reply.status < 300 || reply.status === 404) {
      reply.headers[VERSION_ID] = normal(ticks);
      reply.headers["x-backend-content-type"] = DELETE_MARKER;
    }
    return reply;
  }

  /** A POST to the link goes on to the version. */
  async function post(request: SwiftRequest, hidden: string): Promise<SwiftReply> {
    const onward = internal(request, "OV", { method: "POST", path: request.path });
    for (const [name, value] of request.headers) {
      if (name !== "x-delete-at" && name !== "x-delete-after") onward.headers.set(name, value);
    }
    onward.headers.set("x-backend-allow-reserved-names", "true");
    const reply = await next(request);
    if (reply.status !== 307 || reply.headers[SYS_VERSION_LINK] !== "true") return reply;
    const location = unquote(reply.headers["location"] ?? "");
    const parts = splitPath(location, 4, 4, true);
    if (parts?.[1] !== request.entity!.account || parts[2] !== hidden) return reply;
    onward.path = location;
    request.env.leaveRelativeLocation = false;
    return next(onward);
  }

  /** Reading the current version shows which it is. */
  function withVersionId(request: SwiftRequest, reply: SwiftReply, hidden: string): SwiftReply {
    const { version, account, container, object } = request.entity!;
    reply.headers[VERSION_ID] = "null";
    const location = splitPath(unquote(reply.headers["content-location"] ?? ""), 4, 4, true);
    if (location?.[1] === account && location[2] === hidden) {
      const parsed = parseVersionName(location[3]!);
      if (parsed) {
        reply.headers[VERSION_ID] = parsed.id;
        reply.headers["content-location"] =
          `${quote(`/${version}/${account}/${container}/${object}`)}?version-id=${parsed.id}`;
      }
    }
    const target = splitContainerObject(unquote(reply.headers[TARGET] ?? ""));
    const parsed = target?.container === hidden ? parseVersionName(target.object) : null;
    if (parsed) {
      reply.headers[VERSION_ID] = parsed.id;
      reply.headers[TARGET] = `${quote(`${container}/${object}`)}?version-id=${parsed.id}`;
    }
    return reply;
  }

  /** `?version-id=`: one version, not the current one. */
  async function ofVersion(request: SwiftRequest, hidden: string | null, id: string): Promise<SwiftReply> {
    if (request.method === "POST") throw refuse(400, "POST to a specific version is not allowed");
    if (hidden === null && id !== "null") {
      throw refuse(400, "version-aware operations require that the container is versioned");
    }
    const ticks = id === "null" ? null : parseTimestamp(id);
    if (id !== "null" && ticks === null) throw refuse(400, "Invalid version parameter");
    if (request.method === "DELETE")
      return ticks === null ? next(request) : removeVersion(request, hidden!, id, ticks);
    if (request.method === "PUT") return restoreVersion(request, hidden, ticks);
    if (ticks === null) return currentIfUnversioned(request);
    request.path = hiddenPath(request, hidden!, versionName(request.entity!.object!, ticks));
    request.headers.set("x-backend-allow-reserved-names", "true");
    const reply = await next(request);
    if (reply.status < 300) reply.headers[VERSION_ID] = id;
    if (reply.headers["content-type"] !== DELETE_MARKER) return reply;
    const missing = refuse(404).reply;
    return { ...missing, headers: { ...missing.headers, [VERSION_ID]: id, "content-type": DELETE_MARKER } };
  }

  async function currentIfUnversioned(request: SwiftRequest): Promise<SwiftReply> {
    const reply = await next(request);
    if (reply.status >= 300) return reply;
    if (unquote(reply.headers["content-location"] ?? "").includes(reservedName("versions", "")))
      throw refuse(404);
    reply.headers[VERSION_ID] = "null";
    return reply;
  }

  async function removeVersion(
    request: SwiftRequest,
    hidden: string,
    id: string,
    ticks: number,
  ): Promise<SwiftReply> {
    requireWriteAccess(request, tools);
    const name = versionName(request.entity!.object!, ticks);
    const head = await next(
      internal(request, "OV", { method: "HEAD", path: request.path, query: { symlink: "get" } }),
    );
    if (head.status !== 404) requireSuccess(head);
    const target =
      head.headers[SYS_VERSION_LINK] === "true"
        ? splitContainerObject(unquote(head.headers[TARGET] ?? ""))
        : null;
    let current = "null";
    if (target && target.object === name && target.container === hidden) {
      request.queryText = "";
      requireSuccess(await next(request));
    } else if (target) {
      current = parseVersionName(target.object)?.id ?? "null";
    }
    const reply = await next(
      internal(request, "OV", { method: "DELETE", path: hiddenPath(request, hidden, name) }),
    );
    reply.headers[VERSION_ID] = id;
    reply.headers[CURRENT_ID] = current;
    return reply;
  }

  async function restoreVersion(
    request: SwiftRequest,
    hidden: string | null,
    ticks: number | null,
  ): Promise<SwiftReply> {
    requireWriteAccess(request, tools);
    if ((request.contentLength ?? 0) !== 0 || request.isChunked) {
      throw refuse(400, "PUT version-id requests require a zero byte body", PLAIN);
    }
    if (ticks === null || hidden === null) throw refuse(404, "The specified version does not exist", PLAIN);
    const name = versionName(request.entity!.object!, ticks);
    const head = await next(
      internal(request, "OV", {
        method: "HEAD",
        path: hiddenPath(request, hidden, name),
        query: { symlink: "get" },
      }),
    );
    if (head.status === 404) throw refuse(404, "The specified version does not exist", PLAIN);
    requireSuccess(head);
    return link(request, hidden, name, {
      etag: head.headers["etag"]!,
      bytes: head.headers["content-length"] ?? "0",
      type: head.headers["content-type"]!,
    });
  }

  return when(concerns, guarded(objectVersioningApp), next);
}

function missingContainer() {
  return refuse(
    500,
    "The versions container does not exist. You may want to re-enable object versioning.",
    PLAIN,
  );
}
