// A user who does anything with servers, at random, until the cloud is gone.

import type { Api, ServerBody } from "./api.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { deleteOrAttach, volumeServer } from "./volume-operations.ts";

export interface Play {
  cloud: Api;
  random: Random;
  ledger: Ledger;
  imageId: string;
  networkId: string;
}

interface Action {
  name: string;
  /** What the action's name stands for in the request. */
  args?: (server: ServerBody, play: Play) => unknown;
  /** Where it leads; empty when that is not known, or when it changes nothing. */
  to: readonly string[];
}

const SERVERS_AT_LEAST = 12;
const SERVERS_AT_MOST = 60;

const reboot = (type: string): Action => ({ name: "reboot", args: () => ({ type }), to: ["ACTIVE"] });
const rebuild = (to: string): Action => ({
  name: "rebuild",
  args: (_, { imageId }) => ({ imageRef: imageId }),
  to: [to],
});
const MIGRATE: Action = { name: "migrate", to: ["VERIFY_RESIZE"] };
const GROW: Action = {
  name: "resize",
  args: ({ flavor }) => ({ flavorRef: flavor.original_name === "m1.tiny" ? "2" : "3" }),
  to: ["VERIFY_RESIZE"],
};
/** Refused once it is under way, except for servers on volumes: disks do not become smaller. */
const SHRINK: Action = { name: "resize", args: () => ({ flavorRef: "1" }), to: [] };
const SHELVE: Action = { name: "shelve", to: ["SHELVED_OFFLOADED"] };
const UNSHELVE: Action = { name: "unshelve", to: ["ACTIVE"] };
const SNAPSHOT: Action = { name: "createImage", args: () => ({ name: "snap" }), to: [] };

/** What may be done with a server, by its status. */
const ACTIONS: Record<string, readonly Action[]> = {
  ACTIVE: [
    reboot("SOFT"),
    reboot("HARD"),
    { name: "os-stop", to: ["SHUTOFF"] },
    { name: "pause", to: ["PAUSED"] },
    { name: "suspend", to: ["SUSPENDED"] },
    GROW,
    SHRINK,
    MIGRATE,
    rebuild("ACTIVE"),
    { name: "os-migrateLive", args: () => ({ host: null, block_migration: "auto" }), to: ["ACTIVE"] },
    SHELVE,
    { name: "rescue", to: ["RESCUE"] },
    SNAPSHOT,
  ],
  SHUTOFF: [{ name: "os-start", to: ["ACTIVE"] }, GROW, MIGRATE, rebuild("SHUTOFF"), SHELVE, SNAPSHOT],
  PAUSED: [{ name: "unpause", to: ["ACTIVE"] }, reboot("HARD"), SHELVE, SNAPSHOT],
  SUSPENDED: [{ name: "resume", to: ["ACTIVE"] }, reboot("HARD"), SHELVE, SNAPSHOT],
  VERIFY_RESIZE: [
    { name: "confirmResize", to: ["ACTIVE", "SHUTOFF"] },
    { name: "revertResize", to: ["ACTIVE", "SHUTOFF"] },
  ],
  SHELVED: [UNSHELVE],
  SHELVED_OFFLOADED: [UNSHELVE],
  RESCUE: [{ name: "unrescue", to: ["ACTIVE"] }],
};

/** Until the first request that fails after `isKilled` began to say so. @throws Error for one that fails before */
export async function playUntilKilled(play: Play, isKilled: () => boolean): Promise<void> {
  try {
    while (!isKilled()) await move(play);
  } catch (error) {
    if (!isKilled()) throw error;
  }
}

async function move(play: Play): Promise<void> {
  const { cloud, random } = play;
  const servers = await cloud.servers();
  const server = random.pick(servers);
  if (!server || servers.length < SERVERS_AT_LEAST) return create(play);
  if (servers.length > SERVERS_AT_MOST) return remove(play, server);
  if (random.chance(0.2)) return create(play);
  if (random.chance(0.1)) return createOnVolume(play);
  if (random.chance(0.3)) return deleteOrAttach(play, server);
  if (random.chance(0.15)) return remove(play, server);
  return act(play, server);
}

async function create(play: Play): Promise<void> {
  const { random, imageId, networkId } = play;
  await post(play, "create", {
    name: "f",
    imageRef: imageId,
    flavorRef: random.pick(["1", "2"]),
    networks: random.chance(0.4) ? [{ uuid: networkId }] : "none",
  });
}

async function createOnVolume(play: Play): Promise<void> {
  await post(play, "create on a volume", volumeServer(play.imageId));
}

async function post({ cloud, ledger }: Play, operation: string, server: object): Promise<void> {
  const answer = await cloud.ask("POST", "/compute/v2.1/servers", { server });
  if (!(await ledger.answered(operation, answer))) return;
  ledger.servers.add(((await answer.json()) as { server: { id: string } }).server.id);
}

async function remove({ cloud, ledger }: Play, { id }: ServerBody): Promise<void> {
  ledger.mayGo.add(id);
  const answer = await cloud.ask("DELETE", `/compute/v2.1/servers/${id}`);
  if (await ledger.answered("delete", answer)) ledger.mustGo.add(id);
}

async function act(play: Play, server: ServerBody): Promise<void> {
  const { cloud, ledger, random } = play;
  const action = random.pick(ACTIONS[server.status] ?? []);
  if (!action || server["OS-EXT-STS:task_state"] !== null) return;
  const { name, args, to } = action;
  const request = async () => {
    const path = `/compute/v2.1/servers/${server.id}/action`;
    const answer = await cloud.ask("POST", path, { [name]: args?.(server, play) ?? null });
    const acknowledged = await ledger.answered(name, answer);
    if (acknowledged && name === "createImage") {
      const { image_id: imageId } = (await answer.json()) as { image_id: string };
      ledger.snapshots.set(imageId, server.id);
    }
    return acknowledged;
  };
  if (action === SNAPSHOT) await request();
  else await ledger.change(server.id, to, request);
}
