// Which guests there are and in what state.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { numberParam } from "../../../libvirt/typed-params.ts";
import { type GuestInfo, GuestNotFound, type GuestRef } from "../driver.ts";
import type { LibvirtHost } from "./host.ts";
import { powerState, stateOf } from "./power.ts";

/**
 * Every domain of this cloud and host, and every folder of this host that has lost its domain, which counts as off.
 * A libvirtd that has just started takes guests for running until it has looked for their QEMU, and tells nobody when it has
 * not found one; with `settled` that is waited for.
 */
export async function list(host: LibvirtHost, { settled = false } = {}): Promise<GuestInfo[]> {
  const connection = await host.connection();
  // What only QEMU can answer waits in line behind that look.
  const asked = c.VIR_DOMAIN_STATS_STATE | (settled ? c.VIR_DOMAIN_STATS_BALLOON : 0);
  const domains = await listDomains(host, connection, asked);
  const seen = new Set(domains.map(({ uuid }) => uuid));
  const { uuids } = await host.folders.guests();
  const folders = await Promise.all(
    uuids.filter((uuid) => !seen.has(uuid)).map((uuid) => folderGuest(host, uuid)),
  );
  return [...domains, ...folders.filter((guest) => guest !== null)];
}

async function listDomains(host: LibvirtHost, connection: Connection, asked: number): Promise<GuestInfo[]> {
  const [records, saved] = await Promise.all([
    connection.connectGetAllDomainStats([], asked),
    connection.connectListAllDomains(c.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE),
  ]);
  const withSavedMemory = new Set(saved.map(({ uuid }) => uuid));
  const guests: GuestInfo[] = [];
  for (const { dom, params } of records) {
    if (!(await host.isOurs(connection, dom))) continue;
    guests.push({
      uuid: dom.uuid,
      name: dom.name,
      powerState: powerState(numberParam(params, "state.state") ?? 0, withSavedMemory.has(dom.uuid)),
    });
  }
  return guests;
}

async function folderGuest(host: LibvirtHost, uuid: string): Promise<GuestInfo | null> {
  const info = await host.folders.info({ uuid });
  if (info?.host !== host.name) return null;
  return { uuid, name: await host.folders.nameOf(uuid), powerState: "shutdown" };
}

export function info(host: LibvirtHost, guest: GuestRef): Promise<GuestInfo> {
  return host.reading("info", guest, async (connection) => {
    const dom = await host.findOrNull(connection, guest);
    if (dom) return { uuid: dom.uuid, name: dom.name, powerState: await stateOf(connection, dom) };
    const found = await folderGuest(host, guest.uuid);
    if (!found) throw new GuestNotFound(guest.uuid);
    return { ...found, name: guest.name };
  });
}
