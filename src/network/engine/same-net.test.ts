// What nova-network lets through when servers of one network may talk to each other (allow_same_net_traffic, the
// default), and what it does not: anything from elsewhere, this machine included. Runs as root only.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, hostAsks, hostPings, needsRoot } from "../testing/guest.ts";

// Guests wait for answers that do not come.
setDefaultTimeout(60_000);

const SLOT = 95;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: traffic within a network: ${reason}`);

let cloud: NetworkCloud;

beforeAll(async () => {
  if (reason === null) cloud = await NetworkCloud.start({ slot: SLOT });
});

afterAll(async () => {
  if (reason === null) await cloud[Symbol.asyncDispose]();
});

async function guest(name: string): Promise<Guest> {
  const { vifs } = await cloud.server(name);
  const plugged = await Guest.plug(vifs[0]!);
  expect(await plugged.dhcp()).toBe(vifs[0]!.addresses[0]!.address);
  return plugged;
}

const addressOf = ({ vif }: Guest) => vif.addresses[0]!.address;

async function allow(rule: Record<string, unknown>): Promise<() => Promise<void>> {
  const groups = (await cloud.admin.get(`/v2.0/security-groups?name=default&project_id=${cloud.projectId}`))
    .body.security_groups;
  const made = await cloud.make("security-group-rules", {
    security_group_id: groups[0].id,
    direction: "ingress",
    ...rule,
  });
  await cloud.settled();
  return async () => {
    expect((await cloud.admin.delete(`/v2.0/security-group-rules/${made.id}`)).status).toBe(204);
    await cloud.settled();
  };
}

test.skipIf(reason !== null)(
  "KP-09 SG-13 without a rule a server does not answer this machine, not even a ping",
  async () => {
    await using one = await guest("closed");
    const address = addressOf(one);
    await one.serve(22, "SSH-2.0-test\n");
    expect(await hostPings(address)).toBe(false);
    expect(await hostAsks(address, 22)).toBeNull();
    // It reaches the machine itself, and what answers there.
    expect(await one.pings(`10.0.${SLOT}.1`)).toBe(true);
    const remove = await allow({ protocol: "icmp" });
    expect(await hostPings(address)).toBe(true);
    expect(await hostAsks(address, 22)).toBeNull();
    await remove();
    expect(await hostPings(address)).toBe(false);
  },
);

test.skipIf(reason !== null)("a rule that goes ends what it had let in", async () => {
  await using one = await guest("running");
  const remove = await allow({ protocol: "icmp" });
  // One ping for all of the time: to the kernel one connection.
  const ping = Bun.spawn(["busybox", "ping", addressOf(one)], { stdout: "pipe", stderr: "ignore" });
  let answers = 0;
  const reading = (async () => {
    for await (const text of ping.stdout.pipeThrough(new TextDecoderStream())) {
      answers += text.split("ttl=").length - 1;
    }
  })();
  try {
    const endMs = performance.now() + 5000;
    while (answers === 0 && performance.now() < endMs) await Bun.sleep(20);
    expect(answers).toBeGreaterThan(0);
    await remove();
    // Room for the one that was under way at that moment; two more are sent meanwhile.
    const before = answers;
    await Bun.sleep(2500);
    expect(answers - before).toBeLessThan(2);
  } finally {
    ping.kill();
    await reading;
  }
});

test.skipIf(reason !== null)(
  "SG-16 servers of one network reach each other whatever their groups say, also by floating addresses",
  async () => {
    await using web = await guest("web");
    await using client = await guest("client");
    await web.serve(80, "hello\n");
    expect(await client.asks(addressOf(web), 80)).toBe("hello\n");
    const made = await cloud.make("floatingips", {
      floating_network_id: await cloud.externalNetwork(),
      port_id: web.vif.id,
    });
    await cloud.settled();
    const floating = made.floating_ip_address as string;
    expect(await client.asks(floating, 80)).toBe("hello\n");
    expect(await hostAsks(floating, 80)).toBeNull();
    const remove = await allow({ protocol: "tcp", port_range_min: 80, port_range_max: 80 });
    expect(await hostAsks(floating, 80)).toBe("hello\n");
    await remove();
    expect(await hostAsks(floating, 80)).toBeNull();
  },
);
