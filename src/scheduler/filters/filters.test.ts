import { expect, test } from "bun:test";
import { testLog } from "../../core/test-log.ts";
import { schedulerSettings, type TestHost, type TestRequest, testHost, testRequest } from "../testing.ts";
import { makeWeighers } from "../weighers/index.ts";
import { matchesRequirement } from "./extra-specs-ops.ts";
import { runFilters, settled } from "./filter.ts";
import { makeFilters } from "./index.ts";

/** Which of these hosts one filter lets through. */
function passed(
  name: string,
  hosts: Record<string, TestHost>,
  request: TestRequest = {},
  settings: Record<string, string> = {},
): string[] {
  const [filter] = makeFilters([name], schedulerSettings(settings));
  const wanted = testRequest(request);
  return Object.entries(hosts)
    .filter(([host, changes]) => filter!.passes(testHost(host, changes), wanted))
    .map(([host]) => host);
}

test("SC-15 ComputeFilter: neither disabled nor down", () => {
  expect(passed("ComputeFilter", { a: {}, b: { disabled: true }, c: { up: false } })).toEqual(["a"]);
});

test("SC-13 AvailabilityZoneFilter: hosts without a zone are in the default one", () => {
  const hosts = { a: {}, b: { aggregates: [{ availability_zone: "east" }] } };
  expect(passed("AvailabilityZoneFilter", hosts)).toEqual(["a", "b"]);
  expect(passed("AvailabilityZoneFilter", hosts, { spec: { availabilityZone: "nova" } })).toEqual(["a"]);
  expect(passed("AvailabilityZoneFilter", hosts, { spec: { availabilityZone: "east" } })).toEqual(["b"]);
});

test("SC-02 SC-03 CoreFilter, RamFilter, DiskFilter: the ratios, and no server larger than its host", () => {
  const hosts = { a: { vcpus: 1, vcpus_used: 15 }, b: { vcpus: 1, vcpus_used: 16 } };
  expect(passed("CoreFilter", hosts)).toEqual(["a"]);
  expect(passed("CoreFilter", { a: { vcpus: 1 } }, { flavor: { vcpus: 2 } })).toEqual([]);
  const ram = { memory_mb: 1024, free_ram_mb: 0 };
  expect(passed("RamFilter", { a: ram, b: { ...ram, free_ram_mb: -1 } })).toEqual(["a"]);
  expect(passed("DiskFilter", { a: { free_disk_gb: 1 }, b: { free_disk_gb: 0 } })).toEqual(["a"]);
  const richer = { ...hosts.b, aggregates: [{ cpu_allocation_ratio: "20" }] };
  expect(passed("AggregateCoreFilter", { b: hosts.b, richer })).toEqual(["richer"]);
  const fuller = { memory_mb: 1024, free_ram_mb: -512, aggregates: [{ ram_allocation_ratio: "2" }] };
  expect(passed("AggregateRamFilter", { fuller })).toEqual(["fuller"]);
  const deeper = { free_disk_gb: 0, aggregates: [{ disk_allocation_ratio: "2.5" }] };
  expect(passed("AggregateDiskFilter", { deeper })).toEqual(["deeper"]);
});

test("ComputeCapabilitiesFilter: what the flavor demands of the host", () => {
  const hosts = { a: {}, b: { cpu_info: JSON.stringify({ arch: "aarch64", features: [] }) } };
  const demand = (extra_specs: Record<string, string>) =>
    passed("ComputeCapabilitiesFilter", hosts, { flavor: { extra_specs } });
  expect(demand({ "capabilities:cpu_info:arch": "x86_64" })).toEqual(["a"]);
  expect(demand({ "capabilities:cpu_info:features": "<in> avx2" })).toEqual(["a"]);
  expect(demand({ "capabilities:cpu_info:topology:cores": ">= 4" })).toEqual(["a"]);
  expect(demand({ "capabilities:nothing": "x" })).toEqual([]);
  expect(demand({ "hw:cpu_policy": "dedicated", anything: "x" })).toEqual(["a", "b"]);
  expect(demand({ hypervisor_type: "s== QEMU" })).toEqual(["a", "b"]);
});

test("requirements: operators of numbers, text and lists", () => {
  const cases: [string, string, boolean][] = [
    ["8", "= 4", true],
    ["8", "== 4", false],
    ["8", "<= 8", true],
    ["b", "s> a", true],
    ["abc", "<in> b", true],
    ["aes avx2", "<all-in> aes avx2", true],
    ["aes", "<all-in> aes avx2", false],
    ["b", "<or> a <or> b", true],
    ["c", "<or> a <or> b", false],
    ["plain", "plain", true],
    ["8", ">=", false],
  ];
  for (const [value, requirement, fits] of cases) {
    expect([value, requirement, matchesRequirement(value, requirement)]).toEqual([value, requirement, fits]);
  }
});

test("ImagePropertiesFilter: architecture, hypervisor and mode as the image names them", () => {
  const hosts = { kvm: {}, arm: { supported_instances: '[["aarch64","kvm","hvm"]]' } };
  const image = (imageProperties: Record<string, string>) =>
    passed("ImagePropertiesFilter", hosts, { spec: { imageProperties } });
  expect(image({})).toEqual(["kvm", "arm"]);
  expect(image({ hw_architecture: "amd64" })).toEqual(["kvm"]);
  expect(image({ architecture: "aarch64", img_hv_type: "kvm" })).toEqual(["arm"]);
  expect(image({ vm_mode: "xen" })).toEqual([]);
  expect(image({ img_hv_type: "qemu", img_hv_requested_version: ">=7.0, <8.0" })).toEqual(["kvm"]);
  expect(image({ img_hv_type: "qemu", img_hv_requested_version: ">=8.0" })).toEqual([]);
});

test("hints: same host, different host, near an address", () => {
  const hosts = { a: { host_ip: "10.0.0.7" }, b: { host_ip: "10.0.1.7" } };
  const request = (hints: Record<string, unknown>) => ({ spec: { hints }, hostsOf: () => new Set(["a"]) });
  expect(passed("SameHostFilter", hosts, request({ same_host: ["x"] }))).toEqual(["a"]);
  expect(passed("DifferentHostFilter", hosts, request({ different_host: "x" }))).toEqual(["b"]);
  expect(passed("SameHostFilter", hosts)).toEqual(["a", "b"]);
  expect(passed("SimpleCIDRAffinityFilter", hosts, request({ build_near_host_ip: "10.0.0.1" }))).toEqual([
    "a",
  ]);
  expect(
    passed("SimpleCIDRAffinityFilter", hosts, request({ build_near_host_ip: "10.0.0.1", cidr: "/16" })),
  ).toEqual(["a", "b"]);
});

test("JsonFilter: a query over the host", () => {
  const hosts = { a: { free_ram_mb: 100 }, b: { free_ram_mb: 4096 } };
  const query = (text: unknown) => passed("JsonFilter", hosts, { spec: { hints: { query: text } } });
  expect(query('[">=", "$free_ram_mb", 1024]')).toEqual(["b"]);
  expect(query(['["and", [">", "$free_ram_mb", 10], ["=", "$nodename", "a"]]'])).toEqual(["a"]);
  expect(query('["in", "$nodename", "a", "c"]')).toEqual(["a"]);
  expect(query('["not", ["=", "$nodename", "a"]]')).toEqual(["b"]);
  expect(query("not json")).toEqual(["a", "b"]);
});

test("SC-18 server groups: together, or apart", () => {
  const hosts = { a: {}, b: {} };
  const group = (policy: string, members: Record<string, number>, rules: Record<string, number> = {}) => ({
    group: {
      facts: { id: 1, uuid: "g", projectId: "p1", name: "g", policy, rules, members: [] },
      members: new Map(Object.entries(members)),
    },
  });
  expect(passed("ServerGroupAffinityFilter", hosts, group("affinity", {}))).toEqual(["a", "b"]);
  expect(passed("ServerGroupAffinityFilter", hosts, group("affinity", { a: 1 }))).toEqual(["a"]);
  const anti = group("anti-affinity", { a: 1 });
  expect(passed("ServerGroupAntiAffinityFilter", hosts, anti)).toEqual(["b"]);
  const two = group("anti-affinity", { a: 1, b: 2 }, { max_server_per_host: 2 });
  expect(passed("ServerGroupAntiAffinityFilter", hosts, two)).toEqual(["a"]);
});

test("aggregates: projects, flavors, extra specs, image properties", () => {
  const hosts = {
    free: {},
    ours: {
      aggregates: [{ filter_tenant_id: "p1,p2", instance_type: "m1.tiny", ssd: "true", os_distro: "debian" }],
    },
    theirs: { aggregates: [{ filter_tenant_id: "p9", instance_type: "m1.huge", os_distro: "windows" }] },
  };
  expect(passed("AggregateMultiTenancyIsolation", hosts)).toEqual(["free", "ours"]);
  expect(passed("AggregateTypeAffinityFilter", hosts)).toEqual(["free", "ours"]);
  const flavor = { extra_specs: { "aggregate_instance_extra_specs:ssd": "true", "hw:x": "y" } };
  expect(passed("AggregateInstanceExtraSpecsFilter", hosts, { flavor })).toEqual(["ours"]);
  const spec = { imageProperties: { os_distro: "debian" } };
  expect(passed("AggregateImagePropertiesIsolation", hosts, { spec })).toEqual(["free", "ours"]);
});

test("counts of servers and of work, isolated hosts, flavors, earlier attempts, metrics", () => {
  const hosts = { a: { running_vms: 50, current_workload: 8 }, b: { running_vms: 49, current_workload: 7 } };
  expect(passed("NumInstancesFilter", hosts)).toEqual(["b"]);
  expect(passed("IoOpsFilter", hosts)).toEqual(["b"]);
  const wide = {
    ...hosts.a,
    aggregates: [{ max_instances_per_host: "60", max_io_ops_per_host: "9" }],
  };
  expect(passed("AggregateNumInstancesFilter", { wide, a: hosts.a })).toEqual(["wide"]);
  expect(passed("AggregateIoOpsFilter", { wide, a: hosts.a })).toEqual(["wide"]);
  const settings = { ISOLATED_HOSTS: "a", ISOLATED_IMAGES: "image-1" };
  expect(passed("IsolatedHostsFilter", hosts, { spec: { imageId: "image-1" } }, settings)).toEqual(["a"]);
  expect(passed("IsolatedHostsFilter", hosts, { spec: { imageId: "image-2" } }, settings)).toEqual(["b"]);
  const flavorsOn = (host: string) => new Set(host === "a" ? [2] : [1]);
  expect(passed("TypeAffinityFilter", hosts, { flavorsOn })).toEqual(["b"]);
  expect(passed("RetryFilter", hosts, { ignoreHosts: new Set(["b"]) })).toEqual(["a"]);
  const metrics = { METRICS_WEIGHT_SETTING: "cpu.temp=-1.0" };
  const warm = { metrics: JSON.stringify([{ name: "cpu.temp", value: 40 }]) };
  expect(passed("MetricsFilter", { a: {}, warm }, {}, metrics)).toEqual(["warm"]);
  expect(passed("AllHostsFilter", hosts)).toEqual(["a", "b"]);
});

test("the log says which filter left how many", () => {
  const { book, lines } = testLog();
  const log = book.logger("n-sch", "nova.scheduler");
  const filters = makeFilters(["ComputeFilter", "RetryFilter"], schedulerSettings());
  const hosts = [testHost("a"), testHost("b", { up: false })];
  const request = testRequest({ ignoreHosts: new Set(["a"]) });
  expect(settled(runFilters(filters, hosts, request, log, request.context))).toEqual([]);
  const text = lines.map((line) => line.text).join("\n");
  expect(text).toContain("Filter RetryFilter returned 0 hosts");
  expect(text).toContain(
    `Filter results: ['ComputeFilter: (start: 2, end: 1)', 'RetryFilter: (start: 1, end: 0)']`,
  );
});

test("SC-05 an unknown filter is refused by name", () => {
  expect(() => makeFilters(["nova.scheduler.filters.NoSuchFilter"], schedulerSettings())).toThrow(
    "Scheduler Host Filter nova.scheduler.filters.NoSuchFilter could not be found.",
  );
});

test("NUMATopologyFilter: a topology needs as many cells with room; a host that reports none has none", () => {
  const cell = (cpus: number, memory: number, siblings: number[][] = []) => ({
    "nova_object.data": {
      cpuset: Array.from({ length: cpus }, (_, i) => i),
      memory,
      cpu_usage: 0,
      memory_usage: 0,
      siblings,
    },
  });
  const topology = (...cells: unknown[]) => ({
    numa_topology: JSON.stringify({ "nova_object.name": "NUMATopology", "nova_object.data": { cells } }),
  });
  const hosts = {
    none: {},
    one: topology(cell(4, 4096, [[0, 1]])),
    two: topology(cell(4, 4096), cell(4, 4096)),
    broken: { numa_topology: "{" },
  };
  const asking = (extra_specs: Record<string, string>) =>
    passed("NUMATopologyFilter", hosts, { flavor: { vcpus: 2, memory_mb: 2048, extra_specs } });
  expect(asking({})).toEqual(["none", "one", "two", "broken"]);
  expect(asking({ "hw:numa_nodes": "2" })).toEqual(["two"]);
  expect(asking({ "hw:cpu_policy": "dedicated" })).toEqual(["one", "two"]);
  expect(asking({ "hw:cpu_policy": "dedicated", "hw:cpu_thread_policy": "require" })).toEqual(["one"]);
  const large = { flavor: { vcpus: 2, memory_mb: 9000, extra_specs: { "hw:numa_nodes": "2" } } };
  expect(passed("NUMATopologyFilter", hosts, large)).toEqual([]);
  const image = { spec: { imageProperties: { hw_numa_nodes: "2" } } };
  expect(passed("NUMATopologyFilter", hosts, image)).toEqual(["two"]);
});

test("PciPassthroughFilter: no host has devices; GroupAffinityFilter is the old name of ServerGroupAffinityFilter", () => {
  const alias = { "pci_passthrough:alias": "a1:2" };
  expect(passed("PciPassthroughFilter", { a: {} })).toEqual(["a"]);
  expect(passed("PciPassthroughFilter", { a: {} }, { flavor: { extra_specs: alias } })).toEqual([]);
  const [former] = makeFilters(["GroupAffinityFilter"], schedulerSettings());
  expect(former!.name).toBe("ServerGroupAffinityFilter");
});

test("every filter and weigher of Zed is known by its name", () => {
  const names =
    "AggregateImagePropertiesIsolation AggregateInstanceExtraSpecsFilter AggregateIoOpsFilter AggregateMultiTenancyIsolation AggregateNumInstancesFilter AggregateTypeAffinityFilter AllHostsFilter AvailabilityZoneFilter ComputeCapabilitiesFilter ComputeFilter DifferentHostFilter ImagePropertiesFilter IoOpsFilter IsolatedHostsFilter JsonFilter MetricsFilter NUMATopologyFilter NumInstancesFilter PciPassthroughFilter SameHostFilter ServerGroupAffinityFilter ServerGroupAntiAffinityFilter SimpleCIDRAffinityFilter";
  expect(makeFilters(names.split(" "), schedulerSettings()).map(({ name }) => name)).toEqual(
    names.split(" "),
  );
  const weighers =
    "RAMWeigher CPUWeigher DiskWeigher IoOpsWeigher MetricsWeigher PCIWeigher ServerGroupSoftAffinityWeigher ServerGroupSoftAntiAffinityWeigher BuildFailureWeigher CrossCellWeigher";
  expect(makeWeighers(weighers.split(" "), schedulerSettings()).map(({ name }) => name)).toEqual(
    weighers.split(" "),
  );
});
