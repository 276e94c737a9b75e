// Eight users do anything with servers and volumes, and the process is killed in the middle, again and again, now and
// then also while it picks up what the last kill left. Afterwards everything comes to rest and the books are right; in
// the end everything can be deleted, and nothing at all is left.
//
// CRASH_ROUNDS: how often it is killed, 3 by default. CRASH_SEED: the choices of a run that failed; its timing differs.
// CRASH_KEEP: the state directory stays.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stack } from "../support/stack.ts";
import { type Api, login, NO_QUOTAS, setting, settled, type VolumeBody } from "./api.ts";
import { audit } from "./audit.ts";
import { readBooks } from "./books.ts";
import { Ledger } from "./ledger.ts";
import { playUntilKilled } from "./operations.ts";
import { Random } from "./random.ts";

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 3);
const SEED = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const USERS = 8;
const NEWEST = { "x-openstack-nova-api-version": "2.93" };

/** Slow hosts or quick ones: what is in hand when the kill comes are other steps. */
const args = (random: Random) =>
  setting([
    ...NO_QUOTAS,
    "FAKE_HOSTS=c01:256:1048576:20000 c02:256:1048576:20000 c03:256:1048576:20000",
    `FAKE_LATENCY_MS=${random.pick([2, 15, 60])}`,
    "DEBUG=True",
  ]);

test(
  `kill -9 among random operations on servers and volumes, ${ROUNDS} times`,
  async () => {
    const state = mkdtempSync(join(tmpdir(), "stack-kill-"));
    const random = new Random(SEED);
    const ledger = new Ledger();
    let round = 0;
    let stack: Stack | undefined;
    try {
      stack = await Stack.up({ state, args: args(random) });
      const imageId = await prepare(await login(stack));
      for (; round < ROUNDS; round++) {
        await killInTheMiddle(stack, imageId, ledger, random);
        const inHand = readBooks(state).messages.join(", ");
        stack = await Stack.up({ state, args: args(random) });
        if (random.chance(0.5)) {
          await Bun.sleep(random.between(0, 200));
          await stack.kill();
          stack = await Stack.up({ state, args: args(random) });
        }
        const cloud = await login(stack, NEWEST);
        expect([await audit(cloud, ledger, state), inHand]).toEqual([[], inHand]);
        await removeBroken(cloud, ledger);
      }
      await removeAll(await login(stack, NEWEST), ledger, state);
    } catch (error) {
      console.log(`CRASH_SEED=${SEED}, round ${round + 1}; answers: ${ledger}`);
      throw error;
    } finally {
      await stack?.[Symbol.asyncDispose]();
      if (process.env["CRASH_KEEP"] === undefined) rmSync(state, { recursive: true, force: true });
      else console.log(`state directory: ${state}`);
    }
  },
  60_000 + ROUNDS * 70_000,
);

/** The image that servers are made from. */
async function prepare(cloud: Api): Promise<string> {
  const imageId = await cloud.createImage("base");
  expect((await cloud.upload(imageId, new Uint8Array(1 << 16))).status).toBe(204);
  return imageId;
}

async function killInTheMiddle(stack: Stack, imageId: string, ledger: Ledger, random: Random): Promise<void> {
  const cloud = await login(stack, NEWEST);
  const networkId = await cloud.network("private");
  let killed = false;
  const users = Array.from({ length: USERS }, () =>
    playUntilKilled({ cloud, random: random.fork(), ledger, imageId, networkId }, () => killed),
  );
  const playing = Promise.all(users);
  await Promise.race([playing, Bun.sleep(random.between(800, 2000))]);
  killed = true;
  await stack.kill();
  await playing;
  ledger.killed();
}

/** A deletion that nobody was promised may end in ERROR; it must be possible to ask for it again. */
async function removeBroken(cloud: Api, ledger: Ledger): Promise<void> {
  for (const { id } of await cloud.servers("?status=ERROR")) {
    ledger.mayGo.add(id);
    expect((await cloud.ask("DELETE", `/compute/v2.1/servers/${id}`)).status).toBe(204);
    ledger.mustGo.add(id);
  }
}

async function removeAll(cloud: Api, ledger: Ledger, state: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  const remove = async (path: string, id: string) => {
    ledger.mayGo.add(id);
    expect((await cloud.ask("DELETE", `${path}/${id}`)).ok).toBe(true);
    ledger.mustGo.add(id);
  };
  const removed = async <T extends { id: string }>(
    path: string,
    list: () => Promise<T[]>,
    going: (each: T) => boolean = () => false,
  ) => {
    for (const { id } of await settled(list, going, deadline)) await remove(path, id);
    await settled(list, () => true, deadline);
  };
  await removed("/compute/v2.1/servers", () => cloud.servers());
  const snapshots = `${cloud.volumes}/snapshots`;
  await removed(snapshots, async () => {
    return (await cloud.json<{ snapshots: { id: string }[] }>("GET", snapshots)).snapshots;
  });
  const going = ({ status }: VolumeBody) => status === "deleting"; // with its server
  await removed(`${cloud.volumes}/volumes`, () => cloud.listVolumes(), going);
  for (const { id } of await cloud.images()) await remove("/image/v2/images", id);

  expect(await audit(cloud, ledger, state)).toEqual([]);
  const left = Object.entries(readBooks(state)).filter(
    ([, rows]) => (typeof rows === "number" ? rows : rows.length) > 0,
  );
  expect(left).toEqual([]);
}
