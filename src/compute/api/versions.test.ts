import { expect, test } from "bun:test";
import { peripheryCloud } from "../../testing/periphery-cloud.ts";

const version = (minor: number) => ({ "openstack-api-version": `compute 2.${minor}` });

test("the versions, told without a token", async () => {
  await using cloud = await peripheryCloud();
  const v2 = {
    id: "v2.0",
    status: "SUPPORTED",
    version: "",
    min_version: "",
    updated: "2011-01-21T11:33:21Z",
    links: [{ rel: "self", href: "http://127.0.0.1/v2/" }],
  };
  const v21 = {
    id: "v2.1",
    status: "CURRENT",
    version: "2.93",
    min_version: "2.1",
    updated: "2013-07-23T11:33:21Z",
    links: [{ rel: "self", href: "http://127.0.0.1/v2.1/" }],
  };
  const root = await cloud.request("n-api", "GET", "/");
  expect([root.status, root.body]).toEqual([200, { versions: [v2, v21] }]);
  const one = await cloud.request("n-api", "GET", "/v2.1/");
  expect(one.body).toEqual({
    version: {
      ...v21,
      links: [...v21.links, { rel: "describedby", type: "text/html", href: "http://docs.openstack.org/" }],
      "media-types": [
        { base: "application/json", type: "application/vnd.openstack.compute+json;version=2.1" },
      ],
    },
  });
  expect((await cloud.request("n-api", "GET", "/v2")).body.version.id).toBe("v2.0");
});

test("extensions", async () => {
  await using cloud = await peripheryCloud();
  const demo = await cloud.as("n-api", "demo");
  const { extensions } = (await demo.get("/v2.1/extensions")).body;
  expect(extensions).toHaveLength(99);
  expect(extensions[0]).toEqual({
    name: expect.any(String),
    alias: expect.any(String),
    description: expect.any(String),
    namespace: "http://docs.openstack.org/compute/ext/fake_xml",
    updated: "2014-12-03T00:00:00Z",
    links: [],
  });
  expect((await demo.get("/v2.1/extensions/os-keypairs")).body.extension.alias).toBe("os-keypairs");
  expect((await demo.get("/v2.1/extensions/os-nosuch")).status).toBe(404);
});

test("what Zed has removed is gone, or not there", async () => {
  await using cloud = await peripheryCloud();
  const admin = await cloud.as("n-api");
  for (const path of ["os-certificates/root", "os-agents", "os-cells", "os-fping"]) {
    const answer = await admin.get(`/v2.1/${path}`);
    expect([path, answer.status]).toEqual([path, 410]);
  }
  expect((await admin.get("/v2.1/os-agents", version(93))).status).toBe(410);
});
