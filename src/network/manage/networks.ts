// `nova-manage network create|list|modify|delete`: the operators' way to nova-network's networks, straight to the tables,
// whether the cloud runs or not. Authority: nova/cmd/manage.py of Newton (NetworkCommands).

import { Conflict, Invalid } from "../../core/errors.ts";
import { NetworkNotCreated } from "../errors/nova.ts";
import { formatAddress, parseCidr } from "../ip.ts";
import type { NetworkParts } from "../parts.ts";

/** Options as they were given; absent or null: not. */
export interface NetworkCreateOptions {
  label: string | null;
  /** `--fixed_range_v4` */
  cidr: string | null;
  numNetworks: number | null;
  networkSize: number | null;
  vlan: number | null;
  vlanStart: number | null;
  gateway: string | null;
  bridge: string | null;
  bridgeInterface: string | null;
  multiHost: boolean | null;
  dns1: string | null;
  dns2: string | null;
  uuid: string | null;
  /** Only addresses of this part of the range are given out. */
  fixedCidr: string | null;
  projectId: string | null;
  priority: number | null;
}

/** @throws NetworkNotCreated, InvalidInputReceived, CidrConflict */
export function createNetworks(parts: NetworkParts, options: NetworkCreateOptions): void {
  const { config, names } = parts.base;
  if (!options.label) throw new NetworkNotCreated("label");
  if (!options.cidr) throw new NetworkNotCreated("cidr or cidr_v6");
  const vlanStart = options.vlan ?? options.vlanStart;
  const kind = vlanStart === null ? config.NETWORK_MANAGER : "vlan";
  const count = options.numNetworks ?? 1;
  const range = parseCidr(options.cidr);
  const all = range ? Number(range.last - range.first) + 1 : 0;
  const part = options.fixedCidr === null ? null : parseCidr(options.fixedCidr);
  parts.flatNetworks.create({
    label: options.label,
    cidr: options.cidr,
    num_networks: count,
    // A network that was not measured is no larger than the setting says.
    network_size: options.networkSize ?? Math.min(config.FIXED_NETWORK_SIZE, powerBelow(all / count)),
    kind,
    vlan_start: vlanStart,
    gateway: options.gateway,
    ...(kind === "vlan"
      ? { bridge: options.bridge, bridge_interface: options.bridgeInterface }
      : {
          bridge: options.bridge ?? (config.FLAT_NETWORK_BRIDGE || names.flatBridge),
          bridge_interface: options.bridgeInterface ?? (config.FLAT_INTERFACE || null),
        }),
    multi_host: options.multiHost ?? false,
    dns1: options.dns1,
    dns2: options.dns2,
    uuid: options.uuid,
    project_id: options.projectId,
    priority: options.priority,
    ...(part
      ? {
          allowed_start: hostIn(options.fixedCidr!, "first"),
          allowed_end: hostIn(options.fixedCidr!, "last"),
        }
      : {}),
  });
}

const LAYOUT = [5, 18, 15, 15, 15, 15, 15, 15, 15];
const HEADER = ["id", "IPv4", "IPv6", "start address", "DNS1", "DNS2", "VlanID", "project", "uuid"];

/** The table as it is printed; also the networks of the Network API are in it. */
export function listNetworks(parts: NetworkParts): string {
  const networks = parts.flatNetworks.list();
  if (networks.length === 0) return `${line(HEADER)}No networks found\n`;
  const rows = networks.map((row) => [
    row.id,
    row.cidr,
    row.cidr_v6,
    row.dhcp_start,
    row.dns1,
    row.dns2,
    row.vlan,
    row.project_id,
    row.uuid,
  ]);
  return [HEADER, ...rows].map(line).join("");
}

export interface NetworkModifyOptions {
  fixedRange: string;
  project: string | null;
  host: string | null;
  disassociateProject: boolean;
  disassociateHost: boolean;
}

/** Gives a network to a project or host, or takes it away; what is not named stays. @throws NetworkNotFoundForCidr */
export function modifyNetwork(parts: NetworkParts, options: NetworkModifyOptions): void {
  const { uuid } = parts.flatNetworks.find({ cidr: options.fixedRange });
  parts.flatNetworks.associate(uuid, {
    ...(options.disassociateProject ? { project_id: null } : {}),
    ...(options.disassociateHost ? { host: null } : {}),
    ...(options.project === null ? {} : { project_id: options.project }),
    ...(options.host === null ? {} : { host: options.host }),
  });
}

/** @throws NetworkNotFound, NetworkNotFoundForCidr, NetworkInUse */
export function deleteNetwork(
  parts: NetworkParts,
  by: { fixedRange: string | null; uuid: string | null },
): void {
  if (by.fixedRange === null && by.uuid === null) {
    throw new Invalid("Please specify either fixed_range or uuid");
  }
  const row = parts.flatNetworks.find(by.uuid === null ? { cidr: by.fixedRange! } : { uuid: by.uuid });
  if (row.project_id !== null) {
    throw new Conflict(`Network must be disassociated from project ${row.project_id} before delete`);
  }
  parts.flatNetworks.delete(row);
}

/** Columns as wide as they are set, with a tab between; what is not set is Python's None. */
function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map((cell, i) => String(cell ?? "None").padEnd(LAYOUT[i]!)).join("\t")}\n`;
}

function powerBelow(size: number): number {
  return size < 1 ? 1 : 2 ** Math.floor(Math.log2(size));
}

/** The range's first or last address that a server may have. */
function hostIn(text: string, end: "first" | "last"): string {
  const cidr = parseCidr(text)!;
  return formatAddress(4, cidr[end]);
}
