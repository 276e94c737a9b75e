// The SQL of image lists: who sees what, the filters, the order, pages by key. Authority: `image_get_all` and
// `_select_images_query` in glance/db/sqlalchemy/api.py of Zed.

import { and, eq, exists, gte, inArray, isNotNull, isNull, lte, ne, or, type SQL, sql } from "drizzle-orm";
import { afterMarker, orderBy, type SortKey } from "../db/page.ts";
import type { Condition } from "./filters.ts";
import type { ImageRecord } from "./records.ts";
import type { MemberStatus, Visibility } from "./states.ts";
import type { ImageStore } from "./store.ts";
import { imageMembers, imageProperties, images, imageTags } from "./tables.ts";

export const SORT_COLUMNS = {
  name: images.name,
  status: images.status,
  container_format: images.container_format,
  disk_format: images.disk_format,
  size: images.size,
  id: images.id,
  created_at: images.created_at,
  updated_at: images.updated_at,
} as const;

export type SortColumn = keyof typeof SORT_COLUMNS;

export interface ListQuery {
  conditions: readonly Condition[];
  visibility: Visibility | "all" | null;
  /** Of images shared with the viewer. */
  memberStatus: MemberStatus | "all";
  sort: readonly { column: SortColumn; direction: "asc" | "desc" }[];
  /** The last image of the page before. */
  marker: ImageRecord | null;
  limit: number;
  /** True: only deleted ones; `any`: those too. */
  deleted?: boolean | "any";
}

export interface Viewer {
  /** Sees every project's images. */
  isAdmin: boolean;
  projectId: string | null;
}

/** Beyond this many remembered pages everything is forgotten. */
const MAX_REMEMBERED = 2000;

export class ImageLists {
  #store: ImageStore;
  #stamp = -1;
  #pages = new Map<string, readonly string[]>();

  constructor(store: ImageStore) {
    this.#store = store;
  }

  /** One page, in order. As long as nothing changes, a page costs a look into memory. */
  page(query: ListQuery, viewer: Viewer): ImageRecord[] {
    const stamp = this.#store.stamp();
    if (stamp !== this.#stamp || this.#pages.size > MAX_REMEMBERED) this.#pages.clear();
    this.#stamp = stamp;
    const key = JSON.stringify([query.marker?.row.id, { ...query, marker: null }, viewer]);
    let ids = this.#pages.get(key);
    if (!ids) {
      ids = this.#select(query, viewer);
      this.#pages.set(key, ids);
    }
    return (query.deleted ?? false) === false ? this.#store.images(ids) : this.#store.anyImages(ids);
  }

  #select(query: ListQuery, viewer: Viewer): string[] {
    const keys = sortKeys(query.sort);
    const marker = query.marker?.row;
    const values = marker && keys.map(({ column }) => marker[column.name as keyof typeof marker]);
    const after = values && afterMarker(keys, values);
    const [{ column, direction }] = keys as [SortKey];
    const value = values?.[0] ?? null;
    if (direction === "asc" || column.notNull || value === null)
      return this.#read(query, viewer, keys, after);
    // Downwards, what has no value comes last. Asked for on its own, so that both pieces are ranges of an index.
    const valued = this.#read(query, viewer, keys, and(isNotNull(column), lte(column, value), after));
    if (valued.length === query.limit) return valued;
    const rest = { ...query, limit: query.limit - valued.length };
    return [...valued, ...this.#read(rest, viewer, keys, isNull(column))];
  }

  #read(query: ListQuery, viewer: Viewer, keys: readonly SortKey[], after: SQL | undefined): string[] {
    return this.#store.db.orm
      .select({ id: images.id })
      .from(images)
      .where(
        and(
          query.deleted === "any" ? undefined : eq(images.deleted, query.deleted ?? false),
          (query.deleted ?? false) === false ? ne(images.status, "killed") : undefined,
          visibleTo(viewer, query.memberStatus, this.#store),
          ofVisibility(query.visibility, viewer),
          ...query.conditions.map((condition) => conditionSql(condition, this.#store)),
          after,
        ),
      )
      .orderBy(...orderBy(keys))
      .limit(query.limit)
      .all()
      .map((row) => row.id);
  }
}

/** What was asked for, then creation time and id, which breaks every tie. */
function sortKeys(sort: ListQuery["sort"]): SortKey[] {
  const asked = sort.length > 0 ? sort : [{ column: "created_at" as const, direction: "desc" as const }];
  const rest = new Set(asked.map((entry) => entry.direction)).size === 1 ? asked[0]!.direction : "desc";
  const keys = asked.map(({ column, direction }) => ({ column: SORT_COLUMNS[column], direction }) as SortKey);
  for (const column of ["created_at", "id"] as const) {
    if (!asked.some((entry) => entry.column === column)) {
      keys.push({ column: SORT_COLUMNS[column], direction: rest });
    }
  }
  return keys;
}

function visibleTo(viewer: Viewer, memberStatus: MemberStatus | "all", store: ImageStore): SQL | undefined {
  if (viewer.isAdmin) return undefined;
  const forAll = inArray(images.visibility, ["public", "community"]);
  if (viewer.projectId === null) return forAll;
  const membership = store.db.orm
    .select({ one: sql`1` })
    .from(imageMembers)
    .where(
      and(
        eq(imageMembers.image_id, images.id),
        eq(imageMembers.deleted, false),
        eq(imageMembers.member, viewer.projectId),
        memberStatus === "all" ? undefined : eq(imageMembers.status, memberStatus),
      ),
    );
  return or(
    forAll,
    eq(images.owner, viewer.projectId),
    and(eq(images.visibility, "shared"), exists(membership)),
  );
}

/** Other projects' community images show only when asked for. */
function ofVisibility(visibility: ListQuery["visibility"], viewer: Viewer): SQL | undefined {
  if (visibility === "all") return undefined;
  if (visibility !== null) return eq(images.visibility, visibility);
  if (viewer.projectId === null) return ne(images.visibility, "community");
  return or(eq(images.owner, viewer.projectId), ne(images.visibility, "community"));
}

function conditionSql(condition: Condition, store: ImageStore): SQL | undefined {
  switch (condition.kind) {
    case "in":
      return inArray(images[condition.column], condition.values as never);
    case "number": {
      const column = images[condition.column];
      if (condition.operator === "gte") return gte(column, condition.value);
      return condition.operator === "lte" ? lte(column, condition.value) : eq(column, condition.value);
    }
    case "flag":
      return eq(images[condition.column], condition.value);
    case "time": {
      const shown = sql`substr(${images[condition.column]}, 1, 19)`;
      const operator = { gt: ">", gte: ">=", lt: "<", lte: "<=", eq: "=", neq: "<>" }[condition.operator];
      return sql`${shown} ${sql.raw(operator)} ${condition.second}`;
    }
    case "public":
      return condition.value ? eq(images.visibility, "public") : ne(images.visibility, "public");
    case "property":
      return exists(
        store.db.orm
          .select({ one: sql`1` })
          .from(imageProperties)
          .where(
            and(
              eq(imageProperties.image_id, images.id),
              eq(imageProperties.deleted, false),
              eq(imageProperties.name, condition.name),
              eq(imageProperties.value, condition.value),
            ),
          ),
      );
    case "tag":
      return exists(
        store.db.orm
          .select({ one: sql`1` })
          .from(imageTags)
          .where(
            and(
              eq(imageTags.image_id, images.id),
              eq(imageTags.deleted, false),
              eq(imageTags.value, condition.value),
            ),
          ),
      );
  }
}
