// Deleting a static large object with all its segments (`multipart-manifest=delete`).

import { refuse, type SwiftReply } from "../answers.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { segmentHeaders } from "../segments.ts";
import { isTrue, quote } from "../wire.ts";
import { bulkDeleteReply, type Doomed } from "./bulk-delete.ts";
import type { StoredPart } from "./slo-manifest.ts";
import { SLO_MARK, type SloSettings } from "./slo-names.ts";
import { readManifest } from "./slo-read.ts";

export function deleteLargeObject(
  request: SwiftRequest,
  next: App,
  settings: SloSettings,
  tools: Tools,
): Promise<SwiftReply> {
  request.headers.delete("content-type");
  return bulkDeleteReply({
    request,
    next,
    tools,
    source: "SLO",
    settings: {
      maxDeletes: Number.POSITIVE_INFINITY,
      maxFailures: 1000,
      yieldSeconds: settings.yieldFrequency,
    },
    names: () => segmentsToDelete(request, next, settings),
  });
}

interface Pending extends Doomed {
  isManifest: boolean;
}

/** Segments before the manifest that names them. */
async function* segmentsToDelete(
  request: SwiftRequest,
  next: App,
  settings: SloSettings,
): AsyncGenerator<Doomed> {
  if (!request.validPath) throw refuse(412, "Invalid UTF8 or contains NULL");
  const { container, object } = request.entity!;
  const versionId = request.query.get("version-id");
  const queue: Pending[] = [
    { name: `/${container}/${object}`, isManifest: true, ...(versionId === undefined ? {} : { versionId }) },
  ];
  while (queue.length > 0) {
    if (queue.length > settings.maxSegments * 10)
      throw refuse(400, "Too many buffered slo segments to delete.");
    const entry = queue.shift()!;
    if (!entry.isManifest) {
      yield entry;
      continue;
    }
    const parts = await manifestParts(request, next, entry);
    if ("status" in parts) entry.error = parts;
    else {
      for (const part of parts) {
        if (!("data" in part)) queue.push({ name: part.name, isManifest: part.sub_slo === true });
      }
    }
    queue.push({ ...entry, isManifest: false });
  }
}

async function manifestParts(
  request: SwiftRequest,
  next: App,
  entry: Pending,
): Promise<StoredPart[] | { status: number; message: string }> {
  const { version, account } = request.entity!;
  const suffix = entry.versionId === undefined ? "" : `&version-id=${quote(entry.versionId, "")}`;
  const reply = await next(
    request.derive({
      method: "GET",
      path: `/${version}/${account}/${entry.name.replace(/^\/+/, "")}`,
      queryText: `multipart-manifest=get${suffix}`,
      headers: segmentHeaders(request),
      source: "SLO",
    }),
  );
  if (reply.status === 200) {
    if (!isTrue(reply.headers[SLO_MARK])) return { status: 400, message: "Not an SLO manifest" };
    return readManifest(reply);
  }
  if (reply.status === 404) return { status: 404, message: "SLO manifest not found" };
  if (reply.status === 401) return { status: 401, message: "401 Unauthorized" };
  return { status: 500, message: "Unable to load SLO manifest or segment." };
}
