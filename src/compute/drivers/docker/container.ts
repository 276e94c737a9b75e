// A server as a container: what it is made with, and how it is removed.

import { cpus } from "node:os";
import type Dockerode from "dockerode";
import { GuestOperationFailed, type GuestRef, type GuestSpec } from "../driver.ts";
import { statusOf } from "./errors.ts";
import { ASIDE, containerName, type DockerHost, LABELS } from "./host.ts";
import { removeImage } from "./images.ts";
import { mountAll, VOLUMES_INSIDE } from "./volumes.ts";

const MIB = 2 ** 20;
/** The console log on disk is bounded: so many files of this size. */
const LOG = { Type: "json-file", Config: { "max-size": "1m", "max-file": "2" } };
/** The kernel counts a virtual CPU as much (nova-docker did the same). */
const SHARES_OF_A_CPU = 1024;
/** https://docs.docker.com/engine/containers/resource_constraints/: the least docker accepts. */
const LEAST_MEMORY_MB = 6;

/** What the flavor says, in docker's terms. */
export function limitsOf({ vcpus, memoryMb }: GuestSpec) {
  const memory = Math.max(memoryMb, LEAST_MEMORY_MB) * MIB;
  return {
    Memory: memory,
    MemorySwap: memory,
    CpuShares: vcpus * SHARES_OF_A_CPU,
    CpuPeriod: 100_000,
    // More than the machine has would be refused.
    CpuQuota: 100_000 * Math.min(vcpus, cpus().length),
  };
}

/** Not started. @param image name in docker */
export async function createContainer(host: DockerHost, spec: GuestSpec, image: string): Promise<void> {
  if (spec.bootsFromVolume) throw new GuestOperationFailed("A container cannot boot from a volume.");
  const { Config } = await host.docker.getImage(image).inspect();
  const wanted = words(spec.imageProperties["os_command_line"] ?? "");
  const command = wanted.length > 0 ? wanted : (Config.Cmd ?? []);
  const entrypoint = Config.Entrypoint ?? [];
  const dns = spec.vifs.flatMap(({ addresses }) => addresses.flatMap((address) => address.dns));
  const volumes = host.kept.volumes(spec);
  // Docker looks at it now already: a folder of which it cannot take over mounts would be refused.
  await mountAll(volumes, []);
  await host.docker.createContainer({
    name: containerName(spec),
    Image: image,
    // nova-docker: an image that names nothing to run has a shell.
    Cmd: command.length === 0 && entrypoint.length === 0 ? ["sh"] : [...command],
    Hostname: spec.hostname,
    Tty: true,
    OpenStdin: true,
    Labels: {
      [LABELS.cloud]: host.cloudId,
      [LABELS.uuid]: spec.uuid,
      [LABELS.name]: spec.name,
      [LABELS.configDrive]: spec.configDrive ? "True" : "",
    },
    HostConfig: {
      ...limitsOf(spec),
      NetworkMode: "none",
      Mounts: [
        {
          Type: "bind",
          Source: volumes,
          Target: VOLUMES_INSIDE,
          ReadOnly: true,
          BindOptions: { Propagation: "rslave" },
        },
      ],
      LogConfig: LOG,
      Dns: [...new Set(dns)],
      RestartPolicy: { Name: "no" },
    },
  });
}

/** Stopped at once and removed, with what a resize has left. Not there: nothing happens. */
export async function removeContainers(host: DockerHost, guest: GuestRef): Promise<void> {
  for (const suffix of ["", ASIDE]) {
    const found = await host.inspect(guest, suffix);
    if (found) await removeContainer(host.docker, found.Id);
  }
  for (const tag of [resizeTag(guest), keptTag(guest)]) {
    await removeImage(host.docker, `${host.repository}:${tag}`);
  }
}

export async function removeContainer(docker: Dockerode, id: string): Promise<void> {
  try {
    await docker.getContainer(id).remove({ force: true, v: true });
  } catch (error) {
    const status = statusOf(error);
    // 409: it is being removed already.
    if (status !== 404 && status !== 409) throw error;
  }
}

/** What a resized guest's container is made from. */
export function resizeTag(guest: Pick<GuestRef, "uuid">): string {
  return `resize-${guest.uuid}`;
}

/** What a guest that `stack down` had put aside is made from. */
export function keptTag(guest: Pick<GuestRef, "uuid">): string {
  return `kept-${guest.uuid}`;
}

/** The words of a command line; quotes keep blanks together. */
export function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}
