// When the host is plumbed and when it is left alone (NETWORK_PLUMBING).

import { expect, test } from "bun:test";
import { testCloud } from "../../testing/cloud.ts";
import { NetworkCloud } from "../testing/cloud.ts";
import { tools } from "../testing/guest.ts";
import { networkEngine } from "./public.ts";

const WINDOWS = ["key", "n-net", "q-svc"];

test("simulated servers leave the host alone, also as root", async () => {
  await using cloud = await testCloud({ windows: WINDOWS, machine: { privileged: true, slot: 92 } });
  const engine = cloud.cloud.peers.get(networkEngine);
  await engine.settled();
  expect(engine.unplumbed()).toBe("servers are simulated (VIRT_DRIVER=fake)");
  const [status] = (await cloud.cloud.status()).filter(({ window }) => window === "n-net");
  expect(status?.note).toBe("nothing is plumbed: servers are simulated (VIRT_DRIVER=fake)");
  if (tools.find("ip") === null) return;
  expect((await tools.attempt(["ip", "link", "show", "br100-92"])).code).not.toBe(0);
});

test("addresses are given all the same; cards are plugged into nothing", async () => {
  await using cloud = await NetworkCloud.start({ settings: { NETWORK_PLUMBING: "auto" } });
  const { vifs } = await cloud.server("one");
  expect(vifs[0]).toMatchObject({ bridge: null, addresses: [{ address: "10.0.0.2" }] });
});

test("without privileges nothing is plumbed; who insists is told why not", async () => {
  const settings = { VIRT_DRIVER: "libvirt" };
  await using cloud = await testCloud({ windows: WINDOWS, settings });
  expect(cloud.cloud.peers.get(networkEngine).unplumbed()).toContain("it needs root");
  const insisting = testCloud({ windows: WINDOWS, settings: { ...settings, NETWORK_PLUMBING: "on" } });
  await expect(insisting).rejects.toThrow("NETWORK_PLUMBING is on, but this process may not change");
});
