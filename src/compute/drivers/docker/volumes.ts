// Volumes as bind mounts. Every container has a folder `/dev/volumes`, which is `instances/UUID/volumes` of the host; what is
// mounted there on the host appears in the container at once: a volume's file as `/dev/volumes/vdb`. Nothing can be taken
// away while the guest has it open.

import { existsSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BlockDevice, DeviceDetachFailed, type GuestRef } from "../driver.ts";
import { NotSupportedByDocker } from "./errors.ts";
import type { DockerHost } from "./host.ts";
import { attempt, run } from "./programs.ts";

/** Where a guest finds its volumes. */
export const VOLUMES_INSIDE = "/dev/volumes";

export function attachVolume(host: DockerHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  return host.doing("attach a volume to", guest, async () => {
    checked(device);
    // Of one that is off it is mounted with its next start.
    if ((await host.find(guest)).State.Running) await mount(host.kept.volumes(guest), device);
  });
}

export function detachVolume(host: DockerHost, guest: GuestRef, device: BlockDevice): Promise<void> {
  return host.doing("detach a volume from", guest, async () => {
    const target = join(host.kept.volumes(guest), basename(device.deviceName));
    if (!(await mounts()).includes(target)) return;
    const { status, complaint } = await attempt(["umount", target]);
    if (status !== 0) throw new DeviceDetachFailed(`${device.deviceName} of ${guest.name}: ${complaint}`);
  });
}

/** Exactly these, before the guest starts. */
export async function mountAll(dir: string, devices: readonly BlockDevice[]): Promise<void> {
  for (const device of devices) checked(device);
  await unmountAll(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await run(["mount", "--bind", dir, dir]);
  await run(["mount", "--make-shared", dir]);
  for (const device of devices) await mount(dir, device);
}

/** When the guest is off; the folder may be gone. */
export async function unmountAll(dir: string): Promise<void> {
  const ours = (await mounts()).filter((path) => path === dir || path.startsWith(`${dir}/`));
  for (const path of ours.reverse()) await run(["umount", path]);
}

async function mount(dir: string, { deviceName, connection }: BlockDevice): Promise<void> {
  const target = join(dir, basename(deviceName));
  if ((await mounts()).includes(target)) return;
  await (await open(target, "a", 0o600)).close();
  await run(["mount", "--bind", connection.path, target]);
  if (!connection.readonly) return;
  await run(["mount", "-o", "remount,bind,ro", target]);
}

/** A container may not open devices of the host, and qcow2 is a format that only QEMU reads. */
function checked({ connection }: BlockDevice): void {
  if (connection.kind !== "file" || connection.format !== "raw" || !existsSync(connection.path)) {
    throw new NotSupportedByDocker("attach a volume that is not a raw file of this machine");
  }
}

/** Paths at which something is mounted, in the order it was. */
async function mounts(): Promise<string[]> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  return lines.map((line) =>
    (line.split(" ")[4] ?? "").replace(/\\(\d{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ),
  );
}
