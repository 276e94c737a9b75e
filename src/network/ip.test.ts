import { expect, test } from "bun:test";
import {
  eui64,
  formatAddress,
  formatCidr,
  isEui64,
  netmask,
  parseAddress,
  parseCidr,
  RangeSet,
} from "./ip.ts";

test("addresses read and written as netaddr does", () => {
  const same = [
    "0.0.0.0",
    "10.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "2001:db8::1",
    "fe80::f816:3eff:fe00:1",
  ];
  for (const text of same) {
    const { version, value } = parseAddress(text)!;
    expect(formatAddress(version, value)).toBe(text);
  }
  expect(parseAddress("2001:0DB8:0:0:0:0:0:1")).toEqual(parseAddress("2001:db8::1"));
  expect(formatAddress(6, parseAddress("1:0:0:2:0:0:0:3")!.value)).toBe("1:0:0:2::3");
  expect(formatAddress(6, parseAddress("::ffff:10.0.0.1")!.value)).toBe("::ffff:a00:1");
  for (const text of ["10.0.0", "10.0.0.256", "1::2::3", "x", "", 5, null])
    expect(parseAddress(text)).toBeNull();
});

test("networks", () => {
  const cidr = parseCidr("10.0.0.5/24")!;
  expect(formatCidr(cidr)).toBe("10.0.0.0/24");
  expect(netmask(cidr)).toBe("255.255.255.0");
  expect(formatAddress(4, cidr.last)).toBe("10.0.0.255");
  expect(parseCidr("10.0.0.0/255.255.0.0")?.prefix).toBe(16);
  expect(parseCidr("0.0.0.0/0")?.last).toBe(2n ** 32n - 1n);
  expect(parseCidr("2001:db8::/64")?.prefix).toBe(64);
  for (const text of ["10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8/8", "10.0.0.0/255.0.255.0"]) {
    expect(parseCidr(text)).toBeNull();
  }
});

test("a guest's own IPv6 address", () => {
  const address = eui64(parseCidr("2001:db8::/64")!, "fa:16:3e:00:00:01");
  expect(address).toBe("2001:db8::f816:3eff:fe00:1");
  expect(isEui64(parseAddress(address)!)).toBe(true);
  expect(isEui64(parseAddress("2001:db8::1")!)).toBe(false);
});

test("sets of addresses", () => {
  const set = new RangeSet([{ first: 0n, last: 255n }]);
  set.remove({ first: 10n, last: 10n });
  expect(set.ranges).toEqual([
    { first: 0n, last: 9n },
    { first: 11n, last: 255n },
  ]);
  set.add({ first: 10n, last: 10n });
  expect(set.ranges).toEqual([{ first: 0n, last: 255n }]);
  expect(set.cidrs(4).map(formatCidr)).toEqual(["0.0.0.0/24"]);
  set.remove({ first: 0n, last: 0n });
  expect(set.cidrs(4).map(formatCidr).slice(0, 2)).toEqual(["0.0.0.1/32", "0.0.0.2/31"]);
  expect(set.covers({ first: 5n, last: 9n })).toBe(true);
  expect(set.intersects({ first: 255n, last: 300n })).toBe(true);
});
