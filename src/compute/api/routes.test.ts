import { expect, test } from "bun:test";
import type { ServiceContext } from "../../core/service.ts";
import type { Route, VersionedSchema } from "../../http/api.ts";
import { novaNetwork } from "../../network/index.ts";
import { mutants } from "../../testing/mutants.ts";
import { accessProblems, garbageProblems, openProblems } from "../../testing/route-walk.ts";
import { type ServerCloud, serverCloud } from "../../testing/server-cloud.ts";
import { TestVolumes } from "../../testing/test-volumes.ts";
import { novaApi } from "../index.ts";
import { Nova } from "../nova.ts";
import { policies } from "../policies.ts";
import { computeRoutes, serverActionList } from "./index.ts";
import { networkProxyRoutes } from "./nova-network.ts";

async function walk() {
  let context: ServiceContext | null = null;
  const api: typeof novaApi = {
    ...novaApi,
    create(given) {
      context = given;
      return novaApi.create(given);
    },
  };
  const cloud = await serverCloud({ networks: true, volumes: new TestVolumes(), api });
  const nova = new Nova(context!);
  const routes = computeRoutes(context!, nova);
  const at = (path: string) => (path === "/" || /^\/v2/.test(path) ? path : `/v2.1${path}`);
  const headers = (route: Route) => version(route.until ?? 93);
  return { cloud, nova, window: "n-api", routes, at, headers };
}

const version = (minor: number) => ({ "x-openstack-nova-api-version": `2.${Math.min(minor, 93)}` });

test("every access rule is a rule of this service", async () => {
  const all = await walk();
  await using _ = all.cloud;
  expect(accessProblems(all.routes, [...policies, ...(novaNetwork.policies ?? [])])).toEqual([]);
});

test("without a token all but the public routes answer 401", async () => {
  const all = await walk();
  await using _ = all.cloud;
  expect(await openProblems(all)).toEqual([]);
});

test("nothing a client sends is the server's error", async () => {
  const all = await walk();
  await using _ = all.cloud;
  const server = await all.cloud.server({ networks: "auto" });
  const existing = { server_id: server };
  const others = new Set(networkProxyRoutes(all.nova).map(({ method, path }) => `${method} ${path}`));
  // The server itself is spoilt by the actions, in a test of their own.
  others.add("POST /servers/:id/action");
  const routes = all.routes.filter(({ method, path }) => !others.has(`${method} ${path}`));
  expect(await garbageProblems({ ...all, routes, existing })).toEqual([]);
}, 120_000);

test("no action's body is the server's error", async () => {
  const all = await walk();
  await using _ = all.cloud;
  const server = await all.cloud.server({ networks: "auto" });
  const problems: string[] = [];
  for (const action of serverActionList(all.nova)) {
    const bodies: unknown[] = [
      { [action.name]: null },
      { [action.name]: {} },
      { [action.name]: [] },
      { [action.name]: "x" },
    ];
    for (const schema of schemasOf(action.body)) bodies.push(...mutants(schema));
    for (const body of bodies) {
      const answer = await send(all.cloud, server, body, action.until ?? 93);
      if (answer.status >= 500 && answer.status !== 501) {
        problems.push(`${JSON.stringify(body).slice(0, 200)}: ${answer.status} ${answer.text.slice(0, 200)}`);
      }
    }
  }
  expect(problems).toEqual([]);
}, 120_000);

const send = (cloud: ServerCloud, id: string, body: unknown, minor: number) =>
  cloud.nova.post(`/v2.1/servers/${id}/action`, body, version(minor));

function schemasOf(schema: VersionedSchema | undefined): object[] {
  if (schema === undefined) return [];
  return Array.isArray(schema) ? schema.map(([, inner]) => inner as object) : [schema];
}
