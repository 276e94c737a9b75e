// Pieces that the descriptions of resources share.

import { and, not, or, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { RequestContext } from "../../core/context.ts";
import type { NetworkParts } from "../parts.ts";
import { grantedTo, hasTag } from "../store/conditions.ts";
import type * as t from "../tables.ts";
import type { Fields } from "./attributes.ts";
import type { PolicyTarget } from "./policy.ts";
import type { Views } from "./views.ts";

export interface ApiParts {
  parts: NetworkParts;
  views: Views;
}

type SpecialFilter = (values: unknown[], texts: string[], context: RequestContext) => SQL | undefined;

/** `tags`, `tags-any`, `not-tags`, `not-tags-any`: lists separated by commas (neutron_lib's tag filters). */
export function tagFilters(column: SQLiteColumn): Record<string, SpecialFilter> {
  const listed = (texts: readonly string[]) =>
    texts.flatMap((text) => text.split(",")).filter((tag) => tag !== "");
  const has = (tag: string) => hasTag(column, tag);
  const all = (texts: readonly string[]) => and(...listed(texts).map(has))!;
  const any = (texts: readonly string[]) => or(...listed(texts).map(has))!;
  const unlessEmpty =
    (build: (texts: readonly string[]) => SQL): SpecialFilter =>
    (_, texts) =>
      listed(texts).length === 0 ? undefined : build(texts);
  return {
    tags: unlessEmpty(all),
    "tags-any": unlessEmpty(any),
    "not-tags": unlessEmpty((texts) => not(all(texts))),
    "not-tags-any": unlessEmpty((texts) => not(any(texts))),
  };
}

/** `shared=True`: among the objects shared with everybody or with the caller. */
export function sharedFilter(type: t.RbacType, column: SQLiteColumn): SpecialFilter {
  return (values, _, context) => {
    const granted = grantedTo(type, column, context.projectId);
    const wanted = new Set(values);
    if (wanted.size !== 1) return undefined;
    return wanted.has(true) ? granted : not(granted);
  };
}

/** Who owns the network a port or subnet is on, and whether the caller may use it. */
export function networkTarget({ parts }: ApiParts): (view: Fields, context: RequestContext) => PolicyTarget {
  return (view, context) => {
    const id = view["network_id"];
    const network = typeof id === "string" ? parts.store.networks.get(id) : null;
    if (!network) return {};
    return {
      "network:tenant_id": network.project_id ?? "",
      "network:project_id": network.project_id ?? "",
      shared: parts.access.networkIsShared(network, context.projectId),
    };
  };
}

export function projectColumns(column: SQLiteColumn): { tenant_id: SQLiteColumn; project_id: SQLiteColumn } {
  return { tenant_id: column, project_id: column };
}

/** The project a new resource is for. */
export function owner(fields: Fields): string {
  return (fields["project_id"] as string | null | undefined) ?? "";
}
