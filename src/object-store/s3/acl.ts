// ACLs of buckets without `s3_acl`: translated into Swift's and back (private, public-read, public-read-write). Objects
// have none of their own. Authority: swift/common/middleware/s3api/acl_utils.py, controllers/acl.py.

import { parseAcl, referrerAllowed } from "../acl.ts";
import type { SwiftReply } from "../answers.ts";
import { invalidArgument, notImplemented, S3Error } from "./errors.ts";
import { grantElement, granteeType, MAX_ACL_BYTES, parsedPolicy, userLeaves } from "./grants.ts";
import { emptyReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { getS3Acl, putS3Acl } from "./s3-acl.ts";
import { branch, child, childText, document, leaf } from "./xml.ts";

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";

const WORLD_READ = ".r:*,.rlistings";
const PRIVATE = { "x-container-write": ".", "x-container-read": "." };

const CANNED: Record<string, Readonly<Record<string, string>>> = {
  "public-read": { "x-container-read": WORLD_READ },
  "public-read-write": { "x-container-write": ".r:*", "x-container-read": WORLD_READ },
  private: PRIVATE,
  "bucket-owner-full-control": PRIVATE,
  "bucket-owner-read": PRIVATE,
};

/** @returns null for what cannot be said in Swift's ACLs. @throws S3Error NotImplemented */
function swiftAcl(canned: string): Readonly<Record<string, string>> | null {
  if (canned === "authenticated-read" || canned === "log-delivery-write") throw notImplemented();
  return CANNED[canned] ?? null;
}

/** Takes `X-Amz-Acl` out of the request and puts Swift's headers in; not under ACLs of S3's own. @throws S3Error */
export function applyAclHeader(request: S3Request): void {
  if (request.settings.s3Acl) return;
  const canned = request.headers.get("x-amz-acl");
  if (canned === undefined) return;
  request.headers.delete("x-amz-acl");
  const acl = swiftAcl(canned);
  if (!acl) throw invalidArgument("x-amz-acl", canned);
  for (const [name, value] of Object.entries(acl)) request.headers.set(name, value);
}

export async function getAcl(request: S3Request): Promise<SwiftReply> {
  if (request.settings.s3Acl) return getS3Acl(request);
  const { swift } = await request.ask({ method: "HEAD" });
  const owner = userLeaves(request.userId);
  const anybody = (acl: string | undefined) => referrerAllowed("unknown", parseAcl(acl ?? null).referrers);
  const grants = [grantElement("CanonicalUser", owner, "FULL_CONTROL")];
  const world = [leaf("URI", ALL_USERS)];
  if (anybody(swift["x-container-read"])) grants.push(grantElement("Group", world, "READ"));
  if (anybody(swift["x-container-write"])) grants.push(grantElement("Group", world, "WRITE"));
  return {
    status: 200,
    headers: { "content-type": "text/plain" },
    body: document("AccessControlPolicy", [branch("Owner", owner), branch("AccessControlList", grants)]),
  };
}

export async function putAcl(request: S3Request): Promise<SwiftReply> {
  if (request.settings.s3Acl) return putS3Acl(request);
  if (request.key !== null) throw notImplemented();
  const body = await request.body.document(MAX_ACL_BYTES);
  const byHeader = request.headers.has("x-amz-acl");
  if (byHeader && body !== null) throw new S3Error("UnexpectedContent");
  if (!byHeader && body === null)
    throw new S3Error("MissingSecurityHeader", { info: { MissingHeaderName: "x-amz-acl" } });
  if (body !== null) {
    for (const [name, value] of Object.entries(aclOfPolicy(body))) request.headers.set(name, value);
  }
  applyAclHeader(request);
  await request.ask({ method: "POST" });
  return emptyReply(200, { location: request.bucket ?? "" });
}

/** @throws S3Error MalformedACLError */
function aclOfPolicy(body: string): Readonly<Record<string, string>> {
  const policy = parsedPolicy(body);
  const list = child(policy, "AccessControlList");
  if (!child(policy, "Owner") || !list) throw new S3Error("MalformedACLError");
  let canned = "unknown";
  for (const entry of list.children) {
    const permission = childText(entry, "Permission");
    const type = granteeType(child(entry, "Grantee"));
    const isPublic = canned === "public-read" || canned === "public-read-write";
    if (permission === "FULL_CONTROL" && type === "CanonicalUser") {
      if (!isPublic) canned = "private";
    } else if (permission === "READ" && type === "Group" && canned !== "public-read-write")
      canned = "public-read";
    else if (permission === "WRITE" && type === "Group") canned = "public-read-write";
    else canned = "unsupported";
  }
  const acl = swiftAcl(canned);
  if (!acl) throw new S3Error("MalformedACLError");
  return acl;
}
