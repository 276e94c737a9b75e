import { expect, test } from "bun:test";
import type { CloudError } from "../core/errors.ts";
import type { ServiceDeclaration } from "../core/service.ts";
import { createApi, type Route } from "../http/api.ts";
import { authenticateByToken } from "../http/auth.ts";
import { json } from "../http/call.ts";
import { statusOf } from "../http/status.ts";
import { keystone } from "../identity/index.ts";
import { testCloud } from "./cloud.ts";
import { accessProblems, garbageProblems, openProblems } from "./route-walk.ts";

const body = { type: "object", properties: { thing: { type: "object", properties: { size: {} } } } };

/** An API with one fault of each kind. */
const ROUTES: Route[] = [
  { method: "GET", path: "/fine/:id", access: { handlerAsks: ["fine"] }, handler: fine },
  { method: "GET", path: "/misspelt", access: "fien", handler: fine },
  { method: "GET", path: "/open", access: { handlerAsks: ["fine"] }, handler: fine },
  {
    method: "GET",
    path: "/fragile/:id",
    access: { handlerAsks: ["fine"] },
    handler: (call) => json(200, { id: decodeURIComponent(call.param("id").replace("\0", "%")) }),
  },
  {
    method: "POST",
    path: "/trusting",
    access: { handlerAsks: ["fine"] },
    body,
    handler: (call) => json(200, (call.body as { thing: { size: string } }).thing.size.trim()),
  },
];

function fine() {
  return json(200, {});
}

const service: ServiceDeclaration = {
  window: "fake",
  program: "fake",
  project: "fake",
  summary: "",
  requires: [],
  sections: [],
  policies: [{ name: "fine", check: "@", description: "" }],
  logFile: "fake.log",
  create: (context) => ({
    app: createApi({
      context,
      routes: ROUTES,
      fault: (error: CloudError) => json(statusOf(error), { message: error.message }),
      authenticate: (call) => {
        if (call.path !== "/open") authenticateByToken(context.peers, [])(call);
      },
    }),
    start: async () => {},
    stop: async () => {},
  }),
};

test("an access rule that no policy defines", () => {
  const fine = { name: "fine", check: "@", description: "" };
  expect(accessProblems(ROUTES, [fine])).toEqual(["GET /misspelt: no rule fien"]);
});

test("a route that answers without a token, and one the server fails on", async () => {
  await using cloud = await testCloud({ declarations: [keystone, service] });
  const routes = ROUTES.filter(({ path }) => path !== "/misspelt");
  const walk = { cloud, window: "fake", routes };
  for (const text of ["failed", "without asking the policy"]) cloud.log.expectError(text);
  const open = await openProblems(walk);
  expect(open).toEqual([
    "GET /open with token undefined: 200",
    "GET /open with token gAAAAA-no-token-of-ours: 200",
    "GET /open with token : 200",
  ]);
  const found = await garbageProblems(walk);
  expect(new Set(found.map((line) => line.split(" ", 2).join(" ")))).toEqual(
    new Set(["GET /fragile/:id", "POST /trusting"]),
  );
  expect(found.find((line) => line.startsWith("GET /fragile"))).toContain("at %00: 500");
  expect(
    found.some((line) => line.includes('{"thing":{"size":7}}') || line.includes('{"thing":{"size":0}}')),
  ).toBe(true);
});
