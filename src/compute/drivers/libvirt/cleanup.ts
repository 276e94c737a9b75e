// Removes every domain of this cloud from its hosts, when nothing else runs. Disks stay: the state is the user's, and a guest
// that has only its folder is one that is off.

import { messageOf } from "../../../core/errors.ts";
import { type Connection, connect } from "../../../libvirt/connection.ts";
import { ConnectError } from "../../../libvirt/errors.ts";
import type { DriverContext, DriverHost } from "../driver.ts";
import { knownCloudId } from "./cloud-id.ts";
import { removeDomain } from "./define.ts";
import { LibvirtHost, readMetadata } from "./host.ts";
import { whereabouts } from "./hosts.ts";

export async function cleanup(context: DriverContext, hosts: readonly DriverHost[]): Promise<string[]> {
  const cloud = await knownCloudId(context.stateDir);
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const host of hosts) {
    if (seen.has(host.address)) continue;
    seen.add(host.address);
    try {
      lines.push(...(await cleanHost(context, host, cloud)));
    } catch (error) {
      // No daemon, no guests; but a cloud that had some wants to know.
      const quiet = cloud === null && error instanceof ConnectError;
      if (!quiet) context.log.warning(null, `${host.name}: guests cannot be removed: ${messageOf(error)}`);
    }
  }
  return lines;
}

async function cleanHost(
  context: DriverContext,
  { name, address }: DriverHost,
  cloud: string | null,
): Promise<string[]> {
  const connection = await connect(address, { connectTimeoutMs: 5000 });
  const nothing = { onEvent() {}, onRestored() {} };
  const host = new LibvirtHost(context, { name, address }, nothing);
  try {
    return await removeAll(host, connection, context, cloud, whereabouts(address).local);
  } finally {
    await connection.close();
  }
}

async function removeAll(
  host: LibvirtHost,
  connection: Connection,
  context: DriverContext,
  cloud: string | null,
  local: boolean,
): Promise<string[]> {
  const lines: string[] = [];
  for (const dom of await connection.connectListAllDomains()) {
    const owner = await readMetadata(connection, dom);
    const ours = owner && (owner.cloud === cloud || (local && owner.instances === context.instancesDir));
    if (!ours) continue;
    await removeDomain(host, connection, dom);
    lines.push(`domain ${dom.name} (${dom.uuid}) at ${host.uri}`);
  }
  return lines;
}
