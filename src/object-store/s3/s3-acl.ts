// `?acl` under ACLs of S3's own. Authority: swift/common/middleware/s3api/controllers/s3_acl.py, acl_handlers.py.

import { HTML, type SwiftReply } from "../answers.ts";
import { quote } from "../wire.ts";
import { S3Error } from "./errors.ts";
import {
  aclDocument,
  aclOfDocument,
  aclOfHeaders,
  CONTAINER_ACL,
  decodeAcl,
  encodeAcl,
  isOwner,
  MAX_ACL_BYTES,
  OBJECT_ACL,
  type Owners,
  type S3Acl,
} from "./grants.ts";
import { ETAG_SYSMETA, emptyReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { LISTED_ETAG } from "./upload-names.ts";

export async function getS3Acl(request: S3Request): Promise<SwiftReply> {
  const { acl } = await request.guard.require(request.bucket, request.key, "READ_ACP");
  return { status: 200, headers: { "content-type": HTML }, body: aclDocument(acl) };
}

/** The owner stays. */
export async function putS3Acl(request: S3Request): Promise<SwiftReply> {
  const { guard, bucket, key } = request;
  const { acl, head } = await guard.require(bucket, key, "WRITE_ACP");
  if (key === null) {
    const wanted = await givenAcl(request, guard.owners(acl), acl);
    await request.askFreely({ method: "POST", headers: { [CONTAINER_ACL]: encodeAcl(wanted) } });
    return emptyReply(200);
  }
  const bucketHead = await request.askFreely({ method: "HEAD", key: null });
  const bucketAcl = decodeAcl(bucketHead.swift[CONTAINER_ACL]);
  const wanted = await givenAcl(request, guard.owners(bucketAcl, acl), acl);
  // Only a copy of the object over itself changes its system metadata; of a large one the manifest is copied.
  const etag = head.swift[ETAG_SYSMETA];
  await request.askFreely({
    method: "PUT",
    headers: {
      [OBJECT_ACL]: encodeAcl(wanted),
      "x-copy-from": quote(`/${bucket}/${key}`),
      "content-type": head.swift["content-type"] ?? null,
      "transfer-encoding": null,
      etag: null,
      ...(head.isSlo && etag ? { [LISTED_ETAG]: `; s3_etag=${etag}` } : {}),
    },
    ...(head.isSlo ? { query: { "multipart-manifest": "get" } } : {}),
    body: new Uint8Array(0),
  });
  return emptyReply(200);
}

/** What the client wants, by header or document. @throws S3Error */
async function givenAcl(request: S3Request, owners: Owners, before: S3Acl): Promise<S3Acl> {
  const byHeader = aclOfHeaders(request.headers, owners);
  const body = await request.body.document(MAX_ACL_BYTES);
  if (byHeader && body !== null) throw new S3Error("UnexpectedContent");
  if (!byHeader && body === null)
    throw new S3Error("MissingSecurityHeader", { info: { MissingHeaderName: "x-amz-acl" } });
  const wanted = byHeader ?? aclOfDocument(body ?? "");
  if (!isOwner(before, wanted.owner, request.settings.allowNoOwner)) throw new S3Error("AccessDenied");
  return wanted;
}
