// What a host has. Authority: nova/virt/libvirt/driver.py (get_available_resource) and host.py of Zed.

import { cloudSection } from "../../../config/cloud.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { numberParam } from "../../../libvirt/typed-params.ts";
import type { HostResources } from "../driver.ts";
import { versionIfKnown } from "./facts.ts";
import type { LibvirtHost } from "./host.ts";

const GIB = 2 ** 30;

/** Until the capabilities are known, what they would tell is left out. */
export async function resources(host: LibvirtHost): Promise<HostResources> {
  const connection = await host.connection();
  const facts = host.facts.known;
  if (!facts) host.facts.loadInBackground();
  const [type, version, node, used, space, uptime] = await Promise.all([
    connection.connectGetType(),
    facts?.hypervisorVersion ?? versionIfKnown(connection),
    connection.nodeGetInfo(),
    memoryInUseKb(host, connection),
    host.files.space(host.folders.root),
    host.files.uptime(),
  ]);
  const { model: arch, cpus, sockets, cores, threads, nodes } = node;
  return {
    hypervisorHostname: host.name,
    hypervisorType: type,
    hypervisorVersion: version ?? 0,
    vcpus: cpus,
    memoryMb: Math.floor(node.memory / 1024),
    localGb: Math.floor(space.totalBytes / GIB),
    memoryMbUsedByHost: Math.floor(used / 1024),
    localGbFree: Math.floor(space.freeBytes / GIB),
    cpuInfo: facts
      ? { ...facts.capabilities.cpu, features: [...facts.capabilities.cpu.features].sort() }
      : { arch, topology: { cells: nodes, sockets, cores, threads } },
    supportedInstances: facts?.capabilities.guests ?? [[arch, "qemu", "hvm"]],
    hostIp: host.where.address ?? host.context.config(cloudSection).HOST_IP,
    traits: facts?.traits ?? [],
    uptime,
  };
}

/** By the host itself: what is not free, without the guests of this cloud. */
async function memoryInUseKb(host: LibvirtHost, connection: Connection): Promise<number> {
  const [memory, guests] = await Promise.all([
    connection.nodeGetMemoryStats(),
    connection.connectGetAllDomainStats(
      [],
      c.VIR_DOMAIN_STATS_BALLOON,
      c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | c.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT,
    ),
  ]);
  const part = (name: string) => memory.get(name) ?? 0;
  let used = part("total") - part("free") - part("buffers") - part("cached");
  for (const { dom, params } of guests) {
    if (await host.isOurs(connection, dom)) used -= numberParam(params, "balloon.rss") ?? 0;
  }
  return Math.max(0, used);
}
