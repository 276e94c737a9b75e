// Two clouds on one machine, each with its own bridges, ranges, tables and DHCP servers. Runs as root only.

import { expect, setDefaultTimeout, test } from "bun:test";
import { NetworkCloud } from "../testing/cloud.ts";
import { Guest, needsRoot, tools } from "../testing/guest.ts";

// Guests wait for answers that do not come.
setDefaultTimeout(60_000);

const [FIRST, SECOND] = [92, 93] as const;
const reason = needsRoot();
if (reason !== null) console.log(`skipped: two clouds on one machine: ${reason}`);

async function guestOf(cloud: NetworkCloud): Promise<Guest> {
  const { vifs } = await cloud.server("vm");
  const guest = await Guest.plug(vifs[0]!);
  expect(await guest.dhcp()).toBe(vifs[0]!.addresses[0]!.address);
  return guest;
}

test.skipIf(reason !== null)("two clouds do not disturb one another, nor does the end of one", async () => {
  await using second = await NetworkCloud.start({ slot: SECOND });
  await using other = await guestOf(second);
  {
    await using first = await NetworkCloud.start({ slot: FIRST });
    await using one = await guestOf(first);
    expect(one.vif.addresses[0]!.cidr).toBe(`10.0.${FIRST}.0/24`);
    expect(other.vif.addresses[0]!.cidr).toBe(`10.0.${SECOND}.0/24`);
    expect(await one.pings(`10.0.${FIRST}.1`)).toBe(true);
    // Servers of another cloud are strangers.
    expect(await one.pings(other.vif.addresses[0]!.address)).toBe(false);
  }
  expect(await tools.run(["nft", "list", "tables"])).not.toContain(`stack-${FIRST}`);
  expect(await tools.run(["ip", "link"])).not.toContain(`br100-${FIRST}`);
  expect(await other.pings(`10.0.${SECOND}.1`)).toBe(true);
  expect(await tools.run(["nft", "list", "tables"])).toContain(`table bridge stack-${SECOND}`);
  expect(await other.dhcp()).toBe(other.vif.addresses[0]!.address);
});
