// copy: COPY, and PUT with X-Copy-From: the source is read, through whatever stands behind, and put where it shall be.
// Authority: swift/common/middleware/copy.py.

import { answer, isSuccess, PLAIN, Refusal, refuse, type SwiftReply, say } from "../answers.ts";
import { MadeBody } from "../body.ts";
import { chunksOf } from "../conditional.ts";
import { isSysMeta, isTransientSysMeta, isUserMeta } from "../metadata.ts";
import { splitContainerObject } from "../path.ts";
import type { BuiltinFilter } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import { SwiftRequest } from "../request.ts";
import { isTrue, quote, unquote } from "../wire.ts";

const OVERRIDE = "x-object-sysmeta-container-update-override-";
/** Not taken over from the source, or only under conditions of their own. */
const NOT_COPIED = new Set([
  "x-static-large-object",
  "x-object-manifest",
  "etag",
  "content-type",
  "x-timestamp",
  "x-backend-timestamp",
  "content-length",
  "accept-ranges",
  "last-modified",
  "content-range",
]);

export const copy: BuiltinFilter = {
  name: "copy",
  factory(next, _conf, tools) {
    const concerns = (request: SwiftRequest) => {
      const { method } = request;
      const copies = method === "COPY" || (method === "PUT" && Boolean(request.headers.get("x-copy-from")));
      return (copies || method === "OPTIONS") && request.split(4, 4, true) !== null;
    };

    async function copyApp(request: SwiftRequest): Promise<SwiftReply> {
      if (request.method === "PUT") return put(request);
      return request.method === "COPY" ? fromSource(request) : withCopyAllowed(await next(request));
    }
    return when(concerns, guarded(copyApp), next);

    /** COPY is a PUT to the destination. */
    function fromSource(request: SwiftRequest): Promise<SwiftReply> {
      const { entity, headers, env } = request;
      env.originalMethod = "COPY";
      if (!headers.get("destination")) throw refuse(412, "Destination header required");
      let account = entity!.account!;
      const otherAccount = headers.get("destination-account");
      if (otherAccount !== undefined) {
        headers.set("x-copy-from-account", quote(account));
        headers.delete("destination-account");
        account = accountName(unquote(otherAccount));
      }
      const to = splitContainerObject(unquote(headers.get("destination")!));
      if (!to) throw refuse(412, "Destination header must be of the form <container name>/<object name>");
      const source = `/${entity!.container}/${entity!.object}`;
      request.method = "PUT";
      request.path = `/${entity!.version}/${account}/${to.container}/${to.object}`;
      headers.set("content-length", "0");
      headers.set("x-copy-from", quote(source));
      headers.delete("destination");
      return put(request);
    }

    async function put(request: SwiftRequest): Promise<SwiftReply> {
      if (request.contentLength) return say(400, "Copy requests require a zero byte body", PLAIN);
      const { version, account } = request.entity!;
      const otherAccount = request.header("x-copy-from-account");
      const sourceAccount = otherAccount ? accountName(unquote(otherAccount)) : account!;
      const from = splitContainerObject(unquote(request.header("x-copy-from")!));
      if (!from) throw refuse(412, "X-Copy-From header must be of the form <container name>/<object name>");
      const path = `/${version}/${sourceAccount}/${from.container}/${from.object}`;
      const source = await next(sourceRequest(request, path));
      if (source.status >= 300) return source;
      const length = Number(source.headers["content-length"] ?? Number.NaN);
      if (Number.isNaN(length) || length > tools.limits.max_file_size) return answer(413);
      const sink = sinkRequest(request, source, length);
      const reply = await next(sink);
      if (!isSuccess(reply.status)) return reply;
      reply.headers["x-copied-from-account"] = quote(sourceAccount);
      reply.headers["x-copied-from"] = quote(`${from.container}/${from.object}`);
      const modified = source.headers["last-modified"];
      if (modified !== undefined) reply.headers["x-copied-from-last-modified"] = modified;
      const version_ = source.headers["x-object-version-id"];
      if (version_ !== undefined) reply.headers["x-copied-from-version-id"] = version_;
      for (const [name, value] of sink.headers) if (isObjectMeta(name)) reply.headers[name] = value;
      return reply;
    }
  },
};

function sourceRequest(request: SwiftRequest, path: string): SwiftRequest {
  const headers = new Map(request.headers);
  for (const name of ["content-length", "transfer-encoding", "x-backend-storage-policy-index"])
    headers.delete(name);
  headers.set("x-newest", "true");
  const source = new SwiftRequest({
    method: "GET",
    path,
    queryText: request.queryText,
    headers,
    env: { ...request.env, source: "SSC", accessLogged: false },
  });
  if (request.query.get("multipart-manifest") === "get") source.changeQuery({ format: "raw" });
  return source;
}

function sinkRequest(request: SwiftRequest, source: SwiftReply, length: number): SwiftRequest {
  const headers = new Map<string, string>();
  if (isTrue(request.header("x-fresh-metadata"))) {
    for (const [name, value] of Object.entries(source.headers)) {
      if (isSysMeta("object", name)) headers.set(name, value);
    }
  } else {
    for (const [name, value] of Object.entries(source.headers)) {
      if (!NOT_COPIED.has(name)) headers.set(name, value);
    }
  }
  for (const [name, value] of request.headers) headers.set(name, value);
  const raw = request.query.get("multipart-manifest") === "get";
  const changes: Record<string, string | null> = {};
  if (raw && source.headers["x-static-large-object"] !== undefined) changes["multipart-manifest"] = "put";
  const manifest = source.headers["x-object-manifest"];
  if (raw && manifest !== undefined) {
    changes["multipart-manifest"] = null;
    headers.set("x-object-manifest", manifest);
  }
  if (request.query.has("version-id")) changes["version-id"] = null;
  headers.set("content-length", String(length));
  headers.delete("transfer-encoding");
  const whole =
    source.status === 200 &&
    source.headers["x-static-large-object"] === undefined &&
    (manifest === undefined || raw);
  if (whole && source.headers["etag"] !== undefined) headers.set("etag", source.headers["etag"]);
  else if (!whole) {
    for (const name of headers.keys())
      if (name.startsWith(OVERRIDE) && !request.headers.get(name)) headers.delete(name);
  }
  headers.delete("x-copy-from");
  headers.delete("x-copy-from-account");
  if (!request.header("content-type")) {
    headers.set("content-type", source.headers["content-type"] ?? "application/octet-stream");
  }
  request.headers = headers;
  request.body = new MadeBody(chunksOf(source.body));
  request.env.source = "SSC";
  if (Object.keys(changes).length > 0) request.changeQuery(changes);
  return request;
}

function accountName(name: string): string {
  if (name === "") throw refuse(412, "Account name cannot be empty");
  if (name.includes("/")) throw new Refusal(say(412, "Account name cannot contain slashes"));
  return name;
}

function isObjectMeta(name: string): boolean {
  return (
    isUserMeta("object", name) ||
    isSysMeta("object", name) ||
    isTransientSysMeta(name) ||
    name === "x-delete-at"
  );
}

function withCopyAllowed(reply: SwiftReply): SwiftReply {
  if (!isSuccess(reply.status)) return reply;
  for (const name of ["allow", "access-control-allow-methods"]) {
    const value = reply.headers[name];
    if (value !== undefined && !value.includes("COPY")) reply.headers[name] = `${value}, COPY`;
  }
  return reply;
}
