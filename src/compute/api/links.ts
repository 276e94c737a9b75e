// Links to resources, as clients of this API spell its address. Authority: nova/api/openstack/common.py (ViewBuilder).

import type { Call } from "../../http/call.ts";

const VERSIONED = /^(\/v2(?:\.1)?)(?:\/([0-9a-f-]+)(?=\/|$))?/;

export interface LinkBase {
  /** `http://HOST/compute/v2.1/PROJECT`; the project only when the request named it. */
  self: string;
  /** The same without the version. */
  bookmark: string;
}

/**
 * Strips version and project: `/v2.1/PROJECT/servers/ID` → `/servers/ID`. What has no more than these keeps them, but
 * for a slash at the end: `/v2.1/` is `/v2.1`, while `/servers/` is not `/servers`.
 */
export function withoutVersion(path: string): string {
  const m = VERSIONED.exec(path);
  if (!m) return path === "" ? "/" : path;
  const rest = path.slice(m[0].length);
  return rest === "" || rest === "/" ? m[0] : rest;
}

/** The project named in the path, or null. */
export function projectInPath(path: string): string | null {
  return VERSIONED.exec(path)?.[2] ?? null;
}

export function linkBase(call: Call): LinkBase {
  const m = VERSIONED.exec(call.path);
  const project = m?.[2] ? `/${m[2]}` : "";
  return { self: `${call.baseUrl}${m?.[1] ?? "/v2.1"}${project}`, bookmark: `${call.baseUrl}${project}` };
}

export interface Link {
  rel: string;
  href: string;
}

export function resourceLinks(base: LinkBase, collection: string, id: string): Link[] {
  return [
    { rel: "self", href: `${base.self}/${collection}/${id}` },
    { rel: "bookmark", href: `${base.bookmark}/${collection}/${id}` },
  ];
}

/** `{servers_links: [{rel: "next", href}]}` when the page is full, else nothing. */
export function nextLink(
  call: Call,
  name: string,
  path: string,
  limit: number,
  ids: readonly string[],
): Record<string, Link[]> {
  const last = ids.at(-1);
  if (limit === 0 || ids.length !== limit || last === undefined) return {};
  const query = new URLSearchParams(call.query);
  query.set("marker", last);
  query.sort();
  return { [`${name}_links`]: [{ rel: "next", href: `${linkBase(call).self}/${path}?${query}` }] };
}
