// Cards of guests that run: they come and go without a restart. Those of a guest that is off are its next start's.

import type { Vif } from "../../../network/public.ts";
import type { GuestRef } from "../driver.ts";
import type { DockerHost } from "./host.ts";
import { freeName, plug, unplug } from "./network.ts";

export function attachInterface(host: DockerHost, guest: GuestRef, vif: Vif): Promise<void> {
  return host.doing("attach an interface to", guest, async () => {
    const { State } = await host.find(guest);
    if (State.Pid > 0) await plug(State.Pid, vif, await freeName(State.Pid));
  });
}

export function detachInterface(host: DockerHost, guest: GuestRef, vif: Vif): Promise<void> {
  return host.doing("detach an interface from", guest, () => unplug(vif));
}
