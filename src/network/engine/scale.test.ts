// Many ports: a change costs what it changes, not what is there. Runs as root only.

import { expect, setDefaultTimeout, test } from "bun:test";
import { NetworkCloud, type NetworkServer } from "../testing/cloud.ts";
import { needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(120_000);

const SLOT = 91;
const PORTS = 250;
/** As servers come: several at a time, each waiting for its own card. */
const AT_ONCE = 10;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: many ports: ${reason}`);

test.skipIf(reason !== null)(
  `${PORTS} ports are plumbed in under 10 s and removed in under 10 s`,
  async () => {
    await using cloud = await NetworkCloud.start({
      slot: SLOT,
      settings: { FIXED_RANGE: `10.${SLOT}.0.0/22`, FIXED_NETWORK_SIZE: "1024" },
    });
    const chains = async () =>
      (await tools.run(["nft", "list", "table", "bridge", `stack-${SLOT}`])).split("chain to-tap").length - 1;
    const servers: NetworkServer[] = [];
    const began = performance.now();
    for (let i = 0; i < PORTS; i += AT_ONCE) {
      const names = Array.from({ length: AT_ONCE }, (_, n) => `vm-${i + n}`);
      servers.push(...(await Promise.all(names.map((name) => cloud.server(name)))));
    }
    const plumbed = performance.now();
    expect(await chains()).toBe(PORTS);
    const removing = performance.now();
    while (servers.length > 0) {
      await Promise.all(servers.splice(0, AT_ONCE).map((server) => cloud.deleteServer(server)));
    }
    const removed = performance.now();
    expect(await chains()).toBe(0);
    console.log(
      `${PORTS} ports: plumbed in ${Math.round(plumbed - began)} ms, removed in ${Math.round(removed - removing)} ms`,
    );
    expect(plumbed - began).toBeLessThan(10_000);
    expect(removed - removing).toBeLessThan(10_000);
  },
);
