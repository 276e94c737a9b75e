// symlink: objects that stand for other objects. A link may name the tag its target must have (a static link).
// Authority: swift/common/middleware/symlink.py.

import { answer, isSuccess, PLAIN, Refusal, refuse, type SwiftReply, say } from "../answers.ts";
import { normalizeEtag } from "../etag.ts";
import type { ListingEntry } from "../listing.ts";
import { splitContainerObject } from "../path.ts";
import { type App, type BuiltinFilter, confInt } from "../pipeline/contract.ts";
import { guarded, when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { appendName } from "../segments.ts";
import { isTrue, quote, unquote } from "../wire.ts";

export const TARGET = "x-symlink-target";
export const TARGET_ACCOUNT = "x-symlink-target-account";
const TARGET_ETAG = "x-symlink-target-etag";
const TARGET_BYTES = "x-symlink-target-bytes";
const SYS_TARGET = "x-object-sysmeta-symlink-target";
const SYS_ACCOUNT = "x-object-sysmeta-symlink-target-account";
export const SYS_ETAG = "x-object-sysmeta-symlink-target-etag";
export const SYS_BYTES = "x-object-sysmeta-symlink-target-bytes";
export const LOOP_EXTEND = "x-object-sysmeta-symloop-extend";
export const ALLOW_RESERVED = "x-object-sysmeta-allow-reserved-names";
const OVERRIDE_ETAG = "x-object-sysmeta-container-update-override-etag";
const EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e";

const SHOWN: readonly (readonly [shown: string, kept: string])[] = [
  [TARGET, SYS_TARGET],
  [TARGET_ACCOUNT, SYS_ACCOUNT],
  [TARGET_ETAG, SYS_ETAG],
  [TARGET_BYTES, SYS_BYTES],
];

export const symlink: BuiltinFilter = {
  name: "symlink",
  factory(next, conf, tools) {
    const configured = confInt(conf, "symloop_max", 2);
    const maxLoops = configured < 1 ? 2 : configured;
    tools.registerInfo("symlink", { symloop_max: maxLoops, static_links: true });
    const concerns = ({ entity, method, headers }: SwiftRequest) =>
      entity?.container != null &&
      (method === "GET" ||
        (entity.object !== null && (method === "HEAD" || method === "POST" || headers.has(TARGET))));

    async function symlinkApp(request: SwiftRequest): Promise<SwiftReply> {
      const { entity, method } = request;
      if (!entity!.object) return withLinks(request, await next(request));
      if (method === "GET" || method === "HEAD") {
        if (request.query.get("symlink") === "get") return shown(await next(request));
        appendName(request.headers, "x-backend-ignore-range-if-metadata-present", SYS_TARGET);
        return follow(next, request, maxLoops);
      }
      if (method === "PUT" && request.headers.has(TARGET)) return putLink(next, request, maxLoops);
      if (method === "POST") return post(next, request);
      return next(request);
    }
    return when(concerns, guarded(symlinkApp), next);
  },
};

/** The link itself, with what it points to. */
function shown(reply: SwiftReply): SwiftReply {
  const headers = { ...reply.headers };
  for (const [name, kept] of SHOWN) {
    const value = headers[kept];
    if (value === undefined) continue;
    headers[name] = value;
    delete headers[kept];
  }
  return { ...reply, headers };
}

/** Reads what the links lead to. @throws Refusal 409 */
async function follow(
  next: App,
  request: SwiftRequest,
  maxLoops: number,
  options: { expected?: string | undefined; soft?: boolean; lastPath?: string | null } = {},
): Promise<SwiftReply> {
  const soft = options.soft ?? true;
  let expected = options.expected;
  let lastPath = options.lastPath ?? null;
  let asked = request;
  for (let loops = 0; ; ) {
    const reply = await next(asked);
    const target = reply.headers[SYS_TARGET];
    const staticEtag = reply.headers[SYS_ETAG];
    if (target === undefined || !(staticEtag !== undefined || soft)) {
      const etag = reply.headers["etag"];
      if (etag !== undefined && expected !== undefined && normalizeEtag(etag) !== expected) {
        throw mismatch(
          `Object Etag '${etag}' does not match X-Symlink-Target-Etag header '${expected}'`,
          lastPath,
        );
      }
      if (lastPath !== null) reply.headers["content-location"] = lastPath;
      return reply;
    }
    const found = staticEtag ?? normalizeEtag(reply.headers["etag"] ?? "");
    if (expected !== undefined && expected !== found) {
      throw mismatch("X-Symlink-Target-Etag headers do not match", lastPath);
    }
    if (loops >= maxLoops) {
      throw refuse(409, `Too many levels of symbolic links, maximum allowed is ${maxLoops}`, PLAIN);
    }
    const { version, account } = asked.entity!;
    const targetAccount = reply.headers[SYS_ACCOUNT] ?? quote(account!);
    lastPath = `/${version}/${targetAccount}/${target.replace(/^\/+/, "")}`;
    if (!isTrue(reply.headers[LOOP_EXTEND])) loops++;
    expected = staticEtag;
    const trusted = reply.headers[ALLOW_RESERVED] !== undefined;
    asked = targetRequest(request, asked, unquote(lastPath), trusted);
  }
}

/**
 * With the rights of the client's own request, whatever link was followed before.
 * @param trusted the link was made by middleware, which has authorized the request
 */
function targetRequest(
  request: SwiftRequest,
  before: SwiftRequest,
  path: string,
  trusted: boolean,
): SwiftRequest {
  const headers = new Map(before.headers);
  if (!trusted)
    return request.derive({
      method: request.method,
      path,
      headers,
      queryText: before.queryText,
      source: "SYM",
    });
  headers.set("x-backend-allow-reserved-names", "true");
  return request.derivePreauthorized({
    method: request.method,
    path,
    headers,
    queryText: before.queryText,
    source: "SYM",
  });
}

function mismatch(text: string, lastPath: string | null): Refusal {
  return new Refusal(say(409, text, PLAIN, lastPath === null ? {} : { "content-location": lastPath }));
}

async function putLink(next: App, request: SwiftRequest, maxLoops: number): Promise<SwiftReply> {
  const { headers } = request;
  if (await hasBody(request)) throw refuse(400, "Symlink requests require a zero byte body", PLAIN);
  const { path, etag } = checkTarget(request);
  if (etag !== null) await pin(next, request, path, etag, maxLoops);
  for (const [name, kept] of SHOWN.slice(0, 2)) {
    const value = headers.get(name);
    if (value === undefined) continue;
    headers.set(kept, value);
    headers.delete(name);
  }
  const listed = [headers.get(OVERRIDE_ETAG) ?? EMPTY_MD5, `symlink_target=${headers.get(SYS_TARGET)}`];
  const account = headers.get(SYS_ACCOUNT);
  if (account !== undefined) listed.push(`symlink_target_account=${account}`);
  const pinned = headers.get(SYS_ETAG);
  if (pinned !== undefined) {
    listed.push(`symlink_target_etag=${pinned}`, `symlink_target_bytes=${headers.get(SYS_BYTES) ?? "0"}`);
  }
  headers.set(OVERRIDE_ETAG, listed.join("; "));
  return next(request);
}

async function hasBody(request: SwiftRequest): Promise<boolean> {
  if (request.contentLength !== null) return request.contentLength !== 0;
  if (!request.isChunked) return false;
  for await (const chunk of request.body) if (chunk.length > 0) return true;
  return false;
}

/** @throws Refusal 400, 412 */
function checkTarget(request: SwiftRequest): { path: string; etag: string | null } {
  const { headers, entity } = request;
  const text = unquote(headers.get(TARGET)!);
  const target = text.startsWith("/") ? null : splitContainerObject(text);
  if (!target) {
    const type = text.startsWith("/") ? PLAIN : undefined;
    throw refuse(412, "X-Symlink-Target header must be of the form <container name>/<object name>", type);
  }
  headers.set(TARGET, quote(`${target.container}/${target.object}`));
  const given = headers.get(TARGET_ACCOUNT);
  const account = given === undefined ? entity!.account! : unquote(given);
  if (given !== undefined) {
    if (account === "") throw refuse(412, "Account name cannot be empty");
    if (account.includes("/")) throw refuse(412, "Account name cannot contain slashes");
    headers.set(TARGET_ACCOUNT, quote(account));
  }
  if (
    account === entity!.account &&
    target.container === entity!.container &&
    target.object === entity!.object
  ) {
    throw refuse(400, "Symlink cannot target itself", PLAIN);
  }
  const rawEtag = headers.get(TARGET_ETAG);
  const etag = rawEtag ? normalizeEtag(rawEtag) : null;
  if (etag !== null && /[;"\\]/.test(etag)) throw refuse(400, "Bad X-Symlink-Target-Etag format", PLAIN);
  if (etag === null && !headers.get("content-type")) headers.set("content-type", "application/symlink");
  return { path: `/v1/${account}/${target.container}/${target.object}`, etag };
}

/** A static link is made only to what has that tag now. */
async function pin(
  next: App,
  request: SwiftRequest,
  path: string,
  etag: string,
  maxLoops: number,
): Promise<void> {
  const { headers } = request;
  const head = request.derive({ method: "HEAD", path, source: "SYM" });
  if (headers.get("x-backend-allow-reserved-names") === "true") {
    head.headers.set("x-backend-allow-reserved-names", "true");
  }
  const reply = await follow(next, head, maxLoops, { expected: etag, soft: false, lastPath: quote(path) });
  if (reply.status === 404) throw mismatch("X-Symlink-Target does not exist", quote(path));
  if (!isSuccess(reply.status)) throw new Refusal(answer(reply.status));
  const listed = reply.headers[OVERRIDE_ETAG];
  const sloEtag = reply.headers["x-object-sysmeta-slo-etag"];
  if (!headers.has(OVERRIDE_ETAG)) {
    if (listed?.includes(";")) headers.set(OVERRIDE_ETAG, EMPTY_MD5 + listed.slice(listed.indexOf(";")));
    else if (sloEtag !== undefined) headers.set(OVERRIDE_ETAG, `${EMPTY_MD5}; slo_etag=${sloEtag}`);
  }
  headers.set(
    SYS_BYTES,
    reply.headers["x-object-sysmeta-slo-size"] ?? reply.headers["content-length"] ?? "0",
  );
  headers.set(SYS_ETAG, etag);
  if (!headers.get("content-type")) headers.set("content-type", reply.headers["content-type"]!);
}

/** A POST changes the link; the client is told where the target is. */
async function post(next: App, request: SwiftRequest): Promise<SwiftReply> {
  if (request.headers.has(TARGET)) {
    throw refuse(400, "A PUT request is required to set a symlink target", PLAIN);
  }
  const reply = await next(request);
  const target = reply.headers[SYS_TARGET];
  if (!isSuccess(reply.status) || target === undefined) return reply;
  const { version, account } = request.entity!;
  const headers: Record<string, string> = {
    location: `/${version}/${reply.headers[SYS_ACCOUNT] ?? quote(account!)}/${target}`,
  };
  const etag = reply.headers[SYS_ETAG];
  if (etag !== undefined) headers[TARGET_ETAG] = etag;
  for (const [name, value] of Object.entries(reply.headers)) {
    if (name.startsWith("x-object-sysmeta-")) headers[name] = value;
  }
  request.env.leaveRelativeLocation = true;
  return say(
    307,
    "The requested POST was applied to a symlink. POST directly to the target to apply requested metadata.",
    undefined,
    headers,
  );
}

/** What a listing has behind a link's tag becomes fields of its own. */
function withLinks(request: SwiftRequest, reply: SwiftReply): SwiftReply {
  if (!reply.listing?.some((entry) => entry.kind === "object" && entry.hash.includes(";"))) return reply;
  const { version, account } = request.entity!;
  return { ...reply, listing: reply.listing.map((entry) => withLink(entry, version, account!)) };
}

function withLink(entry: ListingEntry, version: string, ownAccount: string): ListingEntry {
  if (entry.kind !== "object" || !entry.hash.includes(";")) return entry;
  const [etag = "", ...parameters] = entry.hash.split(";").map((part) => part.trim());
  const extra: Record<string, string | number | boolean> = {};
  const rest: string[] = [];
  let [account, target]: [string, string | null] = [ownAccount, null];
  for (const parameter of parameters) {
    const equals = parameter.indexOf("=");
    const value = parameter.slice(equals + 1);
    switch (parameter.slice(0, equals)) {
      case "symlink_target":
        target = value;
        break;
      case "symlink_target_account":
        account = value;
        break;
      case "symlink_target_etag":
        extra["symlink_etag"] = value;
        break;
      case "symlink_target_bytes":
        extra["symlink_bytes"] = Number(value);
        break;
      default:
        rest.push(parameter);
    }
  }
  if (target !== null) extra["symlink_path"] = `/${version}/${account}/${target}`;
  const hash = [etag, ...rest].join("; ");
  return { ...entry, hash, extra: { ...entry.extra, ...extra } };
}
