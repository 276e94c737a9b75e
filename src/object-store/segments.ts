// Large objects: many segments given out as one body. A segment that cannot be had ends the body early, so the client
// sees a cut connection rather than wrong bytes; the first one is fetched before the answer begins, so that a large
// object whose start is missing answers 409.
// Authority: swift/common/request_helpers.py, class SegmentedIterable.

import { isSuccess } from "./answers.ts";
import { chunksOf } from "./conditional.ts";
import type { App } from "./pipeline/contract.ts";
import type { SwiftRequest } from "./request.ts";

/** A stretch of one segment, or bytes that were in the manifest itself. */
export type Stretch =
  | {
      /** `/v1/account/container/object` */
      path: string;
      first: number;
      /** Inclusive; null: to the end. */
      last: number | null;
      /** What the manifest says of the segment; null: not checked. */
      etag: string | null;
      size: number | null;
    }
  | { data: Uint8Array };

/** A segment is missing, or is not what the manifest says. */
export class SegmentError extends Error {
  override name = "SegmentError";
}

/** The bytes of the stretches, fetched one after another on the caller's behalf. */
export async function* stretchBytes(
  request: SwiftRequest,
  next: App,
  source: "SLO" | "DLO",
  stretches: AsyncIterable<Stretch> | Iterable<Stretch>,
): AsyncGenerator<Uint8Array> {
  for await (const stretch of stretches) {
    if ("data" in stretch) yield stretch.data;
    else yield* segmentBytes(request, next, source, stretch);
  }
}

async function* segmentBytes(
  request: SwiftRequest,
  next: App,
  source: "SLO" | "DLO",
  stretch: Exclude<Stretch, { data: Uint8Array }>,
): AsyncGenerator<Uint8Array> {
  const { path, first, last, etag, size } = stretch;
  const headers = segmentHeaders(request);
  const whole = first === 0 && (last === null || (size !== null && last === size - 1));
  if (!whole) headers.set("range", `bytes=${first}-${last ?? ""}`);
  // A manifest among the segments is read as it is, not followed.
  const reply = await next(
    request.derive({ method: "GET", path, queryText: "multipart-manifest=get", headers, source }),
  );
  if (!isSuccess(reply.status)) {
    throw new SegmentError(
      `While processing manifest ${request.path}, got ${reply.status} while retrieving ${path}`,
    );
  }
  const length = Number(reply.headers["content-length"]);
  if ((etag !== null && reply.headers["etag"] !== etag) || (whole && size !== null && length !== size)) {
    throw new SegmentError(`Object segment no longer valid: ${path}`);
  }
  let left = length;
  for await (const chunk of chunksOf(reply.body)) {
    left -= chunk.length;
    yield chunk;
  }
  if (left !== 0) throw new SegmentError(`Bad response length for ${path} as part of ${request.path}`);
}

/** Who asks, and from which page, goes along; nothing else of the request does. */
export function segmentHeaders(request: SwiftRequest): Map<string, string> {
  const headers = new Map<string, string>();
  const token = request.header("x-auth-token");
  if (token !== null) headers.set("x-auth-token", token);
  const referer = request.header("referer");
  if (referer !== null) headers.set("referer", referer);
  return headers;
}

/** A stream whose first chunk can be fetched ahead. Whoever gives it out closes it when the request is over. */
export class Primed implements AsyncIterable<Uint8Array> {
  #iterator: AsyncGenerator<Uint8Array>;
  #first: IteratorResult<Uint8Array> | null = null;

  constructor(source: AsyncGenerator<Uint8Array>) {
    this.#iterator = source;
  }

  /** Rejects with what the source throws before its first chunk. */
  async prime(): Promise<void> {
    this.#first ??= await this.#iterator.next();
  }

  /** Lets go of what has been opened, read or not; may be called twice. */
  async close(): Promise<void> {
    await this.#iterator.return(undefined);
  }

  // No generator: one that was never begun does not run its `finally`.
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    let begun = false;
    return {
      next: async () => {
        if (begun) return this.#iterator.next();
        begun = true;
        await this.prime();
        return this.#first!;
      },
      return: async () => {
        await this.close();
        return { done: true, value: undefined };
      },
    };
  }
}

/** Adds to a header that lists names. */
export function appendName(headers: Map<string, string>, header: string, name: string): void {
  const before = headers.get(header);
  headers.set(header, before ? `${before},${name}` : name);
}
