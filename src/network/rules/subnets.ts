// Subnets. Authority: neutron/db/db_base_plugin_v2.py and ipam_backend_mixin.py.

import { and, eq } from "drizzle-orm";
import type { RequestContext } from "../../core/context.ts";
import { BadRequest, HTTPForbidden, InvalidInput } from "../errors/common.ts";
import {
  GatewayIpInUse,
  NetworkAddressScopeAffinityError,
  NetworkSubnetPoolAffinityError,
  SubnetInUse,
  SubnetNotFound,
} from "../errors/subnets.ts";
import { type Cidr, formatCidr, type IpVersion, overlap, parseAddress, parseCidr } from "../ip.ts";
import * as t from "../tables.ts";
import type { Access } from "./access.ts";
import type { AddressScopes } from "./address-scopes.ts";
import { type Addresses, isAutoAddress } from "./addresses.ts";
import { type Base, OWNER } from "./base.ts";
import type { DhcpPorts } from "./dhcp-ports.ts";
import type { Networks } from "./networks.ts";
import type { Quotas } from "./quotas.ts";
import {
  checkGatewayOutside,
  checkPools,
  checkSubnet,
  defaultGateway,
  defaultPools,
} from "./subnet-checks.ts";
import type { SubnetPools } from "./subnet-pools.ts";

export interface NewSubnet {
  project_id: string;
  network_id: string;
  ip_version: IpVersion;
  name?: string;
  /** Host bits are dropped. Absent: cut from a pool. */
  cidr?: string;
  prefixlen?: number;
  subnetpool_id?: string | null;
  use_default_subnetpool?: boolean;
  /** Absent: the first address; null: none. */
  gateway_ip?: string | null;
  allocation_pools?: t.AddressRange[];
  enable_dhcp?: boolean;
  dns_nameservers?: string[];
  host_routes?: t.HostRoute[];
  service_types?: string[];
  ipv6_ra_mode?: t.Ipv6Mode | null;
  ipv6_address_mode?: t.Ipv6Mode | null;
  description?: string;
}

export interface SubnetChanges {
  name?: string;
  gateway_ip?: string | null;
  allocation_pools?: t.AddressRange[];
  enable_dhcp?: boolean;
  dns_nameservers?: string[];
  host_routes?: t.HostRoute[];
  service_types?: string[];
  description?: string;
}

interface Parts {
  access: Access;
  quotas: Quotas;
  networks: Networks;
  pools: SubnetPools;
  scopes: AddressScopes;
  addresses: Addresses;
  dhcpPorts: DhcpPorts;
  /** An external network has a new subnet: routers on it may want an address there. */
  externalSubnetAdded(network: t.NetworkRow, subnet: t.SubnetRow): void;
}

export class Subnets {
  #base: Base;
  #parts: Parts;

  constructor(base: Base, parts: Parts) {
    this.#base = base;
    this.#parts = parts;
  }

  /** @throws SubnetNotFound also for one the caller may not see */
  get(context: RequestContext, id: string): t.SubnetRow {
    const where = and(eq(t.subnets.id, id), this.#parts.access.subnets(context));
    const row = this.#base.store.subnets.list(where, [], 1)[0];
    if (!row) throw new SubnetNotFound(id);
    return row;
  }

  create(context: RequestContext, fields: NewSubnet): t.SubnetRow {
    const { store, ids } = this.#base;
    const { networks, addresses, dhcpPorts, quotas } = this.#parts;
    return store.transaction(() => {
      const network = networks.get(context, fields.network_id);
      this.#checkOwner(context, network, fields.project_id);
      quotas.check(fields.project_id, "subnet");
      const { cidr, pool } = this.#place(context, fields);
      const text = formatCidr(cidr);
      const version = cidr.version;
      const gateway = fields.gateway_ip === undefined ? defaultGateway(cidr) : fields.gateway_ip;
      const dhcp = fields.enable_dhcp ?? true;
      checkSubnet(
        this.#base.config,
        { ...fields, ip_version: fields.ip_version, cidr: text, enable_dhcp: dhcp },
        null,
      );
      if (fields.allocation_pools) checkPools(fields.allocation_pools, text, gateway);
      this.#checkNeighbours(network, cidr, pool);
      const row = store.subnets.insert({
        id: ids.uuid(),
        network_id: network.uuid,
        project_id: fields.project_id,
        name: fields.name ?? "",
        ip_version: version,
        cidr: text,
        gateway_ip: gateway,
        enable_dhcp: dhcp,
        allocation_pools: fields.allocation_pools ?? defaultPools(cidr, gateway),
        dns_nameservers: fields.dns_nameservers ?? [],
        host_routes: fields.host_routes ?? [],
        service_types: fields.service_types ?? [],
        ipv6_ra_mode: fields.ipv6_ra_mode ?? null,
        ipv6_address_mode: fields.ipv6_address_mode ?? null,
        subnetpool_id: pool?.id ?? null,
        description: fields.description ?? "",
      });
      store.networks.update(network.uuid, {});
      if (isAutoAddress(row)) addresses.addAutoSubnet(network, row);
      if (network.external) this.#parts.externalSubnetAdded(network, row);
      dhcpPorts.ensure(network);
      this.#base.changed();
      return row;
    });
  }

  update(context: RequestContext, id: string, changes: SubnetChanges): t.SubnetRow {
    const { store, config } = this.#base;
    return store.transaction(() => {
      const before = this.get(context, id);
      checkSubnet(config, { ...changes, ip_version: before.ip_version, cidr: before.cidr }, before, id);
      const gateway = changes.gateway_ip === undefined ? before.gateway_ip : changes.gateway_ip;
      if (changes.allocation_pools) checkPools(changes.allocation_pools, before.cidr, null);
      if (gateway !== before.gateway_ip || changes.allocation_pools) {
        checkGatewayOutside(gateway, changes.allocation_pools ?? before.allocation_pools);
      }
      if (changes.gateway_ip && changes.gateway_ip !== before.gateway_ip) this.#refuseUsedGateway(before);
      const row = store.subnets.update(id, { ...changes, lowest_free: 0 })!;
      const network = store.networks.get(row.network_id)!;
      if (network.kind !== "neutron" && network.cidr === row.cidr) this.#describeFlat(network, row);
      this.#parts.dhcpPorts.ensure(network);
      this.#base.changed();
      return row;
    });
  }

  delete(context: RequestContext, id: string): void {
    const { store } = this.#base;
    store.transaction(() => {
      const subnet = this.get(context, id);
      const network = store.networks.get(subnet.network_id)!;
      const holders = store.addresses.holdersOn(id);
      const auto = isAutoAddress(subnet);
      const waiting = (portId: string) =>
        store.floatingIps.first({ floating_port_id: portId })?.project_id === null;
      for (const { id: portId, device_owner: owner } of holders) {
        const gone = owner === OWNER.dhcp || (owner === OWNER.floatingIp && waiting(portId));
        if (gone || (auto && owner !== OWNER.routerInterface)) continue;
        throw new SubnetInUse(id);
      }
      for (const row of store.fixedIps.match({ subnet_id: id })) {
        if (row.port_id !== null) this.#parts.addresses.release(row);
      }
      for (const holder of holders) {
        if (holder.device_owner !== OWNER.floatingIp) continue;
        store.floatingIps.removeWhere(eq(t.floatingIps.floating_port_id, holder.id));
        store.ports.remove(holder.id);
      }
      store.fixedIps.removeWhere(eq(t.fixedIps.subnet_id, id));
      store.subnets.remove(id);
      store.networks.update(network.uuid, {});
      this.#parts.dhcpPorts.ensure(network);
      this.#base.changed();
    });
  }

  /** neutron/pecan_wsgi/hooks/ownership_validation.py */
  #checkOwner(context: RequestContext, network: t.NetworkRow, projectId: string): void {
    if (context.isAdmin || network.project_id === projectId) return;
    if (this.#parts.access.networkIsShared(network, context.projectId)) return;
    throw new HTTPForbidden(`Tenant ${projectId} not allowed to create subnet on this network`);
  }

  /** Where the subnet lies: as asked for, or cut from a pool. */
  #place(context: RequestContext, fields: NewSubnet): { cidr: Cidr; pool: t.SubnetPoolRow | null } {
    if (fields.cidr !== undefined && fields.prefixlen !== undefined) {
      throw new BadRequest("subnets", "cidr and prefixlen must not be supplied together");
    }
    const poolId = this.#poolId(fields);
    const given = fields.cidr === undefined ? null : parseCidr(fields.cidr);
    if (poolId === null) {
      if (!given) throw new BadRequest("subnets", "a subnetpool must be specified in the absence of a cidr");
      return { cidr: { ...given, address: given.first }, pool: null };
    }
    if (!given && fields.allocation_pools) {
      throw new BadRequest("subnets", "allocation_pools allowed only for specific subnet requests.");
    }
    const pool = this.#parts.pools.get(context, poolId);
    if (fields.ip_version !== pool.ip_version) {
      throw new BadRequest(
        "subnets",
        `Cannot allocate IPv${fields.ip_version} subnet from IPv${pool.ip_version} subnet pool`,
      );
    }
    const wanted = given ? { cidr: given } : { prefix: fields.prefixlen ?? null };
    return { cidr: this.#parts.pools.cut(pool, fields.project_id, wanted), pool };
  }

  #poolId(fields: NewSubnet): string | null {
    const { subnetpool_id: id = null, use_default_subnetpool: useDefault } = fields;
    if (useDefault && id !== null) {
      throw new BadRequest("subnets", "subnetpool_id and use_default_subnetpool cannot both be specified");
    }
    if (id !== null || !useDefault) return id;
    const version = fields.cidr === undefined ? fields.ip_version : parseCidr(fields.cidr)!.version;
    const pool = this.#parts.pools.defaultPool(version);
    if (!pool) throw new BadRequest("subnets", `No default subnetpool found for IPv${version}`);
    return pool.id;
  }

  #checkNeighbours(network: t.NetworkRow, cidr: Cidr, pool: t.SubnetPoolRow | null): void {
    const { store } = this.#base;
    if (cidr.prefix === 0) throw new InvalidInput("0 is not allowed as CIDR prefix length");
    const neighbours = store.subnets.match({ network_id: network.uuid });
    if (neighbours.some((subnet) => overlap(parseCidr(subnet.cidr)!, cidr))) {
      throw new InvalidInput(
        `Requested subnet with cidr: ${formatCidr(cidr)} for network: ${network.uuid} overlaps with another subnet`,
      );
    }
    const family = neighbours.filter((subnet) => subnet.ip_version === cidr.version);
    const scope = this.#parts.scopes.ofNetwork(network.uuid, cidr.version);
    if (scope !== null) {
      if (pool && pool.address_scope_id !== scope) throw new NetworkAddressScopeAffinityError();
      if (pool) return;
    }
    if (family.some((subnet) => subnet.subnetpool_id !== (pool?.id ?? null))) {
      throw new NetworkSubnetPoolAffinityError();
    }
  }

  #refuseUsedGateway(subnet: t.SubnetRow): void {
    const { store } = this.#base;
    if (subnet.gateway_ip === null) return;
    const row = store.fixedIps.first({ subnet_id: subnet.id, address: subnet.gateway_ip });
    const port = row?.port_id ? store.ports.get(row.port_id) : null;
    if (port?.device_owner === OWNER.routerInterface) throw new GatewayIpInUse(subnet.gateway_ip, port.id);
  }

  /** Keeps nova-network's row saying what its subnet says. */
  #describeFlat(network: t.NetworkRow, subnet: t.SubnetRow): void {
    const byStart = (a: t.AddressRange, b: t.AddressRange) =>
      Number(parseAddress(a.start)!.value - parseAddress(b.start)!.value);
    const first = subnet.allocation_pools.toSorted(byStart)[0];
    this.#base.store.networks.update(network.uuid, {
      gateway: subnet.gateway_ip,
      dhcp_server: subnet.gateway_ip,
      dhcp_start: first?.start ?? null,
      dns1: subnet.dns_nameservers[0] ?? null,
      dns2: subnet.dns_nameservers[1] ?? null,
      enable_dhcp: subnet.enable_dhcp,
    });
  }
}
