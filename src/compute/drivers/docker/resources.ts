// What the host has.

import { readFile, statfs } from "node:fs/promises";
import { cloudSection } from "../../../config/cloud.ts";
import type { HostResources } from "../driver.ts";
import { LocalFiles } from "../libvirt/files.ts";
import type { DockerHost } from "./host.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const KIB_IN_MIB = 1024;

export async function resources(host: DockerHost): Promise<HostResources> {
  const [info, memory, uptime] = await Promise.all([
    host.docker.info() as Promise<DockerInfo>,
    readFile("/proc/meminfo", "utf8"),
    new LocalFiles().uptime(),
  ]);
  // Where containers are; another machine's daemon is not served.
  const space = await statfs(info.DockerRootDir).catch(() => statfs(host.context.instancesDir));
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(memory)?.[1] ?? 0);
  const arch = info.Architecture;
  return {
    hypervisorHostname: host.name,
    hypervisorType: "docker",
    hypervisorVersion: versionNumber(info.ServerVersion),
    vcpus: info.NCPU,
    memoryMb: Math.floor(info.MemTotal / MIB),
    localGb: Math.floor((space.blocks * space.bsize) / GIB),
    memoryMbUsedByHost: Math.max(0, Math.floor((kib("MemTotal") - kib("MemAvailable")) / KIB_IN_MIB)),
    localGbFree: Math.floor((space.bavail * space.bsize) / GIB),
    cpuInfo: { arch, topology: { cells: 1, sockets: 1, cores: info.NCPU, threads: 1 } },
    // nova-docker: the architecture, the hypervisor, and that guests share the host's kernel.
    supportedInstances: [[arch, "docker", "exe"]],
    hostIp: host.context.config(cloudSection).HOST_IP,
    traits: ["COMPUTE_IMAGE_TYPE_RAW"],
    uptime,
  };
}

interface DockerInfo {
  DockerRootDir: string;
  Architecture: string;
  ServerVersion: string;
  NCPU: number;
  MemTotal: number;
}

/** 20010024 for 20.10.24+dfsg1. */
function versionNumber(version: string): number {
  const [, major = "0", minor = "0", patch = "0"] = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(major) * 1_000_000 + Number(minor) * 1000 + Number(patch);
}
