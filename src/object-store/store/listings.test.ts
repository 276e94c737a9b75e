import { expect, test } from "bun:test";
import { ProjectDatabase } from "../../db/open.ts";
import type { ListingQuery } from "../listing.ts";
import { migrations } from "../migrations/index.ts";
import { listingOf } from "../testing.ts";
import { compareNames, Listings, successor } from "./listings.ts";

function made(names: readonly string[]) {
  const db = new ProjectDatabase({ path: ":memory:", migrations });
  db.transaction(() => {
    db.raw.run("INSERT INTO account (id, name, created_at, put_timestamp) VALUES (1, 'a', 0, 0)");
    const insert = db.raw.query("INSERT INTO object VALUES (1, ?, 0, 1, 't', 'e', 0, NULL)");
    for (const name of names) insert.run(name);
  });
  const listings = new Listings(db);
  return async (query: Partial<ListingQuery>) =>
    (await listings.objects(1, listingOf(query))).map((entry) => entry.name);
}

/** What Swift's documentation says a listing is, without any index. */
function model(names: readonly string[], query: ListingQuery): string[] {
  const { prefix, delimiter, marker, endMarker, reverse, limit } = query;
  const [after, before] = reverse ? [endMarker, marker] : [marker, endMarker];
  const shown = new Set<string>();
  for (const name of names) {
    if (!name.startsWith(prefix ?? "") || (name.startsWith("\0") && !query.reserved)) continue;
    if (after !== "" && compareNames(name, after) <= 0) continue;
    if (before !== "" && compareNames(name, before) >= 0) continue;
    const end = delimiter === "" ? -1 : name.indexOf(delimiter, (prefix ?? "").length);
    const entry = end < 0 ? name : name.slice(0, end + delimiter.length);
    if (end >= 0 && entry === after) continue;
    shown.add(entry);
  }
  const sorted = [...shown].sort(compareNames);
  return (reverse ? sorted.reverse() : sorted).slice(0, limit);
}

test("OB-03 pages by prefix, delimiter, markers and limit, up and down", async () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const letters = ["a", "b", "/", "//", "-", "é", "\u{1f600}", "\uffee", "%2F", ".."];
  const word = () => Array.from({ length: 1 + random(6) }, () => letters[random(letters.length)]).join("");
  const names = [...new Set(Array.from({ length: 900 }, word))];
  const list = made(names);
  for (let round = 0; round < 400; round++) {
    const query = listingOf({
      prefix: random(2) ? [...word()].slice(0, 2).join("") : null,
      delimiter: ["", "/", "-", "//"][random(4)]!,
      marker: random(2) ? word() : "",
      endMarker: random(3) ? "" : word(),
      limit: random(3) ? 10_000 : random(20),
      reverse: random(2) === 1,
    });
    expect({ query, names: await list(query) }).toEqual({ query, names: model(names, query) });
  }
});

test("page after page gives everything once", async () => {
  const names = Array.from({ length: 500 }, (_, i) => `${i % 7}/${i % 31}/${i}`);
  const list = made(names);
  for (const [delimiter, reverse] of [
    ["", false],
    ["/", false],
    ["", true],
    ["/", true],
  ] as const) {
    const whole = await list({ delimiter, reverse });
    const paged: string[] = [];
    for (let marker = ""; ; marker = paged.at(-1)!) {
      const page = await list({ delimiter, reverse, marker, limit: 3 });
      paged.push(...page);
      if (page.length < 3) break;
    }
    expect(paged).toEqual(whole);
  }
});

test("`path` shows what lies directly below", async () => {
  const list = made(["a", "a/", "a/1", "a/b/", "a/b/2", "a/c/3", "z"]);
  expect(await list({ path: "a" })).toEqual(["a/1", "a/b/"]);
  expect(await list({ path: "a/" })).toEqual(["a/1", "a/b/"]);
  expect(await list({ path: "" })).toEqual(["a", "a/", "z"]);
  expect(await list({ path: "a/c" })).toEqual(["a/c/3"]);
});

test("names behind a NUL are hidden", async () => {
  const list = made(["\0versions\0x", "\u0001a", "b"]);
  expect(await list({})).toEqual(["\u0001a", "b"]);
  expect(await list({ reserved: true })).toEqual(["\0versions\0x", "\u0001a", "b"]);
});

test("the order is that of UTF-8", () => {
  expect(compareNames("\uffee", "\u{1f600}")).toBeLessThan(0);
  expect(compareNames("a", "ab")).toBeLessThan(0);
  expect(successor("a")).toBe("b");
  expect(successor("a\u{10ffff}")).toBe("b");
  expect(successor("\ud7ff")).toBe("\ue000");
  expect(successor("\u{10ffff}")).toBeNull();
});
