// Who may do what to a bucket or object under ACLs of S3's own: asked before each of the Swift requests an S3 request
// is made of, which then go past Swift's own authorization.
// Authority: swift/common/middleware/s3api/acl_handlers.py.

import { S3Error } from "./errors.ts";
import {
  aclOfHeaders,
  allows,
  CONTAINER_ACL,
  decodeAcl,
  encodeAcl,
  OBJECT_ACL,
  type Owners,
  type Permission,
  privateAcl,
  type S3Acl,
} from "./grants.ts";
import type { S3Answer } from "./reply.ts";
import type { Ask, S3Request } from "./request.ts";
import { SEGMENTS_SUFFIX, UPLOAD_ACL_SYSMETA } from "./upload-names.ts";

/** Asks of these are answered whatever conditions the client has set for what it wants. */
const UNCONDITIONAL = {
  range: null,
  "x-amz-copy-source": null,
  "if-match": null,
  "if-none-match": null,
  "if-modified-since": null,
  "if-unmodified-since": null,
};

/** By the client's method, Swift's, and what Swift's is for. */
const NEEDED: Readonly<Record<string, Permission>> = {
  "HEAD HEAD bucket": "READ",
  "GET HEAD bucket": "OWNER",
  "GET GET bucket": "READ",
  "PUT HEAD bucket": "WRITE",
  "PUT POST bucket": "WRITE",
  "POST HEAD bucket": "WRITE",
  "DELETE HEAD bucket": "WRITE",
  "DELETE GET bucket": "WRITE",
  "DELETE DELETE bucket": "OWNER",
  "HEAD HEAD object": "READ",
  "GET GET object": "READ",
  "PUT HEAD object": "READ",
};

interface Asked {
  method: string;
  bucket: string;
  key: string | null;
}

export class AclGuard {
  #request: S3Request;
  /** True once an upload's ACL has been worked out. */
  #noted = false;

  constructor(request: S3Request) {
    this.#request = request;
  }

  /** @param resource as in the table of operations. @throws S3Error AccessDenied */
  async before(resource: string, ask: Ask): Promise<void> {
    const request = this.#request;
    const bucket = ask.bucket === undefined ? request.bucket : ask.bucket;
    if (bucket === null) return;
    const asked: Asked = {
      method: ask.method ?? request.method,
      bucket,
      key: ask.key === undefined ? request.key : ask.key,
    };
    switch (resource) {
      case "BUCKET":
        return this.#bucket(asked);
      case "OBJECT":
        return this.#object(asked);
      case "MULTI_OBJECT_DELETE":
        // Who may write into the bucket may remove all that is in it.
        if (asked.method === "HEAD" && asked.key === null) await this.#check(asked);
        return;
      case "PART":
        return this.#part(asked);
      case "UPLOADS":
        return this.#uploads(asked);
      case "UPLOAD":
        return this.#upload(asked);
      case "ACL":
        // Its operations ask by themselves.
        return;
      default:
        await this.#check(asked);
    }
  }

  /** @returns the ACL of the bucket or object, and HEAD of it. @throws S3Error AccessDenied, NoSuchBucket, NoSuchKey */
  async require(
    bucket: string | null,
    key: string | null,
    permission: Permission,
  ): Promise<{ acl: S3Acl; head: S3Answer }> {
    const request = this.#request;
    const version = key === null ? null : request.param("versionId");
    const head = await request.askFreely({
      method: "HEAD",
      bucket,
      key,
      headers: UNCONDITIONAL,
      query: version === null ? {} : { "version-id": version },
    });
    const acl = decodeAcl(head.swift[key === null ? CONTAINER_ACL : OBJECT_ACL]);
    if (!allows(acl, request.userId, permission, request.settings.allowNoOwner))
      throw new S3Error("AccessDenied");
    return { acl, head };
  }

  /** Who owns a bucket, and so what is put into it by somebody else. */
  owners(bucket: S3Acl, object?: S3Acl): Owners {
    const { userId } = this.#request;
    return {
      bucket: bucket.owner ?? userId,
      ...(object === undefined ? {} : { object: object.owner ?? userId }),
    };
  }

  /** The ACL a new object of the caller's shall have, once the caller may write into the bucket. @throws S3Error */
  async #newObjectAcl(permissionOf: string): Promise<string> {
    const request = this.#request;
    const needed = NEEDED[`${permissionOf} HEAD bucket`] ?? "WRITE";
    const { acl } = await this.require(request.bucket, null, needed);
    const owners = { bucket: acl.owner ?? request.userId, object: request.userId };
    return encodeAcl(aclOfHeaders(request.headers, owners) ?? privateAcl(owners));
  }

  async #check({ method, bucket, key }: Asked): Promise<void> {
    const permission = NEEDED[`${this.#request.method} ${method} ${key === null ? "bucket" : "object"}`];
    if (permission === undefined) throw new S3Error("AccessDenied");
    await this.require(bucket, key, permission);
  }

  async #bucket(asked: Asked): Promise<void> {
    const request = this.#request;
    if (asked.method === "PUT") {
      const owners = { bucket: request.userId };
      request.headers.set(
        CONTAINER_ACL,
        encodeAcl(aclOfHeaders(request.headers, owners) ?? privateAcl(owners)),
      );
      return;
    }
    // What is left of uploads goes with the bucket, to which the right was asked first.
    if (request.method === "DELETE" && asked.bucket.endsWith(SEGMENTS_SUFFIX)) return;
    if (request.method === "DELETE" && asked.method === "HEAD")
      return this.#check({ ...asked, method: "DELETE" });
    return this.#check(asked);
  }

  async #object(asked: Asked): Promise<void> {
    const request = this.#request;
    if (asked.method === "PUT") {
      request.headers.set(OBJECT_ACL, await this.#newObjectAcl(request.method));
      return;
    }
    if (asked.method === "DELETE") return void (await this.require(asked.bucket, null, "WRITE"));
    if (asked.method === "HEAD" && request.method === "DELETE") return;
    return this.#check(asked);
  }

  async #part(asked: Asked): Promise<void> {
    if (asked.method !== "HEAD") return;
    const { bucket } = asked;
    if (!bucket.endsWith(SEGMENTS_SUFFIX)) return this.#check(asked);
    await this.require(bucket.slice(0, -SEGMENTS_SUFFIX.length), null, "WRITE");
  }

  async #uploads({ method }: Asked): Promise<void> {
    const request = this.#request;
    if (method === "GET") return void (await this.require(request.bucket, null, "READ"));
    if (method !== "PUT" || this.#noted) return;
    request.headers.set(UPLOAD_ACL_SYSMETA, await this.#newObjectAcl("PUT"));
    this.#noted = true;
  }

  async #upload({ method }: Asked): Promise<void> {
    const request = this.#request;
    if (method === "HEAD") {
      await this.require(request.bucket, null, request.method === "GET" ? "READ" : "WRITE");
    } else if (method === "PUT") {
      const marker = await request.askFreely({
        method: "HEAD",
        bucket: request.bucket + SEGMENTS_SUFFIX,
        key: `${request.key}/${request.param("uploadId")}`,
        headers: UNCONDITIONAL,
      });
      request.headers.set(OBJECT_ACL, marker.swift[UPLOAD_ACL_SYSMETA] ?? "");
    }
  }
}
