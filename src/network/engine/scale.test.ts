// Many ports: a change costs what it changes, not what is there. For real as root only; in the books always.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { NetworkRequest } from "../public.ts";
import { NetworkCloud, type NetworkServer } from "../testing/cloud.ts";
import { needsRoot, tools } from "../testing/guest.ts";

setDefaultTimeout(120_000);

const SLOT = 91;
const PORTS = 250;
/** As servers come: several at a time, each waiting for its own card. */
const AT_ONCE = 10;
const BOOKS = "in the books";
const reason = needsRoot();
if (reason !== null) console.log(`skipped: many ports: ${reason}`);

const SETTINGS = { FIXED_RANGE: `10.${SLOT}.0.0/22`, FIXED_NETWORK_SIZE: "1024" };

/** Cards that are filtered on this host. */
async function ports(): Promise<number> {
  const table = await tools.run(["nft", "list", "table", "bridge", `stack-${SLOT}`]);
  return table.split("chain to-tap").length - 1;
}

async function comeAndGo(cloud: NetworkCloud, how: string, request?: NetworkRequest) {
  const servers: NetworkServer[] = [];
  const began = performance.now();
  for (let i = 0; i < PORTS; i += AT_ONCE) {
    const names = Array.from({ length: AT_ONCE }, (_, n) => `vm-${i + n}`);
    servers.push(...(await Promise.all(names.map((name) => cloud.server(name, request)))));
  }
  const made = performance.now() - began;
  if (how !== BOOKS) expect(await ports()).toBe(PORTS);
  const removing = performance.now();
  while (servers.length > 0) {
    await Promise.all(servers.splice(0, AT_ONCE).map((server) => cloud.deleteServer(server)));
  }
  const removed = performance.now() - removing;
  if (how !== BOOKS) expect(await ports()).toBe(0);
  console.log(`${PORTS} ports ${how}: made in ${Math.round(made)} ms, removed in ${Math.round(removed)} ms`);
  expect(made).toBeLessThan(10_000);
  expect(removed).toBeLessThan(10_000);
}

test.skipIf(reason !== null)(
  `${PORTS} ports are plumbed in under 10 s and removed in under 10 s`,
  async () => {
    await using cloud = await NetworkCloud.start({ slot: SLOT, settings: SETTINGS });
    await comeAndGo(cloud, "plumbed");
    const { id } = await cloud.make("networks", { name: "wide" });
    await cloud.make("subnets", { network_id: id, ip_version: 4, cidr: "192.168.0.0/22" });
    await comeAndGo(cloud, "plumbed in a project's network", [{ networkId: id }]);
  },
);

test(`${PORTS} ports in the books only are made in under 10 s and removed in under 10 s`, async () => {
  await using cloud = await NetworkCloud.start({ settings: SETTINGS });
  await comeAndGo(cloud, BOOKS);
});
