// dlo: dynamic large objects. An object with `X-Object-Manifest: container/prefix` stands for the concatenation of all
// objects with that prefix, as they are at the moment of reading.
// Authority: swift/common/middleware/dlo.py.

import { createHash } from "node:crypto";
import { answer, isSuccess, type SwiftReply, say } from "../answers.ts";
import { conditionalReply } from "../conditional.ts";
import { normalizeEtag } from "../etag.ts";
import type { ObjectEntry } from "../listing.ts";
import type { App, BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import { type ByteRange, parseRange, rangesFor } from "../range.ts";
import type { SwiftRequest } from "../request.ts";
import { appendName, Primed, SegmentError, type Stretch, segmentHeaders, stretchBytes } from "../segments.ts";
import { unquote } from "../wire.ts";

const MANIFEST = "x-object-manifest";

export const dlo: BuiltinFilter = {
  name: "dlo",
  factory(next, _conf, tools) {
    const pageSize = tools.limits.container_listing_limit;

    const concerns = ({ method, entity, headers }: SwiftRequest) =>
      entity?.object != null &&
      (method === "GET" || method === "HEAD" || (method === "PUT" && headers.has(MANIFEST)));

    async function dloApp(request: SwiftRequest): Promise<SwiftReply> {
      if (request.method !== "PUT") {
        if (request.query.get("multipart-manifest") === "get") return next(request);
        appendName(request.headers, "x-backend-ignore-range-if-metadata-present", MANIFEST);
        const reply = await next(request);
        const manifest = reply.headers[MANIFEST];
        return manifest === undefined ? reply : concatenation(request, reply, unquote(manifest));
      }
      if (!isManifest(request.headers.get(MANIFEST)!)) {
        return say(400, "X-Object-Manifest must be in the format container/prefix");
      }
      return next(request);
    }

    async function concatenation(
      request: SwiftRequest,
      found: SwiftReply,
      manifest: string,
    ): Promise<SwiftReply> {
      const { version, account } = request.entity!;
      const slash = manifest.indexOf("/");
      const container = `/${version}/${account}/${manifest.slice(0, slash)}`;
      const prefix = manifest.slice(slash + 1);
      const page = await segmentPage(next, request, container, prefix, "");
      if (!Array.isArray(page)) return request.method === "HEAD" ? { ...page, body: null } : page;
      const complete = page.length < pageSize;
      const known = page.reduce((sum, segment) => sum + segment.bytes, 0);
      const headers = { ...found.headers };
      delete headers["content-length"];
      delete headers["content-range"];
      if (complete) {
        const hash = createHash("md5");
        for (const segment of page) hash.update(normalizeEtag(segment.hash));
        headers["etag"] = `"${hash.digest("hex")}"`;
      }
      const reply: SwiftReply = { status: 200, headers, body: null };
      const bytes = (range: ByteRange | null) => {
        const stream = new Primed(
          stretchBytes(request, next, "DLO", stretches(request, container, prefix, page, range)),
        );
        request.env.finished.push(() => void stream.close());
        return stream;
      };
      const specs = parseRange(request.header("range"));
      // With more segments than one page has, only a range that lies within the first page can be honoured.
      const fits = specs?.length === 1 && rangesFor(specs, Number.MAX_SAFE_INTEGER)[0]!.end <= known;
      if (!complete && !fits) {
        const body = request.method === "HEAD" ? null : bytes(null);
        return opened(request, body ? [body] : [], { ...reply, body });
      }
      if (specs && specs.length > 1) request.headers.delete("range");
      const streams: Primed[] = [];
      const answered = conditionalReply(request, {
        reply,
        length: known,
        slice: (range) => {
          const stream = bytes(range);
          streams.push(stream);
          return stream;
        },
      });
      if (answered.status === 416) {
        return answer(416, { "accept-ranges": "bytes", "content-range": answered.headers["content-range"]! });
      }
      return opened(request, streams, answered);
    }

    /** The first segment is asked for before the answer begins. */
    async function opened(
      request: SwiftRequest,
      streams: readonly Primed[],
      reply: SwiftReply,
    ): Promise<SwiftReply> {
      try {
        await streams[0]?.prime();
      } catch (error) {
        if (!(error instanceof SegmentError)) throw error;
        tools.log.error(request, error.message);
        return answer(409);
      }
      return reply;
    }

    async function* stretches(
      request: SwiftRequest,
      container: string,
      prefix: string,
      firstPage: readonly ObjectEntry[],
      range: ByteRange | null,
    ): AsyncGenerator<Stretch> {
      let at = 0;
      let page = firstPage;
      const { start, end } = range ?? { start: 0, end: Number.POSITIVE_INFINITY };
      for (;;) {
        for (const { name, bytes } of page) {
          if (at >= end) return;
          if (at + bytes > start) {
            const first = Math.max(0, start - at);
            const last = at + bytes <= end ? null : end - at - 1;
            yield { path: `${container}/${name}`, first, last, etag: null, size: null };
          }
          at += bytes;
        }
        if (page.length < pageSize || at >= end) return;
        const more = await segmentPage(next, request, container, prefix, page.at(-1)!.name);
        if (!Array.isArray(more))
          throw new SegmentError(`Got status ${more.status} listing container ${container}`);
        page = more;
      }
    }

    return when(concerns, dloApp, next);
  },
};

/** One page of segments, or the answer that says why there is none. */
async function segmentPage(
  next: App,
  request: SwiftRequest,
  container: string,
  prefix: string,
  marker: string,
): Promise<ObjectEntry[] | SwiftReply> {
  const listing = request.derive({
    method: "GET",
    path: container,
    headers: segmentHeaders(request),
    source: "DLO",
  });
  listing.changeQuery(marker === "" ? { prefix } : { prefix, marker });
  const reply = await next(listing);
  if (!isSuccess(reply.status)) return reply;
  return (reply.listing ?? []).filter((entry) => entry.kind === "object");
}

function isManifest(value: string): boolean {
  return /^[^/?&]+\/[^/?&][^?&]*$/.test(value);
}
