// The refusals of the S3 API: codes, statuses and texts of swift/common/middleware/s3api/s3response.py.

import type { SwiftReply } from "../answers.ts";
import { leaf, rawDocument } from "./xml.ts";

const REFUSALS = {
  AccessDenied: [403, "Access Denied."],
  AuthorizationHeaderMalformed: [
    400,
    "The authorization header is malformed; the authorization header requires three components: Credential, SignedHeaders, and Signature.",
  ],
  AuthorizationQueryParametersError: [400, ""],
  BadDigest: [400, "The Content-MD5 you specified did not match what we received."],
  BrokenMPU: [409, "Multipart upload has broken segment data."],
  BucketAlreadyExists: [
    409,
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
  ],
  BucketAlreadyOwnedByYou: [
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
  ],
  BucketNotEmpty: [409, "The bucket you tried to delete is not empty"],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed object size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed object size."],
  IncompleteBody: [
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  ],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InvalidArgument: [400, "Invalid Argument."],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 you specified was an invalid."],
  InvalidLocationConstraint: [400, "The specified location constraint is not valid."],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [
    400,
    "The list of parts was not in ascending order.Parts list must specified in order by part number.",
  ],
  InvalidRange: [416, "The requested range cannot be satisfied."],
  InvalidRequest: [400, "Invalid Request."],
  InvalidStorageClass: [400, "The storage class you specified is not valid."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long."],
  MalformedACLError: [
    400,
    "The XML you provided was not well-formed or did not validate against our published schema.",
  ],
  MalformedXML: [
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
  ],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  MissingRequestBodyError: [400, "Request body is empty."],
  MissingSecurityHeader: [400, "Your request was missing a required header."],
  NoLoggingStatusForKey: [400, "There is no such thing as a logging status sub-resource for a key."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchUpload: [
    404,
    "The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.",
  ],
  NoSuchVersion: [404, "The specified version does not exist."],
  NotImplemented: [501, "Not implemented."],
  PreconditionFailed: [412, "At least one of the preconditions you specified did not hold."],
  RequestTimeTooSkewed: [403, "The difference between the request time and the current time is too large."],
  RequestTimeout: [
    400,
    "Your socket connection to the server was not read from or written to within the timeout period.",
  ],
  ServiceUnavailable: [503, "Please reduce your request rate."],
  SignatureDoesNotMatch: [
    403,
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  ],
  SlowDown: [503, "Please reduce your request rate."],
  UnexpectedContent: [400, "This request does not support content."],
  UserKeyMustBeSpecified: [
    400,
    "The bucket POST must contain the specified field name. If it is specified, please check the order of the fields.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type S3Code = keyof typeof REFUSALS;

export interface S3ErrorDetails {
  /** In place of the code's own sentence. */
  message?: string;
  /** In place of the code's own status. */
  status?: number;
  /** Elements behind the message: `BucketName`. */
  info?: Readonly<Record<string, string>>;
}

/** Thrown to end an S3 request. */
export class S3Error extends Error {
  readonly code: S3Code;
  readonly status: number;
  readonly info: Readonly<Record<string, string>>;

  constructor(code: S3Code, { message, status, info = {} }: S3ErrorDetails = {}) {
    super(message || REFUSALS[code][1]);
    this.name = "S3Error";
    this.code = code;
    this.status = status ?? REFUSALS[code][0];
    this.info = info;
  }
}

/** @param requestId X-Trans-Id */
export function errorReply(error: S3Error, requestId: string): SwiftReply {
  const body = rawDocument("Error", [
    leaf("Code", error.code),
    leaf("Message", error.message),
    ...(requestId === "" ? [] : [leaf("RequestId", requestId)]),
    ...Object.entries(error.info).map(([name, value]) => leaf(name, value)),
  ]);
  return { status: error.status, headers: { "content-type": "application/xml" }, body };
}

export const noSuchBucket = (bucket: string) => new S3Error("NoSuchBucket", { info: { BucketName: bucket } });

export const bucketExists = (bucket: string, own: boolean) =>
  new S3Error(own ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists", { info: { BucketName: bucket } });

export const noSuchKey = (key: string) => new S3Error("NoSuchKey", { info: { Key: key } });

export const noSuchUpload = (uploadId: string) =>
  new S3Error("NoSuchUpload", { info: { UploadId: uploadId } });

export const invalidArgument = (name: string, value: string, message?: string) =>
  new S3Error("InvalidArgument", {
    ...(message === undefined ? {} : { message }),
    info: { ArgumentName: name, ArgumentValue: value },
  });

export const notImplemented = (message?: string) =>
  new S3Error("NotImplemented", message === undefined ? {} : { message });

export const methodNotAllowed = (method: string, resource: string) =>
  new S3Error("MethodNotAllowed", { info: { Method: method, ResourceType: resource } });
