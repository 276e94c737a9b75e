// What Neutron makes of values before it judges them. Authority: neutron_lib/api/converters.py and
// neutron/extensions/securitygroup.py of Zed. All throw the errors named there.

import { boolFromString, pyStr } from "../../core/python.ts";
import { InvalidInput } from "../errors/common.ts";
import {
  InvalidCIDR,
  SecurityGroupInvalidPortValue,
  SecurityGroupRuleInvalidEtherType,
  SecurityGroupRuleInvalidProtocol,
} from "../errors/security-groups.ts";
import { formatAddress, formatInterface, parseAddress, parseCidr } from "../ip.ts";
import { canonicalMac } from "../mac.ts";
import { IP_PROTOCOLS } from "../protocols.ts";
import { canonicalIp, integerOf } from "./validators.ts";

export type Converter = (value: unknown) => unknown;

export const toBoolean: Converter = (value) => {
  const flag = boolFromString(value);
  if (flag === null) throw new InvalidInput(`'${pyStr(value)}' cannot be converted to boolean`);
  return flag;
};

export const toInt: Converter = (value) => {
  const n = integerOf(value);
  if (n === null) throw new InvalidInput(`'${pyStr(value)}' is not an integer`);
  return n;
};

export const unlessNone =
  (converter: Converter): Converter =>
  (value) =>
    value === null ? null : converter(value);

export const noneToList: Converter = (value) => (value === null ? [] : value);

export const toLowerCase: Converter = (value) => {
  if (typeof value !== "string") throw new InvalidInput(`Input value ${pyStr(value)} must be string type`);
  return value.toLowerCase();
};

export const toCanonicalIp: Converter = (value) => {
  if (Array.isArray(value)) return value;
  return canonicalIp(value);
};

export const toCanonicalCidr: Converter = (value) => {
  const cidr = parseCidr(value);
  if (!cidr) {
    if (typeof value === "string") throw new InvalidInput(`${value} is not in a CIDR format`);
    return value;
  }
  // An IPv4 network is kept as it was written, so that a wrong one is told.
  return cidr.version === 6 ? formatInterface(cidr) : value;
};

export const toCanonicalMac: Converter = (value) => canonicalMac(value) ?? value;

export const toProtocol: Converter = (value) => {
  if (value === null) return null;
  const names = [null, ...Object.keys(IP_PROTOCOLS)];
  if (typeof value === "number" || (typeof value === "string" && /^\s*[+-]?\d+\s*$/.test(value))) {
    const n = Number(value);
    if (Number.isInteger(n) && n >= 0 && n <= 255) return String(value).trim();
    throw new SecurityGroupRuleInvalidProtocol(value, names);
  }
  if (typeof value === "string" && Object.hasOwn(IP_PROTOCOLS, value.toLowerCase()))
    return value.toLowerCase();
  throw new SecurityGroupRuleInvalidProtocol(value, names);
};

export const toPort: Converter = (value) => {
  if (value === null) return null;
  const n = typeof value === "boolean" ? null : integerOf(value);
  if (n === null || n < 0 || n > 65_535) throw new SecurityGroupInvalidPortValue(value);
  return n;
};

export const toEthertype: Converter = (value) => {
  const found = ["IPv4", "IPv6"].find(
    (type) => typeof value === "string" && type.toLowerCase() === value.toLowerCase(),
  );
  if (found === undefined) throw new SecurityGroupRuleInvalidEtherType(value);
  return found;
};

export const toCidr: Converter = (value) => {
  if (value === null || value === "") return null;
  const cidr = parseCidr(value);
  if (!cidr) throw new InvalidCIDR(value);
  return formatInterface(cidr);
};

/** Filters of the form `fixed_ips=ip_address=10.0.0.3`: values by key. */
export function keyValues(values: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const text of values) {
    const mark = text.indexOf("=");
    const name = text.slice(0, mark).trim();
    if (mark < 0 || name === "") throw new InvalidInput(`'${text}' is not of the form <key>=[value]`);
    const list = found[name] ?? [];
    found[name] = list;
    const value = text.slice(mark + 1).trim();
    const address = parseAddress(value);
    list.push(address ? formatAddress(address.version, address.value) : value);
  }
  return found;
}
