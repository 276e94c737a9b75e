// One request as the handlers see it, and one answer as they give it. A Call reads from Bun's `node:http` server when
// the cloud runs, and from a plain Request when a test uses `app.request`; handlers cannot tell.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import { anonymousContext, type RequestContext } from "../core/context.ts";
import { Invalid, TooLarge } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { Enforcer } from "../policy/enforcer.ts";
import type { Target } from "../policy/parse.ts";

/** What the server hands to Hono beside the Request. Absent in tests that use `app.request`. */
export interface RequestEnv {
  incoming?: IncomingMessage;
  outgoing?: ServerResponse;
  /** The request target with every byte as sent (`Request.url` is normalised), below the mount point. */
  target?: string;
  /** Where the app is mounted on the shared port: `/compute`; empty on its customary port. */
  mount?: string;
  remoteAddress?: string;
  scheme?: "http" | "https";
  /** The client waits for "100 Continue" before it sends the body. */
  continueExpected?: boolean;
}

export type ReplyBody =
  | null
  | string
  | Uint8Array
  | { file: string; offset: number; length: number }
  | AsyncIterable<Uint8Array>;

export interface Reply {
  status: number;
  /** Reason phrase, where it is not the usual one of `reasonOf`. */
  reason?: string;
  headers: Record<string, string>;
  body: ReplyBody;
}

export function json(status: number, data: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(data) };
}

export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

export function empty(status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: null };
}

/** oslo.middleware's `max_request_body_size`. */
export const DEFAULT_MAX_BODY_BYTES = 114_688;

const REQUEST_ID = /^req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export class Call {
  readonly hono: Context;
  readonly method: string;
  /** The path below the mount point, as sent, without the query. */
  readonly path: string;
  /** The query as sent, without `?`. */
  readonly queryText: string;
  readonly mount: string;
  readonly remoteAddress: string;
  readonly requestId: string;
  readonly startedAt = performance.now();
  /** Anonymous until the route's authentication has run. */
  context: RequestContext;
  /** The negotiated microversion's second number: 79 of 2.79. 0 where an API has none. */
  minor = 0;
  /** How often the policy was asked; an answered request that never asked is a bug (see `routes.ts`). */
  policyChecks = 0;
  bodyStarted = false;
  #env: RequestEnv;
  #request: Request;
  #enforcer: Enforcer | null;
  #query: URLSearchParams | null = null;
  #body: unknown = undefined;
  #judge: (() => unknown) | null = null;

  constructor(c: Context, ids: Ids, enforcer: Enforcer | null) {
    this.hono = c;
    this.#env = (c.env ?? {}) as RequestEnv;
    this.#request = c.req.raw;
    this.#enforcer = enforcer;
    this.method = this.#env.incoming?.method ?? this.#request.method;
    const target = this.#env.target ?? targetOf(this.#request.url);
    const mark = target.indexOf("?");
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.queryText = mark < 0 ? "" : target.slice(mark + 1);
    this.mount = this.#env.mount ?? "";
    this.remoteAddress = this.#env.remoteAddress ?? "127.0.0.1";
    this.requestId = ids.requestId();
    this.context = anonymousContext(this.requestId, this.remoteAddress);
    const given = this.header("x-openstack-request-id");
    if (given && REQUEST_ID.test(given)) this.context.globalRequestId = given;
  }

  /** A request header, or null. `name` in lower case. */
  header(name: string): string | null {
    const incoming = this.#env.incoming;
    if (!incoming) return this.#request.headers.get(name);
    const value = incoming.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  }

  /** Every request header with a lower-case name. */
  headers(): Iterable<[string, string]> {
    const incoming = this.#env.incoming;
    if (!incoming) return this.#request.headers.entries();
    return Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]);
  }

  /** A parameter of the route's path, percent-decoded. */
  param(name: string): string {
    return this.hono.req.param(name) ?? "";
  }

  /** Every parameter of the route's path by name. */
  params(): Record<string, string> {
    return this.hono.req.param() as Record<string, string>;
  }

  /** The validated body of a route that declares a schema. */
  get body(): unknown {
    if (this.#judge) {
      const judge = this.#judge;
      this.#judge = null;
      this.#body = judge();
    }
    return this.#body;
  }

  set body(value: unknown) {
    this.#judge = null;
    this.#body = value;
  }

  /** Puts the judging of the body off until a handler reads it. */
  judgeBodyLater(judge: () => unknown): void {
    this.#judge = judge;
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.queryText);
    return this.#query;
  }

  /** `http://host:port` as the client named it, with the mount point: the start of every link in a body. */
  get baseUrl(): string {
    const scheme = this.header("x-forwarded-proto") ?? this.#env.scheme ?? "http";
    return `${scheme}://${this.header("host") ?? "127.0.0.1"}${this.mount}`;
  }

  /** Asks the policy. @throws PolicyNotAuthorized */
  enforce(rule: string, target?: Target): void {
    this.policyChecks++;
    this.#enforcer?.authorize(rule, target ?? this.ownTarget(), this.context);
  }

  /** Asks the policy without refusing. @param anyScope the token's scope does not count */
  allows(rule: string, target?: Target, anyScope?: boolean): boolean {
    this.policyChecks++;
    return this.#enforcer?.allows(rule, target ?? this.ownTarget(), this.context, anyScope) ?? false;
  }

  /** What is wrong with the scope of the caller's token for a rule; null when nothing is, or scopes are not enforced. */
  wrongScope(rule: string): { wanted: readonly string[]; given: string } | null {
    return this.#enforcer?.wrongScope(rule, this.context) ?? null;
  }

  /** The target of calls that create or list: the caller's own project and user. */
  ownTarget(): Target {
    return { project_id: this.context.projectId, user_id: this.context.userId };
  }

  /** `Content-Length`, or null when absent (a chunked body, or none). @throws Invalid */
  get contentLength(): number | null {
    const text = this.header("content-length");
    if (text === null) return null;
    if (!/^\d+$/.test(text)) throw new Invalid(`Invalid Content-Length: ${text}`);
    return Number(text);
  }

  /** True when the request carries a body, even an empty chunked one. */
  get hasBody(): boolean {
    return this.header("transfer-encoding") !== null || (this.contentLength ?? 0) > 0 || this.#plainBody();
  }

  /** The body as it arrives; the sender is held back while the reader is slow. May be read once. */
  async *stream(): AsyncGenerator<Uint8Array> {
    if (!this.bodyStarted && this.#env.continueExpected) this.#env.outgoing?.writeContinue();
    this.bodyStarted = true;
    const source = this.#env.incoming ?? this.#request.body;
    if (source) for await (const chunk of source) yield chunk as Uint8Array;
  }

  /** The whole body. @throws TooLarge beyond `maxBytes` */
  async bytes(maxBytes = DEFAULT_MAX_BODY_BYTES): Promise<Uint8Array> {
    if ((this.contentLength ?? 0) > maxBytes) throw new TooLarge("Request is too large.");
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.stream()) {
      size += chunk.length;
      if (size > maxBytes) throw new TooLarge("Request is too large.");
      chunks.push(chunk);
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
  }

  async bodyText(maxBytes?: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(maxBytes));
  }

  get env(): RequestEnv {
    return this.#env;
  }

  #plainBody(): boolean {
    return !this.#env.incoming && this.#request.body !== null;
  }
}

/** Path and query of a URL, without scheme and host. */
function targetOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const hash = url.indexOf("#", start);
  return start < 0 ? "/" : url.slice(start, hash < 0 ? undefined : hash);
}
