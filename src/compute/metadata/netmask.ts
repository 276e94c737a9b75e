// Netmasks of networks, in the notation of their version.

/** `255.255.255.0` of `10.0.0.0/24`; `ffff:ffff:ffff:ffff::` of `fd00::/64`. */
export function netmaskOf(cidr: string): string {
  const [network = "", length = ""] = cidr.split("/");
  const six = network.includes(":");
  const bits = length === "" ? (six ? 128 : 32) : Number(length);
  const groups = (count: number, width: number) =>
    Array.from({ length: count }, (_, i) => {
      const set = Math.min(width, Math.max(0, bits - i * width));
      return (2 ** width - 1) ^ (2 ** (width - set) - 1);
    });
  if (!six) return groups(4, 8).join(".");
  const words = groups(8, 16);
  const zeros = words.indexOf(0);
  const text = words.map((word) => word.toString(16));
  return zeros < 0 || zeros > 6 ? text.join(":") : `${text.slice(0, zeros).join(":")}::`;
}

/** `10.0.0.255` of `10.0.0.0/24`. */
export function broadcastOf(cidr: string): string {
  const [network = "", length = "32"] = cidr.split("/");
  const host = 2 ** (32 - Number(length)) - 1;
  const base = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const last = base - (base % (host + 1)) + host;
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join(".");
}
