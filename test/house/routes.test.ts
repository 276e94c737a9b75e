// House rules for every route of every service, on one cloud: an access rule that exists, 401 without a token, and a
// client's error for whatever a client sends.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { routesOf } from "../../src/http/api.ts";
import { declarations } from "../../src/services.ts";
import { type TestCloud, testCloud } from "../../src/testing/cloud.ts";
import { accessProblems, garbageProblems, openProblems, type Walk } from "../../src/testing/route-walk.ts";
import { APIS, headersFor } from "./apis.ts";

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
