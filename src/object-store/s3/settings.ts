// Options of [filter:s3api]. Authority: swift/common/middleware/s3api/s3api.py.

import { type Conf, confText } from "../pipeline/contract.ts";
import { isTrue, listFromCsv } from "../wire.ts";

export interface S3Settings {
  /** The one region there is, as LocationConstraint and in signatures. */
  location: string;
  dnsCompliantBucketNames: boolean;
  maxBucketListing: number;
  maxPartsListing: number;
  maxMultiDeleteObjects: number;
  storageDomains: readonly string[];
  maxUploadPartNum: number;
  /** Log the Swift requests too that an S3 request is made of. */
  logSwiftRequests: boolean;
  allowMultipartUploads: boolean;
  /** Bytes every part but the last must have. */
  minSegmentSize: number;
  allowableClockSkewSeconds: number;
  preflightOrigins: readonly string[];
  ratelimitAsClientError: boolean;
  /** Buckets and objects have ACLs of S3's own; else those of buckets are translated into Swift's. */
  s3Acl: boolean;
  /** Under these, what has no owner (it came through Swift) is everybody's; else nobody's. */
  allowNoOwner: boolean;
  /** The list of buckets names only those of the caller. */
  checkBucketOwner: boolean;
}

/** @throws Error for a value that cannot be understood */
export function s3Settings(conf: Conf): S3Settings {
  const positive = (name: string, fallback: number) => {
    const text = confText(conf, name, String(fallback));
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < 1)
      throw new Error(`${name} must be a positive integer, not "${text}"`);
    return value;
  };
  const preflightOrigins = listFromCsv(conf.get("cors_preflight_allow_origin"));
  if (preflightOrigins.includes("*") && preflightOrigins.length > 1)
    throw new Error("if cors_preflight_allow_origin should include all domains, * must be the only entry");
  return {
    location: confText(conf, "location", "us-east-1"),
    dnsCompliantBucketNames: isTrue(confText(conf, "dns_compliant_bucket_names", "true")),
    maxBucketListing: positive("max_bucket_listing", 1000),
    maxPartsListing: positive("max_parts_listing", 1000),
    maxMultiDeleteObjects: positive("max_multi_delete_objects", 1000),
    storageDomains: listFromCsv(conf.get("storage_domain")),
    maxUploadPartNum: positive("max_upload_part_num", 1000),
    logSwiftRequests: isTrue(confText(conf, "force_swift_request_proxy_log", "false")),
    allowMultipartUploads: isTrue(confText(conf, "allow_multipart_uploads", "true")),
    minSegmentSize: positive("min_segment_size", 5_242_880),
    allowableClockSkewSeconds: positive("allowable_clock_skew", 15 * 60),
    preflightOrigins,
    ratelimitAsClientError: isTrue(confText(conf, "ratelimit_as_client_error", "false")),
    s3Acl: isTrue(confText(conf, "s3_acl", "false")),
    allowNoOwner: isTrue(confText(conf, "allow_no_owner", "false")),
    checkBucketOwner: isTrue(confText(conf, "check_bucket_owner", "false")),
  };
}
