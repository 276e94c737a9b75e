// House rules for every route of every service, on one cloud: an access rule that exists, 401 without a token, and a
// client's error for whatever a client sends.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Route, routesOf } from "../../src/http/api.ts";
import { declarations } from "../../src/services.ts";
import { type TestCloud, testCloud } from "../../src/testing/cloud.ts";
import { accessProblems, garbageProblems, openProblems, type Walk } from "../../src/testing/route-walk.ts";

/** The version headers that a route of a versioned API needs. */
const VERSIONED: Record<string, (minor: number) => Record<string, string>> = {
  "n-api": (minor) => ({ "openstack-api-version": `compute 2.${minor}` }),
  "c-api": (minor) => ({ "openstack-api-version": `volume 3.${minor}` }),
  "placement-api": (minor) => ({ "openstack-api-version": `placement 1.${minor}` }),
};

/** The newest version that has the route. */
function headersFor(window: string): Walk["headers"] {
  const make = VERSIONED[window];
  if (!make) return undefined;
  const newest: Record<string, number> = { "n-api": 93, "c-api": 70, "placement-api": 39 };
  return (route: Route) => make(Math.min(route.until ?? Number.POSITIVE_INFINITY, newest[window]!));
}

const APIS = ["key", "g-api", "placement-api", "q-svc", "c-api", "n-api"].filter((window) =>
  declarations.some((declaration) => declaration.window === window),
);

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await testCloud();
}, 60_000);
afterAll(() => cloud[Symbol.asyncDispose]());

describe.each(APIS)("%s", (window) => {
  const walk = (): Walk => ({
    cloud,
    window,
    routes: routesOf(cloud.cloud.app(window)),
    headers: headersFor(window),
  });
  const { project } = declarations.find((declaration) => declaration.window === window)!;
  const policies = declarations
    .filter((declaration) => declaration.project === project)
    .flatMap((declaration) => declaration.policies ?? []);

  test("serves routes, and every access rule is one of its policy", () => {
    expect(walk().routes.length).toBeGreaterThan(10);
    expect(accessProblems(walk().routes, policies)).toEqual([]);
  });

  test("without a token all but the public routes answer 401", async () => {
    expect(await openProblems(walk())).toEqual([]);
  }, 120_000);

  test("nothing a client sends is the server's error", async () => {
    expect(await garbageProblems(walk())).toEqual([]);
  }, 300_000);
});
