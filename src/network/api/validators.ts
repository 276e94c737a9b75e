// Judges of single attributes: null when all is well, else why not, in Neutron's words. Authority:
// neutron_lib/api/validators/*.py of Zed.

import { isUuidLike } from "../../core/ids.ts";
import { boolFromString, pyRepr, pyStr } from "../../core/python.ts";
import { HTTPBadRequest, InvalidInput } from "../errors/common.ts";
import {
  AllowedAddressPairExhausted,
  AllowedAddressPairsMissingIP,
  DuplicateAddressPairInRequest,
} from "../errors/ports.ts";
import { SecurityGroupDefaultAlreadyExists } from "../errors/security-groups.ts";
import { InvalidInputSubnetServiceType, InvalidSubnetServiceType } from "../errors/subnets.ts";
import { contains, formatAddress, formatCidr, formatInterface, parseAddress, parseCidr } from "../ip.ts";
import { canonicalMac } from "../mac.ts";

export type Validator = (value: unknown) => string | null;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const orNone =
  (validator: Validator): Validator =>
  (value) =>
    value === null ? null : validator(value);

export const string =
  (max?: number): Validator =>
  (value) => {
    if (typeof value !== "string") return `'${pyStr(value)}' is not a valid string`;
    return max !== undefined && [...value].length > max
      ? `'${value}' exceeds maximum length of ${max}`
      : null;
  };

export const notEmptyString =
  (max?: number): Validator =>
  (value) =>
    string(max)(value) ??
    ((value as string).trim() === "" ? `'${value}' Blank strings are not permitted` : null);

export const onelineNotEmptyString =
  (max?: number): Validator =>
  (value) =>
    notEmptyString(max)(value) ??
    (/[\n\r]/.test(value as string) ? `Multi-line string is not allowed: '${value}'` : null);

/** A name that is not `default`. @throws SecurityGroupDefaultAlreadyExists */
export const nameNotDefault =
  (max: number): Validator =>
  (value) => {
    const wrong = string(max)(value);
    if (wrong === null && (value as string).toLowerCase() === "default")
      throw new SecurityGroupDefaultAlreadyExists();
    return wrong;
  };

export const oneOf =
  (values: readonly unknown[], shown = "valid_values"): Validator =>
  (value) =>
    values.includes(value) ? null : `${pyStr(value)} is not in ${shown}`;

export const uuid: Validator = (value) =>
  isUuidLike(value) ? null : `'${pyStr(value)}' is not a valid UUID`;

export const nonNegative: Validator = (value) => {
  const n = integerOf(value);
  if (n === null) return `'${pyStr(value)}' is not an integer`;
  return n < 0 ? `'${n}' should be non-negative` : null;
};

export const range =
  (min: number, max: number): Validator =>
  (value) => {
    const n = integerOf(value);
    if (n === null) return `'${pyStr(value)}' is not an integer`;
    if (n < min) return `'${n}' is too small - must be at least '${min}'`;
    return n > max ? `'${n}' is too large - must be no larger than '${max}'` : null;
  };

/** What Python's int() makes of a value, or null. */
export function integerOf(value: unknown): number | null {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string" || !/^\s*[+-]?\d+(_\d+)*\s*$/.test(value)) return null;
  const n = Number(value.replaceAll("_", ""));
  return Number.isSafeInteger(n) ? n : null;
}

export const boolean: Validator = (value) =>
  boolFromString(value) === null ? `'${pyStr(value)}' is not a valid boolean value` : null;

export const macAddress: Validator = (value) => {
  const mac = canonicalMac(value);
  const bad = mac === null || mac === "00:00:00:00:00:00" || mac === "ff:ff:ff:ff:ff:ff";
  return bad ? `'${pyStr(value)}' is not a valid MAC address` : null;
};

export const ipAddress: Validator = (value) => {
  if (parseAddress(value)) return null;
  // Leading zeros could be meant as octal; the address without them is offered.
  const m = typeof value === "string" ? /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(value) : null;
  const parts = m?.slice(1).map(Number);
  if (parts?.every((part) => part <= 255)) {
    return `'${value}' is not an accepted IP address, '${parts.join(".")}' is recommended`;
  }
  return `'${pyStr(value)}' is not a valid IP address`;
};

export const subnet: Validator = (value) => {
  const cidr = typeof value === "string" && !/\s/.test(value) ? parseCidr(value) : null;
  if (!cidr) return `'${pyStr(value)}' is not a valid IP subnet`;
  const text = value as string;
  if (!text.includes("/") || (cidr.version === 4 && formatInterface(cidr) !== text)) {
    return `'${text}' isn't a recognized IP subnet cidr, '${formatCidr(cidr)}' is recommended`;
  }
  return null;
};

export const routeCidr: Validator = (value) => {
  const cidr = typeof value === "string" && !/\s/.test(value) ? parseCidr(value) : null;
  if (!cidr) return `'${pyStr(value)}' is not a valid CIDR`;
  if (!(value as string).includes("/") || cidr.first !== cidr.address) {
    return `'${value}' is not a recognized CIDR, '${formatCidr(cidr)}' is recommended`;
  }
  const loopback = parseCidr(cidr.version === 4 ? "127.0.0.0/8" : "::1/128")!;
  if (contains(loopback, { version: cidr.version, value: cidr.first }))
    return `'${value}' is not a routable CIDR`;
  return null;
};

export const listOf =
  (item: Validator): Validator =>
  (value) => {
    if (!Array.isArray(value)) return `'${pyStr(value)}' is not a list`;
    const seen = new Set<string>();
    const twice: unknown[] = [];
    for (const entry of value) {
      const key = JSON.stringify(entry);
      if (seen.has(key)) twice.push(entry);
      seen.add(key);
    }
    if (twice.length > 0) return `Duplicate items in the list: '${twice.map(pyStr).join(", ")}'`;
    for (const entry of value) {
      const wrong = item(entry);
      if (wrong !== null) return wrong;
    }
    return null;
  };

export const uuidList = listOf(uuid);
export const subnetList = listOf(subnet);

function exactKeys(expected: readonly string[], value: unknown): string | null {
  if (!isObject(value)) {
    return `Invalid input. '${pyStr(value)}' must be a dictionary with keys: ${pyRepr(expected)}`;
  }
  const given = Object.keys(value);
  if (given.length === expected.length && expected.every((name) => given.includes(name))) return null;
  const set = (names: readonly string[]) => `{${names.map(pyRepr).join(", ")}}`;
  return `Validation of dictionary's keys failed. Expected keys: ${set(expected)} Provided keys: ${given.length > 0 ? set(given) : "set()"}`;
}

export const ipPools: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for IP pool: '${pyStr(value)}'`;
  for (const pool of value) {
    const wrong = exactKeys(["start", "end"], pool) ?? ipAddress(pool.start) ?? ipAddress(pool.end);
    if (wrong !== null) return wrong;
  }
  return null;
};

export const fixedIps: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for fixed IP: '${pyStr(value)}'`;
  const seen: unknown[] = [];
  for (const entry of value) {
    if (!isObject(entry)) return `Invalid data format for fixed IP: '${pyStr(entry)}'`;
    const { ip_address: address, subnet_id: id } = entry;
    if (address !== undefined) {
      if (seen.includes(address)) return `Duplicate IP address '${pyStr(address)}'`;
      const wrong = ipAddress(address);
      if (wrong !== null) return wrong;
      seen.push(address);
    }
    if (id !== undefined) {
      const wrong = uuid(id);
      if (wrong !== null) return wrong;
    }
  }
  return null;
};

export const nameservers: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for nameserver: '${pyStr(value)}'`;
  const seen: unknown[] = [];
  for (const host of value) {
    const wrong = ipAddress(host);
    if (wrong !== null) return `'${pyStr(host)}' is not a valid nameserver. ${wrong}`;
    if (seen.includes(host)) return `Duplicate nameserver '${pyStr(host)}'`;
    seen.push(host);
  }
  return null;
};

export const hostRoutes: Validator = (value) => {
  if (!Array.isArray(value)) return `Invalid data format for hostroute: '${pyStr(value)}'`;
  const seen: string[] = [];
  for (const route of value) {
    const wrong =
      exactKeys(["destination", "nexthop"], route) ??
      routeCidr(route.destination) ??
      ipAddress(route.nexthop);
    if (wrong !== null) return wrong;
    const key = `${route.destination} ${route.nexthop}`;
    if (seen.includes(key)) return `Duplicate hostroute '${pyRepr(route)}'`;
    seen.push(key);
  }
  return null;
};

/** What a dictionary may hold: per key its judge and whether it must be there. */
export type KeySpecs = Record<string, { validate: Validator; required?: boolean }>;

export const dict =
  (specs?: KeySpecs): Validator =>
  (value) => {
    if (!isObject(value)) return `'${pyStr(value)}' is not a dictionary`;
    if (!specs) return null;
    const required = Object.keys(specs).filter((name) => specs[name]!.required);
    const missing = required.filter((name) => !(name in value));
    if (missing.length > 0) {
      const set = (names: readonly string[]) => `{${names.map(pyRepr).join(", ")}}`;
      const given = Object.keys(value);
      return `Validation of dictionary's keys failed. Expected keys: ${set(required)} Provided keys: ${given.length > 0 ? set(given) : "set()"}`;
    }
    const unexpected = Object.keys(value).filter((name) => !(name in specs));
    if (unexpected.length > 0) return `Unexpected keys supplied: ${unexpected.join(", ")}`;
    for (const [name, spec] of Object.entries(specs)) {
      if (!(name in value)) continue;
      const wrong = spec.validate(value[name]);
      if (wrong !== null) return wrong;
    }
    return null;
  };

/** Nothing, an empty dictionary, or one as described. */
export const dictOrNoData =
  (specs: KeySpecs): Validator =>
  (value) => {
    const nothing = value === null || value === "" || value === false || value === 0;
    const none = nothing || (isObject(value) && Object.keys(value).length === 0);
    return none || (Array.isArray(value) && value.length === 0) ? null : dict(specs)(value);
  };

/** A list of dictionaries each of which fits one of the descriptions. @throws InvalidInput */
export const listOfAnyKeySpecs =
  (alternatives: readonly KeySpecs[]): Validator =>
  (value) => {
    if (value === null) return null;
    const wrong = listOf((entry) => {
      if (alternatives.some((specs) => dict(specs)(entry) === null)) return null;
      throw new InvalidInput(`No valid key specs matched for: ${pyStr(entry)}`);
    })(value);
    if (wrong !== null) throw new InvalidInput(wrong);
    return null;
  };

/** @throws HTTPBadRequest and the AllowedAddressPair errors */
export const allowedAddressPairs =
  (max: number): Validator =>
  (value) => {
    if (!Array.isArray(value)) throw new HTTPBadRequest("Allowed address pairs must be a list.");
    if (value.length > max) throw new AllowedAddressPairExhausted(max);
    const seen = new Set<string>();
    for (const pair of value) {
      const wrong = dict()(pair);
      if (wrong !== null) return wrong;
      const { mac_address: mac, ip_address: address, ...others } = pair as Record<string, unknown>;
      const badMac = mac === undefined ? null : macAddress(mac);
      if (badMac !== null) throw new HTTPBadRequest(badMac);
      if (address === undefined) throw new AllowedAddressPairsMissingIP();
      const key = `${pyStr(mac ?? null)} ${pyStr(address)}`;
      if (seen.has(key))
        throw new DuplicateAddressPairInRequest((mac as string | undefined) ?? null, pyStr(address));
      seen.add(key);
      const extra = Object.keys(others);
      if (extra.length > 0) throw new HTTPBadRequest(`Unrecognized attribute(s) '${extra.join(", ")}'`);
      const bad = String(address).includes("/") ? subnet(address) : ipAddress(address);
      if (bad !== null) throw new HTTPBadRequest(bad);
    }
    return null;
  };

/** Neutron adds `compute:` to the list letter by letter, so that each of them begins a valid type too: on purpose. */
const DEVICE_OWNER_PREFIXES = ["network:", "baremetal:", ..."compute:"];

/** @throws HTTPBadRequest, InvalidInputSubnetServiceType, InvalidSubnetServiceType */
export const subnetServiceTypes: Validator = (value) => {
  if (value === null || (Array.isArray(value) && value.length === 0)) return null;
  if (!Array.isArray(value)) throw new HTTPBadRequest("Subnet service types must be a list.");
  for (const type of value) {
    if (typeof type !== "string") throw new InvalidInputSubnetServiceType(type);
    if (!DEVICE_OWNER_PREFIXES.some((prefix) => type.startsWith(prefix)))
      throw new InvalidSubnetServiceType(type);
  }
  return null;
};

const DNS_LABEL = /^([a-zA-Z0-9-]{1,63})$/;
const FQDN_MAX = 255;

function dnsFormat(text: string): string | null {
  const refuse = (reason: string) => `'${text}' not a valid PQDN or FQDN. Reason: ${reason}`;
  const trimmed = text.endsWith(".") ? text.slice(0, -1) : text;
  if (trimmed.length > FQDN_MAX) return refuse(`'${trimmed}' exceeds the ${FQDN_MAX} character FQDN limit`);
  const labels = trimmed.split(".");
  for (const label of labels) {
    if (label === "") return refuse("Encountered an empty component");
    if (label.startsWith("-") || label.endsWith("-")) {
      return refuse(`Name '${label}' must not start or end with a hyphen`);
    }
    if (!DNS_LABEL.test(label)) {
      return refuse(
        `Name '${label}' must be 1-63 characters long, each of which can only be alphanumeric or a hyphen`,
      );
    }
  }
  const last = labels.at(-1)!;
  return labels.length > 1 && /^\d+$/.test(last) ? refuse(`TLD '${last}' must not be all numeric`) : null;
}

export const dnsName: Validator = (value) =>
  string()(value) ?? (value === "" ? null : dnsFormat(value as string));

export const dnsDomain: Validator = (value) => {
  const wrong = string()(value);
  if (wrong !== null || value === "") return wrong;
  const text = value as string;
  if (!text.endsWith(".")) return `'${text}' is not a FQDN`;
  const bad = dnsFormat(text);
  if (bad !== null) return bad;
  return text.length > FQDN_MAX - 2
    ? `'${text}' contains ${text.length} characters. Adding a sub-domain will cause it to exceed the maximum length of a FQDN of '${FQDN_MAX}'`
    : null;
};

export const floatingDnsName: Validator = (value) => {
  const wrong = string()(value);
  if (wrong !== null || value === "") return wrong;
  const text = value as string;
  if (text.endsWith(".")) return `'${text}' is a FQDN. It should be a relative domain name`;
  const bad = dnsFormat(text);
  if (bad !== null) return bad;
  return text.length > FQDN_MAX - 3
    ? `'${text}' contains ${text.length} characters. Adding a domain name will cause it to exceed the maximum length of a FQDN of '${FQDN_MAX}'`
    : null;
};

/** The longest list of hints Neutron's column holds, as JSON. */
const HINTS_MAX = 255;

/** @throws InvalidInput */
export const zoneHints: Validator = (value) => {
  const wrong = listOf(string())(value);
  if (wrong !== null) return wrong;
  if (JSON.stringify(value).length > HINTS_MAX) {
    throw new InvalidInput("Too many availability_zone_hints specified");
  }
  return null;
};

/** The IPv6 address in its shortest form; anything else as it is. */
export function canonicalIp(value: unknown): unknown {
  const address = parseAddress(value);
  return address?.version === 6 ? formatAddress(6, address.value) : value;
}
