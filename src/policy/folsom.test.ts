// The policy files of Folsom at work: nova's policy.json as the operations guide of 2013 prints it, and the network
// service's checks of resources and their attributes.

import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { randomIds } from "../core/ids.ts";
import { policyDesk } from "../policy-desk.ts";
import { type TestCloud, testCloud } from "../testing/cloud.ts";
import { type ServerCloud, serverCloud } from "../testing/server-cloud.ts";

/** "OpenStack Operations Guide", chapter 9, with the commas and underscores that the print has lost. */
const FOLSOM = `{
    "context_is_admin":  [["role:admin"]],
    "admin_or_owner":  [["is_admin:True"], ["project_id:%(project_id)s"]],
    "default": [["rule:admin_or_owner"]],
    "compute:create": [ ],
    "compute:create:attach_network": [ ],
    "compute:create:attach_volume": [ ],
    "compute:get_all": [ ],
    "admin_api": [["is_admin:True"]],
    "compute_extension:accounts": [["rule:admin_api"]],
    "compute_extension:admin_actions": [["rule:admin_api"]],
    "compute_extension:admin_actions:pause": [["rule:admin_or_owner"]],
    "compute_extension:admin_actions:unpause": [["rule:admin_or_owner"]],
    "compute_extension:admin_actions:migrate": [["rule:admin_api"]],
    "compute_extension:aggregates": [["rule:admin_api"]],
    "compute_extension:certificates": [ ],
    "compute_extension:flavorextraspecs": [ ],
    "compute_extension:flavormanage": [["rule:admin_api"]]
}
`;

/** Writes a project's policy.json and asks until it is in force. */
async function put(cloud: TestCloud, project: string, text: string): Promise<void> {
  const path = cloud.paths.at("etc", project, "policy.json");
  mkdirSync(dirname(path), { recursive: true });
  const loaded = () =>
    cloud.log.lines.filter(({ text }) => text.includes(`Reloaded policy file: ${path}`)).length;
  const before = loaded();
  writeFileSync(path, text);
  const { projects } = cloud.cloud;
  for (let tries = 0; loaded() === before; tries++) {
    if (tries > 2000) throw new Error(`${path} is not read`);
    projects.policy(project).rules();
    await Bun.sleep(5);
  }
}

function desk(cloud: TestCloud) {
  const { projects, peers } = cloud.cloud;
  return policyDesk({ services: () => projects.policies(), peers, ids: randomIds });
}

/** A server of demo, and what demo and the administrator may. */
async function withFolsom(): Promise<ServerCloud> {
  const cloud = await serverCloud();
  await put(cloud, "nova", FOLSOM);
  return cloud;
}

test("PO-01 PO-02 PO-03 PO-04 the file of 2013 as printed: each rule decides as its lists say", async () => {
  await using cloud = await withFolsom();
  const { answer } = desk(cloud);
  const [{ id: other }] = cloud.sql("keystone", "SELECT id FROM project WHERE name = 'service'") as [
    { id: string },
  ];
  const outcomes = (rule: string) =>
    [
      { user: "demo", target: [] },
      { user: "demo", target: [`project_id=${other}`] },
      { user: "admin", target: [`project_id=${other}`] },
    ]
      .map((asked) => (answer({ rule, service: "nova", ...asked }).allowed ? "yes" : "no"))
      .join(" ");
  const stated = Object.keys(JSON.parse(FOLSOM) as object);
  expect(Object.fromEntries([...stated, "compute:unheard_of"].map((rule) => [rule, outcomes(rule)]))).toEqual(
    {
      context_is_admin: "no no yes",
      admin_or_owner: "yes no yes",
      default: "yes no yes",
      "compute:create": "yes yes yes",
      "compute:create:attach_network": "yes yes yes",
      "compute:create:attach_volume": "yes yes yes",
      "compute:get_all": "yes yes yes",
      admin_api: "no no yes",
      "compute_extension:accounts": "no no yes",
      "compute_extension:admin_actions": "no no yes",
      "compute_extension:admin_actions:pause": "yes no yes",
      "compute_extension:admin_actions:unpause": "yes no yes",
      "compute_extension:admin_actions:migrate": "no no yes",
      "compute_extension:aggregates": "no no yes",
      "compute_extension:certificates": "yes yes yes",
      "compute_extension:flavorextraspecs": "yes yes yes",
      "compute_extension:flavormanage": "no no yes",
      "compute:unheard_of": "yes no yes",
    },
  );
}, 60_000);

test("PO-05 PO-06 PO-07 PO-08 at the API: open, administrators' and owners' actions, and flavors given to everybody", async () => {
  await using cloud = await withFolsom();
  const demo = await cloud.as("n-api", "demo");
  const server = { name: "demos", imageRef: cloud.imageId, flavorRef: "1", networks: "none" };
  const latest = { "x-openstack-nova-api-version": "2.93" };
  const made = await demo.post("/v2.1/servers", { server }, latest);
  expect(made.status).toBe(202);
  const { id } = made.body.server;
  await cloud.settled(id, "ACTIVE");
  const action = async (name: string) =>
    (await demo.post(`/v2.1/servers/${id}/action`, { [name]: null })).status;
  expect(await action("pause")).toBe(202);
  await cloud.settled(id, "PAUSED");
  expect(await action("unpause")).toBe(202);
  await cloud.settled(id, "ACTIVE");
  expect(await action("migrate")).toBe(403);
  expect((await demo.get("/v2.1/os-aggregates")).status).toBe(403);
  expect((await demo.get("/v2.1/flavors/1/os-extra_specs")).status).toBe(200);
  const flavor = { flavor: { name: "members", ram: 128, vcpus: 1, disk: 1 } };
  expect((await demo.post("/v2.1/flavors", flavor)).status).toBe(403);
  await put(
    cloud,
    "nova",
    FOLSOM.replace(
      '"compute_extension:flavormanage": [["rule:admin_api"]]',
      '"compute_extension:flavormanage": [ ]',
    ),
  );
  expect((await demo.post("/v2.1/flavors", flavor)).status).toBe(200);
}, 60_000);

test("PO-09 role, rule, field and owner checks, in the network service's file", async () => {
  await using cloud = await testCloud();
  const admin = await cloud.as("q-svc");
  const demo = await cloud.as("q-svc", "demo");
  const create = async (client: typeof admin, network: object) =>
    (await client.post("/v2.0/networks", { network })).body.network.id as string;
  const shared = await create(admin, { name: "shared", shared: true });
  const mine = await create(demo, { name: "mine" });
  const theirs = await create(admin, { name: "theirs" });
  const seen = async () => {
    const ids: string[] = [];
    for (const id of [shared, mine, theirs]) {
      if ((await demo.get(`/v2.0/networks/${id}`)).status === 200) ids.push(id);
    }
    return ids;
  };
  expect(await seen()).toEqual([shared, mine]);
  const allow = (check: unknown) =>
    put(cloud, "neutron", JSON.stringify({ mine: [["tenant_id:%(tenant_id)s"]], get_network: check }));
  await allow([["field:networks:shared=True"]]);
  expect(await seen()).toEqual([shared]);
  await allow([["rule:mine"]]);
  expect(await seen()).toEqual([mine]);
  await allow([
    ["tenant_id:%(tenant_id)s", "role:member"],
    ["field:networks:shared=True", "role:nobody"],
  ]);
  expect(await seen()).toEqual([mine]);
  await allow([["role:member"]]);
  expect(await seen()).toEqual([shared, mine]);
  await allow([["role:nobody"]]);
  expect(await seen()).toEqual([]);
}, 60_000);

test("PO-10 rules for operations, as the compute service has, and for resources and their attributes, as the network service", async () => {
  await using cloud = await testCloud();
  const neutron = await cloud.as("q-svc", "demo");
  const nova = await cloud.as("n-api", "demo");
  const network = (fields: object) => neutron.post("/v2.0/networks", { network: { name: "x", ...fields } });
  expect([(await network({})).status, (await network({ shared: true })).status]).toEqual([201, 403]);
  await put(cloud, "neutron", '{"create_network:shared": [], "create_network": [["role:member"]]}');
  expect([(await network({})).status, (await network({ shared: true })).status]).toEqual([201, 201]);
  await put(cloud, "neutron", '{"create_network": "!"}');
  expect([(await network({})).status, (await network({ shared: true })).status]).toEqual([403, 403]);
  expect((await nova.get("/v2.1/os-hypervisors")).status).toBe(403);
  await put(cloud, "nova", '{"compute_extension:hypervisors": [["role:member"]]}');
  expect((await nova.get("/v2.1/os-hypervisors")).status).toBe(200);
}, 60_000);
