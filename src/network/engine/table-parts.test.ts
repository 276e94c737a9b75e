// A table that was changed step by step holds what one made whole holds. Needs root, for nft.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { needsRoot, tools } from "../testing/guest.ts";
import { changesOf, type TableParts, wholeTable } from "./table-parts.ts";

setDefaultTimeout(60_000);

const TABLE = "stack-parts-test";
const reason = needsRoot();
if (reason !== null) console.log(`skipped: nftables in parts: ${reason}`);

afterAll(async () => {
  if (reason === null) await tools.attempt(["nft", "delete", "table", "bridge", TABLE]);
});

/** A table of so many cards and groups, as numbers say. */
function parts(cards: readonly number[], groups: ReadonlyMap<number, readonly number[]>): TableParts {
  const result: TableParts = { sets: new Map(), chains: new Map(), maps: new Map(), hooks: new Map() };
  for (const [id, members] of groups) {
    result.sets.set(`group-${id}`, {
      type: "type ipv4_addr; flags interval; auto-merge;",
      elements: members.map((n) => `10.0.0.${n}`),
    });
    result.chains.set(`group-${id}`, [
      `ip saddr @group-${id} accept`,
      ...members.map((n) => `tcp dport ${n + 1} accept`),
    ]);
  }
  for (const card of cards) {
    result.chains.set(
      `to-tap${card}`,
      [...groups.keys()].map((id) => `jump group-${id}`),
    );
  }
  result.maps.set("to-cards", {
    type: "type ifname : verdict;",
    elements: cards.map((card) => `"tap${card}" : jump to-tap${card}`),
  });
  result.hooks.set("ingress", [
    "type filter hook postrouting priority 100; policy accept;",
    "oifname vmap @to-cards",
  ]);
  return result;
}

/** What the table holds, whatever the order. */
async function held(): Promise<string[]> {
  const text = await tools.run(["nft", "-s", "list", "table", "bridge", TABLE]);
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== "")
    .sort();
}

const apply = (text: string) => tools.run(["nft", "-f", "-"], text);

test.skipIf(reason !== null)("changes make the same table as making it whole", async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  const pick = (below: number) => Array.from({ length: below }, (_, n) => n).filter(() => random(2) === 0);
  let before = parts([], new Map());
  await apply(wholeTable("bridge", TABLE, before));
  for (let round = 0; round < 25; round++) {
    const after = parts(pick(6), new Map(pick(4).map((id) => [id, pick(9)])));
    const text = changesOf("bridge", TABLE, before, after)!;
    if (text !== "") await apply(text);
    const changed = await held();
    await apply(`delete table bridge ${TABLE}\n${wholeTable("bridge", TABLE, after)}`);
    expect(changed).toEqual(await held());
    expect(changesOf("bridge", TABLE, after, after)).toBe("");
    before = after;
  }
});

test("a table of another kind is replaced", () => {
  const before = parts([1], new Map());
  const after = parts([1], new Map());
  after.hooks.set("egress", ["type filter hook prerouting priority 100; policy accept;"]);
  expect(changesOf("bridge", TABLE, before, after)).toBeNull();
});
