import { expect, test } from "bun:test";
import { settled } from "../filters/filter.ts";
import { schedulerSettings, type TestHost, type TestRequest, testHost, testRequest } from "../testing.ts";
import { makeWeighers } from "./index.ts";
import { bestFirst, type WeighedHost, weighHosts } from "./weigher.ts";

function order(
  names: string[],
  hosts: Record<string, TestHost>,
  settings: Record<string, string> = {},
  request: TestRequest = {},
): string[] {
  const weighers = makeWeighers(names, schedulerSettings(settings));
  const states = Object.entries(hosts).map(([host, changes]) => testHost(host, changes));
  return [...bestFirst(settled(weighHosts(weighers, states, testRequest(request))) as WeighedHost[])].map(
    ({ host }) => host,
  );
}

test("SC-18 servers are spread by default, and stacked with a negative multiplier", () => {
  const hosts = { full: { free_ram_mb: 1000 }, empty: { free_ram_mb: 9000 }, half: { free_ram_mb: 5000 } };
  expect(order(["RAMWeigher"], hosts)).toEqual(["empty", "half", "full"]);
  expect(order(["RAMWeigher"], hosts, { RAM_WEIGHT_MULTIPLIER: "-1.0" })).toEqual(["full", "half", "empty"]);
});

test("CPUs, disk, work in hand, failed builds", () => {
  expect(order(["CPUWeigher"], { a: { vcpus_used: 5 }, b: { vcpus_used: 1 } })).toEqual(["b", "a"]);
  expect(order(["DiskWeigher"], { a: { free_disk_gb: 5 }, b: { free_disk_gb: 50 } })).toEqual(["b", "a"]);
  expect(order(["IoOpsWeigher"], { a: { current_workload: 3 }, b: {} })).toEqual(["b", "a"]);
  const stats = JSON.stringify({ failed_builds: "2" });
  expect(order(["all_weighers"], { a: { stats, free_ram_mb: 16_000 }, b: { free_ram_mb: 100 } })).toEqual([
    "b",
    "a",
  ]);
});

test("soft server groups, metrics, and an aggregate's own multiplier", () => {
  const hosts = { a: {}, b: {} };
  const group = (policy: string) => ({
    group: {
      facts: { id: 1, uuid: "g", projectId: "p", name: "g", policy, rules: {}, members: [] },
      members: new Map([["b", 2]]),
    },
  });
  const soft = ["ServerGroupSoftAffinityWeigher", "ServerGroupSoftAntiAffinityWeigher"];
  expect(order(soft, hosts, {}, group("soft-affinity"))).toEqual(["b", "a"]);
  expect(order(soft, hosts, {}, group("soft-anti-affinity"))).toEqual(["a", "b"]);
  const metric = (value: number) => ({ metrics: JSON.stringify([{ name: "temp", value }]) });
  const temperature = { METRICS_WEIGHT_SETTING: "temp=-1.0" };
  expect(order(["MetricsWeigher"], { hot: metric(90), none: {}, cool: metric(30) }, temperature)).toEqual([
    "cool",
    "hot",
    "none",
  ]);
  const aggregates = [{ ram_weight_multiplier: "-5" }];
  expect(order(["RAMWeigher"], { a: { aggregates }, b: { free_ram_mb: 10 } })).toEqual(["b", "a"]);
});

test("an unknown weigher is refused by name", () => {
  expect(() => makeWeighers(["NoSuchWeigher"], schedulerSettings())).toThrow("NoSuchWeigher");
});
