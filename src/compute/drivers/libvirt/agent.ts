// What needs the guest's help or suffers from it: the agent inside, and the interrupt that crashes it.

import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { GuestRef } from "../driver.ts";
import { liveXml } from "./device-xml.ts";
import { GuestAgentNotEnabled, GuestAgentUnresponsive } from "./errors.ts";
import type { LibvirtHost } from "./host.ts";
import { hasAgent } from "./snapshot.ts";

/** @throws GuestAgentNotEnabled unless the image has `hw_qemu_guest_agent`, GuestAgentUnresponsive */
export function setAdminPassword(host: LibvirtHost, guest: GuestRef, password: string): Promise<void> {
  return host.doing("set the password of", guest, async (connection) => {
    const dom = await host.find(connection, guest);
    if (!hasAgent(await liveXml(connection, dom))) throw new GuestAgentNotEnabled();
    const owner = await host.ownerOf(connection, dom);
    try {
      await connection.domainSetUserPassword(dom, owner?.adminUser ?? "root", password);
    } catch (error) {
      if (isLibvirtError(error, c.VIR_ERR_AGENT_UNRESPONSIVE)) throw new GuestAgentUnresponsive(error);
      throw error;
    }
  });
}

export function crashDump(host: LibvirtHost, guest: GuestRef): Promise<void> {
  return host.doing("crash dump of", guest, async (connection) => {
    await connection.domainInjectNMI(await host.find(connection, guest));
  });
}
