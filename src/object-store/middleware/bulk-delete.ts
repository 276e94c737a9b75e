// Deleting many objects with one request. The answer is a stream: blanks while it takes long, then the report.
// Authority: swift/common/middleware/bulk.py, handle_delete_iter.

import { ownWords, Refusal, refuse, type SwiftReply, statusLine } from "../answers.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { Primed, segmentHeaders } from "../segments.ts";
import { quote, requote, unquoteChecked } from "../wire.ts";
import { type BulkFormat, bestFormat, bulkReport, type Failure } from "./bulk-report.ts";

export interface DeleteSettings {
  maxDeletes: number;
  maxFailures: number;
  yieldSeconds: number;
}

/** One thing to delete: `container/object` or `container`, unquoted. */
export interface Doomed {
  name: string;
  /** The name was no UTF-8: how it was written. */
  invalid?: string;
  versionId?: string;
  /** It was already found to be impossible. */
  error?: { status: number; message: string };
}

export interface DeleteJob {
  request: SwiftRequest;
  next: App;
  tools: Tools;
  settings: DeleteSettings;
  /** Swift's name for the sub-requests: `BD`, `SLO`. */
  source: string;
  names: () => AsyncIterable<Doomed>;
}

interface Tally {
  status: string;
  body: string;
  deleted: number;
  notFound: number;
  failures: Failure[];
  badStatus: number;
}

/** Answers 200; what happened is in the body. */
export async function bulkDeleteReply(job: DeleteJob): Promise<SwiftReply> {
  const format = bestFormat(job.request);
  const body = new Primed(report(job, format));
  await body.prime();
  return {
    status: 200,
    headers: { "content-type": format ?? "text/html; charset=UTF-8" },
    body,
  };
}

async function* report(job: DeleteJob, format: BulkFormat | null): AsyncGenerator<Uint8Array> {
  const tally: Tally = {
    status: statusLine(200),
    body: "",
    deleted: 0,
    notFound: 0,
    failures: [],
    badStatus: 400,
  };
  const xml = format?.endsWith("/xml") ?? false;
  let blank = xml ? '<?xml version="1.0" encoding="UTF-8"?>\n' : " ";
  let separator = "";
  let lastYieldMs = job.tools.clock.now();
  try {
    if (format === null) throw refuse(406);
    for await (const _ of deleteAll(job, tally)) {
      const now = job.tools.clock.now();
      if (now - lastYieldMs <= job.settings.yieldSeconds * 1000) continue;
      lastYieldMs = now;
      yield Buffer.from(blank);
      [blank, separator] = [" ", "\r\n\r\n"];
    }
    if (tally.failures.length > 0) tally.status = statusLine(tally.badStatus);
    else if (tally.deleted + tally.notFound === 0) {
      tally.status = statusLine(400);
      tally.body = "Invalid bulk delete.";
    }
  } catch (error) {
    if (error instanceof Refusal) {
      tally.status = statusLine(error.reply.status);
      tally.body = ownWords(error.reply);
    } else {
      job.tools.log.error(job.request, "Error in bulk delete.", error);
      tally.status = statusLine(500);
    }
  }
  const facts = {
    "Response Status": tally.status,
    "Response Body": tally.body,
    "Number Deleted": tally.deleted,
    "Number Not Found": tally.notFound,
  };
  yield Buffer.from(separator + bulkReport(format ?? "text/plain", facts, tally.failures, "delete"));
}

/** Objects first, then containers. Yields after each. */
async function* deleteAll(job: DeleteJob, tally: Tally): AsyncGenerator<void> {
  const { request } = job;
  if (!request.entity?.account) throw refuse(404);
  const type = request.header("content-type");
  if (type && !type.startsWith("text/plain")) throw refuse(406);
  const containers: Doomed[] = [];
  for await (const doomed of job.names()) {
    if (doomed.name === "") continue;
    if (!doomed.name.replace(/^\/+|\/+$/g, "").includes("/")) containers.push(doomed);
    else yield await deleteOne(job, tally, doomed);
  }
  for (const doomed of containers) yield await deleteOne(job, tally, doomed);
}

async function deleteOne(job: DeleteJob, tally: Tally, doomed: Doomed): Promise<void> {
  const { request, next, settings, source } = job;
  const name = doomed.invalid ?? quote(doomed.name);
  const fail = (status: string) => {
    tally.failures.push({ name, status });
    if (tally.failures.length >= settings.maxFailures) throw refuse(400, "Max delete failures exceeded");
  };
  if (doomed.error) {
    if (doomed.error.status === 404) tally.notFound++;
    else fail(doomed.error.message);
    return;
  }
  if (doomed.invalid !== undefined || doomed.name.includes("\0")) return fail(statusLine(412));
  const { version, account } = request.entity!;
  const reply = await next(
    request.derive({
      method: "DELETE",
      path: `/${version}/${account}/${doomed.name.replace(/^\/+/, "")}`,
      queryText: doomed.versionId === undefined ? "" : `version-id=${quote(doomed.versionId, "")}`,
      headers: segmentHeaders(request),
      source,
    }),
  );
  if (reply.status >= 200 && reply.status < 300) tally.deleted++;
  else if (reply.status === 404) tally.notFound++;
  else {
    if (reply.status >= 500) tally.badStatus = 502;
    fail(statusLine(reply.status));
  }
}

/** The names in a request's body, one a line, quoted. */
export async function* namesInBody(
  request: SwiftRequest,
  maxNames: number,
  maxPathBytes: number,
): AsyncGenerator<Doomed> {
  if (request.contentLength === null && !request.isChunked) throw refuse(411);
  const names: Doomed[] = [];
  const take = (line: string) => {
    const { text, valid } = unquoteChecked(line.trim());
    if (text !== "") names.push(valid ? { name: text } : { name: text, invalid: requote(line.trim()) });
    if (names.length > maxNames) throw refuse(413, `Maximum Bulk Deletes: ${maxNames} per request`);
  };
  let rest = "";
  for await (const chunk of request.body) {
    const lines = (rest + Buffer.from(chunk).toString("latin1")).split("\n");
    rest = lines.pop()!;
    if (rest.length > maxPathBytes * 2) throw refuse(400, "Invalid File Name");
    for (const line of lines) take(line);
  }
  take(rest);
  yield* names;
}
