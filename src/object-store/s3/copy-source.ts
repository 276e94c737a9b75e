// What a copy is made from: looked at before anything is written.
// Authority: swift/common/middleware/s3api/s3request.py, check_copy_source.

import { quote, unquote } from "../wire.ts";
import { invalidArgument, S3Error } from "./errors.ts";
import { ETAG_SYSMETA, type S3Answer } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { splitOnce } from "./swift-terms.ts";

/** @returns HEAD of the source, or null when nothing is copied. @throws S3Error */
export async function checkCopySource(request: S3Request): Promise<S3Answer | null> {
  const { headers } = request;
  const header = headers.get("x-amz-copy-source");
  if (header === undefined) return null;
  const { source, bucket, key, version } = parsedSource(header);
  const conditions: Record<string, string | null> = {
    "x-amz-copy-source": null,
    range: null,
    "x-backend-etag-is-at": ETAG_SYSMETA,
  };
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-copy-source-if-")) conditions[name.slice("x-amz-copy-source-".length)] = value;
  }
  const found = await request.ask({
    method: "HEAD",
    bucket,
    key,
    headers: conditions,
    query: version === null ? {} : { "version-id": version },
  });
  if (found.status === 304) throw new S3Error("PreconditionFailed");
  const directive = headers.get("x-amz-metadata-directive") ?? "COPY";
  if (bucket === request.bucket && key === request.key && directive === "COPY" && version === null) {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  headers.set("x-amz-copy-source", quote(`/${source}`) + (version === null ? "" : `?versionId=${version}`));
  return found;
}

interface Source {
  /** Bucket and key. */
  source: string;
  bucket: string;
  key: string;
  version: string | null;
}

/** @throws S3Error InvalidArgument */
function parsedSource(header: string): Source {
  const [path = "", query = ""] = splitOnce(header, "?");
  const version = /^versionId=([^&]*)$/.exec(query)?.[1];
  if (query !== "" && version === undefined) {
    throw invalidArgument("X-Amz-Copy-Source", header, "Unsupported copy source parameter.");
  }
  const source = unquote(path).replace(/^\/?/, "");
  const [bucket = "", key = ""] = splitOnce(source, "/");
  if (bucket === "" || key === "") {
    throw invalidArgument(
      "x-amz-copy-source",
      header,
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  return { source, bucket, key, version: version === undefined ? null : unquote(version) };
}
