// The Network API v2.0.

import { projectId } from "../core/session.ts";
import { api } from "./http.ts";

const network = api("/network/v2.0");

export interface Network {
  id: string;
  name: string;
  status: string;
  admin_state_up: boolean;
  shared: boolean;
  "router:external": boolean;
  project_id: string;
  subnets: string[];
  mtu: number;
}

export interface Subnet {
  id: string;
  name: string;
  network_id: string;
  cidr: string;
  gateway_ip: string | null;
  ip_version: number;
  enable_dhcp: boolean;
  allocation_pools: { start: string; end: string }[];
  dns_nameservers: string[];
}

export interface Port {
  id: string;
  name: string;
  network_id: string;
  device_id: string;
  device_owner: string;
  mac_address: string;
  status: string;
  fixed_ips: { ip_address: string; subnet_id: string }[];
}

async function list<T>(
  what: string,
  query: Record<string, string | boolean | undefined>,
  signal?: AbortSignal,
): Promise<T[]> {
  return (await network<Record<string, T[]>>(`/${what}`, { query, signal }))[what.replace(/-/g, "_")]!;
}

async function create<T>(what: string, name: string, body: unknown): Promise<T> {
  return (await network<Record<string, T>>(`/${what}`, { method: "POST", body: { [name]: body } }))[name]!;
}

async function remove(what: string, id: string): Promise<void> {
  await network(`/${what}/${id}`, { method: "DELETE" });
}

export const listNetworks = (signal?: AbortSignal) => list<Network>("networks", {}, signal);
export const listSubnets = (signal?: AbortSignal) => list<Subnet>("subnets", {}, signal);
export const listPorts = (query: Record<string, string>, signal?: AbortSignal) =>
  list<Port>("ports", query, signal);

/** The project's own and the shared ones, as servers can be put on. */
export async function usableNetworks(signal?: AbortSignal): Promise<Network[]> {
  const found = await listNetworks(signal);
  const own = projectId();
  return found.filter((one) => one.shared || (one.project_id === own && !one["router:external"]));
}

export const createNetwork = (body: { name: string; admin_state_up: boolean }) =>
  create<Network>("networks", "network", body);
export const deleteNetwork = (id: string) => remove("networks", id);

export interface NewSubnet {
  network_id: string;
  name: string;
  cidr: string;
  ip_version: number;
  gateway_ip?: string | null;
  enable_dhcp: boolean;
  dns_nameservers?: string[];
  allocation_pools?: { start: string; end: string }[];
  host_routes?: { destination: string; nexthop: string }[];
}

export const createSubnet = (body: NewSubnet) => create<Subnet>("subnets", "subnet", body);
export const deleteSubnet = (id: string) => remove("subnets", id);

export interface SecurityGroupRule {
  id: string;
  direction: "ingress" | "egress";
  ethertype: string;
  protocol: string | null;
  port_range_min: number | null;
  port_range_max: number | null;
  remote_ip_prefix: string | null;
  remote_group_id: string | null;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  security_group_rules: SecurityGroupRule[];
}

/** The project's own: an administrator would see everybody's. */
export const listSecurityGroups = (signal?: AbortSignal) =>
  list<SecurityGroup>("security-groups", { project_id: projectId() }, signal);

export async function getSecurityGroup(id: string, signal?: AbortSignal): Promise<SecurityGroup> {
  return (await network<{ security_group: SecurityGroup }>(`/security-groups/${id}`, { signal }))
    .security_group;
}

export const createSecurityGroup = (body: { name: string; description: string }) =>
  create<SecurityGroup>("security-groups", "security_group", body);
export const deleteSecurityGroup = (id: string) => remove("security-groups", id);

export type NewRule = Partial<Omit<SecurityGroupRule, "id">> & { security_group_id: string };

export const createRule = (body: NewRule) =>
  create<SecurityGroupRule>("security-group-rules", "security_group_rule", body);
export const deleteRule = (id: string) => remove("security-group-rules", id);

export interface FloatingIp {
  id: string;
  floating_ip_address: string;
  fixed_ip_address: string | null;
  floating_network_id: string;
  port_id: string | null;
  status: string;
}

export const listFloatingIps = (signal?: AbortSignal) =>
  list<FloatingIp>("floatingips", { project_id: projectId() }, signal);
export const allocateFloatingIp = (networkId: string) =>
  create<FloatingIp>("floatingips", "floatingip", { floating_network_id: networkId });
export const releaseFloatingIp = (id: string) => remove("floatingips", id);

/** @param portId null to take it away from where it is */
export async function associateFloatingIp(id: string, portId: string | null): Promise<void> {
  await network(`/floatingips/${id}`, { method: "PUT", body: { floatingip: { port_id: portId } } });
}

export interface QuotaUse {
  limit: number;
  used: number;
}

export async function networkQuota(signal?: AbortSignal): Promise<Record<string, QuotaUse>> {
  const path = `/quotas/${projectId()}/details.json`;
  return (await network<{ quota: Record<string, QuotaUse> }>(path, { signal })).quota;
}
