import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { ProjectDatabase } from "../db/open.ts";
import {
  exportMetadefs,
  loadMetadefs,
  type MetadefDocument,
  purgeDeleted,
  unloadMetadefs,
} from "./maintenance.ts";
import { migrations } from "./migrations/index.ts";
import { ImageStore } from "./store.ts";

const DAY_MS = 86_400_000;
const once = { merge: false, preferNew: false, overwrite: false };

function opened() {
  return { db: new ProjectDatabase({ path: ":memory:", migrations }), clock: new FakeClock() };
}

test("rows deleted long ago are purged, images by a command of their own", () => {
  const { db, clock } = opened();
  const store = new ImageStore(db);
  const now = clock.now();
  for (const [id, agoDays] of [
    ["old", 40],
    ["young", 3],
  ] as const) {
    store.insert({ id, status: "queued" }, { a: "1" }, ["tag"], now - 50 * DAY_MS);
    store.softDelete(id, now - agoDays * DAY_MS);
  }
  store.insert({ id: "alive", status: "queued" }, { a: "1" }, ["tag"], now - 50 * DAY_MS);
  expect(purgeDeleted(db, clock, { ageInDays: 30, maxRows: 100, imagesTable: false })).toEqual([
    { table: "task_info", rows: 0 },
    { table: "image_properties", rows: 1 },
    { table: "image_tags", rows: 1 },
    { table: "image_locations", rows: 0 },
    { table: "image_members", rows: 0 },
    { table: "tasks", rows: 0 },
  ]);
  expect(store.isKnown("old")).toBeTrue();
  expect(purgeDeleted(db, clock, { ageInDays: 30, maxRows: -1, imagesTable: true })).toEqual([
    { table: "images", rows: 1 },
  ]);
  expect(["old", "young", "alive"].map((id) => store.isKnown(id))).toEqual([false, true, true]);
  expect(purgeDeleted(db, clock, { ageInDays: 0, maxRows: 0, imagesTable: true })[0]!.rows).toBe(0);
});

const DOCUMENT: MetadefDocument = {
  namespace: "OS::Compute::Quota",
  display_name: "Flavor Quota",
  description: "Limits",
  visibility: "public",
  protected: true,
  resource_type_associations: [
    { name: "OS::Nova::Flavor", prefix: null, properties_target: null },
    { name: "OS::New::Type", prefix: "x:", properties_target: null },
  ],
  properties: { "quota:cpu_shares": { title: "Shares", type: "integer" } },
  objects: [{ name: "Limits", description: null, properties: { a: { type: "string" } } }],
  tags: [{ name: "limits" }],
};

test("metadata definitions are loaded, exported as they came, merged, overwritten and cleared", () => {
  const { db, clock } = opened();
  expect(loadMetadefs(db, clock, DOCUMENT, once)).toBeTrue();
  expect(exportMetadefs(db)).toEqual([DOCUMENT]);
  const other: MetadefDocument = {
    namespace: DOCUMENT.namespace,
    display_name: "Other",
    properties: { "quota:cpu_shares": { title: "New", type: "integer" }, more: { type: "string" } },
  };
  expect(loadMetadefs(db, clock, other, once)).toBeFalse();
  expect(loadMetadefs(db, clock, other, { ...once, merge: true })).toBeTrue();
  const [merged] = exportMetadefs(db);
  expect(merged!.display_name).toBe("Flavor Quota");
  expect(merged!.properties).toEqual({ ...DOCUMENT.properties, more: { type: "string" } });
  loadMetadefs(db, clock, other, { merge: true, preferNew: true, overwrite: false });
  expect(exportMetadefs(db)[0]).toMatchObject({ display_name: "Other", properties: other.properties });
  expect(exportMetadefs(db)[0]!.tags).toEqual([{ name: "limits" }]);
  loadMetadefs(db, clock, other, { ...once, overwrite: true });
  expect(exportMetadefs(db)[0]!.tags).toEqual([]);
  unloadMetadefs(db);
  expect(exportMetadefs(db)).toEqual([]);
});
