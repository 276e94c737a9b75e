import { expect, test } from "bun:test";
import { randomIds } from "../core/ids.ts";
import { memorySecrets } from "../core/secrets.ts";
import type { PublishedEndpoint } from "../core/service.ts";
import { ProjectDatabase } from "../db/open.ts";
import { bootstrap, createDefaultDomain, createNothing } from "./bootstrap.ts";
import { migrations } from "./migrations/index.ts";
import type { Passwords } from "./passwords.ts";
import { identityPublic } from "./public.ts";
import { IdentityStore } from "./store.ts";
import { identityCloud, namesIn } from "./testing.ts";

const NOVA: PublishedEndpoint = {
  window: "n-api",
  type: "compute",
  name: "nova",
  description: "OpenStack Compute",
  path: "/v2.1",
  url: "http://a:8774/v2.1",
};

function world() {
  const store = new IdentityStore(new ProjectDatabase({ path: ":memory:", migrations }));
  const passwords = { hash: async (password: string) => `hash of ${password}` } as unknown as Passwords;
  const secrets = memorySecrets({ adminPassword: "a", servicePassword: "s", serviceToken: "t" }, randomIds);
  const start = (endpoints: PublishedEndpoint[]) =>
    bootstrap({ store, passwords, secrets, ids: randomIds, nowMs: 0, region: "RegionOne", endpoints });
  const urls = () => store.endpoints.list().map((row) => `${row.interface} ${row.url}`);
  return { store, start, urls };
}

test("the first start makes the cloud's users, projects and roles, later ones nothing", async () => {
  const { store, start } = world();
  expect(await start([NOVA])).toBe(true);
  expect(namesIn(store.roles.list())).toEqual(["ResellerAdmin", "admin", "member", "reader", "service"]);
  expect(store.userByName("default", "nova")?.password).toBe("hash of s");
  expect(store.userByName("default", "admin")?.password).toBe("hash of a");
  const counts = () => [store.users.count(), store.projects.count(), store.endpoints.count()];
  const before = counts();
  expect(await start([NOVA])).toBe(false);
  expect(counts()).toEqual(before);
});

test("addresses follow where the services are; what an administrator removed or changed stays so", async () => {
  const { store, start, urls } = world();
  await start([NOVA]);
  expect(urls()).toEqual(["public", "internal", "admin"].map((side) => `${side} http://a:8774/v2.1`));
  await start([{ ...NOVA, url: "http://b:8774/v2.1" }]);
  expect(urls()).toEqual(["public", "internal", "admin"].map((side) => `${side} http://b:8774/v2.1`));
  const [service] = store.services.match({ type: "compute" });
  store.services.remove(service!.id);
  await start([NOVA]);
  expect(store.services.match({ type: "compute" })).toEqual([]);
});

test("a service that is served later is added; one an administrator has entered is left alone", async () => {
  const { store, start } = world();
  await start([]);
  const cinder = { ...NOVA, window: "c-api", type: "volumev3", name: "cinderv3" };
  store.services.insert({ id: "own", type: "volumev3", name: "mine" });
  await start([NOVA, cinder]);
  expect(namesIn(store.services.list().map(({ name }) => ({ name: name ?? "" })))).toEqual(["mine", "nova"]);
});

test("a database that an administrator has filled gets what the services need, and no more", async () => {
  const { store, start } = world();
  createDefaultDomain(store);
  store.users.insert({ id: "u", name: "admin", domain_id: "default" });
  const role = store.roles.insert({ id: "r", name: "admin" });
  expect(await start([NOVA])).toBe(false);
  expect(namesIn(store.projects.match({ is_domain: false }))).toEqual(["service"]);
  expect(store.userByName("default", "demo")).toBeNull();
  expect(store.userByName("default", "admin")?.password).toBeNull();
  const { id } = store.userByName("default", "nova")!;
  const roles = store.assignments.list({ actorIds: [id] }).map((row) => row.role_id);
  expect(roles).toContain(role.id);
  expect(store.services.match({ type: "compute" })).toHaveLength(1);
  const counts = () => [store.users.count(), store.projects.count(), store.roles.count()];
  const before = counts();
  await start([NOVA]);
  expect(counts()).toEqual(before);
});

test("ID-11 an empty identity service has the default domain and the role _member_", async () => {
  const { store } = world();
  createNothing(store);
  createNothing(store);
  expect([store.users.count(), store.projects.count(), store.services.list().length]).toEqual([0, 1, 0]);
  expect(namesIn(store.roles.list())).toEqual(["_member_"]);
});

test("what other services may ask", async () => {
  await using all = await identityCloud();
  const { context, cloud, identity } = all;
  const ask = context.peers.get(identityPublic);
  const demo = identity.store.projectByName("default", "demo")!;
  expect(ask.project(demo.id)).toEqual({ id: demo.id, name: "demo", domainId: "default", enabled: true });
  expect([ask.project("default"), ask.project("none"), ask.user("none")]).toEqual([null, null, null]);
  const user = identity.store.userByName("default", "demo")!;
  expect(ask.user(user.id)).toMatchObject({ name: "demo", enabled: true });
  expect(ask.projectIds()).toHaveLength(4);
  const token = ask.serviceToken("nova");
  const shown = await all.admin.get("/v3/auth/tokens", { "x-subject-token": token });
  expect(shown.body.token).toMatchObject({ user: { name: "nova" }, project: { name: "service" } });
  expect(() => ask.serviceToken("nobody")).toThrow("nobody is missing");
  await cloud.cloud.stopService("key");
  expect(context.peers.find(identityPublic)).toBeNull();
});
