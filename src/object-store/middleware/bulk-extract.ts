// Putting the contents of an archive: each file becomes an object, each first folder a container.
// Authority: swift/common/middleware/bulk.py, handle_extract_iter.

import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { isSuccess, ownWords, Refusal, refuse, type SwiftReply, statusLine } from "../answers.ts";
import { MadeBody } from "../body.ts";
import { isUserMeta } from "../metadata.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { Primed, segmentHeaders } from "../segments.ts";
import { readTar, type TarEntry, TarError } from "../tar.ts";
import { quote, toWire } from "../wire.ts";
import { type BulkFormat, bestFormat, bulkReport, type Failure } from "./bulk-report.ts";
import { bunzip } from "./bunzip.ts";

export type ArchiveType = "tar" | "tar.gz" | "tar.bz2";

export interface ExtractJob {
  request: SwiftRequest;
  next: App;
  tools: Tools;
  settings: { maxContainers: number; maxFailedExtractions: number; yieldSeconds: number };
  type: ArchiveType;
  maxPathBytes: number;
}

interface Progress {
  created: number;
  failures: Failure[];
  badStatus: number;
  containers: Set<string>;
  containersCreated: number;
}

/** Answers 200; what happened is in the body. */
export async function extractReply(job: ExtractJob): Promise<SwiftReply> {
  const format = bestFormat(job.request);
  const body = new Primed(report(job, format));
  await body.prime();
  return { status: 200, headers: { "content-type": format ?? "text/html; charset=UTF-8" }, body };
}

async function* report(job: ExtractJob, format: BulkFormat | null): AsyncGenerator<Uint8Array> {
  const { request, tools, settings } = job;
  const progress: Progress = {
    created: 0,
    failures: [],
    badStatus: 400,
    containers: new Set(),
    containersCreated: 0,
  };
  let [status, text] = [statusLine(201), ""];
  let [blank, separator] = [format?.endsWith("/xml") ? '<?xml version="1.0" encoding="UTF-8"?>\n' : " ", ""];
  let lastYieldMs = tools.clock.now();
  try {
    if (format === null) throw refuse(406);
    if (request.contentLength === null && !request.isChunked) throw refuse(411);
    if (!request.split(2, 3, true)) throw refuse(404);
    for await (const entry of readTar(unpacked(request, job.type))) {
      if (progress.failures.length >= settings.maxFailedExtractions) break;
      if (entry.kind === "file") await extractOne(job, progress, entry);
      const now = tools.clock.now();
      if (now - lastYieldMs <= settings.yieldSeconds * 1000) continue;
      lastYieldMs = now;
      yield Buffer.from(blank);
      [blank, separator] = [" ", "\r\n\r\n"];
    }
    if (progress.failures.length > 0) status = statusLine(progress.badStatus);
    else if (progress.created === 0) {
      [status, text] = [statusLine(400), "Invalid Tar File: No Valid Files"];
    }
  } catch (error) {
    if (error instanceof Refusal) {
      status = statusLine(error.reply.status);
      text = ownWords(error.reply);
    } else if (error instanceof TarError || isZlibError(error)) {
      const message = error instanceof TarError ? error.message : "not a gzip file";
      [status, text] = [statusLine(400), `Invalid Tar File: ${message}`];
    } else {
      tools.log.error(request, "Error in extract archive.", error);
      status = statusLine(500);
    }
  }
  const facts = {
    "Response Status": status,
    "Response Body": text,
    "Number Files Created": progress.created,
  };
  yield Buffer.from(separator + bulkReport(format ?? "text/plain", facts, progress.failures, "extract"));
}

function isZlibError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^Z_|^ERR_ZLIB/.test(code);
}

function unpacked(request: SwiftRequest, type: ArchiveType): AsyncIterable<Uint8Array> {
  if (type === "tar") return request.body;
  if (type === "tar.bz2") return bunzip(request.body);
  const gunzip = createGunzip();
  const source = Readable.from(request.body);
  source.on("error", (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

async function extractOne(job: ExtractJob, progress: Progress, entry: TarEntry): Promise<void> {
  const { request, next, tools } = job;
  const [version, account, base] = request.split(2, 3, true)!;
  const folder = (base ?? "").replace(/\/+$/, "");
  const name = entry.name.replace(/^\.\//, "").replace(/^\/+/, "");
  const path = folder === "" ? name : `${folder}/${name}`;
  // A file beside all folders has no container to go to.
  if (!path.includes("/")) return;
  const shown = quote(path.slice(0, job.maxPathBytes));
  const fail = (status: string) => progress.failures.push({ name: shown, status });
  if (path.includes("\0") || path.includes("\ufffd")) return void fail(statusLine(412));
  if (entry.size > tools.limits.max_file_size) return void fail(statusLine(413));
  const container = path.slice(0, path.indexOf("/"));
  const containerPath = `/${version}/${account}/${container}`;
  const containerFailure = progress.containers.has(container)
    ? null
    : await makeContainer(job, progress, containerPath);
  const reply = await next(
    request.derive({
      method: "PUT",
      path: `/${version}/${account}/${path}`,
      headers: objectHeaders(request, entry),
      body: new MadeBody(entry.data),
      source: "EA",
    }),
  );
  progress.containers.add(container);
  if (isSuccess(reply.status)) {
    progress.created++;
    return;
  }
  if (containerFailure) progress.failures.push({ name: quote(containerPath), status: containerFailure });
  if (reply.status >= 500) progress.badStatus = 502;
  fail(statusLine(reply.status));
  if (reply.status === 401) throw refuse(401);
}

/** Null when the container is there now, else the status that says why not: its objects may be put all the same. */
async function makeContainer(job: ExtractJob, progress: Progress, path: string): Promise<string | null> {
  const { request, next, settings } = job;
  const ask = (method: string) =>
    next(request.derive({ method, path, headers: segmentHeaders(request), source: "EA" }));
  let reply = await ask("HEAD");
  if (isSuccess(reply.status)) return null;
  if (reply.status === 404) {
    reply = await ask("PUT");
    if (isSuccess(reply.status)) {
      if (++progress.containersCreated > settings.maxContainers) {
        throw refuse(400, `More than ${settings.maxContainers} containers to create from tar.`);
      }
      return null;
    }
  }
  if (reply.status === 401) throw refuse(401);
  return statusLine(reply.status);
}

function objectHeaders(request: SwiftRequest, entry: TarEntry): Map<string, string> {
  const headers = segmentHeaders(request);
  headers.set("content-length", String(entry.size));
  for (const [name, value] of request.headers) {
    if (name === "x-delete-at" || name === "x-delete-after" || isUserMeta("object", name))
      headers.set(name, value);
  }
  for (const [key, value] of entry.pax) {
    const name = paxHeader(key);
    if (name) headers.set(name, toWire(value));
  }
  return headers;
}

function paxHeader(key: string): string | null {
  const attribute = /^(?:SCHILY|LIBARCHIVE)\.xattr\.user\.(.+)$/.exec(key)?.[1];
  if (attribute === "mime_type") return "content-type";
  return attribute?.startsWith("meta.") ? `x-object-meta-${toWire(attribute.slice(5)).toLowerCase()}` : null;
}
