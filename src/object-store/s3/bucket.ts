// Buckets: made, looked at, removed, and what little there is to set on them; and the list of them all.
// Authority: swift/common/middleware/s3api/controllers/{bucket,service,location,logging,tagging,versioning}.py.

import type { SwiftReply } from "../answers.ts";
import { isTrue } from "../wire.ts";
import { applyAclHeader } from "./acl.ts";
import { isBucketName } from "./buckets.ts";
import { notImplemented, S3Error } from "./errors.ts";
import { emptyReply, toReply, xmlReply } from "./reply.ts";
import type { S3Request } from "./request.ts";
import { SEGMENTS_SUFFIX } from "./upload-names.ts";
import { branch, childText, document, leaf, parseXml, type XmlElement } from "./xml.ts";

const MAX_BODY_BYTES = 10_240;
/** Swift does not keep when a container was made, and clients do not work without. */
const CREATED = "2009-02-03T16:45:09.000Z";

export async function listBuckets(request: S3Request): Promise<SwiftReply> {
  const { listing = [] } = await request.ask();
  const { dnsCompliantBucketNames } = request.settings;
  const owner = [leaf("ID", request.userId), leaf("DisplayName", request.userId)];
  const names = listing.map(({ name }) => name).filter((name) => isBucketName(name, dnsCompliantBucketNames));
  const buckets: string[] = [];
  for (const name of names) {
    if (await isShown(request, name))
      buckets.push(branch("Bucket", [leaf("Name", name), leaf("CreationDate", CREATED)]));
  }
  return xmlReply("ListAllMyBucketsResult", [branch("Owner", owner), branch("Buckets", buckets)]);
}

async function isShown(request: S3Request, bucket: string): Promise<boolean> {
  const { s3Acl, checkBucketOwner } = request.settings;
  if (!s3Acl || !checkBucketOwner) return true;
  try {
    await request.guard.require(bucket, null, "OWNER");
    return true;
  } catch (error) {
    if (error instanceof S3Error && (error.code === "AccessDenied" || error.code === "NoSuchBucket"))
      return false;
    throw error;
  }
}

export async function headBucket(request: S3Request): Promise<SwiftReply> {
  const { headers } = await request.ask();
  return emptyReply(200, headers);
}

export async function putBucket(request: S3Request): Promise<SwiftReply> {
  const body = await request.body.document(MAX_BODY_BYTES);
  if (body !== null) {
    const wanted = childText(parsed(body), "LocationConstraint");
    if (wanted === null) throw new S3Error("MalformedXML");
    const { location } = request.settings;
    if (wanted !== location && wanted !== location.toLowerCase())
      throw new S3Error("InvalidLocationConstraint");
  }
  applyAclHeader(request);
  // An ACL of S3's own goes along with the PUT: it must not replace that of a bucket which is there.
  if (request.settings.s3Acl) request.requireNewBucket();
  const { headers } = await request.ask();
  return emptyReply(200, { ...headers, location: `/${request.bucket}` });
}

/** @throws S3Error MalformedXML */
export function parsed(body: string, root?: string): XmlElement {
  let element: XmlElement;
  try {
    element = parseXml(body);
  } catch {
    throw new S3Error("MalformedXML");
  }
  if (root !== undefined && element.name !== root) throw new S3Error("MalformedXML");
  return element;
}

/** The parts of uploads that were never completed go with the bucket. */
export async function deleteBucket(request: S3Request): Promise<SwiftReply> {
  if (request.settings.allowMultipartUploads) {
    const { swift } = await request.ask({ method: "HEAD" });
    if (Number(swift["x-container-object-count"]) > 0) {
      throw new S3Error("BucketNotEmpty", {
        ...(isTrue(swift["x-container-sysmeta-versions-enabled"])
          ? {
              message:
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            }
          : {}),
      });
    }
    await removeSegments(request);
  }
  return toReply(await request.ask());
}

async function removeSegments(request: S3Request): Promise<void> {
  const bucket = request.bucket + SEGMENTS_SUFFIX;
  try {
    for (let marker = ""; ; ) {
      const { listing = [] } = await request.ask({ method: "GET", bucket, query: { marker } });
      if (listing.length === 0) break;
      for (const { name } of listing) {
        await request.ask({ method: "DELETE", bucket, key: name }).catch(unless("NoSuchKey"));
        marker = name;
      }
    }
    await request.ask({ method: "DELETE", bucket });
  } catch (error) {
    if (error instanceof S3Error && error.code === "NoSuchBucket") return;
    if (error instanceof S3Error && error.code === "BucketNotEmpty") throw new S3Error("ServiceUnavailable");
    throw error;
  }
}

function unless(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof S3Error) || error.code !== code) throw error;
  };
}

export async function getLocation(request: S3Request): Promise<SwiftReply> {
  await request.ask({ method: "HEAD", key: null });
  const { location } = request.settings;
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: document("LocationConstraint", location === "us-east-1" ? [] : [location]),
  };
}

export async function getLogging(request: S3Request): Promise<SwiftReply> {
  if (request.key !== null) throw new S3Error("NoLoggingStatusForKey");
  await request.ask({ method: "HEAD" });
  return xmlReply("BucketLoggingStatus", []);
}

export async function putLogging(request: S3Request): Promise<SwiftReply> {
  throw request.key === null ? notImplemented() : new S3Error("NoLoggingStatusForKey");
}

export async function getTagging(): Promise<SwiftReply> {
  return { status: 200, headers: {}, body: document("Tagging", ["<TagSet/>"]) };
}

export async function changeTagging(): Promise<SwiftReply> {
  throw notImplemented("The requested resource is not implemented");
}

export async function getVersioning(request: S3Request): Promise<SwiftReply> {
  const { sysmeta } = await request.bucketFacts();
  const enabled = sysmeta["versions-enabled"];
  const status = enabled === undefined ? [] : [leaf("Status", isTrue(enabled) ? "Enabled" : "Suspended")];
  return { status: 200, headers: {}, body: document("VersioningConfiguration", status) };
}

export async function putVersioning(request: S3Request): Promise<SwiftReply> {
  const body = await request.body.document(MAX_BODY_BYTES);
  const status = childText(parsed(body ?? "", "VersioningConfiguration"), "Status");
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  await request.ask({
    method: "POST",
    key: null,
    headers: { "x-versions-enabled": String(status === "Enabled") },
  });
  return emptyReply(200);
}
