import { expect, test } from "bun:test";
import { testLog } from "../../core/test-log.ts";
import { volumeCloud } from "../testing.ts";
import { capacityFactors, overSubscriptionRatio, type PoolSizes } from "./capacity.ts";
import { CapacityFilter } from "./filters/capacity.ts";
import { JsonFilter } from "./filters/json.ts";
import type { PoolState } from "./pools.ts";
import type { PlacementRequest } from "./request.ts";
import { satisfies } from "./requirements.ts";
import { bestFirst, makeWeighers } from "./weighers/index.ts";

const sizes = (changes: Partial<PoolSizes> = {}): PoolSizes => ({
  total: 100,
  free: 60,
  provisioned: 40,
  reservedPercentage: 0,
  thinSupport: true,
  maxOverSubscriptionRatio: 2,
  ...changes,
});

function pool(
  id: string,
  changes: Partial<PoolSizes> = {},
  capabilities: Record<string, unknown> = {},
): PoolState {
  const all = sizes(changes);
  return { id, backend: id, sizes: all, allocatedGb: all.provisioned, volumes: 1, capabilities } as PoolState;
}

const request = (changes: Partial<PlacementRequest> = {}) =>
  ({
    sizeGb: 10,
    extraSpecs: {},
    hints: {},
    existsOn: null,
    context: null,
    ...changes,
  }) as unknown as PlacementRequest;

const log = () => testLog().book.logger("c-sch", "cinder-scheduler");

test("capacity: what thin volumes may add up to, what thick ones find", () => {
  expect(capacityFactors(sizes(), true)).toEqual({ totalAvailable: 200, virtualFree: 160 });
  expect(capacityFactors(sizes(), false)).toEqual({ totalAvailable: 100, virtualFree: 60 });
  expect(capacityFactors(sizes({ reservedPercentage: 10, free: 20 }), false)).toEqual({
    totalAvailable: 90,
    virtualFree: 20,
  });
  expect(overSubscriptionRatio("auto", { total: 100, free: 100, provisioned: 0, thinSupport: true })).toBe(
    20,
  );
  expect(overSubscriptionRatio("3.5", { total: 1, free: 1, provisioned: 1, thinSupport: false })).toBe(1);
});

test("CapacityFilter lets a pool through while there is room", () => {
  const filter = new CapacityFilter();
  const passes = (changes: Partial<PoolSizes>, more: Partial<PlacementRequest> = {}) =>
    filter.passes(pool("p", changes), request(more), log());
  expect(passes({})).toBe(true);
  expect(passes({ provisioned: 195 })).toBe(false);
  expect(passes({ free: 5 })).toBe(true);
  expect(passes({ free: 5 }, { extraSpecs: { "provisioning:type": "thick" } })).toBe(false);
  expect(passes({ total: 0 })).toBe(false);
  expect(passes({ maxOverSubscriptionRatio: 0.5 })).toBe(false);
  expect(passes({ provisioned: 195 }, { existsOn: "p" })).toBe(true);
});

const REQUIREMENTS: [capability: unknown, requirement: string, satisfied: boolean][] = [
  ["file", "file", true],
  ["file", "lvm", false],
  [true, "<is> True", true],
  ["true", "<is> False", false],
  [10, ">= 5", true],
  [10, "= 11", false],
  ["abc", "<in> b", true],
  ["b", "<or> a <or> b", true],
  ["x", "s!= y", true],
  [null, ">= 5", false],
];
for (const [capability, requirement, satisfied] of REQUIREMENTS) {
  test(`${JSON.stringify(capability)} ${satisfied ? "satisfies" : "does not satisfy"} ${requirement}`, () =>
    expect(satisfies(capability, requirement)).toBe(satisfied));
}

test("JsonFilter reads a query over what a pool says of itself", () => {
  const filter = new JsonFilter();
  const some = pool("p", {}, { free_capacity_gb: 60, vendor_name: "Open Source" });
  const passes = (query: unknown) => filter.passes(some, request({ hints: { query } }));
  expect(passes('["and", [">=", "$free_capacity_gb", 50], ["=", "$vendor_name", "Open Source"]]')).toBe(true);
  expect(passes([">", "$free_capacity_gb", 60])).toBe(false);
  expect(passes(["in", "$vendor_name", "Open Source", "Other"])).toBe(true);
  expect(passes("nonsense")).toBe(false);
  expect(passes(undefined)).toBe(true);
});

test("weighers put the emptiest pool first, or the fullest", () => {
  const pools = [
    pool("full", { provisioned: 180 }),
    pool("empty", { provisioned: 0 }),
    pool("half", { provisioned: 90 }),
  ];
  const settings = {
    capacityMultiplier: 1,
    allocatedMultiplier: 1,
    volumeNumberMultiplier: -1,
    random: () => 0,
  };
  const order = (name: string) =>
    bestFirst(makeWeighers([name], settings), pools, request()).map(({ id }) => id);
  expect(order("CapacityWeigher")).toEqual(["empty", "half", "full"]);
  expect(order("AllocatedCapacityWeigher")).toEqual(["full", "half", "empty"]);
  expect(() => makeWeighers(["Nonsense"], settings)).toThrow(
    "Scheduler Host Weigher Nonsense could not be found.",
  );
});

test("hints: the same back end as another volume, or a different one", async () => {
  const CINDER_SCHEDULER_DEFAULT_FILTERS =
    "AvailabilityZoneFilter,CapacityFilter,SameBackendFilter,DifferentBackendFilter";
  await using cloud = await volumeCloud({
    settings: { CINDER_ENABLED_BACKENDS: "fake:one,fake:two", CINDER_SCHEDULER_DEFAULT_FILTERS },
  });
  const host = async (id: string) => (await cloud.settled(id, "available"))["os-vol-host-attr:host"];
  const first = await cloud.volume();
  const hinted = async (hint: Record<string, unknown>) => {
    const body = { volume: { size: 1 }, "OS-SCH-HNT:scheduler_hints": hint };
    return host((await cloud.admin.post("/v3/volumes", body)).body.volume.id);
  };
  const home = await host(first);
  expect(await hinted({ same_host: [first] })).toBe(home);
  expect(await hinted({ different_host: first })).not.toBe(home);
});

test("no back end can take it: error, and a message that says so", async () => {
  await using cloud = await volumeCloud({ settings: { VOLUME_BACKING_FILE_SIZE: "1024M" } });
  cloud.log.expectError("No valid backend was found");
  const id = await cloud.create({ size: 100 });
  await cloud.settled(id, "error");
  const { messages } = (await cloud.admin.get("/v3/messages", { "openstack-api-version": "volume 3.70" }))
    .body;
  expect(messages).toMatchObject([
    {
      event_id: "VOLUME_VOLUME_001_003",
      user_message: "schedule allocate volume:Could not find any available weighted backend.",
    },
  ]);
});
