// One S3 request: what it is for, and the Swift requests it is made of.
// Authority: swift/common/middleware/s3api/s3request.py.

import { createHash } from "node:crypto";
import { Refusal, type SwiftReply } from "../answers.ts";
import { MadeBody } from "../body.ts";
import { bytesOf } from "../conditional.ts";
import type { App, ContainerFacts, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { quote, unquote } from "../wire.ts";
import type { S3Auth } from "./auth.ts";
import { bucketOfHost, isBucketName } from "./buckets.ts";
import { invalidArgument, noSuchBucket, noSuchKey, S3Error } from "./errors.ts";
import { checkHeaders, contentMd5, userMetadata } from "./headers.ts";
import { hasCheckSum, hashed, isStreaming, summed, unchunked } from "./payload.ts";
import { ETAG_SYSMETA, type S3Answer, s3Answer } from "./reply.ts";
import type { S3Settings } from "./settings.ts";
import { mismatch, readSignature, type Signature } from "./signature.ts";
import { copySource, splitOnce, succeeded } from "./swift-terms.ts";

export const SEGMENTS_SUFFIX = "+segments";
/** A document of up to so many times its limit is read to its end, so that the client, still sending, sees the answer. */
const DRAINED = 64;
const MAX_32BIT = 2_147_483_647;

export interface S3Parts {
  next: App;
  tools: Tools;
  settings: S3Settings;
}

export interface Ask {
  method?: string;
  /** Null: the account itself. Left out: the bucket of the request. */
  bucket?: string | null;
  /** Null: the bucket itself. Left out: the key of the request. */
  key?: string | null;
  query?: Record<string, string>;
  /** Over those of the client; null takes one away. */
  headers?: Record<string, string | null>;
  /** In place of the client's. */
  body?: Uint8Array;
  /** May throw what this answer, which is none of success, means; else it is judged as usual. */
  onRefusal?(answer: S3Answer): Promise<void>;
}

/** Not the client's to set. */
const SWIFTS_OWN = [
  "x-copy-from",
  "x-copy-from-account",
  "x-symlink-target",
  "x-symlink-target-account",
  "x-object-manifest",
  "x-static-large-object",
  "x-auth-token",
  "x-storage-token",
];

export class S3Request {
  readonly swift: SwiftRequest;
  readonly parts: S3Parts;
  readonly params: ReadonlyMap<string, string>;
  /** What goes along with the Swift requests; handlers may change it. */
  readonly headers: Map<string, string>;
  readonly signature: Signature;
  bucket: string | null;
  key: string | null;
  #auth: S3Auth;
  #bodyError: S3Error | null = null;

  /** @returns null when the request is none of S3's. @throws S3Error */
  static read(swift: SwiftRequest, parts: S3Parts): S3Request | null {
    const bucketInHost = bucketOfHost(swift.env.host, parts.settings.storageDomains);
    const signature = readSignature(swift, parts.settings, parts.tools.clock.now(), bucketInHost);
    return signature && new S3Request(swift, parts, signature, bucketInHost);
  }

  private constructor(
    swift: SwiftRequest,
    parts: S3Parts,
    signature: Signature,
    bucketInHost: string | null,
  ) {
    this.swift = swift;
    this.parts = parts;
    this.params = swift.query;
    this.signature = signature;
    const { accessKey } = signature;
    this.#auth = {
      accessKey,
      check: (secret) => signature.check(secret),
      account: null,
      userId: accessKey,
      identity: null,
    };
    if (!swift.validPath || swift.path.includes("\0")) {
      throw new S3Error("InvalidURI", { info: { Uri: swift.quotedPath } });
    }
    const [bucket, ...rest] = (
      bucketInHost === null ? swift.path.slice(1) : `${bucketInHost}${swift.path}`
    ).split("/");
    this.bucket = bucket || null;
    this.key = rest.join("/") || null;
    if (this.bucket !== null && !isBucketName(this.bucket, parts.settings.dnsCompliantBucketNames)) {
      throw new S3Error("InvalidBucketName", { info: { BucketName: this.bucket } });
    }
    this.headers = new Map(swift.headers);
    for (const name of SWIFTS_OWN) this.headers.delete(name);
    checkHeaders(swift);
    const md5 = contentMd5(swift);
    if (md5 !== null) this.headers.set("etag", md5);
    for (const [name, value] of userMetadata(swift)) this.headers.set(name, value);
    for (const name of swift.headers.keys()) if (name.startsWith("x-amz-meta-")) this.headers.delete(name);
    if (isStreaming(signature.payload)) this.#announceUnchunked();
  }

  get settings(): S3Settings {
    return this.parts.settings;
  }

  get tools(): Tools {
    return this.parts.tools;
  }

  get method(): string {
    return this.swift.method;
  }

  /** Owner of everything in listings; known once a request was answered. */
  get userId(): string {
    return this.#auth.userId;
  }

  param(name: string): string | null {
    return this.params.get(name) ?? null;
  }

  /** @throws S3Error InvalidArgument */
  numberParam(name: string, fallback: number, limit = MAX_32BIT): number {
    const text = this.param(name);
    if (text === null) return fallback;
    const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    if (value < 0) {
      throw invalidArgument(name, text, `Argument ${name} must be an integer between 0 and ${MAX_32BIT}`);
    }
    if (!(value <= MAX_32BIT)) {
      throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
    }
    return Math.min(value, limit);
  }

  /** Does what is asked for, and answers in S3's terms. @throws S3Error */
  async ask(asked: Ask = {}): Promise<S3Answer> {
    const request = this.#swiftRequest(asked);
    const answer = s3Answer(await this.#send(request));
    if (answer.status >= 400) await asked.onRefusal?.(answer);
    this.#judge(answer, request);
    return answer;
  }

  /** What is known of a bucket; needs no right, but a good signature. @throws S3Error NoSuchBucket */
  async bucketFacts(bucket: string | null = this.bucket): Promise<ContainerFacts> {
    if (this.#auth.account === null) {
      const probe = this.#swiftRequest({ method: "TEST", bucket: null, key: null });
      probe.env.accessLogged = true;
      await this.#send(probe);
      if (this.#auth.account === null) throw mismatch(this.signature);
    }
    const facts = this.tools.containerInfo(this.#swiftRequest({ method: "HEAD", bucket, key: null }));
    if (!facts.exists) throw noSuchBucket(bucket ?? "");
    return facts;
  }

  /** The request's body, as a document. Null when there is none. @throws S3Error */
  async xml(maxBytes: number): Promise<string | null> {
    const { swift } = this;
    const encoding = swift.header("transfer-encoding");
    if (encoding !== null && encoding.trim().toLowerCase() !== "chunked") {
      throw new S3Error("NotImplemented", {
        message: "A header you provided implies functionality that is not implemented",
        info: { Header: "Transfer-Encoding" },
      });
    }
    const length = Number(this.headers.get("content-length") ?? 0);
    if (length > maxBytes) {
      if (length <= maxBytes * DRAINED) for await (const _ of this.swift.body);
      throw new S3Error("MalformedXML");
    }
    if (length === 0 && encoding === null) return null;
    let bytes: Buffer;
    try {
      bytes = await bytesOf(this.#body(), maxBytes);
    } catch (error) {
      if (error instanceof RangeError) throw new S3Error("MalformedXML");
      if (error instanceof Refusal && error.reply.status === 422) {
        throw new S3Error("BadDigest", { message: String(error.reply.body) });
      }
      if (error instanceof Refusal) throw this.#bodyError ?? new S3Error("RequestTimeout");
      throw error;
    }
    return bytes.length === 0 ? null : bytes.toString();
  }

  /** Content-MD5 must be there and fit; a check sum of another kind, which was looked at before, does as well. @throws S3Error */
  requireMd5(body: string): void {
    const given = this.swift.header("content-md5");
    if (given === null && hasCheckSum(this.swift.headers)) return;
    if (given === null) {
      throw new S3Error("InvalidRequest", {
        message: "Missing required header for this request: Content-MD5",
      });
    }
    if (createHash("md5").update(body).digest("base64") !== given)
      throw new S3Error("BadDigest", { info: { ContentMD5: given } });
  }

  /**
   * Looks at what a copy is made from.
   * @returns its HEAD, or null when nothing is copied. @throws S3Error
   */
  async checkCopySource(): Promise<S3Answer | null> {
    const header = this.headers.get("x-amz-copy-source");
    if (header === undefined) return null;
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
    const conditions: Record<string, string | null> = {
      "x-amz-copy-source": null,
      range: null,
      "x-backend-etag-is-at": ETAG_SYSMETA,
    };
    for (const [name, value] of this.headers) {
      if (name.startsWith("x-amz-copy-source-if-"))
        conditions[name.slice("x-amz-copy-source-".length)] = value;
    }
    const versionId = version === undefined ? null : unquote(version);
    const found = await this.ask({
      method: "HEAD",
      bucket,
      key,
      headers: conditions,
      query: versionId === null ? {} : { "version-id": versionId },
    });
    if (found.status === 304) throw new S3Error("PreconditionFailed");
    const directive = this.headers.get("x-amz-metadata-directive") ?? "COPY";
    if (bucket === this.bucket && key === this.key && directive === "COPY" && versionId === null) {
      throw new S3Error("InvalidRequest", {
        message:
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      });
    }
    this.headers.set(
      "x-amz-copy-source",
      quote(`/${source}`) + (versionId === null ? "" : `?versionId=${versionId}`),
    );
    return found;
  }

  /** What a DELETE of this key needs, so that the parts of a multipart upload go with it. @throws S3Error */
  async manifestDeleteQuery(key: string, versionId: string | null): Promise<Record<string, string>> {
    if (!this.settings.allowMultipartUploads) return {};
    const query = { symlink: "get", ...(versionId === null ? {} : { "version-id": versionId }) };
    const found = await this.ask({ method: "HEAD", key, query, headers: { range: null } });
    return found.isSlo ? { "multipart-manifest": "delete" } : {};
  }

  #swiftRequest({ method = this.method, bucket, key, query = {}, headers = {}, body }: Ask): SwiftRequest {
    const container = bucket === undefined ? this.bucket : bucket;
    const object = key === undefined ? this.key : key;
    const all = new Map(this.headers);
    for (const [name, value] of Object.entries(headers))
      value === null ? all.delete(name) : all.set(name, value);
    const params: Record<string, string> = { ...query };
    const copied = all.get("x-amz-copy-source");
    if (copied !== undefined && method === "PUT" && body === undefined) {
      const version = copySource(all, copied);
      if (version !== null && params["version-id"] === undefined) params["version-id"] = version;
    }
    if (body) all.set("content-length", String(body.length));
    const account = this.#auth.account ?? this.#auth.accessKey;
    const path = ["", "v1", account, container, container === null ? null : object].filter(
      (part) => part !== null,
    );
    const request = this.swift.derive({
      method,
      path: path.join("/"),
      headers: all,
      source: "S3",
      body:
        body ?? (method === this.method && !all.has("x-copy-from") ? new MadeBody(this.#body()) : undefined),
    });
    if (Object.keys(params).length > 0) request.setQuery(Object.entries(params));
    request.env.s3 = this.#auth;
    request.env.leaveRelativeLocation = true;
    request.env.accessLogged = !this.settings.logSwiftRequests;
    return request;
  }

  /** The client's data, checked against every sum that came with them. */
  async *#body(): AsyncGenerator<Uint8Array> {
    try {
      yield* summed(this.#unwrapped(), this.swift.headers);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      // The store knows only refusals; the client gets this one.
      this.#bodyError = error;
      throw new Refusal({ status: error.status, headers: {}, body: null });
    }
  }

  /** Out of whatever Amazon has wrapped them in. */
  async *#unwrapped(): AsyncGenerator<Uint8Array> {
    const { payload } = this.signature;
    const { body } = this.swift;
    if (isStreaming(payload)) {
      const trailers = (this.swift.header("x-amz-trailer") ?? "").split(",").map((name) => name.trim());
      const length = Number(this.headers.get("content-length"));
      yield* unchunked(
        body,
        this.signature,
        length,
        trailers.filter((name) => name !== ""),
      );
    } else if (payload !== null && payload !== "UNSIGNED-PAYLOAD") yield* hashed(body, payload);
    else yield* body;
  }

  #announceUnchunked(): void {
    const length = this.swift.header("x-amz-decoded-content-length");
    if (length === null || !/^\d+$/.test(length)) throw new S3Error("MissingContentLength");
    this.headers.set("content-length", length);
    this.headers.delete("transfer-encoding");
    const encodings = (this.headers.get("content-encoding") ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && name !== "aws-chunked");
    if (encodings.length > 0) this.headers.set("content-encoding", encodings.join(","));
    else this.headers.delete("content-encoding");
  }

  #send(request: SwiftRequest): Promise<SwiftReply> {
    return this.parts.next(request).catch((error: unknown) => {
      if (error instanceof Refusal) return error.reply;
      throw error;
    });
  }

  /** @throws S3Error for an answer that is none of success */
  #judge(answer: S3Answer, { method, entity }: SwiftRequest): void {
    if (this.#bodyError) throw this.#bodyError;
    const { status } = answer;
    const container = entity?.container ?? null;
    const object = entity?.object ?? null;
    if (succeeded(method, container, object, status)) return;
    const words = typeof answer.body === "string" ? answer.body : "";
    const refusal = this.#refusal(method, container, object, status, words);
    if (refusal) throw refusal;
    if (status === 400) throw new S3Error("InvalidRequest", { message: words });
    if (status === 401) throw mismatch(this.signature);
    if (status === 403) throw new S3Error("AccessDenied");
    if (status === 408 || status === 499) throw new S3Error("RequestTimeout");
    if (status === 503) throw new S3Error("ServiceUnavailable");
    if (status === 498 || status === 429)
      throw new S3Error("SlowDown", this.settings.ratelimitAsClientError ? { status: 429 } : {});
    if (status === 409) throw new S3Error("BrokenMPU");
    if (status === 405) throw methodNotAllowed(method, "OBJECT");
    if (status === 412) throw new S3Error("PreconditionFailed");
    throw new S3Error("InternalError", { message: `unexpected status code ${status}` });
  }

  #refusal(
    method: string,
    container: string | null,
    object: string | null,
    status: number,
    words: string,
  ): S3Error | null {
    if (container === null) return null;
    const quota = words.includes("quota") ? { message: words } : {};
    if (object === null) {
      if (status === 404) return noSuchBucket(container);
      if (method === "PUT" && status === 202)
        return new S3Error("BucketAlreadyOwnedByYou", { info: { BucketName: container } });
      return method === "DELETE" && status === 409 ? new S3Error("BucketNotEmpty") : null;
    }
    if (status === 404) return this.#missing(method, container, object);
    if (status === 412) return new S3Error("PreconditionFailed");
    if (status === 416) return new S3Error("InvalidRange");
    if (method !== "PUT") return null;
    if (status === 422) return new S3Error("BadDigest", quota);
    if (status === 413) return new S3Error("EntityTooLarge", quota);
    return status === 411 ? new S3Error("MissingContentLength") : null;
  }

  /** Whether the bucket is there decides what is said to be missing. */
  #missing(method: string, container: string, object: string): S3Error {
    if (method === "PUT") return noSuchBucket(container);
    if (method === "DELETE" || container.endsWith(SEGMENTS_SUFFIX)) return noSuchKey(object);
    const facts = this.tools.containerInfo(
      this.#swiftRequest({ method: "HEAD", bucket: container, key: null }),
    );
    return facts.exists ? noSuchKey(object) : noSuchBucket(container);
  }
}

export function methodNotAllowed(method: string, resource: string): S3Error {
  return new S3Error("MethodNotAllowed", { info: { Method: method, ResourceType: resource } });
}
