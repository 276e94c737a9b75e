import { expect, test } from "bun:test";
import { ProjectDatabase } from "../../db/open.ts";
import { migrations } from "../migrations/index.ts";
import { listingOf } from "../testing.ts";
import { Listings } from "./listings.ts";

const OBJECTS = 200_000;

/** A container with that many objects in folders of a thousand, straight into the database. */
function crowded(): ProjectDatabase {
  const db = new ProjectDatabase({ path: ":memory:", migrations });
  db.transaction(() => {
    db.raw.run("INSERT INTO account (id, name, created_at, put_timestamp) VALUES (1, 'a', 0, 0)");
    db.raw.run(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${OBJECTS - 1})
       INSERT INTO object SELECT 1, printf('d%03d/o%07d', i / 1000, i), 0, 1, 't', 'e', 0, NULL FROM n`,
    );
  });
  return db;
}

test("OB-03 a page of a large container is a range of the index, wherever it is and whichever way", async () => {
  const db = crowded();
  const plans = db.raw
    .query<{ detail: string }, []>(
      "EXPLAIN QUERY PLAN SELECT name FROM object WHERE container_id = 1 AND name >= 'a' AND name < 'b' ORDER BY name DESC LIMIT 9",
    )
    .all();
  expect(plans.map(({ detail }) => detail)).toEqual([
    "SEARCH object USING PRIMARY KEY (container_id=? AND name>? AND name<?)",
  ]);
  // The rows that are stepped over are none: pages at both ends read the same number of them.
  const listings = new Listings(db);
  const names = async (query: Parameters<typeof listingOf>[0]) =>
    (await listings.objects(1, listingOf(query))).map(({ name }) => name);
  expect(await names({ limit: 2 })).toEqual(["d000/o0000000", "d000/o0000001"]);
  expect(await names({ limit: 2, marker: "d199/o0199990" })).toEqual(["d199/o0199991", "d199/o0199992"]);
  expect(await names({ limit: 2, reverse: true })).toEqual(["d199/o0199999", "d199/o0199998"]);
  const folders = await names({ delimiter: "/" });
  expect([folders.length, folders[0], folders.at(-1)]).toEqual([200, "d000/", "d199/"]);
  expect(await names({ prefix: "d150/", limit: 1 })).toEqual(["d150/o0150000"]);
});
