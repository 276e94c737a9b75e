// One S3 request: what it is for, and the Swift requests it is made of.
// Authority: swift/common/middleware/s3api/s3request.py.

import { Refusal, type SwiftReply } from "../answers.ts";
import { MadeBody } from "../body.ts";
import type { App, ContainerFacts, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import type { S3Auth } from "./auth.ts";
import { bucketOfHost, isBucketName } from "./buckets.ts";
import { ClientBody } from "./client-body.ts";
import { bucketExists, invalidArgument, noSuchBucket, S3Error } from "./errors.ts";
import { decodeAcl } from "./grants.ts";
import { AclGuard } from "./guard.ts";
import { checkHeaders, contentMd5, userMetadata } from "./headers.ts";
import { judge } from "./refusals.ts";
import { type S3Answer, s3Answer } from "./reply.ts";
import type { S3Settings } from "./settings.ts";
import { mismatch, readSignature, type Signature } from "./signature.ts";
import { copySource } from "./swift-terms.ts";

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
  readonly body: ClientBody;
  readonly guard: AclGuard;
  bucket: string | null;
  key: string | null;
  /** What the operation is on, as the table of operations calls it. */
  resource = "";
  #auth: S3Auth;
  /** Under ACLs of S3's own: the caller may make buckets in the account. */
  #ownsAccount = false;
  #remoteUser: string | null = null;

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
    this.body = new ClientBody(swift, signature, this.headers);
    this.guard = new AclGuard(this);
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

  /**
   * Finds out who asks before anything is done, as ACLs of S3's own need it; Swift's authorization is not asked again.
   * @throws S3Error SignatureDoesNotMatch
   */
  async authenticate(): Promise<void> {
    const probe = await this.#probe();
    const denial = probe.env.authorize?.(probe);
    this.#ownsAccount = !denial && probe.env.swiftOwner;
    this.#remoteUser = probe.env.remoteUser;
  }

  /** Does what is asked for, and answers in S3's terms. @throws S3Error */
  async ask(asked: Ask = {}): Promise<S3Answer> {
    if (this.settings.s3Acl) await this.guard.before(this.resource, asked);
    return this.askFreely(asked);
  }

  /** The same without a look at ACLs of S3's own. @throws S3Error */
  async askFreely(asked: Ask = {}): Promise<S3Answer> {
    const request = this.#swiftRequest(asked);
    const answer = s3Answer(await this.#send(request));
    if (answer.status >= 400) await asked.onRefusal?.(answer);
    if (this.body.failure) throw this.body.failure;
    judge(answer, request, {
      settings: this.settings,
      bucketExists: (bucket) => this.#factsOf(bucket).exists,
      bucketTaken: (bucket) => this.#bucketTaken(bucket),
      mismatch: () => mismatch(this.signature),
    });
    return answer;
  }

  /** What is known of a bucket; needs no right, but a good signature. @throws S3Error NoSuchBucket */
  async bucketFacts(bucket: string | null = this.bucket): Promise<ContainerFacts> {
    if (this.#auth.account === null) await this.#probe();
    const facts = this.#factsOf(bucket);
    if (!facts.exists) throw noSuchBucket(bucket ?? "");
    return facts;
  }

  /** Who may not make buckets is not told which there are. @throws S3Error AccessDenied, BucketAlreadyOwnedByYou, BucketAlreadyExists */
  requireNewBucket(): void {
    if (!this.#ownsAccount) throw new S3Error("AccessDenied");
    if (this.#factsOf(this.bucket).exists) throw this.#bucketTaken(this.bucket ?? "");
  }

  #factsOf(bucket: string | null): ContainerFacts {
    return this.tools.containerInfo(this.#swiftRequest({ method: "HEAD", bucket, key: null }));
  }

  #bucketTaken(bucket: string): S3Error {
    const { owner } = decodeAcl(this.#factsOf(bucket).sysmeta["s3api-acl"]);
    return bucketExists(bucket, owner === null || owner === this.userId);
  }

  /** A request that does nothing but let the authentication see the signature. @throws S3Error SignatureDoesNotMatch */
  async #probe(): Promise<SwiftRequest> {
    const probe = this.#swiftRequest({ method: "TEST", bucket: null, key: null });
    probe.env.accessLogged = true;
    await this.#send(probe);
    if (this.#auth.account === null) throw mismatch(this.signature);
    return probe;
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
        body ??
        (method === this.method && !all.has("x-copy-from") ? new MadeBody(this.body.stream()) : undefined),
    });
    if (Object.keys(params).length > 0) request.setQuery(Object.entries(params));
    request.env.s3 = this.#auth;
    request.env.leaveRelativeLocation = true;
    request.env.accessLogged = !this.settings.logSwiftRequests;
    if (this.settings.s3Acl && this.#auth.account !== null) {
      request.env.authorize = null;
      request.env.authorizeOverride = true;
      request.env.swiftOwner = true;
      request.env.remoteUser = this.#remoteUser;
    }
    return request;
  }

  #send(request: SwiftRequest): Promise<SwiftReply> {
    return this.parts.next(request).catch((error: unknown) => {
      if (error instanceof Refusal) return error.reply;
      throw error;
    });
  }
}
