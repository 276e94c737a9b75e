// slo: static large objects. A manifest names its segments with their sizes and tags; reading it gives their
// concatenation. Authority: swift/common/middleware/slo.py.

import { type SwiftReply, say } from "../answers.ts";
import type { ListingEntry } from "../listing.ts";
import { type App, type BuiltinFilter, confInt, confText } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { isTrue } from "../wire.ts";
import { deleteLargeObject } from "./slo-delete.ts";
import { SLO_MARK, type SloSettings } from "./slo-names.ts";
import { putManifest } from "./slo-put.ts";
import { readLargeObject } from "./slo-read.ts";

export const slo: BuiltinFilter = {
  name: "slo",
  factory(next, conf, tools) {
    const settings: SloSettings = {
      maxSegments: confInt(conf, "max_manifest_segments", 1000),
      maxManifestSize: confInt(conf, "max_manifest_size", 8 * 1024 * 1024),
      yieldFrequency: confInt(conf, "yield_frequency", 10),
      allowAsyncDelete: isTrue(confText(conf, "allow_async_delete", "false")),
    };
    tools.registerInfo("slo", {
      max_manifest_segments: settings.maxSegments,
      max_manifest_size: settings.maxManifestSize,
      yield_frequency: settings.yieldFrequency,
      min_segment_size: 1,
      allow_async_delete: settings.allowAsyncDelete,
    });
    const concerns = ({ entity, method, headers, queryText }: SwiftRequest) =>
      entity?.container != null &&
      (method === "GET" ||
        (entity.object !== null && (method === "HEAD" || queryText !== "" || headers.has(SLO_MARK))));

    const sloApp: App = guarded(async function sloApp(request) {
      const { entity, method } = request;
      if (!entity!.object) return withSloEtags(await next(request));
      const manifest = request.query.get("multipart-manifest");
      if (method === "PUT" && manifest === "put") return putManifest(request, sloApp, next, settings, tools);
      if (method === "DELETE" && manifest === "delete")
        return deleteLargeObject(request, next, settings, tools);
      if (method === "GET" || method === "HEAD") return readLargeObject(request, next, tools);
      if (request.headers.has(SLO_MARK)) {
        return say(
          400,
          "X-Static-Large-Object is a reserved header. To create a static large object add query param multipart-manifest=put.",
        );
      }
      return next(request);
    });
    return when(concerns, sloApp, next);
  },
};

/** A listing shows the manifest's own tag, and the large object's beside it. */
function withSloEtags(reply: SwiftReply): SwiftReply {
  if (!reply.listing) return reply;
  return { ...reply, listing: reply.listing.map(withSloEtag) };
}

function withSloEtag(entry: ListingEntry): ListingEntry {
  if (entry.kind !== "object" || !entry.hash.includes("slo_etag=")) return entry;
  const [etag, ...parameters] = entry.hash.split(";").map((part) => part.trim());
  const tag = parameters.find((parameter) => parameter.startsWith("slo_etag="))!;
  const rest = parameters.filter((parameter) => parameter !== tag);
  return {
    ...entry,
    hash: [etag, ...rest].join("; "),
    extra: { ...entry.extra, slo_etag: `"${tag.slice("slo_etag=".length)}"` },
  };
}
