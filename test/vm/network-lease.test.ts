// A server that vanishes from the network though nothing has happened to it: its lease ran out while the renewals were
// lost, as they are where a guest's card stalls under load. The guest is a network namespace with BusyBox's DHCP client;
// the shortest lease that dnsmasq gives is two minutes, so the test takes as long. Needs root.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NetworkCloud } from "../../src/network/testing/cloud.ts";
import { Guest, hostPings, needsRoot, tools } from "../../src/network/testing/guest.ts";
import { describeWith } from "../support/requires.ts";

const SLOT = 87;
const TABLE = `stalled-${SLOT}`;
const LEASE_SECONDS = 120;
const SCRIPT = `#!/bin/sh
case $1 in
  deconfig) ip addr flush dev "$interface" ;;
  bound | renew)
    ip addr replace "$ip/$mask" dev "$interface"
    ip route replace default via "$router"
    ;;
esac
echo "$1 $ip"
`;

const reason = needsRoot();

describeWith("leases of two minutes", [{ met: reason === null, reason: reason ?? "" }], () => {
  let cloud: NetworkCloud;
  const folder = mkdtempSync(join(tmpdir(), "stack-lease-"));

  beforeAll(async () => {
    cloud = await NetworkCloud.start({ slot: SLOT });
    const path = `/v2.0/security-groups?name=default&project_id=${cloud.projectId}`;
    const [group] = (await cloud.admin.get(path)).body.security_groups;
    await cloud.make("security-group-rules", {
      security_group_id: group.id,
      direction: "ingress",
      protocol: "icmp",
    });
  });
  afterAll(async () => {
    await tools.attempt(["nft", "delete", "table", "bridge", TABLE]);
    await cloud?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A DHCP client that stays, as a guest's does. */
  async function client(guest: Guest): Promise<{ said: () => string; end: () => Promise<void> }> {
    const script = join(folder, "udhcpc");
    writeFileSync(script, SCRIPT, { mode: 0o755 });
    const argv = ["busybox", "udhcpc", "-i", "eth0", "-f", "-t", "3", "-T", "1", "-A", "2", "-s", script];
    const child = Bun.spawn(["ip", "netns", "exec", guest.namespace, ...argv], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    let said = "";
    const reading = (async () => {
      for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) said += piece;
    })();
    return {
      said: () => said,
      end: async () => {
        child.kill();
        await child.exited;
        await reading;
      },
    };
  }

  async function until(what: string, seconds: number, done: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = performance.now() + seconds * 1000;
    while (!(await done())) {
      if (performance.now() > endMs) throw new Error(`waited ${seconds} s for ${what} in vain`);
      await Bun.sleep(200);
    }
  }

  test("DN-16 a server whose renewals are lost vanishes when its lease ends, and is back when they pass", async () => {
    const [network] = (await cloud.admin.get("/v2.0/networks?name=private")).body.networks;
    const server = await cloud.server("busy", [{ networkId: network.id }]);
    const { address } = server.vifs[0]!.addresses[0]!;
    await using guest = await Guest.plug(server.vifs[0]!);
    const dhcp = await client(guest);
    try {
      await until("the lease", 10, () => dhcp.said().includes(`bound ${address}`));
      expect(await hostPings(address)).toBe(true);
      // From now on nothing that the guest asks of the DHCP server arrives.
      await tools.run(
        ["nft", "-f", "-"],
        `table bridge ${TABLE} { chain lost { type filter hook prerouting priority -400; policy accept; iifname "${guest.vif.tapName}" udp dport 67 drop; }; }`,
      );
      const begun = performance.now();
      await until("the lease's end", LEASE_SECONDS + 15, () =>
        /^deconfig/m.test(dhcp.said().replace(/^deconfig.*\n/, "")),
      );
      // Renewals begin at half of it; BusyBox gives up somewhat before its end.
      expect((performance.now() - begun) / 1000).toBeGreaterThan(LEASE_SECONDS / 2);
      expect(await hostPings(address)).toBe(false);
      // The cloud knows nothing of it: the address is still the server's.
      const [port] = (await cloud.admin.get(`/v2.0/ports?device_id=${server.uuid}`)).body.ports;
      expect(port).toMatchObject({ status: "ACTIVE", fixed_ips: [{ ip_address: address }] });
      await tools.run(["nft", "delete", "table", "bridge", TABLE]);
      await until("the lease", 30, () => dhcp.said().trimEnd().endsWith(`bound ${address}`));
      expect(await hostPings(address)).toBe(true);
    } finally {
      await dhcp.end();
    }
  }, 240_000);

  test("DN-16 with a lease of a day it does not come to that", async () => {
    await using other = await NetworkCloud.start({ slot: SLOT - 1, settings: { DHCP_LEASE_TIME: "86400" } });
    const { vifs } = await other.server("calm");
    await using guest = await Guest.plug(vifs[0]!);
    expect((await guest.lease())?.seconds).toBe(86_400);
  }, 60_000);
});
