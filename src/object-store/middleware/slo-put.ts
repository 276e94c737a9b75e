// Putting the manifest of a static large object: every segment is looked at, then the manifest is stored with what was
// found.

import {
  answer,
  isSuccess,
  ownWords,
  Refusal,
  refuse,
  type SwiftReply,
  say,
  standardText,
  statusLine,
} from "../answers.ts";
import { MadeBody } from "../body.ts";
import { normalizeEtag } from "../etag.ts";
import { DEFAULT_TYPE, guessType } from "../mime.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import { pythonJson } from "../python-json.ts";
import { rangesFor } from "../range.ts";
import type { SwiftRequest } from "../request.ts";
import { segmentHeaders } from "../segments.ts";
import { isTrue, quote } from "../wire.ts";
import { type BulkFormat, bestFormat, bulkReport } from "./bulk-report.ts";
import { type GivenData, type GivenSegment, parseManifest, type StoredPart } from "./slo-manifest.ts";
import { SLO_ETAG, SLO_MARK, SLO_SIZE, type SloSettings } from "./slo-names.ts";

const OVERRIDE_ETAG = "x-object-sysmeta-container-update-override-etag";

interface Problem {
  name: string;
  status: string;
}

/** @param self this middleware, through which a segment that is itself a large object shows its whole size */
export async function putManifest(
  request: SwiftRequest,
  self: App,
  next: App,
  settings: SloSettings,
  tools: Tools,
): Promise<SwiftReply> {
  if (request.header("x-copy-from")) throw refuse(405, "Multipart Manifest PUTs cannot be COPY requests");
  if (request.contentLength === null && !request.isChunked) throw refuse(411);
  if ((request.contentLength ?? 0) > settings.maxManifestSize) {
    throw refuse(413, `Manifest File > ${settings.maxManifestSize} bytes`);
  }
  const given = parseManifest(await readText(request, settings.maxManifestSize), request.quotedPath);
  const objects = given.filter((part) => "path" in part).length;
  if (objects > settings.maxSegments) {
    throw refuse(413, `Number of object-backed segments must be <= ${settings.maxSegments}`);
  }
  const format = bestFormat(request) ?? "text/plain";
  const work = () => store(request, self, next, given, format);
  if (!isTrue(request.query.get("heartbeat"))) return (await work()).reply;
  return {
    status: 202,
    headers: { "content-type": format },
    body: withHeartbeat(work, format, settings.yieldFrequency, tools),
  };
}

interface Outcome {
  reply: SwiftReply;
  problems: Problem[];
  etag: string | null;
}

async function store(
  request: SwiftRequest,
  self: App,
  next: App,
  given: readonly (GivenSegment | GivenData)[],
  format: BulkFormat,
): Promise<Outcome> {
  const { parts, total, problems } = await inspect(request, self, given);
  const segments = parts.flatMap((part) => ("data" in part ? [] : [part]));
  problems.push(...(request.env.sloManifestHook?.(segments) ?? []));
  if (problems.length > 0) {
    const body = bulkReport(format, {}, problems, "upload");
    return { reply: say(400, body, format), problems, etag: null };
  }
  const etag = largeObjectEtag(parts);
  const expected = request.header("etag");
  if (expected && normalizeEtag(expected) !== etag) return { reply: answer(422), problems, etag: null };
  const body = Buffer.from(pythonJson(parts));
  const manifestEtag = new Bun.CryptoHasher("md5").update(body).digest("hex");
  const { headers } = request;
  headers.set("content-length", String(body.length));
  headers.delete("transfer-encoding");
  headers.set(SLO_ETAG, etag);
  headers.set(SLO_SIZE, String(total));
  headers.set(SLO_MARK, "True");
  headers.set("etag", manifestEtag);
  // Another middleware may have put parameters of its own there, behind a tag or none.
  const [listed, ...parameters] = (headers.get(OVERRIDE_ETAG) ?? "").split(";");
  headers.set(OVERRIDE_ETAG, [listed || manifestEtag, ...parameters, ` slo_etag=${etag}`].join(";"));
  const type = headers.get("content-type") || (guessType(request.path) ?? DEFAULT_TYPE);
  headers.set("content-type", `${type};swift_bytes=${total}`);
  request.env.contentTypeOverridden = true;
  request.body = new MadeBody(body);
  const reply = await next(request);
  if (isSuccess(reply.status)) reply.headers["etag"] = `"${etag}"`;
  return { reply, problems, etag };
}

/** Looks at every segment once, whatever how often it is named. */
async function inspect(
  request: SwiftRequest,
  self: App,
  given: readonly (GivenSegment | GivenData)[],
): Promise<{ parts: StoredPart[]; total: number; problems: Problem[] }> {
  const heads = new Map<string, SwiftReply>();
  const parts: StoredPart[] = [];
  const problems: Problem[] = [];
  let total = 0;
  for (const [index, part] of given.entries()) {
    if ("data" in part) {
      parts.push(part);
      total += Buffer.from(part.data, "base64").length;
      continue;
    }
    const head = heads.get(part.path) ?? (await headSegment(request, self, part.path));
    heads.set(part.path, head);
    if (!isSuccess(head.status)) {
      problems.push({ name: quote(part.path), status: statusLine(head.status) });
      continue;
    }
    const { stored, length, faults } = judge(part, head, index === given.length - 1);
    for (const status of faults) problems.push({ name: quote(part.path), status });
    parts.push(stored);
    total += length;
  }
  return { parts, total, problems };
}

function headSegment(request: SwiftRequest, self: App, path: string): Promise<SwiftReply> {
  const { version, account } = request.entity!;
  return self(
    request.derive({
      method: "HEAD",
      path: `/${version}/${account}/${path.replace(/^\/+/, "")}`,
      headers: segmentHeaders(request),
      source: "SLO",
    }),
  );
}

function judge(
  part: GivenSegment,
  head: SwiftReply,
  mayBeEmpty: boolean,
): { stored: StoredPart; length: number; faults: string[] } {
  const faults: string[] = [];
  const size = Number(head.headers["content-length"]);
  const etag = normalizeEtag(head.headers["etag"] ?? "");
  let length = size;
  let range: string | undefined;
  if (part.range) {
    const [wanted] = rangesFor([part.range], size);
    if (!wanted) faults.push("Unsatisfiable Range");
    else if (wanted.end - wanted.start < size) {
      range = `${wanted.start}-${wanted.end - 1}`;
      length = wanted.end - wanted.start;
    }
  }
  if (length < 1 && !mayBeEmpty) faults.push("Too small; each segment must be at least 1 byte.");
  if (part.sizeBytes !== null && part.sizeBytes !== size) faults.push("Size Mismatch");
  if (part.etag !== null && part.etag !== etag) faults.push("Etag Mismatch");
  const modified = new Date(head.headers["last-modified"] ?? 0).toISOString().slice(0, 19);
  const stored: StoredPart = {
    name: `/${part.path.replace(/^\/+/, "")}`,
    bytes: size,
    hash: etag,
    content_type: (head.headers["content-type"] ?? DEFAULT_TYPE).split(";")[0]!,
    last_modified: `${modified}.000000`,
    ...(range ? { range } : {}),
    ...(isTrue(head.headers[SLO_MARK]) ? { sub_slo: true } : {}),
  };
  return { stored, length, faults };
}

/** MD5 of the segments' tags. */
function largeObjectEtag(parts: readonly StoredPart[]): string {
  const hash = new Bun.CryptoHasher("md5");
  for (const part of parts) {
    if ("data" in part) {
      hash.update(new Bun.CryptoHasher("md5").update(Buffer.from(part.data, "base64")).digest("hex"));
    } else hash.update(part.range ? `${part.hash}:${part.range};` : part.hash);
  }
  return hash.digest("hex");
}

async function readText(request: SwiftRequest, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > maxBytes) throw refuse(413, `Manifest File > ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The result comes as text after blanks that keep the connection alive. */
async function* withHeartbeat(
  work: () => Promise<Outcome>,
  format: BulkFormat,
  everySeconds: number,
  tools: Tools,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(" ");
  const running = work().catch((error: unknown): Outcome => {
    const reply = error instanceof Refusal ? error.reply : answer(500);
    if (!(error instanceof Refusal)) tools.log.error(null, "putting a manifest failed", error);
    return { reply, problems: [], etag: null };
  });
  let outcome: Outcome | null = null;
  while (!outcome) {
    outcome = await Promise.race([running, tools.clock.sleep(everySeconds * 1000).then(() => null)]);
    if (!outcome) yield Buffer.from(" ");
  }
  const { reply, problems, etag } = outcome;
  const facts: Record<string, string> = { "Response Status": statusLine(reply.status) };
  const failed = !isSuccess(reply.status);
  const words = problems.length > 0 ? "" : ownWords(reply);
  facts["Response Body"] = words === "" && failed ? standardText(reply.status) : words;
  if (etag !== null && isSuccess(reply.status)) {
    facts["Etag"] = `"${etag}"`;
    facts["Last Modified"] = reply.headers["last-modified"] ?? "";
  }
  yield Buffer.from(`\r\n\r\n${bulkReport(format, facts, problems, "upload")}`);
}
