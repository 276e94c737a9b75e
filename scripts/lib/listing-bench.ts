// Prints what a page of a container with 1,000,000 objects costs, at its start, in its middle and at its end. The
// container is written straight into a database. Figures, not tests.
//   node_modules/.bin/bun run scripts/lib/listing-bench.ts

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProjectDatabase } from "../../src/db/open.ts";
import { listingJson } from "../../src/object-store/listing.ts";
import { migrations } from "../../src/object-store/migrations/index.ts";
import { Listings } from "../../src/object-store/store/listings.ts";
import { listingOf } from "../../src/object-store/testing.ts";

const OBJECTS = 1_000_000;
const ROUNDS = 9;
const nameOf = (i: number) =>
  `d${String(Math.floor(i / 1000)).padStart(4, "0")}/o${String(i).padStart(7, "0")}`;

const folder = mkdtempSync(join(tmpdir(), "listing-bench-"));
try {
  const db = new ProjectDatabase({ path: join(folder, "swift.db"), migrations });
  db.transaction(() => {
    db.raw.run("INSERT INTO account (id, name, created_at, put_timestamp) VALUES (1, 'a', 0, 0)");
    const insert = db.raw.query("INSERT INTO object VALUES (1, ?, 0, 1, 'text/plain', ?, 0, NULL)");
    for (let i = 0; i < OBJECTS; i++) insert.run(nameOf(i), "d41d8cd98f00b204e9800998ecf8427e");
  });
  const listings = new Listings(db);
  const row = async (what: string, query: Parameters<typeof listingOf>[0]) => {
    const times: number[] = [];
    let rows = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const startedAt = performance.now();
      const page = await listings.objects(1, listingOf(query));
      listingJson(page);
      times.push(performance.now() - startedAt);
      rows = page.length;
    }
    const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
    console.log(`${what.padEnd(36)}${String(rows).padStart(7)} rows  ${median.toFixed(2).padStart(8)} ms`);
  };
  for (const limit of [100, 1000, 10_000]) {
    for (const at of [0, 0.5, 0.98])
      await row(`page of ${limit}, from ${at * 100} %`, {
        limit,
        marker: at === 0 ? "" : nameOf(OBJECTS * at),
      });
  }
  await row("page of 1000, backwards from 50 %", { limit: 1000, reverse: true, marker: nameOf(OBJECTS / 2) });
  await row("its 1,000 folders", { delimiter: "/" });
  db.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
