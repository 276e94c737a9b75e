import { expect, test } from "bun:test";
import { identityCloud } from "../testing.ts";

test("the versions, without a token", async () => {
  await using all = await identityCloud();
  const { cloud } = all;
  const root = await cloud.request("key", "GET", "/");
  expect(root.status).toBe(300);
  expect(root.headers.get("location")).toEndWith("/v3/");
  const v3 = {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href: "http://127.0.0.1/v3/" }],
    "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
  };
  expect(root.body.versions.values).toEqual([
    v3,
    expect.objectContaining({ id: "v2.0", status: "deprecated" }),
  ]);
  for (const path of ["/v3", "/v3/"]) {
    const answer = await cloud.request("key", "GET", path);
    expect([answer.status, answer.body]).toEqual([200, { version: v3 }]);
    expect(answer.headers.get("vary")).toBe("X-Auth-Token");
  }
  expect((await cloud.request("key", "GET", "/v2.0/")).body.version.id).toBe("v2.0");
});

test("both API roots are found by the address a client was given", async () => {
  await using all = await identityCloud();
  const host = { host: "10.21.100.22:5000" };
  const { body } = await all.cloud.request("key", "GET", "/v2.0/", undefined, host);
  expect(body.version.links[0].href).toBe("http://10.21.100.22:5000/v2.0/");
});

test("JSON Home, for a client that prefers it", async () => {
  await using all = await identityCloud();
  const get = (path: string, accept: string) => all.cloud.request("key", "GET", path, undefined, { accept });
  const home = await get("/v3", "application/json-home");
  expect(home.headers.get("content-type")).toBe("application/json-home");
  const base = "https://docs.openstack.org/api/openstack-identity/3";
  expect(home.body.resources[`${base}/rel/users`]).toEqual({ href: "/users" });
  expect(home.body.resources[`${base}/rel/user`]).toEqual({
    "href-template": "/users/{user_id}",
    "href-vars": { user_id: `${base}/param/user_id` },
  });
  const root = await get("/", "application/json-home");
  expect(root.body.resources[`${base}/rel/users`]).toEqual({ href: "/v3/users" });
  for (const accept of [
    "application/json",
    "*/*",
    "application/json, application/json-home;q=0.5",
    "text/html",
  ]) {
    expect((await get("/v3", accept)).headers.get("content-type")).toBe("application/json");
  }
});

test("paths that are not there, methods that are not, and PKI's remains", async () => {
  await using all = await identityCloud();
  const { admin, cloud } = all;
  const missing = await admin.get("/v3/nothing");
  expect([missing.status, missing.body.error.title]).toEqual([404, "Not Found"]);
  const method = await admin.delete("/v3/users");
  expect([method.status, method.body.error.code]).toEqual([405, 405]);
  for (const path of ["auth/tokens/OS-PKI/revoked", "OS-SIMPLE-CERT/ca", "OS-SIMPLE-CERT/certificates"]) {
    expect((await cloud.request("key", "GET", `/v3/${path}`)).status).toBe(410);
  }
});
