// Resize on the one host there is: the container is set aside, and another is made from a copy of its file system with the
// limits of the new flavor. Docker keeps no size of a root disk; it is only checked that it does not shrink, as Nova does.

import {
  type DiskTransfer,
  GuestDiskFailed,
  GuestNotFound,
  type GuestRef,
  type GuestSpec,
  type MigrationTarget,
} from "../driver.ts";
import { createContainer, removeContainer, resizeTag } from "./container.ts";
import { NotSupportedByDocker } from "./errors.ts";
import { ASIDE, containerName, type DockerHost } from "./host.ts";
import { removeImage } from "./images.ts";
import { start, startAnew, stop } from "./power.ts";

/** nova/exception.py, InstanceFaultRollback with ResizeError. */
export function migrateDiskAndPowerOff(
  host: DockerHost,
  guest: GuestSpec,
  target: MigrationTarget,
  newRootGb: number,
  timeoutSeconds: number,
): Promise<DiskTransfer> {
  return host.doing("resize", guest, async () => {
    if (target.host !== host.name) throw new NotSupportedByDocker("move a server to another host");
    if (newRootGb < guest.rootGb) {
      throw new GuestDiskFailed("Resize error: Unable to resize disk down.", { type: "ResizeError" });
    }
    const { Id, State } = (await host.inspect(guest)) ?? (await aside(host, guest));
    const container = host.docker.getContainer(Id);
    if (State.Paused) await container.unpause();
    if (State.Running) await stop(host, Id, timeoutSeconds);
    await container.commit({ repo: host.repository, tag: resizeTag(guest), pause: false });
    if (!(await host.inspect(guest, ASIDE))) await container.rename({ name: containerName(guest) + ASIDE });
    return {};
  });
}

export function finishMigration(host: DockerHost, guest: GuestSpec, powerOn: boolean): Promise<void> {
  return host.doing("resize", guest, async () => {
    if (!(await host.inspect(guest))) {
      await createContainer(host, guest, `${host.repository}:${resizeTag(guest)}`);
    }
    const { Id, State } = await host.find(guest);
    if (powerOn && !State.Running) await start(host, guest, Id);
  });
}

export function confirmMigration(host: DockerHost, guest: GuestRef): Promise<void> {
  return host.doing("confirm the resize of", guest, async () => {
    const former = await host.inspect(guest, ASIDE);
    if (former && (await host.inspect(guest))) await removeContainer(host.docker, former.Id);
    await removeImage(host.docker, `${host.repository}:${resizeTag(guest)}`);
  });
}

/** The resized container goes; the former is what the guest is again. */
export function revertMigration(host: DockerHost, guest: GuestRef): Promise<void> {
  return host.doing("revert the resize of", guest, async () => {
    if (!(await host.inspect(guest, ASIDE))) return;
    const resized = await host.inspect(guest);
    if (resized) await removeContainer(host.docker, resized.Id);
    await removeImage(host.docker, `${host.repository}:${resizeTag(guest)}`);
  });
}

export function finishRevertMigration(host: DockerHost, guest: GuestSpec, powerOn: boolean): Promise<void> {
  return host.doing("revert the resize of", guest, async () => {
    const former = await host.inspect(guest, ASIDE);
    if (former && !(await host.inspect(guest))) {
      await host.docker.getContainer(former.Id).rename({ name: containerName(guest) });
    }
    if (powerOn) await startAnew(host, guest);
  });
}

async function aside(host: DockerHost, guest: GuestRef) {
  const found = await host.inspect(guest, ASIDE);
  if (!found) throw new GuestNotFound(guest.uuid);
  return found;
}
