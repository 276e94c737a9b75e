// Paths begin in the route table after the version and the project: `/volumes`, whether a client asked for
// `/v3/PROJECT/volumes`, `/v3/volumes` (3.67) or `/v2/PROJECT/volumes`. Authority: cinder/api/openstack/__init__.py
// (ProjectMapper) and cinder/api/common.py (ViewBuilder) of Zed.

import { Invalid } from "../../core/errors.ts";
import type { Call } from "../../http/call.ts";

const VERSIONED = /^(\/v[23])(?:\/([0-9a-f-]+)(?=\/|$))?/;

/** `/v3/PROJECT/volumes/ID` → `/volumes/ID`; what has no more than version and project keeps them. */
export function withoutVersion(path: string): string {
  const m = VERSIONED.exec(path);
  if (!m) return path === "" ? "/" : path;
  const rest = path.slice(m[0].length);
  return rest === "" || rest === "/" ? m[0] : rest;
}

/** @throws Invalid when the path names another project than the token is for */
export function checkProjectInPath(call: Call): void {
  const project = VERSIONED.exec(call.path)?.[2];
  if (project !== undefined && project !== call.context.projectId) throw new Invalid("Malformed request url");
}

/** `http://HOST/volume/v3/PROJECT`; the project only when the request named it. */
export function selfBase(call: Call): string {
  const m = VERSIONED.exec(call.path);
  const project = m?.[2] ? `/${m[2]}` : "";
  return `${call.baseUrl}${m?.[1] ?? "/v3"}${project}`;
}

export interface Link {
  rel: string;
  href: string;
}

export function resourceLinks(call: Call, collection: string, id: string): Link[] {
  const m = VERSIONED.exec(call.path);
  const project = m?.[2] ? `/${m[2]}` : "";
  return [
    { rel: "self", href: `${selfBase(call)}/${collection}/${id}` },
    { rel: "bookmark", href: `${call.baseUrl}${project}/${collection}/${id}` },
  ];
}

/**
 * `{volumes_links: [{rel: "next", ...}]}` when there may be more, else nothing.
 * @param count of all there are, where it was counted
 */
export function nextLink(
  call: Call,
  name: string,
  collection: string,
  limit: number,
  ids: readonly string[],
  count: number | null = null,
): Record<string, Link[]> {
  const last = ids.at(-1);
  if (last === undefined || limit > (count || ids.length)) return {};
  const query = new URLSearchParams(call.query);
  query.set("marker", last);
  return { [name]: [{ rel: "next", href: `${selfBase(call)}/${collection}?${query}` }] };
}
