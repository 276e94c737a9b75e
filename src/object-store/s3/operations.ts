// Which operation an S3 request asks for, and what does it.
// Authority: swift/common/middleware/s3api/s3request.py, controller.

import type { SwiftReply } from "../answers.ts";
import { getAcl, putAcl } from "./acl.ts";
import {
  changeTagging,
  deleteBucket,
  getLocation,
  getLogging,
  getTagging,
  getVersioning,
  headBucket,
  listBuckets,
  putBucket,
  putLogging,
  putVersioning,
} from "./bucket.ts";
import { completeUpload } from "./complete.ts";
import { methodNotAllowed, notImplemented } from "./errors.ts";
import { listObjects } from "./listing.ts";
import { deleteObject, deleteObjects, getObject, headObject, putObject } from "./object.ts";
import type { S3Request } from "./request.ts";
import { abortUpload, initiateUpload, listParts, listUploads, putPart } from "./uploads.ts";

type Operation = (request: S3Request) => Promise<SwiftReply>;

interface Resource {
  /** As Swift's refusals call it. */
  name: string;
  methods: Readonly<Record<string, Operation>>;
  /** A key is not for it: it is left out. */
  ofBucket?: true;
}

const refused: Operation = async () => {
  throw notImplemented();
};

const SERVICE: Resource = { name: "SERVICE", methods: { GET: listBuckets } };

const BUCKET: Resource = {
  name: "BUCKET",
  methods: { GET: listObjects, HEAD: headBucket, PUT: putBucket, DELETE: deleteBucket, POST: refused },
};

const OBJECT: Resource = {
  name: "OBJECT",
  methods: { GET: getObject, HEAD: headObject, PUT: putObject, DELETE: deleteObject, POST: refused },
};

/** By the query parameter that names them; the first that is there decides. */
const SUB_RESOURCES: readonly [parameter: string, Resource][] = [
  ["acl", { name: "ACL", methods: { GET: getAcl, PUT: putAcl } }],
  ["delete", { name: "MULTI_OBJECT_DELETE", methods: { POST: deleteObjects }, ofBucket: true }],
  ["location", { name: "LOCATION", methods: { GET: getLocation }, ofBucket: true }],
  ["logging", { name: "LOGGING_STATUS", methods: { GET: getLogging, PUT: putLogging } }],
  ["partNumber", { name: "PART", methods: { PUT: putPart } }],
  ["uploadId", { name: "UPLOAD", methods: { GET: listParts, DELETE: abortUpload, POST: completeUpload } }],
  ["uploads", { name: "UPLOADS", methods: { GET: listUploads, POST: initiateUpload } }],
  ["versioning", { name: "VERSIONING", methods: { GET: getVersioning, PUT: putVersioning }, ofBucket: true }],
  ["tagging", { name: "TAGGING", methods: { GET: getTagging, PUT: changeTagging, DELETE: changeTagging } }],
];

const MULTIPART = ["partNumber", "uploadId", "uploads"];
const UNSUPPORTED = ["notification", "policy", "requestPayment", "torrent", "website", "cors", "restore"];

/** @throws S3Error */
export function operate(request: S3Request): Promise<SwiftReply> {
  const resource = resourceOf(request);
  const operation = resource.methods[request.method];
  if (!operation) throw methodNotAllowed(request.method, resource.name);
  if (resource.ofBucket) request.key = null;
  request.resource = resource.name;
  return operation(request);
}

function resourceOf(request: S3Request): Resource {
  const { params, settings } = request;
  if (request.bucket === null) return SERVICE;
  if (!settings.allowMultipartUploads && MULTIPART.some((name) => params.has(name)))
    throw notImplemented("Multi-part feature isn't support");
  for (const [parameter, resource] of SUB_RESOURCES) if (params.has(parameter)) return resource;
  if (UNSUPPORTED.some((name) => params.has(name)))
    throw notImplemented("The requested resource is not implemented");
  return request.key === null ? BUCKET : OBJECT;
}
