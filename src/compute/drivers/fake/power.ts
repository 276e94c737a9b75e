// Guests that are made, started, stopped, halted and removed.

import {
  GuestDiskFailed,
  type GuestImage,
  GuestOperationFailed,
  type GuestRef,
  type GuestSpec,
  type PowerState,
} from "../driver.ts";
import { guestFrom } from "./guest.ts";
import type { FakeHost } from "./host.ts";
import { aside } from "./moves.ts";

export async function spawn(host: FakeHost, spec: GuestSpec): Promise<void> {
  await host.act("spawn");
  if (!spec.image && !spec.bootsFromVolume) {
    throw new GuestDiskFailed(`The image of ${spec.uuid} is not there`);
  }
  host.boot(guestFrom(host.name, spec), spec);
}

export async function destroy(host: FakeHost, guest: GuestRef, keepDisks: boolean): Promise<void> {
  await host.act("destroy");
  if (keepDisks) {
    const found = host.get(guest.uuid);
    if (found) host.put({ ...found, powerState: "shutdown" });
    return;
  }
  host.remove(guest.uuid);
  host.remove(aside(guest.uuid));
}

export async function powerOn(host: FakeHost, spec: GuestSpec): Promise<void> {
  await host.act("powerOn");
  const found = host.get(spec.uuid);
  if (found?.powerState === "running") return;
  host.boot(guestFrom(host.name, spec, found), spec);
}

export async function powerOff(host: FakeHost, guest: GuestRef): Promise<void> {
  await host.act("powerOff");
  const found = host.find(guest);
  if (found.powerState === "shutdown") return;
  host.putTelling({ ...found, powerState: "shutdown" }, "reboot: Power down");
}

export async function reboot(host: FakeHost, spec: GuestSpec, kind: "soft" | "hard"): Promise<void> {
  await host.act("reboot");
  const found = kind === "soft" ? host.find(spec) : host.get(spec.uuid);
  host.boot(guestFrom(host.name, spec, found), spec);
}

/** Pause, unpause, suspend: what is in the other state already stays so. @throws GuestOperationFailed */
export async function change(
  host: FakeHost,
  operation: "pause" | "unpause" | "suspend",
  guest: GuestRef,
  from: readonly PowerState[],
  to: PowerState,
): Promise<void> {
  await host.act(operation);
  const found = host.find(guest);
  if (found.powerState === to) return;
  if (!from.includes(found.powerState)) {
    throw new GuestOperationFailed(`Cannot ${operation} ${guest.uuid}: it is ${found.powerState}`);
  }
  host.put({ ...found, powerState: to });
}

export async function resume(host: FakeHost, spec: GuestSpec): Promise<void> {
  const found = host.get(spec.uuid);
  if (found?.powerState !== "suspended") return powerOn(host, spec);
  await host.act("resume");
  host.put({ ...found, powerState: "running" });
}

export async function rescue(host: FakeHost, spec: GuestSpec, rescueImage: GuestImage): Promise<void> {
  await host.act("rescue");
  const made = guestFrom(host.name, spec, host.get(spec.uuid));
  const console = [...made.console, `Booting rescue image ${rescueImage.id}`];
  host.boot({ ...made, rescued: true, console }, spec);
}

export async function unrescue(host: FakeHost, spec: GuestSpec): Promise<void> {
  await host.act("unrescue");
  host.boot({ ...guestFrom(host.name, spec, host.get(spec.uuid)), rescued: false }, spec);
}
