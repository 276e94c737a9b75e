// What Swift's answer means to an S3 client when it is none of success.
// Authority: swift/common/middleware/s3api/s3request.py, _swift_error_codes and _get_response.

import type { SwiftRequest } from "../request.ts";
import { methodNotAllowed, noSuchBucket, noSuchKey, S3Error } from "./errors.ts";
import type { S3Answer } from "./reply.ts";
import type { S3Settings } from "./settings.ts";
import { succeeded } from "./swift-terms.ts";
import { SEGMENTS_SUFFIX } from "./upload-names.ts";

export interface Judged {
  settings: S3Settings;
  /** Is there a container of that name? */
  bucketExists(bucket: string): boolean;
  /** Why a bucket that shall be made is there already. */
  bucketTaken(bucket: string): S3Error;
  /** Nobody has vouched for the signature. */
  mismatch(): S3Error;
}

/** @throws S3Error for an answer that is none of success */
export function judge(answer: S3Answer, { method, entity }: SwiftRequest, judged: Judged): void {
  const { status } = answer;
  const container = entity?.container ?? null;
  const object = entity?.object ?? null;
  if (succeeded(method, container, object, status)) return;
  const words = typeof answer.body === "string" ? answer.body : "";
  const refusal = refusalOf({ method, container, object, status, words }, judged);
  if (refusal) throw refusal;
  if (status === 400) throw new S3Error("InvalidRequest", { message: words });
  if (status === 401) throw judged.mismatch();
  if (status === 403) throw new S3Error("AccessDenied");
  if (status === 408 || status === 499) throw new S3Error("RequestTimeout");
  if (status === 503) throw new S3Error("ServiceUnavailable");
  if (status === 498 || status === 429)
    throw new S3Error("SlowDown", judged.settings.ratelimitAsClientError ? { status: 429 } : {});
  if (status === 409) throw new S3Error("BrokenMPU");
  if (status === 405) throw methodNotAllowed(method, "OBJECT");
  if (status === 412) throw new S3Error("PreconditionFailed");
  throw new S3Error("InternalError", { message: `unexpected status code ${status}` });
}

interface Refused {
  method: string;
  container: string | null;
  object: string | null;
  status: number;
  words: string;
}

function refusalOf({ method, container, object, status, words }: Refused, judged: Judged): S3Error | null {
  if (container === null) return null;
  const quota = words.includes("quota") ? { message: words } : {};
  if (object === null) {
    if (status === 404) return noSuchBucket(container);
    if (method === "PUT" && status === 202) return judged.bucketTaken(container);
    return method === "DELETE" && status === 409 ? new S3Error("BucketNotEmpty") : null;
  }
  if (status === 404) return missing(method, container, object, judged);
  if (status === 412) return new S3Error("PreconditionFailed");
  if (status === 416) return new S3Error("InvalidRange");
  if (method !== "PUT") return null;
  if (status === 422) return new S3Error("BadDigest", quota);
  if (status === 413) return new S3Error("EntityTooLarge", quota);
  return status === 411 ? new S3Error("MissingContentLength") : null;
}

/** Whether the bucket is there decides what is said to be missing. */
function missing(method: string, container: string, object: string, judged: Judged): S3Error {
  if (method === "PUT") return noSuchBucket(container);
  if (method === "DELETE" || container.endsWith(SEGMENTS_SUFFIX)) return noSuchKey(object);
  return judged.bucketExists(container) ? noSuchKey(object) : noSuchBucket(container);
}
