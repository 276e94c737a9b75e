// One request in a plugin's hands: the answers of the rest of the pipeline that it was given, and what becomes of them.
// Small bodies cross to the plugin's thread; larger ones stay here and are read piece by piece, or passed on unread.

import type { ReplyBody } from "../../http/call.ts";
import { answer, type SwiftReply } from "../answers.ts";
import { chunksOf } from "../conditional.ts";
import type { SwiftRequest } from "../request.ts";
import type { BodyState, ReplyState, RequestState } from "./plugin-protocol.ts";

/** Bodies up to this size go along; larger ones stay until they are read. */
const CARRIED_BYTES = 64 * 1024;

export class PluginCall {
  readonly request: SwiftRequest;
  readonly resolve: (reply: SwiftReply) => void;
  readonly reject: (error: unknown) => void;
  /** What failed behind the plugin. */
  readonly behind: unknown[] = [];
  /** Answers of the rest of the pipeline, by the number under which the plugin knows them. */
  #origins = new Map<number, SwiftReply>();
  /** Bodies among them that were begun. */
  #reading = new Map<number, AsyncGenerator<Uint8Array>>();

  constructor(
    request: SwiftRequest,
    settle: { resolve(reply: SwiftReply): void; reject(error: unknown): void },
  ) {
    this.request = request;
    this.resolve = settle.resolve;
    this.reject = settle.reject;
  }

  /** Leaves the request as the plugin wants it. */
  change(state: RequestState): void {
    const { request } = this;
    if (request.method !== state.method) request.method = state.method;
    if (request.path !== state.path) request.path = state.path;
    if (request.queryText !== state.queryText) request.queryText = state.queryText;
    request.headers = new Map(state.headers);
    for (const [name, value] of state.extra) request.env.extra.set(name, value);
  }

  /** @returns the answer as the plugin sees it */
  keep(origin: number, reply: SwiftReply): ReplyState {
    this.#origins.set(origin, reply);
    return { status: reply.status, headers: reply.headers, body: carried(reply.body, origin), origin };
  }

  has(origin: number): boolean {
    return this.#origins.has(origin) || this.#reading.has(origin);
  }

  /** The body of an answer that has stayed here, from where it was left. */
  body(origin: number): AsyncGenerator<Uint8Array> {
    let source = this.#reading.get(origin);
    if (!source) {
      source = chunksOf(this.#origins.get(origin)?.body ?? null);
      this.#reading.set(origin, source);
    }
    return source;
  }

  /** @param made the body with this number, which the plugin makes */
  replyOf(state: ReplyState, made: (id: number) => AsyncIterable<Uint8Array>): SwiftReply {
    const origin = state.origin === undefined ? undefined : this.#origins.get(state.origin);
    const { status, headers, body } = state;
    if (body === null || typeof body !== "object" || body instanceof Uint8Array) {
      if (origin && sameBody(origin.body, body)) return { ...origin, status, headers };
      return { status, headers, body };
    }
    if ("standard" in body) return answer(status, headers);
    if ("file" in body) return { status, headers, body };
    // Negative numbers are the thread's own.
    if (body.kept < 0) return { status, headers, body: made(-body.kept) };
    const kept = this.#origins.get(body.kept);
    this.#origins.delete(body.kept);
    // Rows of a listing and the like stay with the body they belong to.
    return { ...(origin === kept ? kept : {}), status, headers, body: kept?.body ?? null };
  }

  /** Lets go of what the plugin was given and did not use. */
  finish(): void {
    for (const source of this.#reading.values()) source.return(undefined).catch(() => {});
    for (const [origin, { body }] of this.#origins) {
      if (isStream(body) && !this.#reading.has(origin)) release(body);
    }
  }
}

export function stateOf(request: SwiftRequest): RequestState {
  return {
    method: request.method,
    path: request.path,
    queryText: request.queryText,
    headers: [...request.headers],
    extra: request.env.extra,
  };
}

export function isStream(body: ReplyBody): body is AsyncIterable<Uint8Array> {
  return body !== null && typeof body === "object" && Symbol.asyncIterator in body;
}

function release(body: AsyncIterable<Uint8Array>): void {
  body[Symbol.asyncIterator]()
    .return?.()
    .catch(() => {});
}

function carried(body: ReplyBody, origin: number): BodyState {
  if (typeof body === "string") return body.length <= CARRIED_BYTES ? body : { kept: origin };
  if (body instanceof Uint8Array) return body.length <= CARRIED_BYTES ? body.slice() : { kept: origin };
  return body === null ? null : { kept: origin };
}

/** Has the plugin given back what it was given? */
function sameBody(before: ReplyBody, after: string | Uint8Array | null): boolean {
  if (before instanceof Uint8Array && after instanceof Uint8Array)
    return before.length === after.length && Buffer.compare(before, after) === 0;
  return before === after;
}
