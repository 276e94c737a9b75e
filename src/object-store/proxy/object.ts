// Objects: read, written, described, removed.
// Authority: swift/proxy/controllers/obj.py, swift/obj/server.py.

import { answer, PLAIN, Refusal, refuse, type SwiftReply, say } from "../answers.ts";
import { ClientDisconnect } from "../body.ts";
import { conditionalReply } from "../conditional.ts";
import { checkDeleteHeaders, checkMetadata, checkObjectCreation } from "../constraints.ts";
import type { ContainerInfo } from "../containers.ts";
import { EtagMismatch, NewerExists } from "../errors.ts";
import { normalizeEtag, parseMatch } from "../etag.ts";
import type { Metadata } from "../metadata.ts";
import { DEFAULT_TYPE, guessType } from "../mime.ts";
import { deleteAtOf, type ObjectInfo, objectMetadata } from "../objects.ts";
import type { SwiftRequest } from "../request.ts";
import { lastModified, normal, parseTimestamp, TICKS_PER_SECOND } from "../timestamp.ts";
import { isTrue, listFromCsv } from "../wire.ts";
import { preflight } from "./cors.ts";
import type { Method, Methods, ProxyParts, Target } from "./server.ts";

const OVERRIDE = "x-object-sysmeta-container-update-override-";

export function objectMethods(proxy: ProxyParts): Methods {
  const { platform } = proxy;
  const { containers, objects, limits, timestamps } = platform;
  const allowed = ["OPTIONS", "PUT", "DELETE", "HEAD", "POST", "GET"];

  /** Asks whether the caller may, now that the ACL is known. @throws Refusal */
  function authorize(request: SwiftRequest, container: ContainerInfo | null, acl: string): void {
    if (!request.env.authorize) return;
    request.acl = container?.metadata[acl] ?? null;
    request.syncKey = container?.metadata["x-container-sync-key"] ?? null;
    const denial = request.env.authorize(request);
    if (denial) throw new Refusal(denial);
  }

  function read(request: SwiftRequest, target: Target): SwiftReply {
    const container = containers.container(target.account, target.container);
    authorize(request, container, "x-container-read");
    if (!container) return answer(404);
    const head = request.method === "HEAD";
    const data = head ? null : objects.open(container.id, target.object);
    const info: ObjectInfo | null = data ?? (head ? objects.head(container.id, target.object) : null);
    if (!info) return missing(request);
    if (data && !(data.source instanceof Uint8Array)) request.env.finished.push(data.release);
    const { headers } = request;
    const conditional = headers.has("if-match") || headers.has("if-none-match");
    const source = data?.source ?? new Uint8Array(0);
    return conditionalReply(request, {
      reply: { status: 200, headers: objectHeaders(info), body: null },
      length: info.size,
      ...(conditional ? etagAt(request, info.metadata) : {}),
      ignoreRange: headers.has("range") && ignoresRange(request, info.metadata),
      slice: ({ start, end }) =>
        source instanceof Uint8Array
          ? start === 0 && end === source.length
            ? source
            : source.subarray(start, end)
          : { file: source.file, offset: start, length: end - start },
    });
  }

  /** `If-Match: *` asks for something to be there. */
  function missing(request: SwiftRequest): SwiftReply {
    return parseMatch(request.header("if-match"))?.has("*") ? { ...answer(412), body: null } : answer(404);
  }

  /** The entity tag conditions are compared with, where a middleware keeps its own (`X-Backend-Etag-Is-At`). */
  function etagAt(request: SwiftRequest, metadata: Readonly<Metadata>): { matchEtag?: string } {
    for (const name of listFromCsv(request.header("x-backend-etag-is-at"))) {
      const matchEtag = metadata[name.toLowerCase()];
      if (matchEtag !== undefined) return { matchEtag };
    }
    return {};
  }

  /** A range is of the whole that a manifest stands for, not of the manifest. */
  function ignoresRange(request: SwiftRequest, metadata: Readonly<Metadata>): boolean {
    return listFromCsv(request.header("x-backend-ignore-range-if-metadata-present")).some(
      (name) => metadata[name.toLowerCase()] !== undefined,
    );
  }

  async function put(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const noneMatch = parseMatch(request.header("if-none-match"));
    if (noneMatch && !noneMatch.has("*")) return say(400, "If-None-Match only supports *", PLAIN);
    const container = containers.container(target.account, target.container);
    authorize(request, container, "x-container-write");
    if (!container) return answer(404);
    chooseType(request, target);
    request.ensureTimestamp(() => timestamps.next());
    const bad = checkObjectCreation(request, target.object, limits) ?? badType(request);
    if (bad) return bad;
    if (noneMatch && objects.head(container.id, target.object)) return answer(412);
    const length = request.isChunked ? null : request.contentLength;
    const data = await objects.receive(request.body, limits.max_file_size, () => refuse(413));
    if (length !== null && data.size !== length) {
      await objects.discard(data);
      throw new ClientDisconnect();
    }
    const { headers } = request;
    const listed = listedOverride(headers);
    const etag = headers.get("etag");
    try {
      const timestamp = await objects.put(
        {
          containerId: container.id,
          name: target.object,
          timestamp: request.hasTimestampHeader ? request.timestamp() : null,
          contentType: headers.get("content-type")!,
          deleteAt: deleteAtOf(request.header("x-delete-at")),
          metadata: objectMetadata(headers, true),
          etag: etag ? normalizeEtag(etag) : null,
          mustBeNew: noneMatch !== null,
          ...(listed ? { listed } : {}),
        },
        data,
      );
      return {
        ...answer(201, { etag: data.etag, "last-modified": lastModified(timestamp), "content-length": "0" }),
        body: null,
      };
    } catch (error) {
      if (error instanceof NewerExists) return answer(202);
      if (error instanceof EtagMismatch)
        return answer(422, { "last-modified": lastModified(request.timestamp()) });
      throw error;
    }
  }

  /** `X-Detect-Content-Type`, and a type for what has none. */
  function chooseType(request: SwiftRequest, target: Target): void {
    const detect = isTrue(request.header("x-detect-content-type"));
    if (detect || !request.header("content-type")) {
      request.headers.set("content-type", guessType(target.object) ?? DEFAULT_TYPE);
      if (detect) request.headers.delete("x-detect-content-type");
    }
  }

  /** `swift_bytes` and its like are the middleware's own. */
  function badType(request: SwiftRequest): SwiftReply | null {
    if (request.env.contentTypeOverridden) return null;
    const parameters = (request.header("content-type") ?? "").split(";").slice(1);
    return parameters.some((parameter) => parameter.trimStart().startsWith("swift_"))
      ? say(400, "Invalid Content-Type, swift_* is not a valid parameter name.")
      : null;
  }

  async function post(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const container = containers.container(target.account, target.container);
    authorize(request, container, "x-container-write");
    if (!container) return answer(404);
    const bad = checkMetadata(request, "object", limits);
    if (bad) return bad;
    request.ensureTimestamp(() => timestamps.next());
    const late = checkDeleteHeaders(request);
    if (late) return late;
    const before = objects.head(container.id, target.object);
    try {
      await objects.post({
        containerId: container.id,
        name: target.object,
        timestamp: request.hasTimestampHeader ? request.timestamp() : null,
        contentType: request.header("content-type") || null,
        deleteAt: deleteAtOf(request.header("x-delete-at")),
        metadata: objectMetadata(request.headers, false),
      });
    } catch (error) {
      if (error instanceof NewerExists) return answer(202);
      throw error;
    }
    const reply = answer(202);
    // Middleware see the system metadata of what was changed (symlink looks for itself there).
    for (const [name, value] of Object.entries(before?.metadata ?? {})) {
      if (name.startsWith("x-object-sysmeta-")) reply.headers[name] = value;
    }
    return reply;
  }

  async function remove(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const container = containers.container(target.account, target.container);
    authorize(request, container, "x-container-write");
    if (!container) return answer(404);
    request.ensureTimestamp(() => timestamps.next());
    const expected = request.header("x-if-delete-at");
    const ticks = expected === null ? null : parseTimestamp(expected);
    if (expected !== null && ticks === null) return say(400, "Bad X-If-Delete-At header value", PLAIN);
    await objects.delete(container.id, target.object, {
      timestamp: request.hasTimestampHeader ? request.timestamp() : null,
      ifDeleteAt: ticks === null ? null : ticks / TICKS_PER_SECOND,
    });
    return answer(204);
  }

  const handlers = new Map<string, Method>([
    ["GET", read],
    ["HEAD", read],
    ["PUT", put],
    ["POST", post],
    ["DELETE", remove],
    ["OPTIONS", (request, target) => preflight(proxy, request, target, allowed)],
  ]);
  return { handlers, delayed: new Set(allowed), allowed };
}

function objectHeaders(info: ObjectInfo): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": info.contentType,
    etag: info.etag,
    "last-modified": lastModified(info.createdAt),
    "x-timestamp": normal(info.createdAt),
    "accept-ranges": "bytes",
    ...info.metadata,
  };
  if (info.deleteAt !== null) headers["x-delete-at"] = String(info.deleteAt);
  return headers;
}

/** What a middleware wants a listing to show instead of the data's own size and tag. */
function listedOverride(headers: ReadonlyMap<string, string>): { size?: number; etag?: string } | null {
  const size = headers.get(`${OVERRIDE}size`);
  const etag = headers.get(`${OVERRIDE}etag`);
  if (size === undefined && etag === undefined) return null;
  return { ...(size === undefined ? {} : { size: Number(size) }), ...(etag === undefined ? {} : { etag }) };
}
