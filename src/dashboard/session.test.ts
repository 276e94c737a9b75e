import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestCloud, testCloud } from "../testing/cloud.ts";
import { signedIn, Visitor } from "./testing.ts";

let all: TestCloud;
beforeAll(async () => {
  all = await testCloud({ windows: ["key", "g-api", "horizon"] });
});
afterAll(() => all[Symbol.asyncDispose]());

describe("signing in", () => {
  test("with name and password; the answer says who and where, the token stays in the cookie", async () => {
    const visitor = new Visitor(all);
    const answer = await visitor.signIn("admin");
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      user: { name: "admin", domain: "Default" },
      project: { name: "admin" },
      isAdmin: true,
      region: "RegionOne",
    });
    expect(answer.body.services).toContain("image");
    expect(answer.text).not.toContain("gAAAA");
    expect(answer.headers.get("x-subject-token")).toBeNull();
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await visitor.get("/api/session")).body).toEqual({ session: answer.body });
  });

  test("a user who is no administrator is told so", async () => {
    const { body } = await new Visitor(all).signIn("demo");
    expect(body).toMatchObject({ user: { name: "demo" }, project: { name: "demo" }, isAdmin: false });
  });

  test.each([
    ["admin", "wrong", {}],
    ["nobody", "secret", {}],
    ["admin", "secret", { domain: "elsewhere" }],
  ])("%s with %s is refused and gets no cookie", async (user, password, more) => {
    const visitor = new Visitor(all);
    const answer = await visitor.signIn(user, password, more);
    expect(answer.status).toBe(401);
    expect(answer.body.error.message).toBe("Invalid credentials.");
    expect(visitor.cookie).toBeNull();
  });

  test.each([
    [{}],
    [{ user: "admin" }],
    [{ user: "", password: "x" }],
    [{ user: 7, password: "x" }],
    [{ user: "admin", password: "secret", scope: "system" }],
    [[]],
    ["{"],
  ])("a body that is none is a 400: %p", async (body) => {
    expect((await new Visitor(all).send("POST", "/api/session", body)).status).toBe(400);
  });

  test("the user's default project comes first, unless the page remembers another", async () => {
    const key = await all.as("key");
    const project = (await key.post("/v3/projects", { project: { name: "second" } })).body.project;
    const user = { name: "two", password: "secret", default_project_id: project.id };
    const { id } = (await key.post("/v3/users", { user })).body.user;
    const roles = (await key.get("/v3/roles?name=member")).body.roles;
    const demo = (await key.get("/v3/projects?name=demo")).body.projects[0];
    for (const one of [project.id, demo.id]) {
      await key.put(`/v3/projects/${one}/users/${id}/roles/${roles[0].id}`);
    }
    expect((await new Visitor(all).signIn("two")).body.project.name).toBe("second");
    const remembered = await new Visitor(all).signIn("two", "secret", { project: demo.id });
    expect(remembered.body.project.name).toBe("demo");
    const gone = await new Visitor(all).signIn("two", "secret", { project: "0123456789abcdef" });
    expect(gone.body.project.name).toBe("second");
  });

  test("a user without a project is told", async () => {
    const key = await all.as("key");
    await key.post("/v3/users", { user: { name: "alone", password: "secret" } });
    const answer = await new Visitor(all).signIn("alone");
    expect(answer.status).toBe(403);
    expect(answer.body.error.message).toBe("You are not authorized for any projects.");
  });
});

describe("a session", () => {
  test("nobody is signed in without one, or with a forged one", async () => {
    const visitor = new Visitor(all);
    expect((await visitor.get("/api/session")).body).toEqual({ session: null });
    const real = await signedIn(all, "demo");
    visitor.cookie = `${real.cookie!.slice(0, -6)}AAAAAA`;
    expect((await visitor.get("/api/session")).body).toEqual({ session: null });
    expect((await visitor.get("/api/services")).status).toBe(401);
    expect((await visitor.get("/cloud/image/v2/images")).status).toBe(401);
  });

  test("switching the project gives a token of the other one", async () => {
    const visitor = await signedIn(all, "admin");
    const { session } = (await visitor.get("/api/session")).body;
    const other = session.projects.find((project: { name: string }) => project.name === "demo");
    const before = visitor.cookie;
    const answer = await visitor.send("PUT", "/api/session/project", { project: other.id });
    expect(answer.status).toBe(200);
    expect(answer.body.project).toEqual(other);
    expect(visitor.cookie).not.toBe(before);
    expect((await visitor.get("/api/session")).body.session.project).toEqual(other);
  });

  test("into a project without a role there nobody switches", async () => {
    const visitor = await signedIn(all, "demo");
    const key = await all.as("key");
    const { projects } = (await key.get("/v3/projects?name=admin")).body;
    const answer = await visitor.send("PUT", "/api/session/project", { project: projects[0].id });
    expect(answer.status).toBe(403);
    expect(answer.body.error.message).toBe("You are not authorized for this project.");
    expect((await visitor.get("/api/session")).body.session.project.name).toBe("demo");
  });

  test("signing out ends the token: a copy of the cookie is worth nothing", async () => {
    const visitor = await signedIn(all, "demo");
    const copy = visitor.cookie;
    expect((await visitor.send("DELETE", "/api/session")).status).toBe(204);
    expect(visitor.cookie).toBeNull();
    visitor.cookie = copy;
    expect((await visitor.get("/api/session")).body).toEqual({ session: null });
    expect((await visitor.get("/cloud/image/v2/images")).status).toBe(401);
    expect((await visitor.send("DELETE", "/api/session")).status).toBe(204);
  });

  test("an X-Auth-Token is no session", async () => {
    const token = await all.token("admin");
    const visitor = new Visitor(all);
    const headers = { "x-requested-with": "XMLHttpRequest", "x-auth-token": token };
    expect((await visitor.get("/api/services", headers)).status).toBe(401);
    expect((await visitor.get("/cloud/image/v2/images", headers)).status).toBe(401);
  });
});

test("without the pages' header nothing that goes by the cookie is done", async () => {
  const visitor = await signedIn(all, "admin");
  const asked: [string, string][] = [
    ["POST", "/api/session"],
    ["DELETE", "/api/session"],
    ["PUT", "/api/session/project"],
    ["GET", "/api/services"],
    ["POST", "/api/services/g-api/stop"],
    ["GET", "/api/logs"],
    ["GET", "/cloud/image/v2/images"],
    ["DELETE", "/cloud/image/v2/images/1"],
    ["OPTIONS", "/cloud/image/v2/images"],
  ];
  for (const [method, path] of asked) {
    const answer = await visitor.send(method, path, undefined, {});
    expect([method, path, answer.status]).toEqual([method, path, 403]);
    const elsewhere = { "x-requested-with": "XMLHttpRequest", "sec-fetch-site": "same-site" };
    expect((await visitor.send(method, path, undefined, elsewhere)).status).toBe(403);
  }
  expect((await visitor.get("/api/services")).body.services[1].state).toBe("running");
  expect((await visitor.get("/api/session")).body.session).not.toBeNull();
});
