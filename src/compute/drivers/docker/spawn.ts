// Making guests and removing them, and what there is.

import { messageOf } from "../../../core/errors.ts";
import {
  GuestDiskFailed,
  type GuestInfo,
  GuestNotFound,
  type GuestRef,
  type GuestSpec,
  type PowerState,
} from "../driver.ts";
import { createContainer, removeContainers } from "./container.ts";
import { statusOf } from "./errors.ts";
import { ASIDE, containersOf, type DockerHost, LABELS, powerStateOf } from "./host.ts";
import { imageFor } from "./images.ts";
import { start, stop } from "./power.ts";
import { unmountAll } from "./volumes.ts";

export function spawn(host: DockerHost, spec: GuestSpec): Promise<void> {
  return host.doing("spawn", spec, async () => {
    await remove(host, spec);
    try {
      if (!spec.image) throw new GuestDiskFailed(`Server ${spec.uuid} has no image to be made from.`);
      await createContainer(host, spec, await imageFor(host, spec.image));
      await start(host, spec, (await host.find(spec)).Id);
    } catch (error) {
      // When that fails too the first error still is the one that counts.
      await remove(host, spec).catch((failure) =>
        host.log.warning(null, `[instance: ${spec.uuid}] after a failed spawn: ${messageOf(failure)}`),
      );
      throw error;
    }
  });
}

/** The file system is the container's own: while it is to be kept the container is, too, and is off. */
export function destroy(host: DockerHost, guest: GuestRef, options: { keepDisks: boolean }): Promise<void> {
  return host.doing("destroy", guest, async () => {
    if (!options.keepDisks) return remove(host, guest);
    const found = await host.inspect(guest);
    if (!found?.State.Running) return;
    if (found.State.Paused) await host.docker.getContainer(found.Id).unpause();
    await stop(host, found.Id, 0);
  });
}

async function remove(host: DockerHost, guest: GuestRef): Promise<void> {
  await removeContainers(host, guest);
  await unmountAll(host.kept.volumes(guest));
  await host.kept.remove(guest);
}

export async function list(host: DockerHost): Promise<GuestInfo[]> {
  const found = new Map<string, GuestInfo>();
  for (const guest of await host.kept.list()) found.set(guest.uuid, { ...guest, powerState: "shutdown" });
  const listed = await containersOf(host.docker, host.cloudId);
  // What docker lists lags behind its events: the states are asked for one by one.
  const states = await Promise.all(listed.map(({ Id }) => stateOf(host, Id)));
  for (const [index, { Labels, Names }] of listed.entries()) {
    const powerState = states[index] ?? null;
    const [uuid = "", name = ""] = [Labels[LABELS.uuid], Labels[LABELS.name]];
    const aside = Names.some((each) => each.endsWith(ASIDE));
    if (powerState === null || (aside && found.has(uuid))) continue;
    found.set(uuid, { uuid, name, powerState });
  }
  return [...found.values()];
}

/** Null when it is gone by now. */
async function stateOf(host: DockerHost, id: string): Promise<PowerState | null> {
  try {
    return powerStateOf((await host.docker.getContainer(id).inspect()).State);
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

export function info(host: DockerHost, guest: GuestRef): Promise<GuestInfo> {
  return host.reading("info of", guest, async () => {
    const found = (await host.inspect(guest)) ?? (await host.inspect(guest, ASIDE));
    if (found) return { uuid: guest.uuid, name: guest.name, powerState: powerStateOf(found.State) };
    if (await host.kept.has(guest)) return { uuid: guest.uuid, name: guest.name, powerState: "shutdown" };
    throw new GuestNotFound(guest.uuid);
  });
}
