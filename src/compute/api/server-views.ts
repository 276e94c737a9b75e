// What the API shows of a server, at every microversion. Authority: nova/api/openstack/compute/views/servers.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { isoMicros, isoSeconds } from "../../core/times.ts";
import type { Call } from "../../http/call.ts";
import type { Vif } from "../../network/public.ts";
import { hostIdOf } from "../names.ts";
import type { Nova } from "../nova.ts";
import { addressesOf, securityGroupsOfMany, vifsOfMany } from "../servers/network-info.ts";
import { FAULT_STATUSES, PROGRESS_STATUSES, statusOf } from "../states.ts";
import type { InstanceParts } from "../store.ts";
import type { FlavorSnapshot, InstanceFaultRow, InstanceRow } from "../tables.ts";
import { type LinkBase, linkBase, resourceLinks } from "./links.ts";

type Json = Record<string, unknown>;

/** Everything the view of one server is made from. */
export interface ServerFacts {
  row: InstanceRow;
  parts: InstanceParts;
  vifs: Vif[];
  groups: readonly { name: string }[];
  fault: InstanceFaultRow | null;
}

export interface ShowOptions {
  /** Below 2.75 the answers to PUT and rebuild show less than GET. */
  brief?: boolean;
  keyName?: boolean;
  serverGroups?: boolean;
  /** Rebuild shows it by other means. */
  userData?: boolean;
}

const NO_PARTS: InstanceParts = {
  flavors: { cur: null as unknown as FlavorSnapshot, old: null, new: null },
  metadata: {},
  lockedReason: null,
  tags: [],
  blockDevices: [],
};

/** Reads what belongs to these servers: a handful of statements, however many there are. */
export function factsOf(nova: Nova, rows: readonly InstanceRow[]): ServerFacts[] {
  const uuids = rows.map((row) => row.uuid);
  const parts = nova.store.partsOf(uuids);
  const vifs = vifsOfMany(nova, uuids);
  const groups = securityGroupsOfMany(nova, uuids);
  const failed = rows.filter((row) => FAULT_STATUSES.has(statusOfRow(row))).map((row) => row.uuid);
  const faults = nova.store.latestFaults(failed);
  return rows.map((row) => ({
    row,
    parts: parts.get(row.uuid) ?? NO_PARTS,
    vifs: vifs.get(row.uuid) ?? [],
    groups: groups.get(row.uuid) ?? [],
    fault: faults.get(row.uuid) ?? null,
  }));
}

export function statusOfRow(row: InstanceRow): string {
  return row.deleted !== 0 ? "DELETED" : statusOf(row.vm_state, row.task_state);
}

/** Policies that decide which attributes are shown; asked once for a list. */
export interface Visibility {
  extendedAttributes: boolean;
  extraSpecs: boolean;
  /** `all`: every host status; `unknown`: only UNKNOWN; `none`. */
  hostStatus: "all" | "unknown" | "none";
}

export function visibilityOf(call: Call, target?: { project_id: string | null }): Visibility {
  const allows = (rule: string) => call.allows(rule, target);
  return {
    extendedAttributes: allows("os_compute_api:os-extended-server-attributes"),
    extraSpecs: call.minor >= 47 && allows("os_compute_api:servers:show:flavor-extra-specs"),
    hostStatus:
      call.minor < 16
        ? "none"
        : allows("os_compute_api:servers:show:host_status")
          ? "all"
          : allows("os_compute_api:servers:show:host_status:unknown-only")
            ? "unknown"
            : "none",
  };
}

/** `{id, name, links}` */
export function basicView(base: LinkBase, row: InstanceRow): Json {
  return { id: row.uuid, name: row.display_name, links: resourceLinks(base, "servers", row.uuid) };
}

/** All there is. */
export function serverView(
  nova: Nova,
  call: Call,
  facts: ServerFacts,
  visible: Visibility,
  options: ShowOptions = {},
): Json {
  const { row, parts } = facts;
  const { minor, context } = call;
  const brief = options.brief ?? false;
  const base = linkBase(call);
  const status = statusOfRow(row);
  const server: Json = {
    id: row.uuid,
    name: row.display_name,
    status,
    tenant_id: row.project_id ?? "",
    user_id: row.user_id ?? "",
    metadata: parts.metadata,
    hostId: hostIdOf(row.host, row.project_id),
    image: imageView(base, row),
    flavor: flavorView(base, parts.flavors.cur, minor, visible.extraSpecs),
    created: isoSeconds(row.created_at),
    updated: isoSeconds(row.updated_at ?? row.created_at),
    addresses: row.vm_state === "building" ? {} : addressView(facts.vifs, !brief),
    accessIPv4: row.access_ip_v4 ?? "",
    accessIPv6: row.access_ip_v6 ?? "",
    links: resourceLinks(base, "servers", row.uuid),
    "OS-DCF:diskConfig": row.auto_disk_config ? "AUTO" : "MANUAL",
  };
  if (FAULT_STATUSES.has(status) && facts.fault) server["fault"] = faultView(facts.fault, context);
  if (PROGRESS_STATUSES.has(status)) server["progress"] = row.progress ?? 0;
  if (!brief) server["OS-EXT-AZ:availability_zone"] = zoneOf(nova, row) ?? "";
  if (!brief) server["config_drive"] = row.config_drive ?? "";
  if (options.keyName ?? !brief) server["key_name"] = row.key_name;
  if (!brief) {
    server["OS-SRV-USG:launched_at"] = row.launched_at === null ? null : isoMicros(row.launched_at);
    server["OS-SRV-USG:terminated_at"] = row.terminated_at === null ? null : isoMicros(row.terminated_at);
    if (facts.groups.length > 0) server["security_groups"] = facts.groups;
  }
  if (!brief && visible.extendedAttributes)
    Object.assign(server, extendedAttributes(row, minor, options.userData ?? true));
  if (!brief) {
    server["OS-EXT-STS:task_state"] = row.task_state;
    server["OS-EXT-STS:vm_state"] = row.vm_state;
    server["OS-EXT-STS:power_state"] = row.power_state ?? 0;
    server["os-extended-volumes:volumes_attached"] = volumesView(facts, minor);
  }
  if (!brief && minor >= 16) addHostStatus(nova, server, row, visible);
  if (minor >= 9) server["locked"] = row.locked_by !== null || row.locked;
  if (minor >= 73) server["locked_reason"] = parts.lockedReason;
  if (minor >= 19) server["description"] = row.display_description;
  if (minor >= 26) server["tags"] = parts.tags;
  if (minor >= 63) server["trusted_image_certificates"] = null;
  if (minor >= 90 && (brief || !visible.extendedAttributes)) {
    server["OS-EXT-SRV-ATTR:hostname"] = row.hostname;
  }
  if (minor >= 71 && options.serverGroups) {
    const group = nova.groups.ofInstance(row.uuid);
    server["server_groups"] = group ? [group.uuid] : [];
  }
  return server;
}

function imageView(base: LinkBase, row: InstanceRow): unknown {
  if (!row.image_ref) return "";
  return {
    id: row.image_ref,
    links: [{ rel: "bookmark", href: `${base.bookmark}/images/${row.image_ref}` }],
  };
}

function flavorView(base: LinkBase, flavor: FlavorSnapshot | null, minor: number, extraSpecs: boolean): Json {
  if (!flavor) return {};
  if (minor < 47) {
    return {
      id: flavor.flavorid,
      links: [{ rel: "bookmark", href: `${base.bookmark}/flavors/${flavor.flavorid}` }],
    };
  }
  return {
    vcpus: flavor.vcpus,
    ram: flavor.memory_mb,
    disk: flavor.root_gb,
    ephemeral: flavor.ephemeral_gb,
    swap: flavor.swap,
    original_name: flavor.name,
    ...(extraSpecs ? { extra_specs: flavor.extra_specs } : {}),
  };
}

export function addressView(vifs: readonly Vif[], extended: boolean): Json {
  const view: Json = {};
  for (const { label, addresses } of addressesOf(vifs)) {
    view[label] = addresses.map(({ version, addr, type, mac }) =>
      extended
        ? { version, addr, "OS-EXT-IPS:type": type, "OS-EXT-IPS-MAC:mac_addr": mac }
        : { version, addr },
    );
  }
  return view;
}

/** Details are for administrators, and for whoever can do something about it. */
function faultView(fault: InstanceFaultRow, context: RequestContext): Json {
  return {
    code: fault.code,
    created: isoSeconds(fault.created_at),
    message: fault.message,
    ...(fault.details && (context.isAdmin || fault.code !== 500) ? { details: fault.details } : {}),
  };
}

/** The zone of the host; before there is one, the zone that was asked for. */
function zoneOf(nova: Nova, row: InstanceRow): string | null {
  return row.host ? nova.zones.zoneOf(row.host) : row.availability_zone;
}

function extendedAttributes(row: InstanceRow, minor: number, userData: boolean): Json {
  return {
    "OS-EXT-SRV-ATTR:host": row.host,
    "OS-EXT-SRV-ATTR:instance_name": row.name,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": row.node,
    ...(minor >= 3
      ? {
          "OS-EXT-SRV-ATTR:reservation_id": row.reservation_id,
          "OS-EXT-SRV-ATTR:launch_index": row.launch_index ?? 0,
          "OS-EXT-SRV-ATTR:hostname": row.hostname,
          "OS-EXT-SRV-ATTR:kernel_id": row.kernel_id ?? "",
          "OS-EXT-SRV-ATTR:ramdisk_id": row.ramdisk_id ?? "",
          "OS-EXT-SRV-ATTR:root_device_name": row.root_device_name,
          ...(userData ? { "OS-EXT-SRV-ATTR:user_data": row.user_data } : {}),
        }
      : {}),
  };
}

function volumesView({ parts }: ServerFacts, minor: number): Json[] {
  return parts.blockDevices
    .filter((row) => row.volume_id !== null)
    .map((row) => ({
      id: row.volume_id,
      ...(minor >= 3 ? { delete_on_termination: row.delete_on_termination } : {}),
    }));
}

/** nova/compute/api.py, get_instance_host_status: of the service on the server's host. */
function addHostStatus(nova: Nova, server: Json, row: InstanceRow, visible: Visibility): void {
  if (visible.hostStatus === "none") return;
  const service = row.host ? nova.services.find("nova-compute", row.host) : null;
  const status = !service
    ? ""
    : service.forcedDown
      ? "DOWN"
      : service.disabled
        ? "MAINTENANCE"
        : nova.services.isUp(service)
          ? "UP"
          : "UNKNOWN";
  if (visible.hostStatus === "all" || status === "UNKNOWN") server["host_status"] = status;
}
