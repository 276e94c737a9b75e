// X-Versions-Location (a DELETE brings the previous version back) and X-History-Location (a DELETE leaves a marker).
// Authority: swift/common/middleware/versioned_writes/legacy.py.

import { PLAIN, refuse, type SwiftReply } from "../answers.ts";
import type { ObjectEntry } from "../listing.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { normal, parseTimestamp } from "../timestamp.ts";
import { byteLength, unquote } from "../wire.ts";
import { listingPages } from "./versions-listing.ts";
import {
  DELETE_MARKER,
  internal,
  readStored,
  requireSuccess,
  requireWriteAccess,
} from "./versions-requests.ts";

const VERSIONS = "x-versions-location";
const HISTORY = "x-history-location";
const SYS_LOCATION = "x-container-sysmeta-versions-location";
const SYS_MODE = "x-container-sysmeta-versions-mode";

export function legacyVersions(next: App, tools: Tools, enabled: boolean): App {
  const concerns = (request: SwiftRequest) => {
    const { entity, method } = request;
    if (!entity?.container) return false;
    if (!entity.object) return true;
    if (!enabled || (method !== "PUT" && method !== "DELETE")) return false;
    const info = tools.containerInfo(request);
    return Boolean(info.sysmeta["versions-location"] ?? info.versions);
  };

  async function legacyVersionsApp(request: SwiftRequest): Promise<SwiftReply> {
    const { entity, method } = request;
    if (!entity!.object) return container(request);
    const info = tools.containerInfo(request);
    const location = info.sysmeta["versions-location"] ?? info.versions;
    const archive = unquote(location!).split("/")[0]!;
    if (method === "PUT") {
      await archiveCurrent(request, archive);
      return next(request);
    }
    return info.sysmeta["versions-mode"] === "history"
      ? pushMarker(request, archive)
      : popVersion(request, archive);
  }

  async function container(request: SwiftRequest): Promise<SwiftReply> {
    translateLocation(request);
    const reply = await next(request);
    const location = reply.headers[SYS_LOCATION];
    if (location) reply.headers[reply.headers[SYS_MODE] === "history" ? HISTORY : VERSIONS] = location;
    return reply;
  }

  /** What the client says of versions becomes system metadata. @throws Refusal 400, 412 */
  function translateLocation({ headers, method }: SwiftRequest): void {
    const [versions, history] = [headers.get(VERSIONS), headers.get(HISTORY)];
    if (versions !== undefined && history !== undefined) {
      if (versions && history) {
        throw refuse(400, `Only one of ${VERSIONS} or ${HISTORY} may be specified`, PLAIN);
      }
      headers.delete(history ? VERSIONS : HISTORY);
    }
    const mode = headers.has(VERSIONS) ? "stack" : headers.has(HISTORY) ? "history" : null;
    const value = mode && headers.get(mode === "stack" ? VERSIONS : HISTORY);
    if (value === "") headers.set("x-remove-versions-location", "x");
    else if (value) {
      if (!enabled && (method === "PUT" || method === "POST")) {
        throw refuse(412, "Versioned Writes is disabled", PLAIN);
      }
      if (value.includes("/")) throw refuse(412, "Container name cannot contain slashes");
      headers.set(SYS_LOCATION, value);
      headers.set(SYS_MODE, mode!);
      headers.set(VERSIONS, "");
      headers.delete("x-remove-versions-location");
      headers.delete("x-remove-history-location");
    }
    if (headers.get("x-remove-versions-location") || headers.get("x-remove-history-location")) {
      for (const name of [VERSIONS, SYS_LOCATION, SYS_MODE]) headers.set(name, "");
      headers.delete("x-remove-versions-location");
      headers.delete("x-remove-history-location");
    }
  }

  /** Copies what is there now into the archive. */
  async function archiveCurrent(request: SwiftRequest, archive: string): Promise<void> {
    requireWriteAccess(request, tools);
    const current = await readStored(request, next, "VW", request.path);
    if (current.status === 404) return;
    requireSuccess(current);
    const { version, account, object } = request.entity!;
    const ticks = parseTimestamp(current.headers["x-timestamp"] ?? "0") ?? 0;
    const path = `/${version}/${account}/${archive}/${versionPrefix(object!)}${normal(ticks)}`;
    requireSuccess(await next(internal(request, "VW", { method: "PUT", path, entity: current })));
  }

  async function pushMarker(request: SwiftRequest, archive: string): Promise<SwiftReply> {
    await archiveCurrent(request, archive);
    const { version, account, object } = request.entity!;
    const name = versionPrefix(object!) + normal(tools.platform.timestamps.next());
    const marker = internal(request, "VW", {
      method: "PUT",
      path: `/${version}/${account}/${archive}/${name}`,
      headers: { "content-type": DELETE_MARKER, "content-length": "0" },
    });
    marker.env.contentTypeOverridden = true;
    requireSuccess(await next(marker));
    return next(request);
  }

  /** Brings the latest version back, and deletes it from the archive. */
  async function popVersion(request: SwiftRequest, archive: string): Promise<SwiftReply> {
    const { version, account, object } = request.entity!;
    const folder = `/${version}/${account}/${archive}`;
    const prefix = versionPrefix(object!);
    const versions = listingPages(request, next, "VW", folder, { prefix, reverse: "on" });
    let authorized = false;
    // By hand: leaving a `for await` would end the generator, which `popMarker` goes on with.
    for (let page = await versions.next(); !page.done; page = await versions.next()) {
      const entry = page.value;
      if (!authorized) requireWriteAccess(request, tools);
      authorized = true;
      if (entry.contentType === DELETE_MARKER) return popMarker(request, folder, entry, versions);
      if (!(await restore(request, `${folder}/${entry.name}`))) continue;
      return next(internal(request, "VW", { method: "DELETE", path: `${folder}/${entry.name}` }));
    }
    return next(request);
  }

  async function popMarker(
    request: SwiftRequest,
    folder: string,
    marker: ObjectEntry,
    older: AsyncGenerator<ObjectEntry>,
  ): Promise<SwiftReply> {
    const current = await next(internal(request, "VW", { method: "HEAD", path: request.path }));
    if (current.status !== 404) {
      requireSuccess(current);
      return next(request);
    }
    for await (const entry of older) {
      if (entry.contentType === DELETE_MARKER) break;
      if (!(await restore(request, `${folder}/${entry.name}`))) continue;
      const gone = await next(internal(request, "VW", { method: "DELETE", path: `${folder}/${entry.name}` }));
      if (gone.status !== 404) requireSuccess(gone);
      break;
    }
    return next(internal(request, "VW", { method: "DELETE", path: `${folder}/${marker.name}` }));
  }

  /** False when the version has gone meanwhile. */
  async function restore(request: SwiftRequest, path: string): Promise<boolean> {
    const found = await readStored(request, next, "VW", path);
    if (found.status === 404) return false;
    requireSuccess(found);
    requireSuccess(await next(internal(request, "VW", { method: "PUT", path: request.path, entity: found })));
    return true;
  }

  return when(concerns, guarded(legacyVersionsApp), next);
}

/** Length of the name in hex, the name, a slash: so that one name's versions never mix with another's. */
function versionPrefix(object: string): string {
  return `${byteLength(object).toString(16).padStart(3, "0")}${object}/`;
}
