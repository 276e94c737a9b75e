// What the Network API shows of each row. Authority: neutron/db/*_db.py (the _make_*_dict functions and what extensions
// add), Zed.

import type { RequestContext } from "../../core/context.ts";
import { formatCidr, parseCidr } from "../ip.ts";
import type { NetworkParts } from "../parts.ts";
import type { Access } from "../rules/access.ts";
import { agentFacts } from "../rules/agent-facts.ts";
import type * as t from "../tables.ts";
import type { Fields } from "./attributes.ts";

/** `2013-07-16 05:41:08` as `2013-07-16T05:41:08Z`. */
export function moment(text: string): string {
  return `${text.replace(" ", "T")}Z`;
}

interface Standard {
  description: string;
  created_at: string;
  updated_at: string;
  revision_number: number;
  project_id: string | null;
}

function standardView(row: Standard): Fields {
  return {
    project_id: row.project_id ?? "",
    tenant_id: row.project_id ?? "",
    description: row.description,
    created_at: moment(row.created_at),
    updated_at: moment(row.updated_at),
    revision_number: row.revision_number,
  };
}

export class Views {
  #parts: NetworkParts;
  #access: Access;
  /** Who is shown as the owner of networks that belong to nobody. */
  #administrator: string;

  constructor(parts: NetworkParts, administrator: string) {
    this.#parts = parts;
    this.#access = parts.access;
    this.#administrator = administrator;
  }

  networks(context: RequestContext, rows: readonly t.NetworkRow[]): Fields[] {
    const ids = rows.map((row) => row.uuid);
    const shared = this.#access.sharedAmong("network", ids, context.projectId);
    const subnets = new Map<string, t.SubnetRow[]>();
    for (const subnet of this.#parts.store.subnets.among("network_id", ids)) {
      const list = subnets.get(subnet.network_id);
      if (list) list.push(subnet);
      else subnets.set(subnet.network_id, [subnet]);
    }
    return rows.map((row) => this.#network(row, subnets.get(row.uuid) ?? [], shared.has(row.uuid)));
  }

  #network(row: t.NetworkRow, subnets: readonly t.SubnetRow[], shared: boolean): Fields {
    const { store, scopes, agents } = this.#parts;
    const zones = agents.agentsOf("network", row.uuid).flatMap((agent) => agent.availability_zone ?? []);
    const scope = (version: 4 | 6) =>
      subnets.some((subnet) => subnet.subnetpool_id !== null) ? scopes.ofNetwork(row.uuid, version) : null;
    return {
      id: row.uuid,
      name: row.label,
      admin_state_up: row.admin_state_up,
      status: row.status,
      mtu: row.mtu ?? this.#parts.base.config.NETWORK_MTU,
      shared: shared || row.project_id === null,
      subnets: subnets.map((subnet) => subnet.id),
      "router:external": row.external,
      ...(row.external ? { is_default: row.is_default } : {}),
      port_security_enabled: row.port_security_enabled,
      "provider:network_type": row.network_type,
      "provider:physical_network": row.physical_network,
      "provider:segmentation_id": row.segmentation_id,
      availability_zone_hints: row.availability_zone_hints,
      availability_zones: [
        ...new Set(zones.length > 0 || row.kind === "neutron" ? zones : this.#flatZones(store)),
      ],
      ipv4_address_scope: scope(4),
      ipv6_address_scope: scope(6),
      dns_domain: row.dns_domain,
      tags: row.tags,
      ...standardView({ ...row, project_id: row.project_id ?? this.#administrator }),
    };
  }

  /** nova-network's DHCP servers are where nova-network is. */
  #flatZones(store: NetworkParts["store"]): string[] {
    return store.agents.match({ agent_type: "DHCP agent" }).flatMap((agent) => agent.availability_zone ?? []);
  }

  subnets(_context: RequestContext, rows: readonly t.SubnetRow[]): Fields[] {
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      network_id: row.network_id,
      ip_version: row.ip_version,
      cidr: row.cidr,
      gateway_ip: row.gateway_ip,
      enable_dhcp: row.enable_dhcp,
      allocation_pools: row.allocation_pools,
      dns_nameservers: row.dns_nameservers,
      host_routes: row.host_routes,
      service_types: row.service_types,
      ipv6_ra_mode: row.ipv6_ra_mode,
      ipv6_address_mode: row.ipv6_address_mode,
      subnetpool_id: row.subnetpool_id,
      tags: row.tags,
      ...standardView(row),
    }));
  }

  ports(_context: RequestContext, rows: readonly t.PortRow[]): Fields[] {
    const { store } = this.#parts;
    const ids = rows.map((row) => row.id);
    const addresses = store.addresses.ofPorts(ids);
    const groups = store.bindings.groupsOf(ids);
    return rows.map((row) => {
      const fixed = (addresses.get(row.id) ?? []).map(({ subnet_id, address }) => ({
        subnet_id,
        ip_address: address,
      }));
      return {
        id: row.id,
        name: row.name,
        network_id: row.network_id,
        mac_address: row.mac_address,
        admin_state_up: row.admin_state_up,
        status: row.status,
        device_id: row.device_id,
        device_owner: row.device_owner,
        fixed_ips: fixed,
        allowed_address_pairs: row.allowed_address_pairs,
        extra_dhcp_opts: row.extra_dhcp_opts,
        security_groups: (groups.get(row.id) ?? []).map((group) => group.uuid),
        port_security_enabled: row.port_security_enabled,
        "binding:vnic_type": row.binding_vnic_type,
        "binding:host_id": row.binding_host_id,
        "binding:profile": row.binding_profile,
        "binding:vif_type": row.binding_vif_type,
        "binding:vif_details":
          row.binding_vif_type === "bridge" ? { connectivity: "l2", port_filter: true } : {},
        dns_name: this.#dnsName(row),
        dns_assignment: fixed.map(({ ip_address }) => this.#dnsOf(row, ip_address)),
        dns_domain: row.dns_domain,
        propagate_uplink_status: row.propagate_uplink_status,
        device_profile: row.device_profile,
        numa_affinity_policy: row.numa_affinity_policy,
        tags: row.tags,
        ...standardView(row),
      };
    });
  }

  /** A name made from the address where none was given. */
  #dnsOf(row: t.PortRow, address: string): Fields {
    const domain = this.#parts.base.config.DNS_DOMAIN.replace(/\.$/, "");
    const hostname = this.#dnsName(row) || `host-${address.replaceAll(/[.:]/g, "-")}`;
    const fqdn = hostname.endsWith(".") || domain === "" ? hostname : `${hostname}.${domain}.`;
    return { ip_address: address, hostname, fqdn };
  }

  /** Names are kept where the domain is not the one that a new installation has (ml2/extensions/dns_integration.py). */
  #dnsName({ dns_name }: t.PortRow): string {
    return /^openstacklocal\.?$/.test(this.#parts.base.config.DNS_DOMAIN) ? "" : dns_name;
  }

  routers(_context: RequestContext, rows: readonly t.RouterRow[]): Fields[] {
    const { store, agents } = this.#parts;
    const gateways = new Map(
      store.ports
        .among(
          "id",
          rows.flatMap((row) => row.gw_port_id ?? []),
        )
        .map((port) => [port.id, port]),
    );
    return rows.map((row) => {
      const port = row.gw_port_id === null ? undefined : gateways.get(row.gw_port_id);
      const zones = agents.agentsOf("router", row.id).flatMap((agent) => agent.availability_zone ?? []);
      return {
        id: row.id,
        name: row.name,
        admin_state_up: row.admin_state_up,
        status: row.status,
        external_gateway_info: port
          ? {
              network_id: port.network_id,
              external_fixed_ips: store.addresses
                .ofPort(port.id)
                .map(({ subnet_id, address }) => ({ subnet_id, ip_address: address })),
              enable_snat: row.enable_snat,
            }
          : null,
        routes: row.routes,
        distributed: row.distributed,
        ha: row.ha,
        flavor_id: row.flavor_id,
        availability_zone_hints: row.availability_zone_hints,
        availability_zones: [...new Set(zones)],
        tags: row.tags,
        ...standardView(row),
      };
    });
  }

  floatingIps(_context: RequestContext, rows: readonly t.FloatingIpRow[]): Fields[] {
    const { store } = this.#parts;
    const fixed = new Map(
      store.fixedIps
        .among(
          "id",
          rows.flatMap((row) => row.fixed_ip_id ?? []),
        )
        .map((row) => [row.id, row]),
    );
    const ports = new Map(
      store.ports
        .among(
          "id",
          [...fixed.values()].flatMap((row) => row.port_id ?? []),
        )
        .map((port) => [port.id, port]),
    );
    const forwardings = store.forwardings.among(
      "floatingip_id",
      rows.map((row) => row.uuid),
    );
    return rows.map((row) => {
      const target = row.fixed_ip_id === null ? undefined : fixed.get(row.fixed_ip_id);
      const port = target?.port_id ? ports.get(target.port_id) : undefined;
      return {
        id: row.uuid,
        floating_ip_address: row.address,
        floating_network_id: row.floating_network_id,
        router_id: row.router_id,
        port_id: target?.port_id ?? null,
        fixed_ip_address: target?.address ?? null,
        status: row.status,
        port_details: port ? portDetails(port) : null,
        port_forwardings: forwardings
          .filter((entry) => entry.floatingip_id === row.uuid)
          .map(forwardingDetails),
        dns_name: row.dns_name,
        dns_domain: row.dns_domain,
        tags: row.tags,
        ...standardView(row),
      };
    });
  }

  securityGroups(context: RequestContext, rows: readonly t.SecurityGroupRow[]): Fields[] {
    const { groups } = this.#parts;
    const shared = this.#access.sharedAmong(
      "security_group",
      rows.map((row) => row.uuid),
      context.projectId,
    );
    const rules = groups.rulesOf(rows.map((row) => row.id));
    return rows.map((row) => ({
      id: row.uuid,
      name: row.name,
      stateful: row.stateful,
      shared: shared.has(row.uuid),
      security_group_rules: this.securityRules(context, rules.get(row.id) ?? []),
      tags: row.tags,
      ...standardView(row),
    }));
  }

  securityRules(_context: RequestContext, rows: readonly t.SecurityGroupRuleRow[]): Fields[] {
    const ids = [
      ...new Set(rows.flatMap((row) => [row.parent_group_id, row.group_id ?? row.parent_group_id])),
    ];
    const uuids = new Map(this.#parts.store.groups.among("id", ids).map((group) => [group.id, group.uuid]));
    return rows.map((row) => ({
      id: row.uuid,
      security_group_id: uuids.get(row.parent_group_id) ?? null,
      ethertype: row.ethertype,
      direction: row.direction,
      protocol: row.protocol,
      port_range_min: row.from_port,
      port_range_max: row.to_port,
      remote_ip_prefix: row.cidr,
      normalized_cidr: row.cidr === null ? null : formatCidr(parseCidr(row.cidr)!),
      remote_group_id: row.group_id === null ? null : (uuids.get(row.group_id) ?? null),
      remote_address_group_id: row.address_group_id,
      ...standardView(row),
    }));
  }

  subnetPools(context: RequestContext, rows: readonly t.SubnetPoolRow[]): Fields[] {
    const shared = this.#access.sharedAmong(
      "subnetpool",
      rows.map((row) => row.id),
      context.projectId,
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      prefixes: row.prefixes,
      ip_version: row.ip_version,
      default_prefixlen: String(row.default_prefixlen),
      min_prefixlen: String(row.min_prefixlen),
      max_prefixlen: String(row.max_prefixlen),
      default_quota: row.default_quota,
      is_default: row.is_default,
      shared: shared.has(row.id),
      address_scope_id: row.address_scope_id,
      tags: row.tags,
      ...standardView(row),
    }));
  }

  addressScopes(context: RequestContext, rows: readonly t.AddressScopeRow[]): Fields[] {
    const shared = this.#access.sharedAmong(
      "address_scope",
      rows.map((row) => row.id),
      context.projectId,
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      ip_version: row.ip_version,
      shared: shared.has(row.id),
      project_id: row.project_id ?? "",
      tenant_id: row.project_id ?? "",
    }));
  }

  addressGroups(context: RequestContext, rows: readonly t.AddressGroupRow[]): Fields[] {
    const shared = this.#access.sharedAmong(
      "address_group",
      rows.map((row) => row.id),
      context.projectId,
    );
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      addresses: row.addresses,
      shared: shared.has(row.id),
      ...standardView(row),
    }));
  }

  agents(_context: RequestContext, rows: readonly t.AgentRow[]): Fields[] {
    const { base, agents } = this.#parts;
    const devices = base.store.agentCounts.devices();
    return rows.map((row) => ({
      id: row.id,
      agent_type: row.agent_type,
      binary: row.binary,
      topic: row.topic,
      host: row.host,
      availability_zone: row.availability_zone,
      admin_state_up: row.admin_state_up,
      alive: agents.isAlive(row),
      created_at: row.created_at,
      started_at: row.started_at,
      heartbeat_timestamp: row.heartbeat_timestamp,
      description: row.description,
      configurations: agentFacts(base, row, devices),
      resources_synced: null,
    }));
  }

  rbacPolicies(_context: RequestContext, rows: readonly t.RbacPolicyRow[]): Fields[] {
    return rows.map((row) => ({
      id: row.id,
      object_type: row.object_type,
      object_id: row.object_id,
      action: row.action,
      target_tenant: row.target_project,
      project_id: row.project_id ?? "",
      tenant_id: row.project_id ?? "",
    }));
  }
}

function portDetails(port: t.PortRow): Fields {
  const { name, network_id, mac_address, admin_state_up, status, device_id, device_owner } = port;
  return { name, network_id, mac_address, admin_state_up, status, device_id, device_owner };
}

/** With the ids that floating-ip-port-forwarding-detail adds. */
function forwardingDetails(row: t.PortForwardingRow): Fields {
  return {
    id: row.id,
    protocol: row.protocol,
    external_port: row.external_port,
    internal_port: row.internal_port,
    internal_port_id: row.internal_port_id,
    internal_ip_address: row.internal_ip_address,
  };
}

export function forwardingView(row: t.PortForwardingRow): Fields {
  return { ...forwardingDetails(row), description: row.description };
}
