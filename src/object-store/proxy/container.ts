// Containers: made, described, listed, removed.
// Authority: swift/proxy/controllers/container.py, swift/container/server.py.

import { answer, PLAIN, type SwiftReply, say } from "../answers.ts";
import { checkMetadata } from "../constraints.ts";
import type { ContainerInfo } from "../containers.ts";
import { listingQuery } from "../listing.ts";
import type { SwiftRequest } from "../request.ts";
import { lastModified, normal } from "../timestamp.ts";
import { byteLength } from "../wire.ts";
import { preflight } from "./cors.ts";
import { accountSysMeta, dropHeaders, metadataChanges } from "./headers.ts";
import type { Method, Methods, ProxyParts, Target } from "./server.ts";

export function containerMethods(proxy: ProxyParts): Methods {
  const { platform, settings } = proxy;
  const { containers, limits } = platform;
  const allowed = ["OPTIONS", "PUT", "DELETE", "HEAD", "POST", "GET"];

  async function read(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    if (request.method === "GET") listingQuery(request, limits.container_listing_limit);
    const info = containers.container(target.account, target.container);
    if (request.env.authorize) {
      request.acl = info?.metadata["x-container-read"] ?? null;
      const denial = request.env.authorize(request);
      if (denial) return denial;
    }
    if (!info) return answer(404);
    const headers = containerHeaders(info);
    if (request.env.resellerRequest) headers["x-container-sharding"] = "False";
    if (!request.env.swiftOwner) dropHeaders(headers, settings.ownerHeaders);
    if (request.method === "HEAD") return { status: 204, headers, body: null, listing: [] };
    const query = listingQuery(request, limits.container_listing_limit);
    return { status: 200, headers, body: null, listing: await containers.listObjects(info, query) };
  }

  function containerHeaders(info: ContainerInfo): Record<string, string> {
    return {
      "content-type": "application/json; charset=utf-8",
      "accept-ranges": "bytes",
      "x-container-object-count": String(info.objectCount),
      "x-container-bytes-used": String(info.bytesUsed),
      "x-timestamp": normal(info.createdAt),
      "last-modified": lastModified(info.putTimestamp),
      "x-storage-policy": platform.policyName,
      ...info.metadata,
    };
  }

  /** ACLs in their clean form, or the refusal. */
  function cleanAcls(request: SwiftRequest): SwiftReply | null {
    const { cleanAcl } = request.env;
    if (!cleanAcl) return null;
    for (const header of ["x-container-read", "x-container-write"]) {
      const value = request.header(header);
      if (value === null) continue;
      try {
        request.headers.set(header, cleanAcl(header, value));
      } catch (error) {
        return say(400, (error as Error).message);
      }
    }
    return null;
  }

  function checkChange(request: SwiftRequest): SwiftReply | null {
    const bad = cleanAcls(request) ?? checkMetadata(request, "container", limits);
    if (bad) return bad;
    if (!request.env.swiftOwner) for (const name of settings.ownerHeaders) request.headers.delete(name);
    return null;
  }

  async function put(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const bad = checkChange(request) ?? badPolicy(request) ?? nameTooLong(target);
    if (bad) return bad;
    const account = containers.account(target.account);
    if (!account && !settings.accountAutocreate) return answer(404);
    const full = settings.maxContainersPerAccount;
    if (
      full > 0 &&
      (account?.containerCount ?? 0) >= full &&
      !settings.maxContainersWhitelist.includes(target.account) &&
      !containers.container(target.account, target.container)
    ) {
      return say(403, `Reached container limit of ${full}`);
    }
    const changes = metadataChanges("container", request);
    const { created } = await containers.putContainer(
      target.account,
      target.container,
      changes,
      accountSysMeta(request),
    );
    return answer(created ? 201 : 202);
  }

  function badPolicy(request: SwiftRequest): SwiftReply | null {
    const name = request.header("x-storage-policy");
    if (!name || name.toLowerCase() === platform.policyName.toLowerCase()) return null;
    return say(400, `Invalid X-Storage-Policy '${name}'`, PLAIN);
  }

  function nameTooLong({ account, container }: Target): SwiftReply | null {
    const limit = limits.max_container_name_length * (account.startsWith(".") ? 2 : 1);
    const length = byteLength(container);
    return length > limit ? say(400, `Container name length of ${length} longer than ${limit}`) : null;
  }

  async function post(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const bad = checkChange(request);
    if (bad) return bad;
    await containers.postContainer(target.account, target.container, metadataChanges("container", request));
    return answer(204);
  }

  async function remove(_request: SwiftRequest, target: Target): Promise<SwiftReply> {
    await containers.deleteContainer(target.account, target.container);
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
  return { handlers, delayed: new Set(["GET", "HEAD", "OPTIONS"]), allowed };
}
