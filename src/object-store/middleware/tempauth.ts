// tempauth: users, keys and groups from the configuration, tokens kept in memory; the identity service is not asked.
// Authority: swift/common/middleware/tempauth.py.

import { cleanAcl, parseAccountAcl, parseAcl, referrerAllowed } from "../acl.ts";
import { answer, type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { challenge } from "../proxy/challenge.ts";
import type { Authorize, SwiftRequest } from "../request.ts";
import type { S3Auth } from "../s3/auth.ts";
import { fromWire, isTrue, toWire } from "../wire.ts";
import { prefixOf, prefixOptions, resellerPrefixes } from "./reseller-prefixes.ts";
import { atAccount } from "./s3token.ts";
import { accountAclError, accountRights } from "./tempauth-acl.ts";
import { groupsOf, readUsers, TempTokens } from "./tempauth-users.ts";

const ACL_HEADER = "x-account-access-control";
const ACL_SYSMETA = "x-account-sysmeta-core-access-control";

export const tempauth: BuiltinFilter = {
  name: "tempauth",
  factory(next, conf, tools) {
    const prefixes = resellerPrefixes(conf);
    const [mainPrefix = ""] = prefixes;
    const requiredGroups = prefixOptions(conf, prefixes, "require_group", "");
    const authPath = `/${confText(conf, "auth_prefix", "/auth/").replace(/^\/+|\/+$/g, "") || "auth"}/`;
    const allowOverrides = isTrue(confText(conf, "allow_overrides", "t"));
    const scheme = confText(conf, "storage_url_scheme", "default");
    const users = readUsers(conf, mainPrefix);
    const tokens = new TempTokens(conf, mainPrefix, tools);
    const { log } = tools;
    tools.registerInfo("tempauth", { account_acls: true });

    const isDotAccount = (account: string) => account[(prefixOf(prefixes, account) ?? "").length] === ".";

    const authorize: Authorize = (request) => {
      const { entity, env, method } = request;
      if (!entity) return answer(404);
      const account = entity.account ?? "";
      const prefix = prefixOf(prefixes, account);
      if (entity.account === null || prefix === null) return denied(request);
      const badAcl = takeAccountAcl(request);
      if (badAcl) return badAcl;
      const groups = (env.remoteUser ?? "").split(",");
      const reads = method === "GET" || method === "HEAD";
      const reseller = !prefixes.includes(account) && !isDotAccount(account);
      if (groups.includes(".reseller_admin") && reseller)
        return own(request, "has reseller admin authorizing.");
      if (groups.includes(".reseller_reader") && reseller && reads) return null;
      if (
        groups.includes(account) &&
        (entity.container !== null || (method !== "DELETE" && method !== "PUT"))
      ) {
        const required = requiredGroups.get(prefix) ?? "";
        if (required === "" || groups.includes(required)) return own(request, "has admin authorizing.");
      }
      if (
        request.syncKey &&
        request.syncKey === request.header("x-container-sync-key") &&
        request.headers.has("x-timestamp")
      )
        return null;
      if (method === "OPTIONS") return null;
      const acl = parseAcl(request.acl);
      if (
        referrerAllowed(request.header("referer"), acl.referrers) &&
        (entity.object !== null || acl.groups.includes(".rlistings"))
      )
        return null;
      if (groups.some((group) => acl.groups.includes(group))) return null;
      const rights = accountRights(tools.accountInfo(request).sysmeta["core-access-control"], groups);
      if (rights === "admin") return own(request, "allowed by X-Account-Access-Control (admin)");
      if (rights === "read-write" && (entity.container !== null || reads)) return null;
      if (rights === "read-only" && reads) return null;
      return denied(request);
    };

    function own(request: SwiftRequest, why: string): null {
      request.env.swiftOwner = true;
      log.debug(request, `User ${request.env.remoteUser?.split(",")[1] ?? ""} ${why}`);
      return null;
    }

    /** `GET /auth/v1.0` with a user and a key gives a token and the account's URL. */
    function giveToken(request: SwiftRequest): SwiftReply {
      if (request.method !== "GET") return answer(405);
      const rest = request.path.slice(authPath.length).split("/");
      const [version = "", account = "", what] = rest;
      const asks = version === "auth" || version === "v1.0";
      if (version === "" || !["v1", "v1.0", "auth"].includes(version))
        return answer(version === "" ? 404 : 400);
      if (!asks && what !== "auth") return answer(400);
      const given = credentials(request, asks ? null : account);
      const user = given && users.get(`${given.account}:${given.user}`);
      if (!given?.key || !user) return answer(401, realm(given?.account ?? (asks ? "unknown" : account)));
      if (user.key !== given.key) return answer(401, realm("unknown"));
      const accountId = user.url.slice(user.url.lastIndexOf("/") + 1);
      const groups = groupsOf(`${given.account}:${given.user}`, user, accountId, prefixes);
      const { token, expiresMs } = tokens.issue(`${given.account}:${given.user}`, groups);
      const url = user.url.replaceAll("$HOST", request.baseUrl);
      const left = Math.floor((expiresMs - tools.clock.now()) / 1000);
      return answer(200, {
        "x-auth-token": token,
        "x-storage-token": token,
        "x-auth-token-expires": String(left),
        "x-storage-url": scheme === "default" ? url : `${scheme}:${url.slice(url.indexOf(":") + 1)}`,
      });
    }

    /** Groups of the user an S3 request was signed by; their account takes the place of the access key in the path. */
    function signer(request: SwiftRequest, s3: S3Auth): string | null {
      const user = users.get(s3.accessKey);
      if (!user || (s3.account === null && !s3.check(user.key))) return null;
      const account = user.url.slice(user.url.lastIndexOf("/") + 1);
      if (s3.account === null) atAccount(request, account);
      s3.account = account;
      return groupsOf(s3.accessKey, user, account, prefixes);
    }

    return async function tempauthApp(request) {
      const { env } = request;
      if (allowOverrides && env.authorizeOverride) return next(request);
      if (request.path.startsWith(authPath)) return giveToken(request);
      if (env.s3) {
        const groups = signer(request, env.s3);
        if (groups === null) return answer(401, challenge(request));
        env.remoteUser = groups;
        env.authorize = authorize;
        env.cleanAcl = cleanAcl;
        return next(request);
      }
      const token = request.header("x-auth-token") ?? request.header("x-storage-token");
      if (token?.startsWith(mainPrefix)) {
        const groups = tokens.groups(token);
        const service = request.header("x-service-token");
        const serviceGroups = service === null ? null : tokens.groups(service);
        if (groups !== null) {
          env.remoteUser = serviceGroups === null ? groups : `${groups},${serviceGroups}`;
          env.authorize = authorize;
          env.cleanAcl = cleanAcl;
          if (env.remoteUser.split(",").includes(".reseller_admin")) env.resellerRequest = true;
        } else if (mainPrefix !== "") {
          return answer(401, challenge(request));
        } else {
          env.authorize ??= denied;
        }
      } else {
        const account = request.entity?.account;
        // Of an account with another prefix somebody else may know more.
        if (account && prefixOf(prefixes, account)) env.authorize = authorize;
        else env.authorize ??= mainPrefix === "" ? authorize : denied;
        env.cleanAcl ??= cleanAcl;
      }
      return next(request);
    };
  },
};

const denied: Authorize = (request) =>
  request.env.remoteUser ? answer(403) : answer(401, challenge(request));

const realm = (name: string) => ({ "www-authenticate": `Swift realm="${name || "unknown"}"` });

/** Null when it is not even said who asks. */
function credentials(
  request: SwiftRequest,
  account: string | null,
): { account: string; user: string; key: string } | null {
  const header = (name: string) => {
    const value = request.header(name);
    return value === null ? null : (fromWire(value) ?? value);
  };
  if (account !== null) {
    const key = header("x-storage-pass") || header("x-auth-key") || "";
    const own = header("x-storage-user");
    if (own) return { account, user: own, key };
    const [given, user] = halves(header("x-auth-user"));
    return user === undefined || given !== account ? null : { account, user, key };
  }
  const [given, user] = halves(header("x-auth-user") || header("x-storage-user"));
  if (user === undefined) return null;
  return { account: given!, user, key: header("x-auth-key") || header("x-storage-pass") || "" };
}

function halves(text: string | null): [string?, string?] {
  const colon = text?.indexOf(":") ?? -1;
  return text === null || colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}

/** An account ACL in the request's headers becomes the system's own metadata. */
function takeAccountAcl(request: SwiftRequest): SwiftReply | null {
  const value = request.headers.get(ACL_HEADER);
  if (value === undefined) return null;
  const text = fromWire(value) ?? value;
  const error = accountAclError(text, parseAccountAcl(text));
  if (error !== null) {
    const body = `X-Account-Access-Control invalid: ${error}\n\nInput: ${text}\n`;
    return say(400, body, "text/plain; charset=UTF-8");
  }
  request.headers.delete(ACL_HEADER);
  request.headers.set(ACL_SYSMETA, toWire(text));
  return null;
}
