// tempurl: a signed address that lets its bearer do one thing with one object (or all below a prefix) for a while.
// Authority: swift/common/middleware/tempurl.py.

import { BlockList, isIP } from "node:net";
import { parseIso } from "../../core/times.ts";
import { answer, type SwiftReply, say } from "../answers.ts";
import { titleCase } from "../constraints.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { Authorize, SwiftRequest } from "../request.ts";
import { httpDateOfSecond } from "../timestamp.ts";
import { fromWire, quote } from "../wire.ts";
import { allowedDigests, type Digest, hmacHex, parseSignature, sameText, signingKeys } from "./digests.ts";

/** Headers by which an upload could point at data its signer did not mean. */
const DISALLOWED = ["x-object-manifest", "x-symlink-target", "x-copy-from"];

interface Key {
  key: string;
  scope: "account" | "container";
}

export const tempurl: BuiltinFilter = {
  name: "tempurl",
  factory(next, conf, tools) {
    const words = (name: string, fallback: string) =>
      confText(conf, name, fallback)
        .split(/\s+/)
        .filter((word) => word !== "");
    const methods = words("methods", "GET HEAD PUT POST DELETE");
    const incomingRemove = words("incoming_remove_headers", "x-timestamp");
    const incomingAllow = words("incoming_allow_headers", "");
    const outgoingRemove = words("outgoing_remove_headers", "x-object-meta-*");
    const outgoingAllow = words("outgoing_allow_headers", "x-object-meta-public-*");
    const pathPrefix = conf.get("path_prefix");
    const { allowed, deprecated } = allowedDigests(conf);
    tools.registerInfo("tempurl", {
      methods,
      incoming_remove_headers: incomingRemove,
      incoming_allow_headers: incomingAllow,
      outgoing_remove_headers: outgoingRemove,
      outgoing_allow_headers: outgoingAllow,
      allowed_digests: [...allowed].sort(),
      ...(deprecated.length > 0 ? { deprecated_digests: [...deprecated].sort() } : {}),
    });
    const dropIncoming = headerTest(incomingRemove, incomingAllow);
    const dropOutgoing = headerTest(outgoingRemove, outgoingAllow);

    const concerns = ({ method, queryText, query }: SwiftRequest) =>
      queryText.includes("temp_url") &&
      method !== "OPTIONS" &&
      (query.has("temp_url_sig") || query.has("temp_url_expires"));

    async function tempurlApp(request: SwiftRequest): Promise<SwiftReply> {
      const { query } = request;
      const expires = expiry(query.get("temp_url_expires"));
      const signature = query.get("temp_url_sig");
      const scope = expires === null || !signature ? null : verify(request, signature, expires);
      if (scope === null) return invalid(request);
      if (!["GET", "HEAD"].includes(request.method)) {
        const name = DISALLOWED.find((header) => request.headers.has(header));
        if (name) return say(400, `The header '${titleCase(name)}' is not allowed in this tempurl`);
      }
      for (const name of request.headers.keys()) if (dropIncoming(name)) request.headers.delete(name);
      const { account, container } = request.entity!;
      request.env.authorize = within(account!, scope === "account" ? null : container!);
      request.env.authorizeOverride = true;
      request.env.remoteUser = ".wsgi.tempurl";
      const disposition = wantedDisposition(request);
      const prefix = query.get("temp_url_prefix");
      const filename = query.get("filename");
      request.setQuery([
        ["temp_url_sig", signature!],
        ["temp_url_expires", String(expires)],
        ...(prefix === undefined ? [] : [["temp_url_prefix", prefix] as const]),
        ...(filename ? [["filename", filename] as const] : []),
      ]);
      const reply = await next(request);
      const headers = Object.fromEntries(
        Object.entries(reply.headers).filter(([name]) => !dropOutgoing(name)),
      );
      if (["GET", "HEAD"].includes(request.method) && reply.status >= 200 && reply.status < 300) {
        const value =
          disposition ?? headers["content-disposition"] ?? attachment("attachment", baseName(request.path));
        headers["content-disposition"] = value.replaceAll("\n", "%0A");
        headers["expires"] = httpDateOfSecond(expires!);
      }
      return { ...reply, headers };
    }

    /** Seconds since the epoch; null when it cannot be read or is past. */
    function expiry(text: string | undefined): number | null {
      if (text === undefined) return null;
      const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? parseIso(text) : null;
      const seconds = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : iso === null ? null : iso / 1000;
      return seconds === null || seconds < Math.floor(tools.clock.now() / 1000) ? null : seconds;
    }

    /** Whose key has signed this; null when nobody's. */
    function verify(request: SwiftRequest, signature: string, expires: number): Key["scope"] | null {
      const parsed = parseSignature(signature);
      const digest = allowed.find((name) => name === parsed?.digest);
      if (!parsed || !digest) return null;
      const parts = request.split(4, 4, true);
      if (!methods.includes(request.method) || !parts) return null;
      const [version, account, container, object] = parts as [string, string, string, string];
      if (version !== "v1" || object.replace(/^\/+|\/+$/g, "") === "") return null;
      const ipRange = request.query.get("temp_url_ip_range");
      if (ipRange && !inRange(request.env.remoteAddress, ipRange)) return null;
      const prefix = request.query.get("temp_url_prefix");
      if (prefix !== undefined && !object.startsWith(prefix)) return null;
      const signedPaths = pathsOf(request, `/v1/${account}/${container}/`, prefix, object);
      const asMethods = request.method === "HEAD" ? ["HEAD", "GET", "POST", "PUT"] : [request.method];
      for (const { key, scope } of keysOf(request)) {
        for (const path of signedPaths) {
          for (const method of asMethods) {
            const message = [...(ipRange ? [`ip=${ipRange}`] : []), method, String(expires), path].join("\n");
            if (sameText(hmacHex(digest as Digest, key, message), parsed.hex)) return scope;
          }
        }
      }
      return null;
    }

    /** What may have been signed. Below a mount point clients sign the whole path of their address. */
    function pathsOf(
      request: SwiftRequest,
      folder: string,
      prefix: string | undefined,
      object: string,
    ): string[] {
      const inFolder = (root: string) =>
        prefix === undefined ? `${root}${folder}${object}` : `prefix:${root}${folder}${prefix}`;
      const plain = inFolder("");
      if (pathPrefix !== undefined) return [`/${pathPrefix.replace(/^\/+|\/+$/g, "")}${plain}`];
      return request.env.mount === "" ? [plain] : [plain, inFolder(request.env.mount)];
    }

    function keysOf(request: SwiftRequest): Key[] {
      const text = (key: string) => fromWire(key) ?? key;
      const ofAccount = signingKeys(tools.accountInfo(request).meta);
      const ofContainer = signingKeys(tools.containerInfo(request).meta);
      return [
        ...ofAccount.map((key) => ({ key: text(key), scope: "account" as const })),
        ...ofContainer.map((key) => ({ key: text(key), scope: "container" as const })),
      ];
    }

    return when(concerns, tempurlApp, next);
  },
};

function invalid(request: SwiftRequest): SwiftReply {
  const headers = { "www-authenticate": 'Swift realm="unknown"' };
  if (request.method === "HEAD") return answer(401, headers);
  return say(401, "401 Unauthorized: Temp URL invalid\n", undefined, headers);
}

/** Everything within the account, or the one container. */
function within(account: string, container: string | null): Authorize {
  return (request) => {
    const asked = request.entity;
    const ok = asked?.account === account && (container === null || asked.container === container);
    return ok
      ? null
      : answer(401, { "www-authenticate": `Swift realm="${quote(asked?.account ?? "unknown")}"` });
  };
}

/** `x-object-meta-*` is a prefix. */
function headerTest(remove: readonly string[], allow: readonly string[]): (name: string) => boolean {
  const listed = (patterns: readonly string[]) => (name: string) =>
    patterns.some((pattern) =>
      pattern.endsWith("*")
        ? name.startsWith(pattern.slice(0, -1).toLowerCase())
        : name === pattern.toLowerCase(),
    );
  const [removed, allowed] = [listed(remove), listed(allow)];
  return (name) => removed(name) && !allowed(name);
}

function wantedDisposition(request: SwiftRequest): string | null {
  const filename = request.query.get("filename");
  if (request.query.has("inline")) return filename ? attachment("inline", filename) : "inline";
  return filename ? attachment("attachment", filename) : null;
}

/** RFC 6266 with RFC 5987's encoding beside the plain one. */
function attachment(kind: string, filename: string): string {
  return `${kind}; filename="${quote(filename, " /")}"; filename*=UTF-8''${quote(filename)}`;
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function inRange(address: string, range: string): boolean {
  const [network = "", bits] = range.split("/");
  const family = isIP(network);
  if (family === 0 || isIP(address) !== family) return false;
  const length = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(length) || length < 0 || length > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, length, type);
  return list.check(address, type);
}
