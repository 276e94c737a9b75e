// Accounts: made by their owner's first write, listed, described.
// Authority: swift/proxy/controllers/account.py, swift/account/utils.py.

import { parseAccountAcl } from "../acl.ts";
import { answer, type SwiftReply, say } from "../answers.ts";
import { checkMetadata } from "../constraints.ts";
import type { AccountInfo } from "../containers.ts";
import { listingQuery } from "../listing.ts";
import { pythonJson } from "../python-json.ts";
import type { SwiftRequest } from "../request.ts";
import { normal } from "../timestamp.ts";
import { byteLength } from "../wire.ts";
import { dropHeaders, metadataChanges } from "./headers.ts";
import type { Method, Methods, ProxyParts, Target } from "./server.ts";

const ACL_HEADER = "x-account-access-control";
const ACL_SYSMETA = "x-account-sysmeta-core-access-control";

export function accountMethods(proxy: ProxyParts): Methods {
  const { platform, settings } = proxy;
  const { containers, limits, timestamps } = platform;

  function nameTooLong({ account }: Target): SwiftReply | null {
    const limit = limits.max_account_name_length * (account.startsWith(".") ? 2 : 1);
    const length = byteLength(account);
    return length > limit ? say(400, `Account name length of ${length} longer than ${limit}`) : null;
  }

  async function read(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const bad = nameTooLong(target);
    if (bad) return bad;
    const query = listingQuery(request, limits.account_listing_limit);
    const info = containers.account(target.account);
    if (!info) return settings.accountAutocreate ? seemingAccount() : answer(404);
    const headers = {
      "content-type": "application/json; charset=utf-8",
      "accept-ranges": "bytes",
      ...accountHeaders(info),
    };
    if (request.env.swiftOwner) showAcl(headers);
    else dropHeaders(headers, settings.ownerHeaders);
    const listing = request.method === "HEAD" ? [] : await containers.listContainers(info, query);
    return { status: request.method === "HEAD" ? 204 : 200, headers, body: null, listing };
  }

  /** An account that will be made by the first write shows as an empty one. */
  function seemingAccount(): SwiftReply {
    const now = normal(timestamps.next());
    return {
      status: 200,
      headers: {
        "content-type": "application/json; charset=utf-8",
        "x-account-container-count": "0",
        "x-account-object-count": "0",
        "x-account-bytes-used": "0",
        "x-timestamp": now,
        "x-put-timestamp": now,
      },
      body: null,
      listing: [],
    };
  }

  function accountHeaders(info: AccountInfo): Record<string, string> {
    const headers: Record<string, string> = {
      "x-account-container-count": String(info.containerCount),
      "x-account-object-count": String(info.objectCount),
      "x-account-bytes-used": String(info.bytesUsed),
      "x-timestamp": normal(info.createdAt),
    };
    if (info.containerCount > 0 || info.objectCount > 0) {
      const policy = `x-account-storage-policy-${platform.policyName.toLowerCase()}`;
      headers[`${policy}-container-count`] = String(info.containerCount);
      headers[`${policy}-object-count`] = String(info.objectCount);
      headers[`${policy}-bytes-used`] = String(info.bytesUsed);
    }
    return Object.assign(headers, info.metadata);
  }

  async function post(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const bad = nameTooLong(target) ?? checkMetadata(request, "account", limits);
    if (bad) return bad;
    if (!settings.accountAutocreate && !containers.account(target.account)) return answer(404);
    await containers.putAccount(target.account, metadataChanges("account", request));
    return answer(204);
  }

  async function put(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    const bad = checkMetadata(request, "account", limits) ?? nameTooLong(target);
    if (bad) return bad;
    const { created } = await containers.putAccount(target.account, metadataChanges("account", request));
    return answer(created ? 201 : 202);
  }

  async function remove(request: SwiftRequest, target: Target): Promise<SwiftReply> {
    // Somebody who mistyped the query of a bulk delete shall not lose the account.
    if (request.queryText !== "") return answer(400);
    await containers.deleteAccount(target.account);
    return answer(204);
  }

  const allowed = ["OPTIONS", "HEAD", "POST", "GET"];
  const handlers = new Map<string, Method>([
    ["GET", read],
    ["HEAD", read],
    ["POST", post],
    ["OPTIONS", () => ({ ...answer(200, { allow: allowed.join(", ") }), body: null })],
  ]);
  if (settings.allowAccountManagement) {
    handlers.set("PUT", put);
    handlers.set("DELETE", remove);
    allowed.splice(1, 0, "PUT", "DELETE");
  }
  return { handlers, delayed: new Set(), allowed };
}

/** The ACL kept by the authentication middleware, in its public form. */
function showAcl(headers: Record<string, string>): void {
  const acl = parseAccountAcl(headers[ACL_SYSMETA] ?? null);
  delete headers[ACL_SYSMETA];
  if (acl && Object.keys(acl).length > 0)
    headers[ACL_HEADER] = pythonJson(acl, { sortKeys: true, compact: true });
}
