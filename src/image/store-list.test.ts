// Lists of many images: a page is read, not sorted, wherever it is.

import { expect, test } from "bun:test";
import { ProjectDatabase } from "../db/open.ts";
import { migrations } from "./migrations/index.ts";
import { ImageStore } from "./store.ts";
import { ImageLists, type ListQuery, type SortColumn } from "./store-list.ts";

const IMAGES = 10_000;
const PAGE = 500;

/** So many public images, one a second, straight into the database. */
function crowded(): ProjectDatabase {
  const db = new ProjectDatabase({ path: ":memory:", migrations });
  db.raw.run(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${IMAGES - 1})
     INSERT INTO images (id, name, size, status, visibility, owner, disk_format, container_format, created_at, updated_at,
                         deleted, min_disk, min_ram, protected, os_hidden)
     SELECT printf('%08x-0000-4000-8000-000000000000', i), printf('image-%05d', i), i % 100, 'active', 'public', 'p',
            'raw', 'bare', strftime('%Y-%m-%d %H:%M:%f000', 1500000000 + i, 'unixepoch'),
            strftime('%Y-%m-%d %H:%M:%f000', 1500000000 + i, 'unixepoch'), 0, 0, 0, 0, 0
     FROM n`,
  );
  return db;
}

/** What SQLite does for each statement that `work` prepares for the images. */
function plansOf(db: ProjectDatabase, work: () => void): string[][] {
  const statements: string[] = [];
  const prepare = db.raw.prepare.bind(db.raw);
  db.raw.prepare = ((text: string, ...more: []) => {
    statements.push(text);
    return prepare(text, ...more);
  }) as typeof db.raw.prepare;
  try {
    work();
  } finally {
    db.raw.prepare = prepare;
  }
  const lists = statements.filter((text) => /order by/i.test(text) && /from "images"/i.test(text));
  return lists.map((text) =>
    db.raw
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${text}`)
      .all()
      .map(({ detail }) => detail),
  );
}

const ORDERS: [SortColumn, "asc" | "desc", string][] = [
  ["created_at", "desc", "images_created_at"],
  ["name", "asc", "images_by_name"],
  ["name", "desc", "images_by_name"],
  ["size", "desc", "images_by_size"],
  ["updated_at", "asc", "images_by_updated_at"],
];

test.each(ORDERS)(
  "IM-07 a page of 10,000 images by %s, %s, is a range of an index: the last as the first",
  (column, direction, index) => {
    const db = crowded();
    const store = new ImageStore(db);
    const lists = new ImageLists(store);
    const viewer = { isAdmin: false, projectId: "p" };
    const query: ListQuery = {
      conditions: [],
      visibility: null,
      memberStatus: "accepted",
      sort: [{ column, direction }],
      marker: null,
      limit: PAGE,
    };
    const seen = new Set<string>();
    let marker: ListQuery["marker"] = null;
    for (;;) {
      const page = lists.page({ ...query, marker }, viewer);
      for (const { row } of page) seen.add(row.id);
      if (page.length < PAGE) break;
      marker = page.at(-1)!;
      if (seen.size === IMAGES) break;
    }
    expect(seen.size).toBe(IMAGES);
    const fresh = new ImageLists(store);
    const [first, last] = plansOf(db, () => {
      fresh.page(query, viewer);
      fresh.page({ ...query, marker }, viewer);
    });
    expect(first![0]).toBe(`SEARCH images USING INDEX ${index} (deleted=?)`);
    expect(last![0]).toMatch(
      new RegExp(`^SEARCH images USING INDEX ${index} \\(deleted=\\? AND ${column}[<>]\\?.*\\)$`),
    );
    expect([...first!, ...last!].filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
    db.close();
  },
);

test("images without a value come last downwards, and none is lost between the pieces", () => {
  const db = crowded();
  db.raw.run("DELETE FROM images WHERE rowid > 60");
  db.raw.run("UPDATE images SET name = NULL WHERE rowid % 2 = 0");
  const lists = new ImageLists(new ImageStore(db));
  const query = {
    conditions: [],
    visibility: null,
    memberStatus: "accepted" as const,
    sort: [{ column: "name" as const, direction: "desc" as const }],
  };
  const viewer = { isAdmin: true, projectId: "p" };
  const whole = lists.page({ ...query, marker: null, limit: 100 }, viewer).map(({ row }) => row.id);
  const seen: string[] = [];
  for (let marker: ListQuery["marker"] = null; seen.length < 60; ) {
    const page = lists.page({ ...query, marker, limit: 7 }, viewer);
    seen.push(...page.map(({ row }) => row.id));
    marker = page.at(-1)!;
  }
  expect(whole).toHaveLength(60);
  expect(seen).toEqual(whole);
  db.close();
});
