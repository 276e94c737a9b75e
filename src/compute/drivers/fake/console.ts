// What a simulated guest prints while it boots: the shape of a Linux boot with cloud-init, so that programs that look
// for an address, a host name or a login prompt find one.

import type { GuestSpec } from "../driver.ts";

/** Lines that are kept of one guest. */
export const CONSOLE_LINES = 500;

export function bootLog(guest: GuestSpec, boot: number): string[] {
  const memory = guest.memoryMb * 1024;
  const lines = [
    "SeaBIOS (version simulated)",
    "Booting from Hard Disk...",
    "[    0.000000] Linux version 6.1.0-simulated (stack@simulated) (gcc 12.2.0) #1 SMP",
    `[    0.000000] Command line: root=LABEL=rootfs console=ttyS0 console=tty0`,
    `[    0.000000] Memory: ${memory - 20_000}K/${memory}K available`,
    `[    0.000000] smpboot: Allowing ${guest.vcpus} CPUs, 0 hotplug CPUs`,
    "[    0.210311] virtio_blk virtio0: [vda] root disk",
  ];
  for (const disk of guest.localDisks)
    lines.push(`[    0.240112] virtio_blk: [${short(disk.deviceName)}] ${disk.sizeMb} MB`);
  for (const disk of guest.blockDevices) {
    lines.push(`[    0.260027] virtio_blk: [${short(disk.deviceName)}] serial ${disk.connection.serial}`);
  }
  lines.push("[    0.802117] EXT4-fs (vda1): mounted filesystem", "Starting network...");
  for (const [i, vif] of guest.vifs.entries()) {
    for (const address of vif.addresses) {
      lines.push(
        `udhcpc: sending discover on eth${i} (${vif.macAddress})`,
        `udhcpc: lease of ${address.address} obtained, lease time 120`,
      );
    }
  }
  if (guest.configDrive) lines.push("cloud-init: config drive /dev/sr0 (config-2) found");
  lines.push(
    `cloud-init: instance-id: ${guest.uuid}`,
    `cloud-init: local-hostname: ${guest.hostname}`,
    "cloud-init: ssh host keys generated",
    "Starting dropbear sshd: OK",
    `=== boot ${boot} of ${guest.name} (simulated) ===`,
    "",
    `${guest.hostname} login: `,
  );
  return lines;
}

function short(deviceName: string): string {
  return deviceName.replace(/^\/dev\//, "");
}
