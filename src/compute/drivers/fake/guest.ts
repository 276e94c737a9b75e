// A simulated guest as it is made from its description, and what starting it does to it.

import type { Vif } from "../../../network/public.ts";
import type { GuestSpec } from "../driver.ts";
import { bootLog, CONSOLE_LINES } from "./console.ts";
import type { FakeGuest } from "./store.ts";

/** The guest as the spec wants it; what only it knows (console, boots) comes from `former`. */
export function guestFrom(host: string, spec: GuestSpec, former: FakeGuest | null = null): FakeGuest {
  return {
    uuid: spec.uuid,
    name: spec.name,
    host: host,
    powerState: "shutdown",
    hostname: spec.hostname,
    vcpus: spec.vcpus,
    memoryMb: spec.memoryMb,
    rootGb: spec.rootGb,
    imagePath: spec.image?.path ?? former?.imagePath ?? null,
    imageFormat: spec.image?.diskFormat ?? former?.imageFormat ?? "raw",
    imageId: spec.image?.id ?? former?.imageId ?? null,
    configDrive: spec.configDrive !== null,
    rescued: former?.rescued ?? false,
    disks: spec.blockDevices.map(({ deviceName, volumeId }) => ({ deviceName, volumeId, sizeBytes: null })),
    nics: spec.vifs.map(nicOf),
    console: former?.console ?? [],
    boots: former?.boots ?? 0,
    startedAtMs: former?.startedAtMs ?? 0,
  };
}

export function booted(guest: FakeGuest, spec: GuestSpec, nowMs: number): FakeGuest {
  const boots = guest.boots + 1;
  return {
    ...guest,
    powerState: "running",
    boots,
    startedAtMs: nowMs,
    console: trimmed([...guest.console, ...bootLog(spec, boots)]),
  };
}

export function nicOf(vif: Vif) {
  return { vifId: vif.id, macAddress: vif.macAddress, tapName: vif.tapName };
}

export function trimmed(lines: string[]): string[] {
  return lines.length > CONSOLE_LINES ? lines.slice(-CONSOLE_LINES) : lines;
}
