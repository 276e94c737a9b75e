// Questions about the policy of a running cloud.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomIds } from "./core/ids.ts";
import type { PolicyDesk } from "./policy/desk.ts";
import { policyDesk } from "./policy-desk.ts";
import { type PersonaCloud, personaCloud } from "./testing/persona-cloud.ts";

let world: PersonaCloud;
let desk: PolicyDesk;
beforeAll(async () => {
  world = await personaCloud();
  const { projects, peers } = world.cloud.cloud;
  desk = policyDesk({ services: () => projects.policies(), peers, ids: randomIds });
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

const acme = { userDomain: "acme" };

test("a user by name or id, in the scope that is asked for", () => {
  const subject = (question: object) =>
    desk.answer({ rule: "os_compute_api:limits", target: [], ...question }).subject;
  const demo = subject({ user: "demo" });
  expect(demo).toEqual({
    ...demo,
    userName: "demo",
    scope: "project demo",
    roles: ["member", "reader"],
    isAdmin: false,
  });
  expect(subject({ user: demo.userId! })).toEqual(demo);
  expect(subject({ user: "project-member", ...acme }).scope).toBe("project ours");
  expect(subject({ user: "domain-admin", ...acme, domain: "acme" }).scope).toBe("domain acme");
  expect(subject({ user: "system-reader", ...acme, system: true })).toMatchObject({
    scope: "system",
    roles: ["reader"],
  });
  const byToken = subject({ token: world.tokens["project-reader"] });
  expect(byToken).toMatchObject({ userName: "project-reader", scope: "project ours" });
});

test("the target: nothing said, values, and things by their ids", () => {
  const { ids } = world;
  const allowed = (rule: string, ...target: string[]) =>
    desk.answer({ user: "project-member", ...acme, rule, target }).allowed;
  const deleteServer = "os_compute_api:servers:delete";
  expect(allowed(deleteServer)).toBe(true);
  expect(allowed(deleteServer, "project_id=another")).toBe(false);
  expect(allowed(deleteServer, ids["server"]!)).toBe(true);
  expect(allowed("volume:delete", ids["volume"]!)).toBe(true);
  expect(allowed("identity:get_project", ids["project"]!)).toBe(true);
  const demo = (rule: string, ...target: string[]) => desk.answer({ user: "demo", rule, target }).allowed;
  for (const [rule, id] of [
    [deleteServer, ids["server"]],
    ["volume:delete", ids["volume"]],
    ["identity:get_project", ids["project"]],
  ] as const) {
    expect([rule, demo(rule, id!)]).toEqual([rule, false]);
  }
  expect(desk.answer({ user: "demo", rule: "get_image", target: [ids["image"]!] }).target).toMatchObject({
    owner: ids["project"],
    visibility: "private",
  });
});

test("a former name stands for all it became", () => {
  const { decisions, allowed, service } = desk.answer({
    user: "demo",
    rule: "compute_extension:flavormanage",
    target: [],
  });
  expect([allowed, service]).toEqual([false, "nova"]);
  expect(decisions.map(({ rule }) => rule)).toEqual(
    ["create", "update", "delete"].map((verb) => `os_compute_api:os-flavor-manage:${verb}`),
  );
});

const SENSELESS: readonly (readonly [question: object, message: RegExp])[] = [
  [{ rule: "no_such_rule" }, /no service knows a rule no_such_rule/],
  [{ rule: "context_is_admin" }, /is one of .*nova.*; say which with --service/],
  [{ rule: "get_image", service: "heat" }, /no service with a policy is called heat/],
  [{ rule: "get_image", user: "nobody" }, /there is no user nobody in domain Default/],
  [{ rule: "get_image", project: "gone" }, /there is no project gone/],
  [{ rule: "get_image", domain: "gone" }, /there is no domain gone/],
  [{ rule: "get_image", system: true }, /has no role in the system/],
  [{ rule: "get_image", project: "admin" }, /has no role in project admin/],
  [{ rule: "get_image", target: ["gone"] }, /there is no server, volume, image, project or user gone/],
  [{ rule: "get_image", user: undefined, token: "x" }, /the token is not valid/],
];

test.each(SENSELESS)("no answer: %o", (question, message) => {
  expect(() => desk.answer({ user: "demo", target: [], rule: "", ...question })).toThrow(message);
});

test("every rule of a service by any of its names", () => {
  const rows = desk.rows("compute");
  expect(desk.rows("nova")).toEqual(rows);
  expect(desk.rows("n-api")).toEqual(rows);
  expect(rows.find(({ name }) => name === "os_compute_api:os-services:list")).toEqual({
    service: "nova",
    name: "os_compute_api:os-services:list",
    text: "(rule:context_is_admin or rule:admin_api)",
    source: "default or legacy default",
    description: "List the compute services.",
    check: "rule:context_is_admin",
    legacy: "rule:admin_api",
    scopes: ["project"],
    formerly: ["compute_extension:services", "os_compute_api:os-services"],
  });
  expect(new Set(desk.rows().map(({ service }) => service))).toEqual(
    new Set(["keystone", "glance", "placement", "nova", "neutron", "cinder", "horizon"]),
  );
});
