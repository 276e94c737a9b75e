// Images that the hosts of an aggregate are to have before a server needs them.

import { expect, test } from "bun:test";
import { serverCloud } from "../testing/server-cloud.ts";

const VERSION = { "x-openstack-nova-api-version": "2.81" };

test("hosts fetch images in advance; one that is down, and an image that is not there, stop nothing", async () => {
  await using cloud = await serverCloud({ settings: { FAKE_HOSTS: "c01:4:8192 c02:4:8192" } });
  const missing = "00000000-0000-4000-8000-0000000000aa";
  const { nova } = cloud;
  await nova.post("/v2.1/os-aggregates", { aggregate: { name: "rack" } });
  for (const host of ["c01", "c02"]) {
    expect((await nova.post("/v2.1/os-aggregates/1/action", { add_host: { host } })).status).toBe(200);
  }
  const ask = async () => {
    const cache = [{ id: cloud.imageId }, { id: missing }];
    expect((await nova.post("/v2.1/os-aggregates/1/images", { cache }, VERSION)).status).toBe(202);
  };
  const said = (text: string) =>
    cloud.until(text, () => cloud.log.lines.some((line) => line.text.includes(text)));
  await ask();
  await said("2 cached, 0 existing, 2 errors, 0 unsupported, 0 skipped (down) hosts");
  await said(`Image pre-cache operation for image ${missing} failed 2 times`);
  await nova.put(
    "/v2.1/os-services/force-down",
    { host: "c02", binary: "nova-compute", forced_down: true },
    {
      "x-openstack-nova-api-version": "2.11",
    },
  );
  await ask();
  await said("0 cached, 1 existing, 1 errors, 0 unsupported, 1 skipped (down) hosts");
});
