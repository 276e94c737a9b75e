// Tells a DHCP server of ours that a lease is over, so that its address can be given to another guest at once: what
// nova-network did with the program dhcp_release. RFC 2131, section 4.4.6.

import { sendFromDevice } from "./libc.ts";

const SERVER_PORT = 67;
const MAGIC = [99, 130, 83, 99];
const MESSAGE_TYPE = 53;
const RELEASE = 7;
const SERVER_ID = 54;
const END = 255;

export function releaseLease(device: string, server: string, lease: { mac: string; address: string }): void {
  const packet = Buffer.alloc(300);
  packet.set([1, 1, 6], 0); // request, Ethernet, six bytes of address
  packet.writeUInt32BE(Math.floor(Math.random() * 2 ** 32), 4);
  packet.set(lease.address.split(".").map(Number), 12);
  packet.set(
    lease.mac.split(":").map((part) => Number.parseInt(part, 16)),
    28,
  );
  const serverBytes = server.split(".").map(Number);
  packet.set([...MAGIC, MESSAGE_TYPE, 1, RELEASE, SERVER_ID, 4, ...serverBytes, END], 236);
  sendFromDevice(device, server, SERVER_PORT, packet);
}
