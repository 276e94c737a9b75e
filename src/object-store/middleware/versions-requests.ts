// What both kinds of versioning need: requests of their own, past every authorization, and the check of the client's.

import { isSuccess, Refusal, refuse, type SwiftReply } from "../answers.ts";
import { MadeBody } from "../body.ts";
import { chunksOf } from "../conditional.ts";
import type { App, Tools } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";

/** Content type of what marks an object as deleted. No client can set a `swift_` parameter. */
export const DELETE_MARKER = "application/x-deleted;swift_versions_deleted=1";

export interface Internal {
  method: string;
  path: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  /** The copy of this answer's entity is what is sent. */
  entity?: SwiftReply;
}

/** @param reserved hidden containers are meant */
export function internal(
  request: SwiftRequest,
  source: "VW" | "OV",
  { method, path, headers = {}, query = {}, entity }: Internal,
): SwiftRequest {
  const all = new Map(Object.entries(headers));
  if (source === "OV") all.set("x-backend-allow-reserved-names", "true");
  const asked = request.derivePreauthorized({ method, path, headers: all, source });
  if (Object.keys(query).length > 0) asked.changeQuery(query);
  if (entity) {
    for (const [name, value] of Object.entries(entity.headers))
      if (COPIED(name)) asked.headers.set(name, value);
    const sloSize = asked.headers.get("x-object-sysmeta-slo-size");
    if (sloSize !== undefined) {
      asked.headers.set("content-type", `${asked.headers.get("content-type")}; swift_bytes=${sloSize}`);
      asked.env.contentTypeOverridden = true;
    }
    asked.body = new MadeBody(chunksOf(entity.body));
  }
  return asked;
}

const NOT_COPIED = new Set([
  "x-timestamp",
  "last-modified",
  "accept-ranges",
  "content-range",
  "content-location",
]);
const COPIED = (name: string) => !NOT_COPIED.has(name);

/** The client must be allowed to write to the container before anything is done for it. @throws Refusal */
export function requireWriteAccess(request: SwiftRequest, tools: Tools): void {
  const { authorize } = request.env;
  if (!authorize) return;
  request.acl = tools.containerInfo(request).writeAcl;
  const denial = authorize(request);
  if (denial) throw new Refusal(denial);
}

/** An object as it is stored, link or not. */
export function readStored(
  request: SwiftRequest,
  next: App,
  source: "VW" | "OV",
  path: string,
): Promise<SwiftReply> {
  return next(
    internal(request, source, {
      method: "GET",
      path,
      headers: { "x-newest": "True" },
      query: { symlink: "get" },
    }),
  );
}

/** @throws Refusal 412 when the container is missing or closed, 503 when the store failed */
export function requireSuccess(reply: SwiftReply): void {
  if (isSuccess(reply.status)) return;
  throw refuse(reply.status >= 400 && reply.status < 500 ? 412 : 503);
}
