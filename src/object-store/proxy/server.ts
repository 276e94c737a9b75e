// The end of the pipeline: finds what a path names and who answers for it.
// Authority: swift/proxy/server.py, Application.handle_request.

import { answer, Refusal, type SwiftReply, say } from "../answers.ts";
import type { App, Conf, Tools } from "../pipeline/contract.ts";
import type { Platform } from "../pipeline/platform.ts";
import type { SwiftRequest } from "../request.ts";
import { accountMethods } from "./account.ts";
import { containerMethods } from "./container.ts";
import { withCors } from "./cors.ts";
import { faultReply } from "./faults.ts";
import { infoReply } from "./info.ts";
import { objectMethods } from "./object.ts";
import { type ProxySettings, proxySettings } from "./settings.ts";

/** What the parts of the proxy share. */
export interface ProxyParts {
  platform: Platform;
  settings: ProxySettings;
  tools: Tools;
}

/** What a path leads to. `name` parts are decoded; `container` and `object` only where the kind has them. */
export interface Target {
  kind: "account" | "container" | "object";
  account: string;
  container: string;
  object: string;
}

export type Method = (request: SwiftRequest, target: Target) => SwiftReply | Promise<SwiftReply>;

export interface Methods {
  handlers: ReadonlyMap<string, Method>;
  /** Methods that ask for authorization themselves, once they know the ACL. */
  delayed: ReadonlySet<string>;
  /** `Allow`, in Swift's order. */
  allowed: readonly string[];
}

const API_VERSIONS = new Set(["v1", "v1.0"]);

export function proxyServer(conf: Conf, tools: Tools): App {
  const { platform } = tools;
  const settings = proxySettings(conf);
  const proxy: ProxyParts = { platform, settings, tools };
  const kinds: Record<Target["kind"], Methods> = {
    account: accountMethods(proxy),
    container: containerMethods(proxy),
    object: objectMethods(proxy),
  };
  tools.registerInfo("swift", {
    version: "2.30.1",
    strict_cors_mode: settings.strictCors,
    policies: [{ name: platform.policyName, aliases: platform.policyName, default: true }],
    allow_account_management: settings.allowAccountManagement,
    account_autocreate: settings.accountAutocreate,
    ...platform.limits,
  });

  function handle(request: SwiftRequest): SwiftReply | Promise<SwiftReply> {
    const storageToken = request.header("x-storage-token");
    if (storageToken !== null && !request.headers.has("x-auth-token")) {
      request.headers.set("x-auth-token", storageToken);
    }
    if (request.isChunked) request.headers.delete("content-length");
    if (!request.validPath || (request.path.includes("\0") && !allowsReserved(request))) {
      return say(412, "Invalid UTF8 or contains NULL");
    }
    if (request.path === "/info") return infoReply(proxy, request);
    const { entity } = request;
    if (!entity) return answer(404);
    const { version, account, container, object } = entity;
    if (account && !API_VERSIONS.has(version)) return answer(400);
    const kind =
      account && container ? (object ? "object" : "container") : account && !object ? "account" : null;
    if (!account || kind === null) return say(412, "Bad URL");
    if (settings.denyHostHeaders.includes(request.env.host.split(":")[0] ?? "")) {
      return say(403, "Invalid host header");
    }
    const target: Target = { kind, account, container: container ?? "", object: object ?? "" };
    return dispatch(kinds[kind], request, target);
  }

  function dispatch(
    methods: Methods,
    request: SwiftRequest,
    target: Target,
  ): SwiftReply | Promise<SwiftReply> {
    const handler = methods.handlers.get(request.method);
    if (!handler) return answer(405, { allow: methods.allowed.join(", ") });
    const { authorize } = request.env;
    if (authorize) {
      const denial = authorize(request);
      // Whoever may do this without an ACL is not asked again.
      if (!denial) request.env.authorize = null;
      else if (!methods.delayed.has(request.method)) return denial;
    }
    request.env.originalMethod ??= request.method;
    const origin =
      target.kind === "account" || request.method === "OPTIONS" ? null : request.header("origin");
    const finish = (reply: SwiftReply) => (origin === null ? reply : withCors(proxy, reply, target, origin));
    const restore = () => {
      request.env.authorize = authorize;
    };
    let reply: SwiftReply | Promise<SwiftReply>;
    try {
      reply = handler(request, target);
    } catch (error) {
      restore();
      throw error;
    }
    if (reply instanceof Promise) return reply.then(finish).finally(restore);
    restore();
    return finish(reply);
  }

  return async function proxyServerApp(request) {
    try {
      return await handle(request);
    } catch (error) {
      if (error instanceof Refusal) return error.reply;
      const reply = faultReply(error);
      if (reply) return reply;
      tools.log.error(request, "ERROR Unhandled exception in request", error);
      return answer(500);
    }
  };
}

function allowsReserved(request: SwiftRequest): boolean {
  return request.headers.get("x-backend-allow-reserved-names") === "true";
}
