// Writes a Reply: to Bun's `node:http` server with backpressure and without an intermediate Response, or as a Response
// where there is no server (tests).

import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Reply } from "./call.ts";
import { reasonOf } from "./status.ts";

/** What a route returns to Hono when the answer has gone out by `sendReply`. Never read. */
export const ALREADY_SENT = new Response(null);

/** 1 MiB reads: measured at 2.4 GB/s, against 0.9 GB/s with Node's 64 KiB. */
const FILE_CHUNK_BYTES = 1 << 20;

/** Statuses that carry no body and no Content-Length (RFC 7230 section 3.3). */
const BODILESS = new Set([204, 304]);

/**
 * Resolves when everything is handed to the socket, or when the client has gone away.
 * @returns bytes of body sent
 */
export async function sendReply(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  reply: Reply,
): Promise<number> {
  const head = incoming.method === "HEAD";
  const length = lengthOf(reply);
  const headers: Record<string, string | number> = { ...reply.headers };
  if (length !== null && !BODILESS.has(reply.status)) headers["content-length"] ??= length;
  // A body nobody read would be taken for the next request.
  const unread = !incoming.complete && hasBody(incoming);
  if (unread) headers["connection"] = "close";
  outgoing.writeHead(reply.status, reply.reason ?? reasonOf(reply.status), headers);
  const { body } = reply;
  let sent = 0;
  if (head || body === null || BODILESS.has(reply.status)) {
    outgoing.end();
    if (body !== null && typeof body === "object" && Symbol.asyncIterator in body) await discard(body);
  } else if (typeof body === "string" || body instanceof Uint8Array) {
    outgoing.end(body);
    sent = length ?? 0;
  } else {
    sent = await sendStream(outgoing, body);
  }
  if (unread) drain(incoming);
  return sent;
}

function hasBody(incoming: IncomingMessage): boolean {
  const length = incoming.headers["content-length"];
  return incoming.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** How much of an unread body is taken before the connection is cut, so that the client can read the answer. */
const DRAIN_BYTES = 1 << 20;

function drain(incoming: IncomingMessage): void {
  let left = DRAIN_BYTES;
  incoming.on("data", (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) incoming.destroy();
  });
  incoming.on("error", () => {});
  incoming.resume();
}

async function sendStream(
  outgoing: ServerResponse,
  body: { file: string; offset: number; length: number } | AsyncIterable<Uint8Array>,
): Promise<number> {
  let sent = 0;
  if ("file" in body && body.length === 0) {
    outgoing.end();
    return 0;
  }
  const source =
    "file" in body
      ? createReadStream(body.file, {
          start: body.offset,
          end: body.offset + body.length - 1,
          highWaterMark: FILE_CHUNK_BYTES,
        })
      : Readable.from(body);
  source.on("data", (chunk: Uint8Array) => {
    sent += chunk.length;
  });
  try {
    await pipeline(source, outgoing);
  } catch (error) {
    // The client has gone, or the source failed in the middle: only a cut connection tells the client so.
    outgoing.destroy();
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
  return sent;
}

/** Lets a generator run its `finally`, so that what it holds is released. */
async function discard(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

function lengthOf(reply: Reply): number | null {
  const { body } = reply;
  if (body === null) return 0;
  if (typeof body === "string") return Buffer.byteLength(body);
  if (body instanceof Uint8Array) return body.length;
  return "file" in body ? body.length : null;
}

/** The same answer as a Response, for `app.request` in tests. */
export function toResponse(reply: Reply, method: string): Response {
  const { body } = reply;
  const headers = new Headers(reply.headers);
  const length = lengthOf(reply);
  if (length !== null && !BODILESS.has(reply.status) && !headers.has("content-length")) {
    headers.set("content-length", String(length));
  }
  if (body === null || method === "HEAD" || BODILESS.has(reply.status)) {
    return new Response(null, { status: reply.status, headers });
  }
  if (typeof body === "string") return new Response(body, { status: reply.status, headers });
  if (body instanceof Uint8Array) return new Response(body.slice(), { status: reply.status, headers });
  if ("file" in body) {
    const slice = Bun.file(body.file).slice(body.offset, body.offset + body.length);
    return new Response(slice, { status: reply.status, headers });
  }
  return new Response(Readable.toWeb(Readable.from(body)) as unknown as ReadableStream, {
    status: reply.status,
    headers,
  });
}
