// What a simulated host and its guests say of themselves.

import type { Diagnostics } from "../driver.ts";
import type { FakeGuest } from "./store.ts";

/** As uptime(1) would print it on a host that was started with this cloud. */
export function uptimeText(startedAtMs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - startedAtMs) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const clock = `${hours}:${String(minutes % 60).padStart(2, "0")}`;
  const since = `${days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : ""}${clock.padStart(5)}`;
  const time = new Date(nowMs).toISOString().slice(11, 19);
  return ` ${time} up ${since},  0 users,  load average: 0.00, 0.00, 0.00`;
}

/** A guest that does the same all the time. */
export function diagnosticsOf(guest: FakeGuest, nowMs: number): Diagnostics {
  const seconds = Math.max(1, Math.floor((nowMs - guest.startedAtMs) / 1000));
  const devices = ["vda", ...guest.disks.map((disk) => disk.deviceName.replace("/dev/", ""))];
  return {
    state: guest.powerState,
    uptime: seconds,
    hypervisor: "kvm",
    hypervisorOs: "linux",
    configDrive: guest.configDrive,
    memoryMaximumMb: guest.memoryMb,
    memoryUsedMb: Math.floor(guest.memoryMb / 4),
    cpus: Array.from({ length: guest.vcpus }, (_, id) => ({ id, timeNs: seconds * 1e7, utilisation: 1 })),
    disks: devices.map((device) => ({
      device,
      readBytes: 262_144,
      readRequests: 112,
      writeBytes: 5_778_432,
      writeRequests: 488,
      errors: 0,
    })),
    nics: guest.nics.map((nic) => ({
      device: nic.tapName,
      macAddress: nic.macAddress,
      rxOctets: 2_070_139,
      rxPackets: 26_701,
      rxErrors: 0,
      rxDrop: 0,
      txOctets: 140_208,
      txPackets: 662,
      txErrors: 0,
      txDrop: 0,
    })),
  };
}
