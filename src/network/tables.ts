// The network services' tables in nova.db as drizzle knows them. The authority is `migrations/`; a test compares the
// two. Names are nova-network's and Neutron's own.

import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

const flag = (defaultValue: boolean) => integer({ mode: "boolean" }).notNull().default(defaultValue);
const list = <T>() => text({ mode: "json" }).$type<T[]>().notNull().default([]);
const empty = () => text().notNull().default("");
/** Moments of creation and last change, `2013-07-16 05:41:08`. */
const stamps = { created_at: text().notNull(), updated_at: text().notNull() };
/** nova's bookkeeping of rows that are gone; a row with `deleted` set by hand is ignored. */
const softDelete = { deleted_at: text(), deleted: integer().notNull().default(0) };
const described = { description: empty(), revision_number: integer().notNull().default(0) };
const tagged = { ...described, tags: list<string>() };

export type NetworkKind = "flatdhcp" | "flat" | "vlan" | "neutron";

export const networks = sqliteTable("networks", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  ...stamps,
  ...softDelete,
  label: text().notNull(),
  injected: flag(false),
  cidr: text(),
  cidr_v6: text(),
  multi_host: flag(false),
  netmask: text(),
  netmask_v6: text(),
  bridge: text(),
  bridge_interface: text(),
  gateway: text(),
  gateway_v6: text(),
  broadcast: text(),
  dns1: text(),
  dns2: text(),
  vlan: integer(),
  vpn_public_address: text(),
  vpn_public_port: integer(),
  vpn_private_address: text(),
  dhcp_start: text(),
  dhcp_server: text(),
  enable_dhcp: flag(true),
  share_address: flag(false),
  mtu: integer(),
  rxtx_base: integer(),
  project_id: text(),
  priority: integer(),
  host: text(),
  kind: text().$type<NetworkKind>().notNull().default("neutron"),
  admin_state_up: flag(true),
  status: text().notNull().default("ACTIVE"),
  external: flag(false),
  is_default: flag(false),
  port_security_enabled: flag(true),
  dns_domain: empty(),
  network_type: text().notNull().default("local"),
  physical_network: text(),
  segmentation_id: integer(),
  availability_zone_hints: list<string>(),
  ...tagged,
});

export const subnetpools = sqliteTable("subnetpools", {
  id: text().primaryKey(),
  ...stamps,
  project_id: text(),
  name: text().notNull(),
  ip_version: integer().$type<4 | 6>().notNull(),
  prefixes: text({ mode: "json" }).$type<string[]>().notNull(),
  default_prefixlen: integer().notNull(),
  min_prefixlen: integer().notNull(),
  max_prefixlen: integer().notNull(),
  default_quota: integer(),
  is_default: flag(false),
  address_scope_id: text(),
  ...tagged,
});

export const addressScopes = sqliteTable("address_scopes", {
  id: text().primaryKey(),
  project_id: text(),
  name: text().notNull(),
  ip_version: integer().$type<4 | 6>().notNull(),
});

export interface AddressRange {
  start: string;
  end: string;
}

export interface HostRoute {
  destination: string;
  nexthop: string;
}

export type Ipv6Mode = "dhcpv6-stateful" | "dhcpv6-stateless" | "slaac";

export const subnets = sqliteTable("subnets", {
  id: text().primaryKey(),
  ...stamps,
  network_id: text().notNull(),
  project_id: text(),
  name: empty(),
  ip_version: integer().$type<4 | 6>().notNull(),
  cidr: text().notNull(),
  gateway_ip: text(),
  enable_dhcp: flag(true),
  allocation_pools: list<AddressRange>(),
  dns_nameservers: list<string>(),
  host_routes: list<HostRoute>(),
  service_types: list<string>(),
  ipv6_ra_mode: text().$type<Ipv6Mode>(),
  ipv6_address_mode: text().$type<Ipv6Mode>(),
  subnetpool_id: text(),
  /** No address at a smaller distance from the start is free. */
  lowest_free: integer().notNull().default(0),
  ...tagged,
});

export interface AddressPair {
  ip_address: string;
  mac_address: string;
}

export interface DhcpOption {
  opt_name: string;
  opt_value: string;
  ip_version: 4 | 6;
}

export const ports = sqliteTable("ports", {
  vif_id: integer().primaryKey({ autoIncrement: true }),
  id: text().notNull(),
  ...stamps,
  network_id: text().notNull(),
  project_id: empty(),
  name: empty(),
  mac_address: text().notNull(),
  admin_state_up: flag(true),
  status: text().notNull().default("DOWN"),
  device_id: empty(),
  device_owner: empty(),
  port_security_enabled: flag(true),
  allowed_address_pairs: list<AddressPair>(),
  extra_dhcp_opts: list<DhcpOption>(),
  dns_name: empty(),
  dns_domain: empty(),
  ip_allocation: text().notNull().default("immediate"),
  propagate_uplink_status: flag(true),
  device_profile: text(),
  numa_affinity_policy: text(),
  binding_host_id: empty(),
  binding_profile: text({ mode: "json" }).$type<Record<string, unknown>>().notNull().default({}),
  binding_vnic_type: text().notNull().default("normal"),
  binding_vif_type: text().notNull().default("unbound"),
  /** For a server's card: its place among the server's cards. */
  vif_order: integer(),
  vif_tag: text(),
  /** The server made it, so it goes with the server. */
  vif_owned: flag(false),
  /** What DHCP calls the guest. */
  hostname: text(),
  ...tagged,
});

export const fixedIps = sqliteTable("fixed_ips", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: text(),
  updated_at: text(),
  ...softDelete,
  address: text().notNull(),
  /** `networks.id`, the number. */
  network_id: integer().notNull(),
  virtual_interface_id: integer(),
  instance_uuid: text(),
  allocated: flag(false),
  leased: flag(false),
  reserved: flag(false),
  host: text(),
  port_id: text(),
  subnet_id: text().notNull(),
  /** Distance from the subnet's own address; null when it does not fit into 53 bits. */
  position: integer(),
});

export const floatingIps = sqliteTable("floating_ips", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  ...stamps,
  ...softDelete,
  address: text().notNull(),
  fixed_ip_id: integer(),
  project_id: text(),
  host: text(),
  auto_assigned: flag(false),
  pool: text(),
  interface: text(),
  floating_network_id: text(),
  floating_port_id: text(),
  router_id: text(),
  status: text().notNull().default("DOWN"),
  dns_name: empty(),
  dns_domain: empty(),
  ...tagged,
});

export const portForwardings = sqliteTable("port_forwardings", {
  id: text().primaryKey(),
  ...stamps,
  floatingip_id: text().notNull(),
  protocol: text().notNull(),
  external_port: integer().notNull(),
  internal_port: integer().notNull(),
  internal_port_id: text().notNull(),
  internal_ip_address: text().notNull(),
  ...described,
});

export const routers = sqliteTable("routers", {
  id: text().primaryKey(),
  ...stamps,
  project_id: text(),
  name: empty(),
  admin_state_up: flag(true),
  status: text().notNull().default("ACTIVE"),
  gw_port_id: text(),
  enable_snat: flag(true),
  distributed: flag(false),
  ha: flag(false),
  routes: list<HostRoute>(),
  flavor_id: text(),
  availability_zone_hints: list<string>(),
  ...tagged,
});

export const securityGroups = sqliteTable("security_groups", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  ...stamps,
  ...softDelete,
  name: text().notNull(),
  user_id: text(),
  project_id: text().notNull(),
  is_default: flag(false),
  stateful: flag(true),
  ...tagged,
});

export type Direction = "ingress" | "egress";
export type Ethertype = "IPv4" | "IPv6";

export const securityGroupRules = sqliteTable("security_group_rules", {
  id: integer().primaryKey({ autoIncrement: true }),
  uuid: text().notNull(),
  ...stamps,
  ...softDelete,
  parent_group_id: integer().notNull(),
  protocol: text(),
  from_port: integer(),
  to_port: integer(),
  cidr: text(),
  group_id: integer(),
  project_id: text().notNull(),
  direction: text().$type<Direction>().notNull().default("ingress"),
  ethertype: text().$type<Ethertype>().notNull().default("IPv4"),
  address_group_id: text(),
  ...described,
});

export const securityGroupDefaultRules = sqliteTable("security_group_default_rules", {
  id: integer().primaryKey({ autoIncrement: true }),
  created_at: text(),
  updated_at: text(),
  ...softDelete,
  protocol: text(),
  from_port: integer(),
  to_port: integer(),
  cidr: text(),
});

export const portSecurityGroups = sqliteTable(
  "port_security_groups",
  { port_id: text().notNull(), security_group_id: integer().notNull() },
  (t) => [primaryKey({ columns: [t.port_id, t.security_group_id] })],
);

export const addressGroups = sqliteTable("address_groups", {
  id: text().primaryKey(),
  ...stamps,
  project_id: text(),
  name: empty(),
  addresses: list<string>(),
  ...described,
});

export type RbacType = "network" | "subnetpool" | "address_scope" | "security_group" | "address_group";

export const rbacPolicies = sqliteTable("rbac_policies", {
  id: text().primaryKey(),
  object_type: text().$type<RbacType>().notNull(),
  object_id: text().notNull(),
  action: text().notNull(),
  target_project: text().notNull(),
  project_id: text(),
});

export const networkQuotas = sqliteTable(
  "network_quotas",
  { project_id: text().notNull(), resource: text().notNull(), hard_limit: integer().notNull() },
  (t) => [primaryKey({ columns: [t.project_id, t.resource] })],
);

export const agents = sqliteTable("agents", {
  id: text().primaryKey(),
  agent_type: text().notNull(),
  binary: text().notNull(),
  topic: text().notNull(),
  host: text().notNull(),
  availability_zone: text(),
  admin_state_up: flag(true),
  created_at: text().notNull(),
  started_at: text().notNull(),
  heartbeat_timestamp: text().notNull(),
  description: text(),
  configurations: text({ mode: "json" }).$type<Record<string, unknown>>().notNull().default({}),
});

export const networkDhcpAgents = sqliteTable(
  "network_dhcp_agents",
  { network_id: text().notNull(), agent_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.network_id, t.agent_id] })],
);

export const routerL3Agents = sqliteTable(
  "router_l3_agents",
  { router_id: text().notNull(), agent_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.router_id, t.agent_id] })],
);

export const meteringLabels = sqliteTable("metering_labels", {
  id: text().primaryKey(),
  project_id: text(),
  name: empty(),
  description: empty(),
  shared: flag(false),
});

export const meteringLabelRules = sqliteTable("metering_label_rules", {
  id: text().primaryKey(),
  metering_label_id: text().notNull(),
  direction: text().$type<Direction>().notNull(),
  excluded: flag(false),
  remote_ip_prefix: text(),
  source_ip_prefix: text(),
  destination_ip_prefix: text(),
});

export const networkFlavors = sqliteTable("network_flavors", {
  id: text().primaryKey(),
  name: empty(),
  description: empty(),
  service_type: text().notNull(),
  enabled: flag(true),
});

export const serviceProfiles = sqliteTable("service_profiles", {
  id: text().primaryKey(),
  description: empty(),
  driver: empty(),
  metainfo: empty(),
  enabled: flag(true),
});

export const flavorServiceProfiles = sqliteTable(
  "flavor_service_profiles",
  { flavor_id: text().notNull(), service_profile_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.flavor_id, t.service_profile_id] })],
);

export const dnsDomains = sqliteTable("dns_domains", {
  domain: text().primaryKey(),
  created_at: text(),
  updated_at: text(),
  ...softDelete,
  scope: text().$type<"private" | "public">(),
  availability_zone: text(),
  project_id: text(),
});

export const dnsEntries = sqliteTable(
  "dns_entries",
  {
    domain: text().notNull(),
    name: text().notNull(),
    ip: text().notNull(),
    dns_type: text().$type<"A" | "AAAA">().notNull(),
  },
  (t) => [primaryKey({ columns: [t.domain, t.name] })],
);

export const networkBootstrap = sqliteTable("network_bootstrap", {
  step: text().primaryKey(),
  done_at: text().notNull(),
});

export type NetworkRow = typeof networks.$inferSelect;
export type NewNetworkRow = typeof networks.$inferInsert;
export type SubnetPoolRow = typeof subnetpools.$inferSelect;
export type AddressScopeRow = typeof addressScopes.$inferSelect;
export type SubnetRow = typeof subnets.$inferSelect;
export type PortRow = typeof ports.$inferSelect;
export type FixedIpRow = typeof fixedIps.$inferSelect;
export type FloatingIpRow = typeof floatingIps.$inferSelect;
export type PortForwardingRow = typeof portForwardings.$inferSelect;
export type RouterRow = typeof routers.$inferSelect;
export type SecurityGroupRow = typeof securityGroups.$inferSelect;
export type SecurityGroupRuleRow = typeof securityGroupRules.$inferSelect;
export type AddressGroupRow = typeof addressGroups.$inferSelect;
export type RbacPolicyRow = typeof rbacPolicies.$inferSelect;
export type AgentRow = typeof agents.$inferSelect;
export type MeteringLabelRow = typeof meteringLabels.$inferSelect;
export type MeteringLabelRuleRow = typeof meteringLabelRules.$inferSelect;
export type NetworkFlavorRow = typeof networkFlavors.$inferSelect;
export type DnsDomainRow = typeof dnsDomains.$inferSelect;
export type DnsEntryRow = typeof dnsEntries.$inferSelect;
export type ServiceProfileRow = typeof serviceProfiles.$inferSelect;
