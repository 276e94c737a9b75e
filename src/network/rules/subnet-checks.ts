// What a subnet's fields may be. Authority: neutron/db/db_base_plugin_v2.py, _validate_subnet and what it calls, and
// neutron/db/ipam_backend_mixin.py for the pools.

import { InvalidInput } from "../errors/common.ts";
import {
  DNSNameServersExhausted,
  GatewayConflictWithAllocationPools,
  HostRoutesExhausted,
  InvalidAllocationPool,
  OutOfBoundsAllocationPool,
  OverlappingAllocationPools,
} from "../errors/subnets.ts";
import {
  type Cidr,
  contains,
  formatAddress,
  type IpVersion,
  parseAddress,
  parseCidr,
  RangeSet,
} from "../ip.ts";
import type { AddressRange, HostRoute, Ipv6Mode, SubnetRow } from "../tables.ts";
import type { NetworkConfig } from "./base.ts";

export interface SubnetFields {
  ip_version: IpVersion;
  cidr: string;
  enable_dhcp?: boolean;
  gateway_ip?: string | null;
  dns_nameservers?: string[];
  host_routes?: HostRoute[];
  ipv6_ra_mode?: Ipv6Mode | null;
  ipv6_address_mode?: Ipv6Mode | null;
}

export function checkSubnet(
  config: NetworkConfig,
  fields: SubnetFields,
  current: SubnetRow | null,
  label = "new subnet",
): void {
  const { ip_version: version } = fields;
  checkVersion(version, fields.cidr, "cidr");
  const cidr = parseCidr(fields.cidr)!;
  if (fields.enable_dhcp && !current?.enable_dhcp) checkDhcp(cidr);
  if (fields.gateway_ip) {
    checkVersion(version, fields.gateway_ip, "gateway_ip");
    const gateway = parseAddress(fields.gateway_ip)!;
    const edge = gateway.value === cidr.first || gateway.value === cidr.last;
    if (version === 4 && contains(cidr, gateway) && edge)
      throw new InvalidInput("Gateway is not valid on subnet");
  }
  const servers = fields.dns_nameservers ?? [];
  if (servers.length > config.MAX_DNS_NAMESERVERS) {
    throw new DNSNameServersExhausted(label, config.MAX_DNS_NAMESERVERS);
  }
  for (const server of servers) checkVersion(version, server, "dns_nameserver");
  const routes = fields.host_routes ?? [];
  if (routes.length > config.MAX_SUBNET_HOST_ROUTES) {
    throw new HostRoutesExhausted(label, config.MAX_SUBNET_HOST_ROUTES);
  }
  for (const route of routes) {
    checkVersion(version, route.nexthop, "nexthop");
    checkVersion(version, route.destination, "destination");
  }
  if (version === 4) {
    if (fields.ipv6_ra_mode) throw new InvalidInput("ipv6_ra_mode is not valid when ip_version is 4");
    if (fields.ipv6_address_mode) {
      throw new InvalidInput("ipv6_address_mode is not valid when ip_version is 4");
    }
  } else {
    checkIpv6Modes(fields, cidr, current);
  }
}

function checkVersion(version: IpVersion, text: string, name: string): void {
  if (parseCidr(text)?.version !== version) {
    throw new InvalidInput(`${name} '${text}' does not match the ip_version '${version}'`);
  }
}

function checkDhcp(cidr: Cidr): void {
  if (cidr.prefix > (cidr.version === 4 ? 30 : 126)) {
    throw new InvalidInput("Subnet has a prefix length that is incompatible with DHCP service enabled");
  }
  const within = (text: string) => contains(parseCidr(text)!, { version: cidr.version, value: cidr.first });
  if (within("224.0.0.0/4") || within("ff00::/8")) {
    throw new InvalidInput("Multicast IP subnet is not supported if enable_dhcp is True");
  }
  if (within("127.0.0.0/8") || within("::1/128")) {
    throw new InvalidInput("Loopback IP subnet is not supported if enable_dhcp is True");
  }
  if (cidr.version === 4 && cidr.first === 0n) {
    throw new InvalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.");
  }
}

function checkIpv6Modes(fields: SubnetFields, cidr: Cidr, current: SubnetRow | null): void {
  const { ipv6_ra_mode: ra, ipv6_address_mode: mode } = fields;
  if (current) {
    const set = ra || mode || current.ipv6_ra_mode || current.ipv6_address_mode;
    if (fields.enable_dhcp === false && set) {
      throw new InvalidInput("Cannot disable enable_dhcp with ipv6 attributes set");
    }
    return;
  }
  if ((ra || mode) && fields.enable_dhcp === false) {
    throw new InvalidInput(
      "ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False",
    );
  }
  if (ra && mode && ra !== mode) {
    throw new InvalidInput(
      `ipv6_ra_mode set to '${ra}' with ipv6_address_mode set to '${mode}' is not valid. If both attributes are set, they must be the same value`,
    );
  }
  const auto = (m?: Ipv6Mode | null) => m === "slaac" || m === "dhcpv6-stateless";
  if ((auto(ra) || auto(mode)) && cidr.prefix !== 64) {
    throw new InvalidInput(
      `Invalid CIDR ${fields.cidr} for IPv6 address mode. OpenStack uses the EUI-64 address format, which requires the prefix to be /64`,
    );
  }
}

/** The first address; for IPv6 the subnet's own, which routers may have (ipam_backend_mixin, _gateway_ip_str). */
export function defaultGateway(cidr: Cidr): string {
  return formatAddress(cidr.version, cidr.version === 6 ? cidr.first : cidr.first + 1n);
}

/** Addresses that guests may have: without the subnet's own, the broadcast address and the gateway. */
export function defaultPools(cidr: Cidr, gateway: string | null): AddressRange[] {
  const { version, first, last, prefix } = cidr;
  const bounds = hostBounds(cidr);
  if (first === last) return [{ start: formatAddress(version, first), end: formatAddress(version, last) }];
  const set = new RangeSet([version === 4 && prefix > 30 ? { first, last } : bounds]);
  const gatewayAddress = gateway === null ? null : parseAddress(gateway);
  if (gatewayAddress) set.remove({ first: gatewayAddress.value, last: gatewayAddress.value });
  return set.ranges.map((range) => ({
    start: formatAddress(version, range.first),
    end: formatAddress(version, range.last),
  }));
}

function hostBounds({ version, first, last, prefix }: Cidr): { first: bigint; last: bigint } {
  if (version === 6) return { first: first + 1n, last };
  return prefix <= 30 ? { first: first + 1n, last: last - 1n } : { first, last };
}

/** netaddr prints a range as `10.0.0.2-10.0.0.9`. */
const shown = (pool: AddressRange) => `${pool.start}-${pool.end}`;

export function checkPools(pools: readonly AddressRange[], cidrText: string, gateway: string | null): void {
  const cidr = parseCidr(cidrText)!;
  const bounds = hostBounds(cidr);
  const seen: { pool: AddressRange; first: bigint; last: bigint }[] = [];
  for (const pool of pools) {
    const start = parseAddress(pool.start);
    const end = parseAddress(pool.end);
    if (!start || !end || start.version !== end.version || start.value > end.value) {
      throw new InvalidAllocationPool(`{'start': '${pool.start}', 'end': '${pool.end}'}`);
    }
    if (start.version !== cidr.version) throw new InvalidAllocationPool(shown(pool));
    if (start.value < bounds.first || end.value > bounds.last) {
      throw new OutOfBoundsAllocationPool(shown(pool), cidrText);
    }
    seen.push({ pool, first: start.value, last: end.value });
  }
  for (const [i, left] of seen.entries()) {
    for (const right of seen.slice(i + 1)) {
      if (left.first <= right.last && right.first <= left.last) {
        throw new OverlappingAllocationPools(shown(left.pool), shown(right.pool), cidrText);
      }
    }
  }
  checkGatewayOutside(gateway, pools);
}

export function checkGatewayOutside(gateway: string | null, pools: readonly AddressRange[]): void {
  const address = gateway === null ? null : parseAddress(gateway);
  if (!address) return;
  for (const pool of pools) {
    if (address.value >= parseAddress(pool.start)!.value && address.value <= parseAddress(pool.end)!.value) {
      throw new GatewayConflictWithAllocationPools(gateway!, shown(pool));
    }
  }
}
