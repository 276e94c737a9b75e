// bulk: deleting many objects, and putting the contents of an archive, with one request.
// Authority: swift/common/middleware/bulk.py.

import { type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confInt } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { bulkDeleteReply, namesInBody } from "./bulk-delete.ts";
import { type ArchiveType, extractReply } from "./bulk-extract.ts";

const ARCHIVES: Record<string, ArchiveType> = { tar: "tar", "tar.gz": "tar.gz", "tar.bz2": "tar.bz2" };

export const bulk: BuiltinFilter = {
  name: "bulk",
  factory(next, conf, tools) {
    const settings = {
      maxContainers: confInt(conf, "max_containers_per_extraction", 10_000),
      maxFailedExtractions: confInt(conf, "max_failed_extractions", 1000),
      maxDeletes: confInt(conf, "max_deletes_per_request", 10_000),
      maxFailures: confInt(conf, "max_failed_deletes", 1000),
      yieldSeconds: confInt(conf, "yield_frequency", 10),
    };
    tools.registerInfo("bulk_upload", {
      max_containers_per_extraction: settings.maxContainers,
      max_failed_extractions: settings.maxFailedExtractions,
    });
    tools.registerInfo("bulk_delete", {
      max_deletes_per_request: settings.maxDeletes,
      max_failed_deletes: settings.maxFailures,
    });
    const maxPathBytes = tools.limits.max_object_name_length + tools.limits.max_container_name_length + 2;

    const concerns = ({ queryText }: SwiftRequest) =>
      queryText !== "" && (queryText.includes("bulk-delete") || queryText.includes("extract-archive"));

    async function bulkApp(request: SwiftRequest): Promise<SwiftReply> {
      const { method, query } = request;
      if (query.has("bulk-delete") && (method === "POST" || method === "DELETE")) {
        return bulkDeleteReply({
          request,
          next,
          tools,
          settings,
          source: "BD",
          names: () => namesInBody(request, settings.maxDeletes, maxPathBytes),
        });
      }
      const archive = method === "PUT" ? query.get("extract-archive") : undefined;
      if (archive === undefined) return next(request);
      const type = ARCHIVES[archive.toLowerCase().replace(/^\.+|\.+$/g, "")];
      if (!type) return say(400, "Unsupported archive format");
      return extractReply({ request, next, tools, settings, type, maxPathBytes });
    }
    return when(concerns, bulkApp, next);
  },
};
