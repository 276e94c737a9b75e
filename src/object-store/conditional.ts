// From a whole entity to what the request's conditions leave of it: 304, 412, 206, 416 or all of it.
// Authority: swift/common/swob.py, Response._response_iter and multi_range_iterator.

import { closeSync, open, read } from "node:fs";
import { promisify } from "node:util";
import type { ReplyBody } from "../http/call.ts";
import { HTML, type SwiftReply, standardBody } from "./answers.ts";
import { matches, parseMatch } from "./etag.ts";
import { type ByteRange, contentRange, parseRange, rangesFor } from "./range.ts";
import type { SwiftRequest } from "./request.ts";
import { parseHttpDate } from "./timestamp.ts";

export interface Entity {
  /** The answer to a request without conditions; the body is taken from `slice`. */
  reply: SwiftReply;
  length: number;
  /** Compared with If-Match and If-None-Match, where it differs from the ETag header. */
  matchEtag?: string;
  /** The Range header is not for this entity. */
  ignoreRange?: boolean;
  /** Bytes of the entity. */
  slice(range: ByteRange): ReplyBody;
}

/** Answers GET or HEAD of an entity. */
export function conditionalReply(request: SwiftRequest, entity: Entity): SwiftReply {
  const { reply, length } = entity;
  const etag = entity.matchEtag ?? reply.headers["etag"];
  const status = conditionStatus(request, etag, reply.headers["last-modified"]);
  if (status !== null) return withoutBody(reply, status);
  reply.headers["content-length"] = String(length);
  if (request.method === "HEAD") return { ...reply, body: null };
  const specs = entity.ignoreRange ? null : parseRange(request.header("range"));
  if (!specs) return { ...reply, body: entity.slice({ start: 0, end: length }) };
  const ranges = rangesFor(specs, length);
  if (ranges.length === 0) return unsatisfiable(reply, length);
  if (length === 0) return { ...reply, body: null };
  const [range] = ranges as [ByteRange];
  if (ranges.length === 1) {
    return {
      ...reply,
      status: 206,
      headers: {
        ...reply.headers,
        "content-range": contentRange(range, length),
        "content-length": String(range.end - range.start),
      },
      body: entity.slice(range),
    };
  }
  return multipart(entity, ranges);
}

/** Swift's 412 keeps what describes the entity, but not its type. */
function withoutBody(reply: SwiftReply, status: 304 | 412): SwiftReply {
  const headers: Record<string, string> = { ...reply.headers, "content-length": "0" };
  if (status === 412) {
    headers["content-type"] = HTML;
    delete headers["accept-ranges"];
  }
  return { ...reply, status, headers, body: null };
}

/** 304, 412, or null when the request's conditions hold. */
function conditionStatus(
  request: SwiftRequest,
  etag: string | undefined,
  lastModified: string | undefined,
): 304 | 412 | null {
  const { headers } = request;
  const noneMatch = parseMatch(headers.get("if-none-match"));
  if (etag && noneMatch && matches(noneMatch, etag)) return 304;
  const match = parseMatch(headers.get("if-match"));
  if (etag && match && !matches(match, etag)) return 412;
  const modified = lastModified === undefined ? null : parseHttpDate(lastModified);
  if (modified === null) return null;
  const modifiedSince = headers.get("if-modified-since");
  const since = modifiedSince === undefined ? null : parseHttpDate(modifiedSince);
  if (since !== null && modified <= since) return 304;
  const unmodifiedSince = headers.get("if-unmodified-since");
  const unmodified = unmodifiedSince === undefined ? null : parseHttpDate(unmodifiedSince);
  if (unmodified !== null && modified > unmodified) return 412;
  return null;
}

function unsatisfiable(reply: SwiftReply, length: number): SwiftReply {
  const body = standardBody(416);
  const headers = {
    ...reply.headers,
    "content-range": `bytes */${length}`,
    "content-length": String(body.length),
  };
  return { ...reply, status: 416, headers, body };
}

function multipart({ reply, length, slice }: Entity, ranges: readonly ByteRange[]): SwiftReply {
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const type = reply.headers["content-type"] ?? "application/octet-stream";
  const heads = ranges.map(
    (range) =>
      `--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange(range, length)}\r\n\r\n`,
  );
  const bodies = ranges.map((range) => slice(range));
  const tail = `--${boundary}--`;
  const total = ranges.reduce(
    (sum, { start, end }, i) => sum + heads[i]!.length + end - start + 2,
    tail.length,
  );
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [i, body] of bodies.entries()) {
      yield Buffer.from(heads[i]!, "latin1");
      yield* chunksOf(body);
      yield Buffer.from("\r\n");
    }
    yield Buffer.from(tail);
  }
  return {
    ...reply,
    status: 206,
    headers: {
      ...reply.headers,
      "content-type": `multipart/byteranges;boundary=${boundary}`,
      "content-length": String(total),
    },
    body: parts(),
  };
}

const READ_BYTES = 1 << 20;
const openFile = promisify(open);
const readFile = promisify(read);

/** Any kind of body as a stream of bytes. */
export async function* chunksOf(body: ReplyBody): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  if (typeof body === "string") yield Buffer.from(body);
  else if (body instanceof Uint8Array) yield body;
  else if ("file" in body) yield* fileChunks(body.file, body.offset, body.length);
  else yield* body;
}

// A plain descriptor: a FileHandle that somebody forgets ends the process when it is collected (Bun 1.4.4).
async function* fileChunks(path: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
  const fd = await openFile(path, "r");
  try {
    for (let done = 0; done < length; ) {
      const want = Math.min(READ_BYTES, length - done);
      const { bytesRead, buffer } = await readFile(fd, Buffer.allocUnsafe(want), 0, want, offset + done);
      if (bytesRead === 0) throw new Error(`${path} is shorter than recorded`);
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(fd);
  }
}

/** The whole of a body that is known to be small. @throws RangeError beyond `maxBytes` */
export async function bytesOf(body: ReplyBody, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(body)) {
    size += chunk.length;
    if (size > maxBytes) throw new RangeError(`more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
