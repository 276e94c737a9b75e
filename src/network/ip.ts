// Internet addresses as numbers. What is accepted and how it is written follows Python's netaddr, whose texts Neutron
// and nova-network pass on.

import { isIP } from "node:net";

export type IpVersion = 4 | 6;

export interface Address {
  version: IpVersion;
  value: bigint;
}

/** A network with the address it was written with: `10.0.0.5/24` has address 10.0.0.5 and first 10.0.0.0. */
export interface Cidr {
  version: IpVersion;
  /** The address before the slash. */
  address: bigint;
  first: bigint;
  last: bigint;
  prefix: number;
}

export const BITS: Record<IpVersion, number> = { 4: 32, 6: 128 };

/** Null for what is no address. IPv4 needs all four parts. */
export function parseAddress(text: unknown): Address | null {
  if (typeof text !== "string") return null;
  switch (isIP(text)) {
    case 4:
      return { version: 4, value: BigInt(ipv4Number(text)) };
    case 6:
      return text.includes("%") ? null : { version: 6, value: ipv6Number(text) };
    default:
      return null;
  }
}

function ipv4Number(text: string): number {
  return text.split(".").reduce((n, part) => n * 256 + Number(part), 0);
}

function ipv6Number(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (dotted) {
    const n = ipv4Number(dotted[2]!);
    plain = `${dotted[1]}${Math.floor(n / 65_536).toString(16)}:${(n % 65_536).toString(16)}`;
  }
  const [head = "", tail] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return groups.reduce((n, group) => (n << 16n) | BigInt(`0x${group}`), 0n);
}

/** IPv6 in its shortest form, lower-case (RFC 5952). */
export function formatAddress(version: IpVersion, value: bigint): string {
  if (version === 4) {
    const n = Number(value);
    return `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
  }
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}

/** The same address in the form the cloud writes it, or null. */
export function canonicalAddress(text: string): string | null {
  const address = parseAddress(text);
  return address ? formatAddress(address.version, address.value) : null;
}

/** `10.0.0.0/24`; a bare address is a network of one. Null for anything else. */
export function parseCidr(text: unknown): Cidr | null {
  if (typeof text !== "string") return null;
  const [host = "", length, ...rest] = text.split("/");
  if (rest.length > 0) return null;
  const address = parseAddress(host);
  if (!address) return null;
  const bits = BITS[address.version];
  const prefix = length === undefined ? bits : prefixLength(length, address.version);
  if (prefix === null) return null;
  const size = 1n << BigInt(bits - prefix);
  const first = address.value - (address.value % size);
  return { version: address.version, address: address.value, first, last: first + size - 1n, prefix };
}

/** `24`, or for IPv4 a mask such as `255.255.255.0`. */
function prefixLength(text: string, version: IpVersion): number | null {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= BITS[version] ? Number(text) : null;
  const mask = version === 4 ? parseAddress(text) : null;
  if (!mask) return null;
  const ones = mask.value.toString(2).padStart(32, "0");
  return /^1*0*$/.test(ones) ? ones.lastIndexOf("1") + 1 : null;
}

/** The network itself, without host bits: `10.0.0.0/24`. */
export function formatCidr({ version, first, prefix }: Pick<Cidr, "version" | "first" | "prefix">): string {
  return `${formatAddress(version, first)}/${prefix}`;
}

/** As it was written: `10.0.0.5/24` (netaddr's str()). */
export function formatInterface({ version, address, prefix }: Cidr): string {
  return `${formatAddress(version, address)}/${prefix}`;
}

export function netmask(cidr: Cidr): string {
  const bits = BITS[cidr.version];
  const size = 1n << BigInt(bits - cidr.prefix);
  return formatAddress(cidr.version, (1n << BigInt(bits)) - size);
}

export function contains(cidr: Cidr, address: Address): boolean {
  return address.version === cidr.version && address.value >= cidr.first && address.value <= cidr.last;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** The address a card with this MAC gives itself in a /64 (RFC 4291, modified EUI-64). */
export function eui64(cidr: Cidr, mac: string): string {
  const bytes = mac.split(":").map((part) => BigInt(`0x${part}`));
  const [a, b, c, d, e, f] = bytes as [bigint, bigint, bigint, bigint, bigint, bigint];
  const id = [a ^ 2n, b, c, 0xffn, 0xfen, d, e, f].reduce((n, byte) => (n << 8n) | byte, 0n);
  return formatAddress(6, cidr.first | id);
}

export function isEui64(address: Address): boolean {
  return address.version === 6 && ((address.value >> 24n) & 0xffffn) === 0xfffen;
}

export interface Range {
  first: bigint;
  last: bigint;
}

/** A set of numbers as disjoint ranges in order (netaddr's IPSet). */
export class RangeSet {
  #ranges: Range[] = [];

  constructor(ranges: Iterable<Range> = []) {
    for (const range of ranges) this.add(range);
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  add({ first, last }: Range): void {
    const before = this.#ranges.filter((range) => range.last < first - 1n);
    const after = this.#ranges.filter((range) => range.first > last + 1n);
    const touching = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const [lowest, highest] = [touching[0], touching.at(-1)];
    let [start, end] = [first, last];
    if (lowest && lowest.first < start) start = lowest.first;
    if (highest && highest.last > end) end = highest.last;
    this.#ranges = [...before, { first: start, last: end }, ...after];
  }

  remove({ first, last }: Range): void {
    this.#ranges = this.#ranges.flatMap((range) => {
      if (range.last < first || range.first > last) return [range];
      const parts: Range[] = [];
      if (range.first < first) parts.push({ first: range.first, last: first - 1n });
      if (range.last > last) parts.push({ first: last + 1n, last: range.last });
      return parts;
    });
  }

  has(value: bigint): boolean {
    return this.#ranges.some((range) => value >= range.first && value <= range.last);
  }

  intersects({ first, last }: Range): boolean {
    return this.#ranges.some((range) => range.first <= last && first <= range.last);
  }

  covers({ first, last }: Range): boolean {
    return this.#ranges.some((range) => range.first <= first && last <= range.last);
  }

  /** The fewest networks that make up the set, in order. */
  cidrs(version: IpVersion): Cidr[] {
    const out: Cidr[] = [];
    for (const range of this.#ranges) {
      for (let first = range.first; first <= range.last; ) {
        let hostBits = 0;
        while (hostBits < BITS[version]) {
          const size = 1n << BigInt(hostBits + 1);
          if (first % size !== 0n || first + size - 1n > range.last) break;
          hostBits++;
        }
        const last = first + (1n << BigInt(hostBits)) - 1n;
        out.push({ version, address: first, first, last, prefix: BITS[version] - hostBits });
        first = last + 1n;
      }
    }
    return out;
  }
}
