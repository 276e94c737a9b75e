// Power: on, off, reboot, pause.

import { GuestNotFound, GuestOperationFailed, type GuestRef, type GuestSpec } from "../driver.ts";
import { createContainer, keptTag, limitsOf } from "./container.ts";
import { statusOf } from "./errors.ts";
import { type DockerHost, powerStateOf } from "./host.ts";
import { loadAs, removeImage } from "./images.ts";
import { plugAll } from "./network.ts";
import { mountAll } from "./volumes.ts";

export function powerOn(host: DockerHost, spec: GuestSpec): Promise<void> {
  return host.doing("power on", spec, async () => {
    const found = await host.inspect(spec);
    if (found && powerStateOf(found.State) === "running") return;
    await startAnew(host, spec);
  });
}

/** With the spec's limits and cards, whatever state it was in. @throws GuestNotFound */
export async function startAnew(host: DockerHost, spec: GuestSpec): Promise<void> {
  await restore(host, spec);
  const { Id, State } = await host.find(spec);
  const container = host.docker.getContainer(Id);
  if (State.Paused) await container.unpause();
  if (State.Running) await stop(host, Id, 0);
  await container.update(limitsOf(spec));
  await start(host, spec, Id);
}

/** When its cards cannot be plugged it does not go on without them. */
export async function start(host: DockerHost, spec: GuestSpec, id: string): Promise<void> {
  const container = host.docker.getContainer(id);
  await mountAll(host.kept.volumes(spec), spec.blockDevices);
  await container.start();
  const { State } = await container.inspect();
  // One whose command has ended already needs no cards.
  if (State.Pid === 0) return;
  try {
    await plugAll(State.Pid, spec.vifs);
  } catch (error) {
    if (!(await container.inspect()).State.Running) return;
    await stop(host, id, 0);
    throw error;
  }
}

/** The container of a guest that has only its file. */
async function restore(host: DockerHost, spec: GuestSpec): Promise<void> {
  if (!(await host.kept.has(spec))) return;
  if (!(await host.inspect(spec))) {
    await loadAs(host, host.kept.path(spec), keptTag(spec));
    await createContainer(host, spec, `${host.repository}:${keptTag(spec)}`);
    await removeImage(host.docker, `${host.repository}:${keptTag(spec)}`);
  }
  await host.kept.removeFile(spec);
}

export function powerOff(host: DockerHost, guest: GuestRef, timeoutSeconds: number): Promise<void> {
  return host.doing("power off", guest, async () => {
    const found = await host.inspect(guest);
    if (!found && (await host.kept.has(guest))) return;
    if (!found) throw new GuestNotFound(guest.uuid);
    const { Id, State } = found;
    if (!State.Running) return;
    // Paused, it could not hear the question.
    if (State.Paused) await host.docker.getContainer(Id).unpause();
    await stop(host, Id, timeoutSeconds);
  });
}

/** Asks first when there is time, then kills it. Off already: nothing happens. */
export async function stop(host: DockerHost, id: string, timeoutSeconds: number): Promise<void> {
  try {
    await host.docker.getContainer(id).stop({ t: timeoutSeconds });
  } catch (error) {
    if (statusOf(error) !== 304) throw error;
  }
}

export function reboot(
  host: DockerHost,
  spec: GuestSpec,
  kind: "soft" | "hard",
  timeoutSeconds: number,
): Promise<void> {
  return host.doing("reboot", spec, async () => {
    const found = await host.inspect(spec);
    if (kind === "soft" && found?.State.Running && !found.State.Paused) {
      await stop(host, found.Id, timeoutSeconds);
      await start(host, spec, found.Id);
      return;
    }
    await startAnew(host, spec);
  });
}

export function pause(host: DockerHost, guest: GuestRef): Promise<void> {
  return host.doing("pause", guest, async () => {
    const { Id, State } = await host.find(guest);
    if (powerStateOf(State) !== "running") throw new GuestOperationFailed(`${guest.name} does not run`);
    await host.docker.getContainer(Id).pause();
  });
}

export function unpause(host: DockerHost, guest: GuestRef): Promise<void> {
  return host.doing("unpause", guest, async () => {
    const { Id, State } = await host.find(guest);
    if (powerStateOf(State) !== "paused") throw new GuestOperationFailed(`${guest.name} is not paused`);
    await host.docker.getContainer(Id).unpause();
  });
}
