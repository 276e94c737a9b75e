// Reading a static large object: GET and HEAD, with ranges and conditions over the whole.

import { answer, type SwiftReply } from "../answers.ts";
import { bytesOf, conditionalReply } from "../conditional.ts";
import { splitPath } from "../path.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import { pythonJson } from "../python-json.ts";
import type { ByteRange } from "../range.ts";
import type { SwiftRequest } from "../request.ts";
import { appendName, Primed, SegmentError, type Stretch, segmentHeaders, stretchBytes } from "../segments.ts";
import { isTrue, listFromCsv } from "../wire.ts";
import type { GivenData, StoredPart, StoredSegment } from "./slo-manifest.ts";
import { SLO_ETAG, SLO_MARK, SLO_SIZE } from "./slo-names.ts";

/** A manifest is never larger than what was accepted, and then some for what the store adds. */
const MAX_STORED_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 10;

export async function readLargeObject(request: SwiftRequest, next: App, tools: Tools): Promise<SwiftReply> {
  const raw = request.query.get("multipart-manifest") === "get";
  if (!raw) {
    appendName(request.headers, "x-backend-etag-is-at", SLO_ETAG);
    appendName(request.headers, "x-backend-ignore-range-if-metadata-present", SLO_MARK);
  }
  const found = await next(request);
  if (!isTrue(found.headers[SLO_MARK])) return found;
  if (raw) {
    if (request.query.get("format") === "raw") return asItWasPut(found);
    return { ...found, headers: { ...found.headers, "content-type": "application/json; charset=utf-8" } };
  }
  const size = Number(found.headers[SLO_SIZE]);
  const headers: Record<string, string> = {
    ...found.headers,
    etag: `"${found.headers[SLO_ETAG]}"`,
    "x-manifest-etag": found.headers["etag"] ?? "",
  };
  delete headers["content-range"];
  if (found.status === 304 || found.status === 412) return { ...found, headers };
  if (found.status !== 200) return found;
  if (request.method === "HEAD")
    return conditionalReply(request, {
      reply: { ...found, headers },
      length: size,
      ...matchEtagOf(request, found),
      slice: () => null,
    });
  const parts = await readManifest(found);
  return stream(request, next, tools, { ...found, headers }, parts, size);
}

/** A middleware in front may compare conditions with a tag of its own (`X-Backend-Etag-Is-At`). */
function matchEtagOf(request: SwiftRequest, found: SwiftReply): { matchEtag?: string } {
  const names = listFromCsv(request.header("x-backend-etag-is-at"));
  const matchEtag = names.map((name) => found.headers[name]).find((etag) => etag !== undefined);
  return matchEtag === undefined ? {} : { matchEtag };
}

async function stream(
  request: SwiftRequest,
  next: App,
  tools: Tools,
  reply: SwiftReply,
  parts: readonly StoredPart[],
  size: number,
): Promise<SwiftReply> {
  const streams: Primed[] = [];
  const answered = conditionalReply(request, {
    reply,
    length: size,
    ...matchEtagOf(request, reply),
    slice: (range) => {
      const bytes = new Primed(stretchBytes(request, next, "SLO", stretches(request, next, parts, range, 1)));
      streams.push(bytes);
      request.env.finished.push(() => void bytes.close());
      return bytes;
    },
  });
  try {
    await streams[0]?.prime();
  } catch (error) {
    if (!(error instanceof SegmentError)) throw error;
    tools.log.error(request, error.message);
    return answer(409);
  }
  return answered;
}

/** The stretches that make up a range; manifests among the segments are followed. */
async function* stretches(
  request: SwiftRequest,
  next: App,
  parts: readonly StoredPart[],
  range: ByteRange,
  depth: number,
): AsyncGenerator<Stretch> {
  let at = 0;
  for (const part of parts) {
    const length = partLength(part);
    const start = Math.max(0, range.start - at);
    const end = Math.min(length, range.end - at);
    at += length;
    if (start >= end) {
      if (at >= range.end) return;
      continue;
    }
    if ("data" in part) {
      yield { data: Buffer.from(part.data, "base64").subarray(start, end) };
      continue;
    }
    const offset = part.range ? Number(part.range.split("-")[0]) : 0;
    if (part.sub_slo) {
      if (depth >= MAX_DEPTH) {
        throw new SegmentError(`While processing manifest ${request.path}, max recursion depth was exceeded`);
      }
      const inner = await subManifest(request, next, part);
      yield* stretches(request, next, inner, { start: offset + start, end: offset + end }, depth + 1);
      continue;
    }
    yield {
      path: segmentPath(request, part.name),
      first: offset + start,
      last: offset + end - 1,
      etag: part.hash,
      size: part.bytes,
    };
  }
}

function segmentPath(request: SwiftRequest, name: string): string {
  const { version, account } = request.entity!;
  return `/${version}/${account}/${name.replace(/^\/+/, "")}`;
}

async function subManifest(
  request: SwiftRequest,
  next: App,
  part: StoredSegment,
): Promise<readonly StoredPart[]> {
  const path = segmentPath(request, part.name);
  if (!splitPath(path, 4, 4, true)) throw new SegmentError(`no object is called ${path}`);
  const reply = await next(
    request.derive({
      method: "GET",
      path,
      queryText: "multipart-manifest=get",
      headers: segmentHeaders(request),
      source: "SLO",
    }),
  );
  if (reply.status !== 200) {
    throw new SegmentError(
      `while fetching ${request.path}, GET of submanifest ${path} failed with status ${reply.status}`,
    );
  }
  return readManifest(reply);
}

export async function readManifest(reply: SwiftReply): Promise<StoredPart[]> {
  const text = (await bytesOf(reply.body, MAX_STORED_BYTES)).toString();
  try {
    const parts = JSON.parse(text) as StoredPart[];
    return Array.isArray(parts) ? parts : [];
  } catch {
    throw new SegmentError("the manifest is no JSON");
  }
}

const SWIFT_BYTES = /;\s*swift_bytes=(\d+)\s*$/;

/** Bytes the part adds to the whole. */
function partLength(part: StoredPart): number {
  if ("data" in part) return Buffer.from(part.data, "base64").length;
  if (part.range) {
    const [first, last] = part.range.split("-").map(Number) as [number, number];
    return last - first + 1;
  }
  const swiftBytes = part.sub_slo ? SWIFT_BYTES.exec(part.content_type)?.[1] : undefined;
  return swiftBytes === undefined ? part.bytes : Number(swiftBytes);
}

/** `format=raw`: in the form in which a manifest is put. */
async function asItWasPut(found: SwiftReply): Promise<SwiftReply> {
  const parts = (await readManifest(found)).map((part): Record<string, unknown> | GivenData => {
    if ("data" in part) return part;
    const { name, bytes, hash, range } = part;
    return { path: name, size_bytes: bytes, etag: hash, ...(range ? { range } : {}) };
  });
  const body = pythonJson(parts, { sortKeys: true });
  const etag = new Bun.CryptoHasher("md5").update(body).digest("hex");
  return {
    ...found,
    headers: { ...found.headers, etag, "content-length": String(Buffer.byteLength(body)) },
    body,
  };
}
