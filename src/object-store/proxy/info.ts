// `/info`. Authority: swift/proxy/controllers/info.py.

import { createHmac, timingSafeEqual } from "node:crypto";
import { answer, type SwiftReply, say } from "../answers.ts";
import { pythonJson } from "../python-json.ts";
import type { SwiftRequest } from "../request.ts";
import { parseInteger } from "../wire.ts";
import type { ProxyParts } from "./server.ts";

const ALLOW = "HEAD, GET, OPTIONS";

export function infoReply(proxy: ProxyParts, request: SwiftRequest): SwiftReply {
  if (request.method === "OPTIONS") return { ...answer(200, { allow: ALLOW }), body: null };
  if (request.method !== "GET" && request.method !== "HEAD") return answer(405, { allow: ALLOW });
  const { settings, platform } = proxy;
  if (!settings.exposeInfo) return answer(403);
  const signature = request.query.get("swiftinfo_sig") ?? "";
  const expires = request.query.get("swiftinfo_expires") ?? "";
  const admin = signature !== "" || expires !== "";
  if (admin) {
    if (settings.adminKey === "") return answer(403);
    const until = parseInteger(expires);
    if (until === null || until < platform.timestamps.nowSeconds()) return answer(401);
    const methods = request.method === "HEAD" ? ["HEAD", "GET"] : ["GET"];
    if (!methods.some((method) => sameText(sign(method, until, settings.adminKey), signature)))
      return answer(401);
  }
  const headers: Record<string, string> = {};
  const origin = request.header("origin");
  if (origin !== null) {
    headers["access-control-allow-origin"] = origin;
    headers["access-control-expose-headers"] = "x-trans-id";
  }
  const facts = platform.info.facts(admin, settings.disallowedSections);
  return say(200, pythonJson(facts), "application/json; charset=UTF-8", headers);
}

function sign(method: string, expires: number, key: string): string {
  return createHmac("sha1", key).update(`${method}\n${expires}\n/info`).digest("hex");
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
