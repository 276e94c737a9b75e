import { expect, test } from "bun:test";
import type { ApiClient } from "../../testing/cloud.ts";
import { accessProblems, garbageProblems, openProblems } from "../../testing/route-walk.ts";
import { policies } from "../policies.ts";
import { identityCloud, make } from "../testing.ts";
import { identityRoutes } from "./index.ts";
import { jsonHomePaths } from "./json-home.ts";

async function walk() {
  const { cloud, identity } = await identityCloud();
  return { cloud, window: "key", routes: identityRoutes(identity) };
}

test("every access rule is a rule of this service", async () => {
  const { cloud, routes } = await walk();
  await using _ = cloud;
  expect(accessProblems(routes, policies)).toEqual([]);
});

test("without a token all but the public routes answer 401", async () => {
  const all = await walk();
  await using _ = all.cloud;
  expect(await openProblems(all)).toEqual([]);
});

test("nothing a client sends is the server's error", async () => {
  const { cloud, routes } = await walk();
  await using _ = cloud;
  const existing = await thingsToSpoil(await cloud.as("key"));
  expect(await garbageProblems({ cloud, window: "key", routes, existing })).toEqual([]);
}, 120_000);

/** One of each kind, by the name of its id in a path. */
async function thingsToSpoil(admin: ApiClient): Promise<Record<string, string>> {
  const named = { name: "spoilt" };
  const project = await make(admin, "POST /v3/projects", { project: named });
  const user = await make(admin, "POST /v3/users", { user: { ...named, password: "secret" } });
  const role = await make(admin, "POST /v3/roles", { role: named });
  const region = await make(admin, "POST /v3/regions", { region: {} });
  const service = await make(admin, "POST /v3/services", { service: { ...named, type: "spoilt" } });
  const endpoint = await make(admin, "POST /v3/endpoints", {
    endpoint: { service_id: service.id, interface: "public", url: "http://127.0.0.1/" },
  });
  const limited = { service_id: service.id, resource_name: "things" };
  const [registered] = await make(admin, "POST /v3/registered_limits", {
    registered_limits: [{ ...limited, default_limit: 5 }],
  });
  const [limit] = await make(admin, "POST /v3/limits", {
    limits: [{ ...limited, project_id: project.id, resource_limit: 4 }],
  });
  const credential = await make(admin, "POST /v3/credentials", {
    credential: { user_id: user.id, project_id: project.id, type: "cert", blob: "x" },
  });
  const endpointGroup = await make(admin, "POST /v3/OS-EP-FILTER/endpoint_groups", {
    endpoint_group: { ...named, filters: { interface: "public" } },
  });
  const ids: Record<string, { id: string }> = {
    project,
    tenant: project,
    user,
    role,
    prior_role: role,
    implied_role: role,
    region,
    service,
    endpoint,
    registered_limit: registered,
    limit,
    credential,
    endpoint_group: endpointGroup,
    domain: await make(admin, "POST /v3/domains", { domain: named }),
    group: await make(admin, "POST /v3/groups", { group: named }),
    policy: await make(admin, "POST /v3/policies", { policy: { blob: "x", type: "x" } }),
    consumer: await make(admin, "POST /v3/OS-OAUTH1/consumers", { consumer: {} }),
  };
  return Object.fromEntries(Object.entries(ids).map(([kind, { id }]) => [`${kind}_id`, id]));
}

test("every resource of the JSON home document is served", async () => {
  const { cloud, routes } = await walk();
  await using _ = cloud;
  const served = new Set(routes.map(({ path }) => path.replace(/:[A-Za-z_]\w*(\{[^}]*\})?/g, "*")));
  const missing = jsonHomePaths().filter((path) => !served.has(`/v3${path.replace(/\{[^}]*\}/g, "*")}`));
  expect(missing).toEqual([]);
});
