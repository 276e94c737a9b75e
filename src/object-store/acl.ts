// Access control lists of containers and accounts. Authority: swift/common/middleware/acl.py.

import { parseJson } from "../core/json.ts";
import { pyRepr } from "../core/python.ts";
import { unquote } from "./wire.ts";

export interface Acl {
  /** Designations after `.r:`: hosts, domains, `*`, each with `-` to negate; in the order given. */
  referrers: string[];
  /** Users, projects, roles, `.rlistings`. */
  groups: string[];
}

const REFERRER = new Set([".r", ".ref", ".referer", ".referrer"]);

/**
 * An ACL header in its clean form.
 * @param header `x-container-read` or `x-container-write`
 * @throws Error with the text for the client
 */
export function cleanAcl(header: string, value: string): string {
  const values: string[] = [];
  for (const raw of value.split(",").map((word) => word.trim())) {
    if (raw === "") continue;
    const colon = raw.indexOf(":");
    const first = colon < 0 ? "" : raw.slice(0, colon).trim();
    if (!first.startsWith(".")) {
      values.push(raw);
    } else if (!REFERRER.has(first)) {
      throw new Error(`Unknown designator ${pyRepr(first)} in ACL: ${pyRepr(raw)}`);
    } else {
      values.push(cleanReferrer(header, raw, raw.slice(colon + 1).trim()));
    }
  }
  return values.join(",");
}

function cleanReferrer(header: string, raw: string, text: string): string {
  if (header.toLowerCase().includes("write")) {
    throw new Error(`Referrers not allowed in write ACL: ${pyRepr(raw)}`);
  }
  const negate = text.startsWith("-");
  let host = negate ? text.slice(1).trim() : text;
  if (host !== "*" && host.startsWith("*")) host = host.slice(1).trim();
  if (host === "" || host === ".") {
    throw new Error(`No host/domain value after referrer designation in ACL: ${pyRepr(raw)}`);
  }
  return `.r:${negate ? "-" : ""}${host}`;
}

const EMPTY: Acl = { referrers: [], groups: [] };

export function parseAcl(text: string | null): Acl {
  if (!text) return EMPTY;
  const acl: Acl = { referrers: [], groups: [] };
  for (const value of text.split(",")) {
    if (value.startsWith(".r:")) acl.referrers.push(value.slice(3));
    else acl.groups.push(unquote(value));
  }
  return acl;
}

/** May somebody who comes from this page in? Later designations win. */
export function referrerAllowed(referrer: string | null, acl: readonly string[]): boolean {
  if (acl.length === 0) return false;
  const host = hostOf(referrer ?? "");
  let allowed = false;
  for (const entry of acl) {
    const negate = entry.startsWith("-");
    const wanted = negate ? entry.slice(1) : entry;
    const hit = wanted === host || (wanted.startsWith(".") && host.endsWith(wanted));
    if (negate ? hit : hit || wanted === "*") allowed = !negate;
  }
  return allowed;
}

function hostOf(referrer: string): string {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(referrer)?.[1]?.toLowerCase() ||
    "unknown"
  );
}

/** `X-Account-Access-Control`: JSON. Null when it is no JSON object; `{}` for an empty header. */
export function parseAccountAcl(text: string | null): Record<string, unknown> | null {
  if (text === null) return null;
  if (text === "") return {};
  try {
    const value: unknown = parseJson(text);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
