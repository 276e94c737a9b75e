import { expect, test } from "bun:test";
import { type ApiClient, testCloud } from "../../testing/cloud.ts";

const version = (minor: number) => ({ "openstack-api-version": `placement 1.${minor}` });
const uuid = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const [C1, C2, PF1, PF2, SHARE] = [1, 2, 3, 4, 5].map(uuid) as [string, string, string, string, string];
const GROUP = "aaaaaaaa-0000-4000-8000-000000000001";

interface Made {
  uuid: string;
  name: string;
  parent?: string;
  inventories: Record<string, object>;
  traits?: string[];
  aggregates?: string[];
}

async function make(api: ApiClient, { uuid, name, parent, inventories, traits = [], aggregates = [] }: Made) {
  const at = `/resource_providers/${uuid}`;
  await api.post("/resource_providers", { name, uuid, parent_provider_uuid: parent ?? null }, version(14));
  await api.put(`${at}/inventories`, { resource_provider_generation: 0, inventories });
  await api.put(`${at}/aggregates`, aggregates, version(1));
  await api.put(`${at}/traits`, { traits, resource_provider_generation: 1 }, version(6));
}

const compute = { VCPU: { total: 8 }, MEMORY_MB: { total: 8192 } };

test("flat: who has room, with summaries by version", async () => {
  await using cloud = await testCloud({ windows: ["key", "placement-api"] });
  const api = await cloud.as("placement-api");
  await make(api, { uuid: C1, name: "c1", inventories: compute, traits: ["HW_CPU_X86_AVX"] });
  await make(api, { uuid: C2, name: "c2", inventories: { ...compute, VCPU: { total: 2 } } });
  const ask = (query: string, minor: number) => api.get(`/allocation_candidates?${query}`, version(minor));
  const old = await ask("resources=VCPU:4", 10);
  expect(old.body).toEqual({
    allocation_requests: [{ allocations: [{ resource_provider: { uuid: C1 }, resources: { VCPU: 4 } }] }],
    provider_summaries: { [C1]: { resources: { VCPU: { capacity: 8, used: 0 } } } },
  });
  const latest = await ask("resources=VCPU:4", 39);
  expect(latest.body).toEqual({
    allocation_requests: [{ allocations: { [C1]: { resources: { VCPU: 4 } } }, mappings: { "": [C1] } }],
    provider_summaries: {
      [C1]: {
        resources: { VCPU: { capacity: 8, used: 0 }, MEMORY_MB: { capacity: 8192, used: 0 } },
        traits: ["HW_CPU_X86_AVX"],
        parent_provider_uuid: null,
        root_provider_uuid: C1,
      },
    },
  });
  expect((await ask("resources=VCPU:1", 39)).body.allocation_requests).toHaveLength(2);
  expect((await ask("resources=VCPU:1&limit=1", 16)).body.allocation_requests).toHaveLength(1);
  expect((await ask("resources=VCPU:1&required=!HW_CPU_X86_AVX", 22)).body.provider_summaries).toHaveProperty(
    C2,
  );
  expect((await ask(`resources=VCPU:1&in_tree=${C2}`, 31)).body.allocation_requests).toHaveLength(1);
  expect((await ask(`resources=VCPU:1&in_tree=${SHARE}`, 31)).body).toEqual({
    allocation_requests: [],
    provider_summaries: {},
  });
});

test("granular groups: isolated or not, each from one provider of the same tree", async () => {
  await using cloud = await testCloud({ windows: ["key", "placement-api"] });
  const api = await cloud.as("placement-api");
  await make(api, { uuid: C1, name: "c1", inventories: compute });
  await make(api, { uuid: PF1, name: "pf1", parent: C1, inventories: { SRIOV_NET_VF: { total: 2 } } });
  await make(api, { uuid: PF2, name: "pf2", parent: C1, inventories: { SRIOV_NET_VF: { total: 1 } } });
  await make(api, { uuid: C2, name: "c2", inventories: compute });
  const ask = async (query: string, minor = 39) =>
    (await api.get(`/allocation_candidates?resources=VCPU:1&${query}`, version(minor))).body;
  const two = "resources1=SRIOV_NET_VF:1&resources2=SRIOV_NET_VF:1";
  const isolated = await ask(`${two}&group_policy=isolate`);
  expect(isolated.allocation_requests.map((r: { mappings: object }) => r.mappings)).toEqual([
    { "": [C1], "1": [PF1], "2": [PF2] },
    { "": [C1], "1": [PF2], "2": [PF1] },
  ]);
  expect(Object.keys(isolated.provider_summaries).sort()).toEqual([C1, PF1, PF2]);
  const any = await ask(`${two}&group_policy=none`);
  // Both from pf1 as well, but not both from pf2, which has only one.
  expect(any.allocation_requests).toHaveLength(3);
  expect(any.allocation_requests[0].allocations[PF1]).toEqual({ resources: { SRIOV_NET_VF: 2 } });
  const without = await api.get(`/allocation_candidates?resources=VCPU:1&${two}`, version(39));
  expect([without.status, without.body.errors[0].detail]).toEqual([
    400,
    'The server could not comply with the request since it is either malformed or otherwise incorrect.\n\n The "group_policy" parameter is required when specifying more than one "resources{N}" parameter.  ',
  ]);
  const subtree = await ask(
    "resources_A=SRIOV_NET_VF:1&required_B=COMPUTE_NODE&same_subtree=_A,_B&group_policy=none",
  );
  expect(subtree.allocation_requests).toEqual([]);
  const spread = await ask("resources=VCPU:1,SRIOV_NET_VF:2");
  expect(spread.allocation_requests).toEqual([
    {
      allocations: { [C1]: { resources: { VCPU: 1 } }, [PF1]: { resources: { SRIOV_NET_VF: 2 } } },
      mappings: { "": [C1, PF1] },
    },
  ]);
  // Before 1.29 one tree gives from one provider only.
  const blind = await api.get("/allocation_candidates?resources=VCPU:1,SRIOV_NET_VF:2", version(28));
  expect(blind.body.allocation_requests).toEqual([]);
});

test("a provider that shares through an aggregate completes the hosts in it", async () => {
  await using cloud = await testCloud({ windows: ["key", "placement-api"] });
  const api = await cloud.as("placement-api");
  await make(api, { uuid: C1, name: "c1", inventories: compute, aggregates: [GROUP] });
  await make(api, { uuid: C2, name: "c2", inventories: compute });
  await make(api, {
    uuid: SHARE,
    name: "nfs",
    inventories: { DISK_GB: { total: 1000 } },
    traits: ["MISC_SHARES_VIA_AGGREGATE"],
    aggregates: [GROUP],
  });
  const answer = await api.get("/allocation_candidates?resources=VCPU:1,DISK_GB:10", version(39));
  expect(answer.body.allocation_requests).toEqual([
    {
      allocations: { [C1]: { resources: { VCPU: 1 } }, [SHARE]: { resources: { DISK_GB: 10 } } },
      mappings: { "": [C1, SHARE] },
    },
  ]);
});
