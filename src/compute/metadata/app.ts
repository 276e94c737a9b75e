// The metadata service over HTTP. Authority: nova/api/metadata/handler.py and password.py of Zed.
//
// Differences from Zed, which asks a server's proxy or the source address, as it is configured: here a call with the
// proxy's headers is judged by them, and any other by the address it comes from. Nothing is cached: all of it is in
// memory or one step away. Proxies that name a provider (`X-Metadata-Provider`) belong to networks there are none of
// here. What crashes Zed (a path into a list) is not found. Vendor data come from a file only, not from other services.

import { createHmac, timingSafeEqual } from "node:crypto";
import { CloudError, Conflict, Forbidden, Invalid, NotFound, TooLarge } from "../../core/errors.ts";
import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { type Call, empty, type Reply } from "../../http/call.ts";
import type { FetchApp } from "../../http/server.ts";
import { networkPublic } from "../../network/public.ts";
import type { MetadataInstance, MetadataSource } from "./facts.ts";
import { fault } from "./faults.ts";
import { MAX_PASSWORD_BYTES } from "./source.ts";
import { MetadataTree, normal, PASSWORD, ROOT_LISTING, type TreeOptions } from "./tree.ts";

export interface MetadataAppOptions {
  context: ServiceContext;
  source: MetadataSource;
  tree: TreeOptions;
  /** With which proxies sign; null: none may call. */
  sharedSecret: string | null;
}

const PROXY_HEADERS = ["x-instance-id", "x-instance-id-signature", "x-tenant-id"] as const;

const TEXT = "text/plain; charset=UTF-8";
/** Of what has no type of its own. */
const HTML = "text/html; charset=UTF-8";

export function metadataApp(options: MetadataAppOptions): FetchApp {
  const { context, source, sharedSecret } = options;

  async function answer(call: Call): Promise<Reply> {
    const path = decoded(call.path);
    if (normal(path).length === 0)
      return { status: 200, headers: { "content-type": TEXT }, body: ROOT_LISTING };
    const caller = callerOf(call);
    if (!caller) throw new NotFound("");
    const tree = new MetadataTree(caller.instance, { ...options.tree, address: caller.address });
    const item = tree.lookup(path);
    if (item === null) throw new NotFound("");
    if (item === PASSWORD) return password(call, caller.instance);
    return {
      status: 200,
      headers: { "content-type": item.type === "text/plain" ? TEXT : item.type },
      body: item.body,
    };
  }

  function callerOf(call: Call): { instance: MetadataInstance; address: string | null } | null {
    if (sharedSecret !== null && PROXY_HEADERS.some((name) => call.header(name) !== null))
      return proxied(call, sharedSecret);
    const address = call.remoteAddress;
    const uuid = context.peers.get(networkPublic).instanceByAddress(address);
    const instance = uuid === null ? null : source.instance(uuid);
    return instance && { instance, address };
  }

  function proxied(call: Call, secret: string) {
    const [id, signature, projectId] = PROXY_HEADERS.map((name) => call.header(name));
    if (id == null) throw new Invalid("X-Instance-ID header is missing from request.");
    if (signature == null) throw new Invalid("X-Instance-ID-Signature header is missing from request.");
    if (projectId == null) throw new Invalid("X-Tenant-ID header is missing from request.");
    const expected = createHmac("sha256", secret).update(id).digest("hex");
    if (!same(expected, signature)) {
      context.log.warning(
        call.context,
        `X-Instance-ID-Signature does not match for id: ${id}. Request From: ${call.remoteAddress}`,
      );
      throw new Forbidden("Invalid proxy request signature.");
    }
    const instance = source.instance(id);
    if (instance?.projectId !== projectId) return null;
    return { instance, address: call.header("x-forwarded-for") };
  }

  async function password(call: Call, instance: MetadataInstance): Promise<Reply> {
    if (call.method === "GET" || call.method === "HEAD") {
      return { status: 200, headers: { "content-type": HTML }, body: instance.password ?? "" };
    }
    if (call.method !== "POST") throw new Invalid("GET and POST only are supported.");
    if (instance.password !== null) throw new Conflict("");
    const outcome = source.savePassword(instance.uuid, await passwordIn(call));
    if (outcome === "taken") throw new Conflict("");
    if (outcome === "gone") throw new Invalid(`Instance ${instance.uuid} could not be found.`);
    return empty(200, { "content-type": HTML });
  }

  // Every method reads, as in Nova; only the password looks at it.
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
  return createApi({
    context,
    routes: methods.map((method): Route => ({ method, path: "*", handler: answer, access: "public" })),
    fault: (error, call) =>
      fault(error.kind === "internal" ? new CloudError("internal", UNKNOWN) : error, call),
    requestIdHeaders: [],
    exactPaths: true,
  });
}

const UNKNOWN = "An unknown error has occurred. Please try your request again.";

async function passwordIn(call: Call): Promise<string> {
  try {
    const bytes = await call.bytes(MAX_PASSWORD_BYTES);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TooLarge) throw new Invalid("Request is too large.");
    if (error instanceof TypeError) throw new Invalid("The password must be text in UTF-8.");
    throw error;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new NotFound("");
  }
}

function same(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
