// From a socket to the pipeline and back.
//
// Ledger (against Swift 2.30, Zed; checked 2026-11-20)
//   Differs on purpose: counts of accounts and containers are exact at once, where Swift's follow after some seconds;
//   there is one storage policy.
//   Cannot be the same: the HTTP parser refuses methods it does not know (Swift: 405), names of headers that are no
//   tokens, and targets with raw bytes beyond ASCII (400); clients escape them.
//   On purpose, though HTTP would rather not have it: a 204 has `Content-Length: 0`, as Swift's has.

import { Hono } from "hono";
import type { RequestEnv } from "../http/call.ts";
import { ALREADY_SENT, sendReply, toResponse } from "../http/send.ts";
import type { FetchApp } from "../http/server.ts";
import type { SwiftReply } from "./answers.ts";
import { EMPTY_BODY, type IdleWatch, IncomingBody, MadeBody, type RequestBody } from "./body.ts";
import { titleCase } from "./constraints.ts";
import type { App } from "./pipeline/contract.ts";
import { newEnvironment, SwiftRequest } from "./request.ts";

export interface AppOptions {
  pipeline: App;
  idle: IdleWatch;
  nowMs: () => number;
  onError(error: unknown): void;
  /** Called for every answer when it has been sent. */
  onAnswer?(method: string, status: number, seconds: number): void;
}

export function objectStoreApp({ pipeline, idle, nowMs, onError, onAnswer }: AppOptions): FetchApp {
  // Paths are the pipeline's business; Hono only hands the request over.
  const app = new Hono<{ Bindings: RequestEnv }>({ getPath: () => "/" });
  app.all("*", async function answerSwift(c) {
    const env: RequestEnv = c.env ?? {};
    const startedAt = performance.now();
    const request = readRequest(c.req.raw, env, idle, nowMs());
    const reply = await pipeline(request);
    const { finished } = request.env;
    const { incoming, outgoing } = env;
    const wire = { ...reply, headers: titled(reply) };
    if (!incoming || !outgoing) {
      const response = toResponse(wire, request.env.originalMethod ?? c.req.raw.method);
      const done = await copied(response);
      for (const step of finished) step(done.size);
      return done.response;
    }
    let sent = 0;
    try {
      sent = await sendReply(incoming, outgoing, wire);
    } catch (error) {
      onError(error);
    } finally {
      for (const step of finished) step(sent);
      onAnswer?.(incoming.method ?? "", reply.status, (performance.now() - startedAt) / 1000);
    }
    return ALREADY_SENT;
  });
  return app;
}

function readRequest(raw: Request, env: RequestEnv, idle: IdleWatch, nowMs: number): SwiftRequest {
  const { incoming, outgoing } = env;
  const headers = new Map<string, string>();
  let body: RequestBody;
  if (incoming) {
    for (const name in incoming.headers) {
      const value = incoming.headers[name];
      if (value !== undefined)
        headers.set(hyphens(name), typeof value === "string" ? value : value.join(","));
    }
    body = new IncomingBody(incoming, idle, env.continueExpected ? (outgoing ?? null) : null);
  } else {
    for (const [name, value] of raw.headers) headers.set(hyphens(name), value);
    body = raw.body ? new MadeBody(raw.body as unknown as AsyncIterable<Uint8Array>) : EMPTY_BODY;
    if (raw.body && !headers.has("content-length")) headers.set("transfer-encoding", "chunked");
  }
  const target = env.target ?? raw.url.slice(raw.url.indexOf("/", 8));
  const mark = target.indexOf("?");
  return SwiftRequest.fromTarget(target, {
    method: incoming?.method ?? raw.method,
    headers,
    body,
    env: newEnvironment({
      startedMs: nowMs,
      remoteAddress: env.remoteAddress ?? "127.0.0.1",
      scheme: env.scheme ?? "http",
      host: headers.get("host") ?? "127.0.0.1",
      mount: env.mount ?? "",
      rawPath: mark < 0 ? target : target.slice(0, mark),
      rawHeaders: () => (incoming ? pairs(incoming.rawHeaders) : raw.headers),
    }),
  });
}

function* pairs(flat: readonly string[]): Generator<readonly [string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!];
}

/** WSGI knows no underscores in header names: `X-Container-Meta-a_b` is `X-Container-Meta-A-B`. */
function hyphens(name: string): string {
  return name.includes("_") ? name.replaceAll("_", "-") : name;
}

const MAX_TITLES = 5000;
const titles = new Map<string, string>();

/** Header names as Swift writes them: `X-Container-Meta-Color`. */
function titled(reply: SwiftReply): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name in reply.headers) {
    let title = titles.get(name);
    if (title === undefined) {
      // The sender looks for this one under its lower-case name.
      title = keepsCase(name) ? name : titleCase(name);
      if (titles.size < MAX_TITLES) titles.set(name, title);
    }
    out[title] = reply.headers[name]!;
  }
  if (reply.status === 204) out["content-length"] ??= "0";
  return out;
}

/** Amazon's are in lower case, but for `ETag`. */
function keepsCase(name: string): boolean {
  return name === "content-length" || name === "connection" || name === "ETag" || name.startsWith("x-amz-");
}

/** Without a server the body is read at once, so that what it comes from can be let go. */
async function copied(response: Response): Promise<{ response: Response; size: number }> {
  if (response.body === null) return { response, size: 0 };
  const bytes = new Uint8Array(await response.arrayBuffer());
  return {
    response: new Response(bytes, { status: response.status, headers: response.headers }),
    size: bytes.length,
  };
}
