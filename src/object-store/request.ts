// One request as it travels down the pipeline. Unlike other services' requests it keeps every byte of the path:
// object names may hold `//`, `..`, `%2F` and whatever else is UTF-8, and nothing ever normalises them.

import type { TokenFacts } from "../http/auth.ts";
import { Refusal, type SwiftReply, say } from "./answers.ts";
import { EMPTY_BODY, MadeBody, type RequestBody } from "./body.ts";
import { type EntityPath, parseEntityPath, splitPath } from "./path.ts";
import type { S3Auth } from "./s3/auth.ts";
import { parseTimestamp } from "./timestamp.ts";
import { quote, unquoteChecked, unquotePlus } from "./wire.ts";

export interface SloFault {
  name: string;
  status: string;
}

/** Null: go ahead. */
export type Authorize = (request: SwiftRequest) => SwiftReply | null;

/**
 * What middleware tell each other about a request, shared with the requests they make on its behalf (WSGI's environ).
 */
export interface Environment {
  /** `tx` and 21 hex digits, a dash, the time in hex: X-Trans-Id. */
  transId: string;
  startedMs: number;
  remoteAddress: string;
  scheme: "http" | "https";
  /** Host and port as the client named them. */
  host: string;
  /** Path under which the service is mounted; empty on its own port. */
  mount: string;
  /** The client's path below the mount point, every byte as sent, without the query. */
  rawPath: string;
  /** The client's headers as sent: names with their underscores, repeated ones as often as they came. */
  rawHeaders: () => Iterable<readonly [name: string, value: string]>;
  /** Of a request of the S3 API. */
  s3: S3Auth | null;
  /** Who asks, once `authtoken` or another has found out. */
  identity: TokenFacts | null;
  /** Roles of the service that asks on somebody's behalf (X-Service-Token), in lower case. */
  serviceRoles: readonly string[];
  /** True when a token was given that is not valid. */
  invalidToken: boolean;
  /** Set by the authentication middleware; the proxy asks it when it knows the ACL. */
  authorize: Authorize | null;
  /** Set by middleware that answer for the request themselves (tempurl, formpost). */
  authorizeOverride: boolean;
  /** Name of whoever is logged in (`REMOTE_USER`); decides between 401 and 403. */
  remoteUser: string | null;
  /** The caller owns the account: may see and set ACLs and keys. */
  swiftOwner: boolean;
  resellerRequest: boolean;
  /** Cleans an ACL header. @throws Error with the text for the client */
  cleanAcl: ((header: string, value: string) => string) | null;
  /** Which middleware made this request, for the access log (`swift.source`). */
  source: string | null;
  /** Method before middleware changed it. */
  originalMethod: string | null;
  /** Remarks for the access log. */
  logInfo: string[];
  accessLogged: boolean;
  /** The rate limit has been asked. */
  rateLimited: boolean;
  leaveRelativeLocation: boolean;
  contentTypeOverridden: boolean;
  /** False: a middleware has taken listings into its own hands (staticweb). */
  formatListing: boolean;
  /** What is wrong with the parts of a large object that is about to be put, over what `slo` itself finds. */
  sloManifestHook: ((parts: readonly { name: string; bytes: number }[]) => SloFault[]) | null;
  /** Called when the answer has gone out or failed, with the bytes of body that were sent. */
  finished: ((sentBytes: number) => void)[];
  /** For plugins. */
  extra: Map<string, unknown>;
}

export function newEnvironment(fields: Partial<Environment> = {}): Environment {
  return {
    transId: "",
    startedMs: 0,
    remoteAddress: "127.0.0.1",
    scheme: "http",
    host: "127.0.0.1",
    mount: "",
    rawPath: "",
    rawHeaders: () => [],
    s3: null,
    identity: null,
    serviceRoles: [],
    invalidToken: false,
    authorize: null,
    authorizeOverride: false,
    remoteUser: null,
    swiftOwner: false,
    resellerRequest: false,
    cleanAcl: null,
    source: null,
    originalMethod: null,
    logInfo: [],
    accessLogged: false,
    rateLimited: false,
    leaveRelativeLocation: false,
    contentTypeOverridden: false,
    formatListing: true,
    sloManifestHook: null,
    finished: [],
    extra: new Map(),
    ...fields,
  };
}

export interface RequestInit {
  method: string;
  /** Below the mount point, decoded. */
  path: string;
  /** Without `?`. */
  queryText?: string;
  headers?: Map<string, string>;
  body?: RequestBody | Uint8Array;
  env: Environment;
}

export class SwiftRequest {
  method: string;
  /** Header names in lower case; values as on the wire. Middleware may change them. */
  headers: Map<string, string>;
  body: RequestBody;
  env: Environment;
  /** The ACL that decides, as `authorize` wants it; set by the proxy. */
  acl: string | null = null;
  /** The container's sync key, likewise. */
  syncKey: string | null = null;
  /** False when the path was not UTF-8 or has a NUL in it. */
  validPath = true;
  /** True when the moment was named by the sender (container sync), not by us. */
  hasTimestampHeader = false;
  #path: string;
  #entity: EntityPath | null | undefined = undefined;
  #queryText: string;
  #query: Map<string, string> | null = null;
  #badQuery: Set<string> | null = null;
  #timestamp: number | null = null;

  constructor(init: RequestInit) {
    this.method = init.method;
    this.#path = init.path;
    this.#queryText = init.queryText ?? "";
    this.headers = init.headers ?? new Map();
    this.body = init.body instanceof Uint8Array ? new MadeBody(init.body) : (init.body ?? EMPTY_BODY);
    this.env = init.env;
  }

  /** @param target path and query as sent, below the mount point */
  static fromTarget(target: string, init: Omit<RequestInit, "path" | "queryText">): SwiftRequest {
    const mark = target.indexOf("?");
    const { text, valid } = unquoteChecked(mark < 0 ? target : target.slice(0, mark));
    const request = new SwiftRequest({
      ...init,
      path: text,
      queryText: mark < 0 ? "" : target.slice(mark + 1),
    });
    request.validPath = valid;
    return request;
  }

  /** The decoded path. */
  get path(): string {
    return this.#path;
  }

  set path(path: string) {
    this.#path = path;
    this.#entity = undefined;
  }

  /** The path as it may stand in a URL. */
  get quotedPath(): string {
    return quote(this.#path);
  }

  /** Null when the path does not even name a version. */
  get entity(): EntityPath | null {
    if (this.#entity === undefined) this.#entity = parseEntityPath(this.#path);
    return this.#entity;
  }

  /** As `splitPath`. */
  split(min: number, max: number, rest = false): (string | null)[] | null {
    return splitPath(this.#path, min, max, rest);
  }

  get queryText(): string {
    return this.#queryText;
  }

  set queryText(text: string) {
    this.#queryText = text;
    this.#query = null;
    this.#badQuery = null;
  }

  /** Decoded parameters; of a repeated one the last. */
  get query(): ReadonlyMap<string, string> {
    if (!this.#query) {
      this.#query = new Map();
      for (const pair of this.#queryText === "" ? [] : this.#queryText.split("&")) {
        if (pair === "") continue;
        const equals = pair.indexOf("=");
        const name = unquotePlus(equals < 0 ? pair : pair.slice(0, equals)).text;
        const value = unquotePlus(equals < 0 ? "" : pair.slice(equals + 1));
        this.#query.set(name, value.text);
        if (!value.valid) {
          this.#badQuery ??= new Set();
          this.#badQuery.add(name);
        }
      }
    }
    return this.#query;
  }

  /** A parameter that must be UTF-8. @throws Refusal 400 */
  param(name: string): string | null {
    const value = this.query.get(name);
    if (value === undefined) return null;
    if (this.#badQuery?.has(name)) {
      throw new Refusal(say(400, `"${name}" parameter not valid UTF-8`, "text/plain"));
    }
    return value;
  }

  /** Replaces the query. */
  setQuery(params: Iterable<readonly [string, string]>): void {
    this.queryText = [...params].map(([name, value]) => `${quote(name, "")}=${quote(value, "")}`).join("&");
  }

  /** Adds, changes or (null) removes parameters. */
  changeQuery(changes: Record<string, string | null>): void {
    const params = new Map(this.query);
    for (const [name, value] of Object.entries(changes))
      value === null ? params.delete(name) : params.set(name, value);
    this.setQuery(params);
  }

  header(name: string): string | null {
    return this.headers.get(name) ?? null;
  }

  /** `http://host:port`, as the client named it, with the mount point. */
  get baseUrl(): string {
    const { scheme, host, mount } = this.env;
    const plain = scheme === "http" ? host.replace(/:80$/, "") : host.replace(/:443$/, "");
    return `${scheme}://${plain}${mount}`;
  }

  /** `X-Timestamp` in ticks; `ensureTimestamp` must have run. */
  timestamp(): number {
    if (this.#timestamp === null) throw new TypeError("the request has no timestamp yet");
    return this.#timestamp;
  }

  /** Takes `X-Timestamp`, or a new moment. @throws Refusal 400 */
  ensureTimestamp(next: () => number): number {
    if (this.#timestamp !== null) return this.#timestamp;
    const given = this.headers.get("x-timestamp");
    if (given === undefined) this.#timestamp = next();
    else {
      const ticks = parseTimestamp(given);
      if (ticks === null) {
        throw new Refusal(
          say(400, `X-Timestamp should be a UNIX timestamp float value; was '${given}'`, "text/plain"),
        );
      }
      this.#timestamp = ticks;
      this.hasTimestampHeader = true;
    }
    return this.#timestamp;
  }

  /** `Content-Length` as a number; null when absent or unreadable. */
  get contentLength(): number | null {
    const text = this.headers.get("content-length");
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
  }

  get isChunked(): boolean {
    return this.headers.get("transfer-encoding")?.toLowerCase() === "chunked";
  }

  /** Another request on this one's behalf: the same caller and rights (swift.common.wsgi.make_subrequest). */
  derive(change: Partial<Omit<RequestInit, "env">> & { source?: string }): SwiftRequest {
    const request = new SwiftRequest({
      method: change.method ?? this.method,
      path: change.path ?? this.#path,
      queryText: change.queryText ?? "",
      headers: change.headers ?? new Map(),
      body: change.body ?? EMPTY_BODY,
      env: { ...this.env, source: change.source ?? this.env.source, accessLogged: false },
    });
    request.validPath = change.path === undefined ? this.validPath : true;
    return request;
  }

  /** The same, past every authorization (make_pre_authed_request). */
  derivePreauthorized(change: Partial<Omit<RequestInit, "env">> & { source?: string }): SwiftRequest {
    const request = this.derive(change);
    request.env.authorize = null;
    request.env.authorizeOverride = true;
    request.env.swiftOwner = true;
    request.env.remoteUser = null;
    return request;
  }
}
