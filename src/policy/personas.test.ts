// The personas of OpenStack's "consistent and secure RBAC" at every service, under the legacy defaults and with new
// defaults and scopes enforced. The outcomes are stated by hand from the services' documents of policies and personas of
// Zed (keystone "Default Roles" and "Service API Protection", nova and neutron "Policy Concepts", cinder "Policy Personas
// and Permissions", glance and placement "Policies").

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { PERSONAS, type PersonaCloud, personaCloud } from "../testing/persona-cloud.ts";

interface Operation {
  what: string;
  window: string;
  method: string;
  /** `{image}` is the id of the project's image. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  /**
   * Statuses under the legacy defaults, then enforced; absent: the same. One each for system admin and reader, domain
   * admin, project admin, member and reader.
   */
  legacy: string;
  enforced?: string;
}

type Row = readonly [what: string, ask: string, body: unknown, legacy: string, enforced?: string];

function at(window: string, rows: readonly Row[], headers?: Record<string, string>): Operation[] {
  return rows.map(([what, ask, body, legacy, enforced]) => {
    const [method, path] = ask.split(" ") as [string, string];
    return {
      what,
      window,
      method,
      path,
      legacy,
      ...(body === null ? {} : { body }),
      ...(headers ? { headers } : {}),
      ...(enforced === undefined ? {} : { enforced }),
    };
  });
}

/** A name of its own for each making. */
const NEW = "{new}";
const JSON_PATCH = { "content-type": "application/openstack-images-v2.1-json-patch" };

//                                                                             SA  SR  DA  PA  PM  PR
const OPERATIONS: Record<string, Operation[]> = {
  // "admin" of any scope is still the cloud's administrator in Zed; the scope of a token counts where the rule names it.
  identity: at("key", [
    ["list users", "GET /v3/users", null, "200 200 200 200 403 403"],
    ["create a user", "POST /v3/users", { user: { name: NEW } }, "201 403 201 201 403 403"],
    ["show the project", "GET /v3/projects/{project}", null, "200 200 200 200 200 200"],
    ["list projects", "GET /v3/projects", null, "200 200 200 200 403 403"],
    ["create a project", "POST /v3/projects", { project: { name: NEW } }, "201 403 201 201 403 403"],
    ["list domains", "GET /v3/domains", null, "200 200 200 200 403 403", "200 200 403 200 403 403"],
    ["show the domain", "GET /v3/domains/{domain}", null, "200 200 200 200 200 200"],
    [
      "create a domain",
      "POST /v3/domains",
      { domain: { name: NEW } },
      "201 403 201 201 403 403",
      "201 403 403 201 403 403",
    ],
    ["list roles", "GET /v3/roles", null, "200 200 200 200 403 403", "200 200 403 200 403 403"],
    [
      "create a role",
      "POST /v3/roles",
      { role: { name: NEW } },
      "201 403 201 201 403 403",
      "201 403 403 201 403 403",
    ],
    ["list services", "GET /v3/services", null, "200 200 200 200 403 403", "200 200 403 200 403 403"],
    ["list regions", "GET /v3/regions", null, "200 200 200 200 200 200"],
    [
      "create a region",
      "POST /v3/regions",
      { region: {} },
      "201 403 201 201 403 403",
      "201 403 403 201 403 403",
    ],
    ["list role assignments", "GET /v3/role_assignments", null, "200 200 200 200 403 403"],
    ["list registered limits", "GET /v3/registered_limits", null, "200 200 200 200 200 200"],
  ]),
  image: [
    ...at("g-api", [
      ["list images", "GET /v2/images", null, "200 200 200 200 200 200", "403 403 403 200 200 200"],
      [
        "show the image",
        "GET /v2/images/{image}",
        null,
        "200 404 200 200 200 200",
        "404 404 404 200 200 200",
      ],
      [
        "create an image",
        "POST /v2/images",
        { name: NEW },
        "201 201 201 201 201 201",
        "403 403 403 201 201 403",
      ],
      [
        "download the image",
        "GET /v2/images/{image}/file",
        null,
        "200 404 200 200 200 200",
        "404 404 404 200 200 403",
      ],
      ["list its members", "GET /v2/images/{image}/members", null, "403 404 403 403 403 403"],
      [
        "reactivate it",
        "POST /v2/images/{image}/actions/reactivate",
        null,
        "204 404 204 204 204 204",
        "404 404 404 204 204 403",
      ],
      [
        "create a public image",
        "POST /v2/images",
        { name: NEW, visibility: "public" },
        "201 403 201 201 403 403",
        "403 403 403 201 403 403",
      ],
      [
        "list namespaces",
        "GET /v2/metadefs/namespaces",
        null,
        "200 200 200 200 200 200",
        "404 404 404 200 200 200",
      ],
      [
        "create a namespace",
        "POST /v2/metadefs/namespaces",
        { namespace: NEW },
        "201 403 201 201 403 403",
        "404 404 404 201 403 403",
      ],
      ["list tasks", "GET /v2/tasks", null, "200 403 200 200 403 403", "403 403 403 200 403 403"],
      ["list the cache", "GET /v2/cache", null, "200 403 200 200 403 403", "403 403 403 200 403 403"],
    ]),
    ...at(
      "g-api",
      [
        [
          "change the image",
          "PATCH /v2/images/{image}",
          [{ op: "replace", path: "/name", value: "x" }],
          "200 404 200 200 200 200",
          "404 404 404 200 200 403",
        ],
      ],
      JSON_PATCH,
    ),
  ],
  // The new rules want a token of system scope; project readers see their own project's usage.
  placement: at(
    "placement-api",
    [
      [
        "list providers",
        "GET /resource_providers",
        null,
        "200 200 200 200 403 403",
        "200 200 403 403 403 403",
      ],
      [
        "create a provider",
        "POST /resource_providers",
        { name: NEW },
        "200 403 200 200 403 403",
        "200 403 403 403 403 403",
      ],
      [
        "list resource classes",
        "GET /resource_classes",
        null,
        "200 200 200 200 403 403",
        "200 200 403 403 403 403",
      ],
      [
        "create a resource class",
        "PUT /resource_classes/CUSTOM_A",
        null,
        "201 403 204 204 403 403",
        "201 403 403 403 403 403",
      ],
      ["list traits", "GET /traits", null, "200 200 200 200 403 403", "200 200 403 403 403 403"],
      ["create a trait", "PUT /traits/CUSTOM_A", null, "201 403 204 204 403 403", "201 403 403 403 403 403"],
      [
        "list candidates",
        "GET /allocation_candidates?resources=VCPU:1",
        null,
        "200 200 200 200 403 403",
        "200 200 403 403 403 403",
      ],
      [
        "show usages",
        "GET /usages?project_id={project}",
        null,
        "200 200 200 200 200 200",
        "200 200 403 200 200 200",
      ],
      [
        "show allocations",
        "GET /allocations/{server}",
        null,
        "200 200 200 200 403 403",
        "200 200 403 403 403 403",
      ],
    ],
    { "openstack-api-version": "placement 1.39" },
  ),
  // Every rule is for tokens of project scope; the role admin in any project is the administrator.
  compute: at(
    "n-api",
    [
      ["list servers", "GET /v2.1/servers", null, "200 200 200 200 200 200", "403 403 403 200 200 200"],
      [
        "list all projects' servers",
        "GET /v2.1/servers/detail?all_tenants=1",
        null,
        "200 403 200 200 403 403",
        "403 403 403 200 403 403",
      ],
      [
        "show the server",
        "GET /v2.1/servers/{server}",
        null,
        "200 404 200 200 200 200",
        "403 404 403 200 200 200",
      ],
      [
        "rename the server",
        "PUT /v2.1/servers/{server}",
        { server: { name: "x" } },
        "200 404 200 200 200 200",
        "403 404 403 200 200 403",
      ],
      [
        "its metadata",
        "POST /v2.1/servers/{server}/metadata",
        { metadata: { a: "b" } },
        "200 404 200 200 200 200",
        "403 404 403 200 200 403",
      ],
      [
        "its actions",
        "GET /v2.1/servers/{server}/os-instance-actions",
        null,
        "200 404 200 200 200 200",
        "403 404 403 200 200 200",
      ],
      [
        "reset its state",
        "POST /v2.1/servers/{server}/action",
        { "os-resetState": { state: "active" } },
        "202 404 202 202 403 403",
        "403 404 403 202 403 403",
      ],
      ["list flavors", "GET /v2.1/flavors", null, "200 200 200 200 200 200"],
      [
        "create a flavor",
        "POST /v2.1/flavors",
        { flavor: { name: NEW, ram: 64, vcpus: 1, disk: 0 } },
        "200 403 200 200 403 403",
        "403 403 403 200 403 403",
      ],
      ["list services", "GET /v2.1/os-services", null, "200 403 200 200 403 403", "403 403 403 200 403 403"],
      [
        "list hypervisors",
        "GET /v2.1/os-hypervisors",
        null,
        "200 403 200 200 403 403",
        "403 403 403 200 403 403",
      ],
      ["list key pairs", "GET /v2.1/os-keypairs", null, "200 200 200 200 200 200", "403 403 403 200 200 200"],
      [
        "create a key pair",
        "POST /v2.1/os-keypairs",
        {
          keypair: {
            name: NEW,
            type: "ssh",
            public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmXvpRxTPrCk0CsQQnR2BGFVlHFCfd0QwAJ8sDXjMmd",
          },
        },
        "201 201 201 201 201 201",
        "403 403 403 201 201 201",
      ],
      [
        "show the quota",
        "GET /v2.1/os-quota-sets/{project}",
        null,
        "200 403 200 200 200 200",
        "403 403 403 200 200 200",
      ],
      [
        "list zones with hosts",
        "GET /v2.1/os-availability-zone/detail",
        null,
        "200 403 200 200 403 403",
        "403 403 403 200 403 403",
      ],
      [
        "create a server group",
        "POST /v2.1/os-server-groups",
        { server_group: { name: NEW, policy: "affinity" } },
        "- - - 200 200 200",
        "403 403 403 200 200 403",
      ],
    ],
    { "x-openstack-nova-api-version": "2.93" },
  ),
  // No rule names a scope; the roles member and reader count once the new defaults are enforced. A token without a
  // project asks without one in the path, and sees what is nobody's.
  volume: at(
    "c-api",
    [
      ["list volumes", "GET /v3/volumes", null, "200 200 200 200 200 200"],
      ["show the volume", "GET /v3/volumes/{volume}", null, "200 404 200 200 200 200"],
      [
        "rename the volume",
        "PUT /v3/volumes/{volume}",
        { volume: { name: "x" } },
        "200 404 200 200 200 200",
        "200 404 200 200 200 403",
      ],
      [
        "create a volume",
        "POST /v3/volumes",
        { volume: { size: 1 } },
        "- - - 202 202 202",
        "- 403 - 202 202 403",
      ],
      [
        "its metadata",
        "POST /v3/volumes/{volume}/metadata",
        { metadata: { a: "b" } },
        "200 404 200 200 200 200",
        "200 404 200 200 200 403",
      ],
      ["list volume types", "GET /v3/types", null, "200 200 200 200 200 200"],
      ["create a volume type", "POST /v3/types", { volume_type: { name: NEW } }, "200 403 200 200 403 403"],
      ["list services", "GET /v3/os-services", null, "200 403 200 200 403 403"],
      ["list pools", "GET /v3/scheduler-stats/get_pools", null, "200 403 200 200 403 403"],
      ["list snapshots", "GET /v3/snapshots", null, "200 200 200 200 200 200"],
      ["show the quota", "GET /v3/os-quota-sets/{project}", null, "200 403 200 200 200 200"],
      ["list transfers", "GET /v3/os-volume-transfer", null, "200 200 200 200 200 200"],
      [
        "reset its state",
        "POST /v3/volumes/{volume}/action",
        { "os-reset_status": { status: "available" } },
        "202 404 202 202 403 403",
      ],
    ],
    { "openstack-api-version": "volume 3.70" },
  ),
  // Every rule is for tokens of project scope. What may not be seen is not there, and left out of lists. A token without
  // a project names one when it makes something. Where rules are joined, as for shared networks, Neutron forgets scopes.
  network: at("q-svc", [
    [
      "show the network",
      "GET /v2.0/networks/{network}",
      null,
      "200 404 200 200 200 200",
      "404 404 404 200 200 200",
    ],
    ["list networks", "GET /v2.0/networks", null, "200 200 200 200 200 200"],
    [
      "create a network",
      "POST /v2.0/networks",
      { network: { name: NEW, tenant_id: "{project}" } },
      "201 400 201 201 201 201",
      "403 400 403 201 201 403",
    ],
    [
      "create a shared network",
      "POST /v2.0/networks",
      { network: { name: NEW, shared: true, tenant_id: "{project}" } },
      "201 400 201 201 403 403",
      "201 400 201 201 403 403",
    ],
    [
      "rename the network",
      "PUT /v2.0/networks/{network}",
      { network: { name: "x" } },
      "200 404 200 200 200 200",
      "404 404 404 200 200 403",
    ],
    [
      "show the subnet",
      "GET /v2.0/subnets/{subnet}",
      null,
      "200 404 200 200 200 200",
      "404 404 404 200 200 200",
    ],
    [
      "rename the port",
      "PUT /v2.0/ports/{port}",
      { port: { name: "x" } },
      "200 404 200 200 200 200",
      "404 404 404 200 200 403",
    ],
    [
      "create a router",
      "POST /v2.0/routers",
      { router: { name: NEW, tenant_id: "{project}" } },
      "201 400 201 201 201 201",
      "403 400 403 201 201 403",
    ],
    [
      "create a security group",
      "POST /v2.0/security-groups",
      { security_group: { name: NEW, tenant_id: "{project}" } },
      "201 400 201 201 201 201",
      "403 400 403 201 201 403",
    ],

    ["list agents", "GET /v2.0/agents", null, "200 200 200 200 200 200"],
    ["list flavors", "GET /v2.0/flavors", null, "200 200 200 200 200 200"],
  ]),
};

const SETTINGS = [
  ["legacy defaults", {}],
  ["scopes and new defaults enforced", { ENFORCE_SCOPE: "True" }],
] as const;

describe.each(SETTINGS)("personas under %s", (setting, settings) => {
  let world: PersonaCloud;
  beforeAll(async () => {
    world = await personaCloud({ settings });
  }, 60_000);
  afterAll(() => world[Symbol.asyncDispose]());

  let made = 0;
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name) =>
      name === "new" ? `new-${made++}` : (world.ids[name] ?? whole),
    );

  test.each(Object.entries(OPERATIONS))(
    "%s",
    async (_service, operations) => {
      const outcomes: string[] = [];
      const stated: string[] = [];
      for (const { what, window, method, path, body, headers, legacy, enforced } of operations) {
        const expected = (setting === "legacy defaults" ? legacy : (enforced ?? legacy)).split(" ");
        const statuses: string[] = [];
        for (const [i, persona] of PERSONAS.entries()) {
          if (expected[i] === "-") {
            statuses.push("-");
            continue;
          }
          const sent = body === undefined ? undefined : JSON.parse(filled(JSON.stringify(body)));
          const answer = await world.cloud.request(window, method, filled(path), sent, {
            "x-auth-token": world.tokens[persona],
            ...headers,
          });
          statuses.push(String(answer.status));
        }
        outcomes.push(`${what}: ${statuses.join(" ")}`);
        stated.push(`${what}: ${expected.join(" ")}`);
      }
      expect(outcomes).toEqual(stated);
    },
    60_000,
  );
});

test("a token of another scope is refused in each service's own words", async () => {
  await using world = await personaCloud({ settings: { ENFORCE_SCOPE: "True" } });
  const { cloud, tokens, ids } = world;
  const ask = (persona: keyof typeof tokens, window: string, method: string, path: string, body?: unknown) =>
    cloud.request(window, method, path, body, { "x-auth-token": tokens[persona] });
  const nova = await ask("system-admin", "n-api", "GET", "/v2.1/servers");
  expect([nova.status, nova.body]).toEqual([
    403,
    {
      forbidden: { code: 403, message: "Policy doesn't allow os_compute_api:servers:index to be performed." },
    },
  ]);
  const glance = await ask("system-admin", "g-api", "GET", "/v2/images");
  expect([glance.status, glance.text]).toEqual([
    403,
    expect.stringContaining("You are not authorized to complete get_images action."),
  ]);
  const network = { network: { name: "x", tenant_id: ids["project"] } };
  const neutron = await ask("system-admin", "q-svc", "POST", "/v2.0/networks", network);
  const message = "rule:create_network requires a scope of ['project'], request was made with system scope.";
  expect([neutron.status, neutron.body]).toEqual([
    403,
    { NeutronError: { type: "InvalidScope", message, detail: "" } },
  ]);
  const placement = await ask("project-admin", "placement-api", "GET", "/resource_providers");
  expect([placement.status, placement.text]).toEqual([
    403,
    expect.stringContaining("Policy does not allow placement:resource_providers:list to be performed."),
  ]);
  const keystone = await ask("domain-admin", "key", "GET", "/v3/roles");
  expect([keystone.status, keystone.body.error.message]).toEqual([
    403,
    "You are not authorized to perform the requested action: identity:list_roles.",
  ]);
}, 60_000);

test("one service alone, by DevStack's key and by oslo.policy's options", async () => {
  const rc = `NOVA_ENFORCE_SCOPE=True
[[post-config|$NEUTRON_CONF]]
[oslo_policy]
enforce_scope = True
[[post-config|$CINDER_CONF]]
[oslo_policy]
enforce_new_defaults = True
`;
  await using world = await personaCloud({ rc });
  const { projects } = world.cloud.cloud;
  const off = { enforceScope: false, enforceNewDefaults: false };
  expect(
    Object.fromEntries(projects.policies().map(({ project, policy }) => [project, policy.switches])),
  ).toEqual({
    keystone: off,
    glance: off,
    placement: off,
    nova: { enforceScope: true, enforceNewDefaults: true },
    neutron: { enforceScope: true, enforceNewDefaults: false },
    cinder: { enforceScope: false, enforceNewDefaults: true },
    horizon: off,
  });
  const statuses = [];
  for (const [window, path] of [
    ["n-api", "/v2.1/servers"],
    ["g-api", "/v2/images"],
    ["q-svc", "/v2.0/networks"],
  ] as const) {
    const headers = { "x-auth-token": world.tokens["system-admin"] };
    statuses.push((await world.cloud.request(window, "GET", path, undefined, headers)).status);
  }
  expect(statuses).toEqual([403, 200, 200]);
}, 60_000);
