// Object versioning, seen from containers and accounts: switching it on, listings with all versions, and the bytes of
// hidden versions counted in.

import { isSuccess, refuse, type SwiftReply } from "../answers.ts";
import { bestMatch, type ListingEntry, type ObjectEntry } from "../listing.ts";
import { isReserved, reservedName, reservedParts, splitPath } from "../path.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { compareNames } from "../store/listings.ts";
import { parseTimestamp } from "../timestamp.ts";
import { isTrue, quote, unquote } from "../wire.ts";
import { parseVersionName, versionName, versionsContainer } from "./versions-names.ts";
import { DELETE_MARKER, internal } from "./versions-requests.ts";

const VERSIONS_ENABLED = "x-versions-enabled";
const SYS_ENABLED = "x-container-sysmeta-versions-enabled";
const SYS_CONTAINER = "x-container-sysmeta-versions-container";

export function containerVersions(next: App, tools: Tools): App {
  return async function containerVersionsApp(request) {
    const { method } = request;
    if ((method === "PUT" || method === "POST") && request.headers.has(VERSIONS_ENABLED))
      return enable(request);
    if (method === "DELETE") return remove(request);
    return read(request);
  };

  function hiddenPath(request: SwiftRequest, hidden: string): string {
    const { version, account } = request.entity!;
    return `/${version}/${account}/${hidden}`;
  }

  async function enable(request: SwiftRequest): Promise<SwiftReply> {
    const info = tools.containerInfo(request);
    if (info.sysmeta["versions-location"] || info.versions) {
      throw refuse(
        400,
        "Cannot enable object versioning on a container that is already using the legacy versioned writes feature.",
      );
    }
    if (info.syncTo) {
      throw refuse(
        400,
        "Cannot enable object versioning on a container configured as source of container syncing.",
      );
    }
    const enabled = isTrue(request.header(VERSIONS_ENABLED));
    request.headers.set(SYS_ENABLED, enabled ? "True" : "False");
    const hidden = versionsContainer(request.entity!.container!);
    const path = hiddenPath(request, hidden);
    const existed = info.sysmeta["versions-container"] !== undefined;
    if (enabled) {
      const made = await next(internal(request, "OV", { method: "PUT", path }));
      if (!isSuccess(made.status)) throw refuse(500, "Error enabling object versioning");
      request.headers.set(SYS_CONTAINER, quote(hidden));
    }
    const reply = await next(request);
    // A request that failed shall leave nothing behind.
    if (enabled && !existed && !isSuccess(reply.status))
      await next(internal(request, "OV", { method: "DELETE", path }));
    const shown = reply.headers[SYS_ENABLED];
    if (shown !== undefined) reply.headers[VERSIONS_ENABLED] = shown;
    return reply;
  }

  async function remove(request: SwiftRequest): Promise<SwiftReply> {
    const kept = tools.containerInfo(request).sysmeta["versions-container"];
    if (kept) {
      const path = hiddenPath(request, unquote(kept));
      const head = await next(internal(request, "OV", { method: "HEAD", path }));
      if (isSuccess(head.status) && Number(head.headers["x-container-object-count"] ?? 0) > 0) {
        throw refuse(409, "Delete all versions before deleting container.");
      }
      const gone = await next(internal(request, "OV", { method: "DELETE", path }));
      if (!isSuccess(gone.status) && gone.status !== 404)
        throw refuse(500, "Error deleting versioned container");
    }
    return next(request);
  }

  async function read(request: SwiftRequest): Promise<SwiftReply> {
    const reply = await next(request);
    const kept = reply.headers[SYS_CONTAINER];
    const enabled = reply.headers[SYS_ENABLED];
    if (enabled !== undefined) reply.headers[VERSIONS_ENABLED] = enabled;
    const container = request.entity!.container!;
    const hidden =
      kept !== undefined ? unquote(kept) : isReserved(container) ? null : versionsContainer(container);
    if (kept !== undefined && reply.headers["x-container-bytes-used"] !== undefined) {
      const head = await next(
        internal(request, "OV", { method: "HEAD", path: hiddenPath(request, unquote(kept)) }),
      );
      const bytes = Number(head.headers["x-container-bytes-used"] ?? 0);
      reply.headers["x-container-bytes-used"] = String(
        Number(reply.headers["x-container-bytes-used"]) + bytes,
      );
    }
    if (!isSuccess(reply.status) || !reply.listing || hidden === null) return reply;
    const listing = reply.listing.map((entry) =>
      throughLink(entry, hidden, container, request.query.has("versions")),
    );
    return request.query.has("versions")
      ? listVersions(request, { ...reply, listing }, hidden)
      : { ...reply, listing };
  }

  /** Every version of every object, newest first. JSON only. */
  async function listVersions(request: SwiftRequest, reply: SwiftReply, hidden: string): Promise<SwiftReply> {
    // There is no form of it but JSON.
    request.env.formatListing = false;
    const params = new Map(request.query);
    const format = params.get("format");
    const accepts = request.header("accept") || "*/*";
    if (format ? format.toLowerCase() !== "json" : bestMatch(accepts, ["application/json"]) === null)
      throw refuse(406);
    const limit = Number(params.get("limit") ?? tools.limits.container_listing_limit);
    const marker = versionMarker(params);
    if (/[0-9.\0]/.test(params.get("delimiter") ?? "")) throw refuse(400, "invalid delimiter param");
    const subdirs = new Set<string>();
    const current = new Map<string, ObjectEntry>();
    const latest = new Set<string>();
    const rows: ListingEntry[] = [];
    for (const entry of reply.listing ?? []) {
      if (entry.kind === "subdir") subdirs.add(entry.name);
      else if (entry.kind === "object") {
        const path = entry.extra?.["version_symlink"] ? unquote(String(entry.extra["symlink_path"])) : null;
        if (path !== null) current.set(splitPath(path, 4, 4, true)?.[3] ?? "", entry);
        else {
          rows.push({ ...entry, extra: { ...entry.extra, version_id: "null", is_latest: true } });
          latest.add(entry.name);
        }
      }
    }
    const query: Record<string, string> = { marker };
    const prefix = params.get("prefix");
    if (prefix !== undefined) query["prefix"] = reservedName(prefix);
    for (const name of ["limit", "delimiter", "reverse"]) {
      const value = params.get(name);
      if (value) query[name] = value;
    }
    const versions = await next(
      internal(request, "OV", { method: "GET", path: hiddenPath(request, hidden), query }),
    );
    for (const entry of versions.listing ?? []) {
      if (entry.kind === "subdir") {
        subdirs.add(reservedParts(entry.name)[0]!);
        continue;
      }
      const parsed = entry.kind === "object" ? parseVersionName(entry.name) : null;
      if (!parsed || entry.kind !== "object") continue;
      const isLatest =
        current.delete(entry.name) || (entry.contentType === DELETE_MARKER && !latest.has(parsed.object));
      if (isLatest) latest.add(parsed.object);
      rows.push(versionRow(entry, parsed.object, parsed.id, isLatest));
    }
    // Links whose version is missing are shown all the same.
    for (const [name, entry] of current) {
      const parsed = parseVersionName(name);
      if (parsed) rows.push(versionRow(entry, parsed.object, parsed.id, !latest.has(parsed.object)));
    }
    for (const name of subdirs) rows.push({ kind: "subdir", name });
    // Versions of one name stay in the order in which they came.
    const sign = isTrue(params.get("reverse")) ? -1 : 1;
    rows.sort((a, b) => sign * compareNames(a.name, b.name));
    return { ...reply, listing: rows.slice(0, limit) };
  }

  /** Where a page of versions begins, as a name in the hidden container. @throws Refusal 400 */
  function versionMarker(params: ReadonlyMap<string, string>): string {
    const marker = params.get("marker");
    const version = params.get("version_marker");
    if (version === undefined) return marker ? `${reservedName(marker, "")}:` : "";
    if (marker === undefined) throw refuse(400, "version_marker param requires marker");
    if (version === "null") return marker;
    const ticks = parseTimestamp(version);
    if (ticks === null) throw refuse(400, "invalid version_marker param");
    return versionName(marker, ticks);
  }
}

function versionRow(entry: ObjectEntry, name: string, id: string, isLatest: boolean): ObjectEntry {
  return { ...entry, name, extra: { ...entry.extra, is_latest: isLatest, version_id: id } };
}

/** A link to a hidden version shows as what it links to. */
function throughLink(entry: ListingEntry, hidden: string, container: string, all: boolean): ListingEntry {
  const path = entry.kind === "object" ? entry.extra?.["symlink_path"] : undefined;
  if (entry.kind !== "object" || path === undefined || entry.extra?.["symlink_etag"] === undefined)
    return entry;
  const [version, account, targetContainer, target] = splitPath(unquote(String(path)), 4, 4, true) ?? [];
  if (targetContainer !== hidden) return entry;
  const { symlink_bytes, symlink_etag, ...extra } = entry.extra;
  const parameters = entry.hash.includes(";") ? entry.hash.slice(entry.hash.indexOf(";")) : "";
  const parsed = parseVersionName(target!);
  const shownPath =
    parsed && !all
      ? `${quote(`/${version}/${account}/${container}/${parsed.object}`)}?version-id=${parsed.id}`
      : String(path);
  return {
    ...entry,
    bytes: Number(symlink_bytes),
    hash: `${symlink_etag}${parameters}`,
    extra: { ...extra, version_symlink: true, symlink_path: shownPath },
  };
}

/** Bytes of hidden versions belong to the containers they are versions of. */
export async function accountWithVersions(request: SwiftRequest, next: App): Promise<SwiftReply> {
  const reply = await next(request);
  if (!isSuccess(reply.status) || !reply.listing) return reply;
  const { version, account } = request.entity!;
  const hidden = await next(
    internal(request, "OV", {
      method: "GET",
      path: `/${version}/${account}`,
      query: { prefix: reservedName("versions", request.query.get("prefix") ?? "") },
    }),
  );
  const bytes = new Map<string, number>();
  for (const entry of hidden.listing ?? []) {
    if (entry.kind === "container") bytes.set(reservedParts(entry.name)[1] ?? "", entry.bytes);
  }
  if (bytes.size === 0) return reply;
  return {
    ...reply,
    listing: reply.listing.map((entry) =>
      entry.kind === "container" ? { ...entry, bytes: entry.bytes + (bytes.get(entry.name) ?? 0) } : entry,
    ),
  };
}
