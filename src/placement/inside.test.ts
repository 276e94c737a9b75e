import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "../core/clock.ts";
import { adminContext } from "../core/context.ts";
import { countingIds } from "../core/ids.ts";
import { testLog } from "../core/test-log.ts";
import { ProjectDatabase } from "../db/open.ts";
import { Allocations } from "./allocations.ts";
import { CapacityExceeded } from "./errors.ts";
import { placementInside } from "./inside.ts";
import { migrations } from "./migrations/index.ts";
import { Names } from "./names.ts";
import { ProviderIndex } from "./provider-index.ts";
import { Providers } from "./providers.ts";
import type { PlacementPublic } from "./public.ts";
import { PlacementStore } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "placement-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inside(db: ProjectDatabase): PlacementPublic {
  const store = new PlacementStore(db);
  const index = new ProviderIndex(store);
  const clock = new FakeClock();
  const names = new Names({ store, index, clock });
  names.ensureStandards();
  const log = testLog().book.logger("placement-api", "placement");
  return placementInside({
    store,
    index,
    names,
    providers: new Providers({ store, index, clock, ids: countingIds(), log }),
    allocations: new Allocations({ store, index, clock }),
    settings: { randomize: false, incompleteProjectId: "", incompleteUserId: "" },
  });
}

const context = adminContext("req-1");
const consumer = { uuid: "c0000000-0000-4000-8000-000000000001", projectId: "p", userId: "u" };
const stock = (total: number) => ({
  total,
  reserved: 0,
  minUnit: 1,
  maxUnit: total,
  stepSize: 1,
  allocationRatio: 1,
});
const host = (n: number) => ({
  uuid: `a0000000-0000-4000-8000-00000000000${n}`,
  name: `c0${n}`,
  inventories: { VCPU: stock(4), MEMORY_MB: stock(4096) },
  traits: ["COMPUTE_NODE", "CUSTOM_RACK_1"],
});

test("a host reports itself again and again: nothing is written when nothing changed", () => {
  using db = disposable(new ProjectDatabase({ path: ":memory:", migrations }));
  const placement = inside(db.value);
  const first = placement.ensureProvider(context, host(1));
  expect(first).toEqual({
    ...host(1),
    generation: 2,
    usages: { VCPU: 0, MEMORY_MB: 0 },
    aggregates: [],
  });
  const stamp = db.value.stamp();
  expect(placement.ensureProvider(context, host(1))).toEqual(first);
  expect(db.value.stamp()).toBe(stamp);
  const grown = placement.ensureProvider(context, { ...host(1), inventories: { VCPU: stock(8) } });
  expect(grown.inventories).toEqual({ VCPU: stock(8) });
});

test("who has room; what is taken; what is given back", () => {
  using db = disposable(new ProjectDatabase({ path: ":memory:", migrations }));
  const placement = inside(db.value);
  for (const n of [1, 2]) placement.ensureProvider(context, host(n));
  const room = (vcpus: number) => placement.candidates({ resources: { VCPU: vcpus } }).map((c) => c.name);
  placement.allocate(context, consumer, { [host(1).uuid]: { VCPU: 3, MEMORY_MB: 512, DISK_GB: 0 } });
  expect(placement.allocations(consumer.uuid)).toEqual({ [host(1).uuid]: { VCPU: 3, MEMORY_MB: 512 } });
  expect(room(1)).toEqual(["c01", "c02"]);
  expect(room(2)).toEqual(["c02"]);
  const other = { ...consumer, uuid: "c0000000-0000-4000-8000-000000000002" };
  const tooMuch = () => placement.allocate(context, other, { [host(1).uuid]: { MEMORY_MB: 1, VCPU: 2 } });
  expect(tooMuch).toThrow(CapacityExceeded);
  expect(placement.provider(host(1).uuid)?.usages).toEqual({ VCPU: 3, MEMORY_MB: 512 });
  placement.setAggregates(host(2).uuid, ["g1"]);
  expect(placement.candidates({ resources: {}, memberOf: [["g1", "g2"]] }).map((c) => c.name)).toEqual([
    "c02",
  ]);
  expect(placement.candidates({ resources: {}, forbiddenTraits: ["CUSTOM_RACK_1"] })).toEqual([]);
  expect(placement.candidates({ resources: { VCPU: 1 }, inTree: host(2).uuid, limit: 1 })).toHaveLength(1);
  placement.allocate(context, consumer, {});
  expect(room(4)).toEqual(["c01", "c02"]);
  placement.removeProvider(context, host(1).uuid);
  expect(room(4)).toEqual(["c02"]);
});

test("what another process writes into the file is seen at once", () => {
  const path = join(folder, "placement.db");
  using db = disposable(new ProjectDatabase({ path, migrations }));
  using other = disposable(new ProjectDatabase({ path, migrations }));
  const placement = inside(db.value);
  placement.ensureProvider(context, host(1));
  expect(placement.candidates({ resources: { VCPU: 4 } })).toHaveLength(1);
  other.value.raw.run("UPDATE inventories SET reserved = 2");
  expect(placement.candidates({ resources: { VCPU: 4 } })).toHaveLength(0);
  placement.allocate(context, consumer, { [host(1).uuid]: { VCPU: 2 } });
  other.value.raw.run("DELETE FROM allocations");
  expect(placement.provider(host(1).uuid)?.usages["VCPU"]).toBe(0);
});

function disposable(value: ProjectDatabase) {
  return { value, [Symbol.dispose]: () => value.close() };
}
