// /v2.0/ports

import type { SQL } from "drizzle-orm";
import type { WantedAddress } from "../rules/addresses.ts";
import type { PortChanges } from "../rules/port-update.ts";
import type { AddressPairWanted } from "../rules/ports.ts";
import { portsInGroups, portsWithAddress } from "../store/conditions.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged, UNSPECIFIED } from "./attributes.ts";
import { keyValues, noneToList, toCanonicalMac, toLowerCase } from "./converters.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, networkTarget, owner, projectColumns, tagFilters } from "./resources.ts";
import {
  allowedAddressPairs,
  canonicalIp,
  dict,
  dnsDomain,
  dnsName,
  fixedIps,
  listOf,
  listOfAnyKeySpecs,
  macAddress,
  onelineNotEmptyString,
  oneOf,
  orNone,
  string,
  uuid,
  uuidList,
} from "./validators.ts";

const VNIC_TYPES = [
  "normal",
  "direct",
  "macvtap",
  "baremetal",
  "direct-physical",
  "virtio-forwarder",
  "smart-nic",
  "vdpa",
  "accelerator-direct",
  "accelerator-direct-physical",
  "remote-managed",
];
const TAG_MAX = 255;

const ipVersion = { validate: (value: unknown) => oneOf([4, 6])(Number(value)) };
const dhcpOptions = listOfAnyKeySpecs([
  {
    opt_name: { validate: oneOf(["router", "classless-static-route"]), required: true },
    opt_value: { validate: orNone(string(255)), required: true },
    ip_version: ipVersion,
  },
  {
    opt_name: { validate: onelineNotEmptyString(64), required: true },
    opt_value: { validate: orNone(onelineNotEmptyString(255)), required: true },
    ip_version: ipVersion,
  },
]);

const portAttributes = (maxPairs: number) => ({
  id: common.id,
  name: common.name,
  network_id: attribute("Cvfs", { validate: uuid }),
  admin_state_up: common.flag("CUvfs", true),
  mac_address: attribute("CUvfsE", {
    default: UNSPECIFIED,
    convert: toCanonicalMac,
    validate: orNone(macAddress),
  }),
  fixed_ips: attribute("CUvfE", { default: UNSPECIFIED, validate: fixedIps }),
  device_id: attribute("CUvfs", { default: "", validate: string(255) }),
  device_owner: attribute("CUvfsE", { default: "", validate: string(255) }),
  ...common.project,
  status: attribute("vfs"),
  ...standard,
  ...tagged,
  tags: attribute("Cvf", { default: [], validate: listOf(string(TAG_MAX)) }),
  security_groups: attribute("CUvf", { default: UNSPECIFIED, convert: noneToList, validate: uuidList }),
  allowed_address_pairs: attribute("CUvE", {
    default: UNSPECIFIED,
    convert: noneToList,
    validate: allowedAddressPairs(maxPairs),
  }),
  dns_name: attribute("CUv", { default: "", convert: toLowerCase, validate: dnsName }),
  dns_assignment: attribute("v"),
  dns_domain: attribute("CUv", { default: "", convert: toLowerCase, validate: dnsDomain }),
  extra_dhcp_opts: attribute("CUv", { default: null, validate: dhcpOptions }),
  port_security_enabled: common.flag("CUvE", UNSPECIFIED),
  "binding:vif_type": attribute("vE"),
  "binding:vif_details": attribute("vE"),
  "binding:vnic_type": attribute("CUvE", { default: "normal", validate: oneOf(VNIC_TYPES) }),
  "binding:host_id": attribute("CUvfE", { default: UNSPECIFIED, validate: orNone(string(255)) }),
  "binding:profile": attribute("CUvE", { default: UNSPECIFIED, validate: orNone(dict()) }),
  propagate_uplink_status: common.flag("Cv", true),
  device_profile: attribute("Cv", { default: null, validate: orNone(string(255)) }),
  numa_affinity_policy: attribute("CUv", {
    default: null,
    validate: oneOf(["required", "preferred", "legacy", null]),
  }),
});

export function portResource(api: ApiParts): Resource<t.PortRow> {
  const { parts, views } = api;
  const { ports, portUpdate, store, access } = parts;
  return {
    name: "port",
    collection: "ports",
    path: "ports",
    attributes: portAttributes(parts.base.config.MAX_ALLOWED_ADDRESS_PAIR),
    source: {
      rows: store.ports as never,
      visible: (context) => access.ports(context),
      columns: {
        id: t.ports.id,
        name: t.ports.name,
        network_id: t.ports.network_id,
        admin_state_up: t.ports.admin_state_up,
        mac_address: t.ports.mac_address,
        device_id: t.ports.device_id,
        device_owner: t.ports.device_owner,
        ...projectColumns(t.ports.project_id),
        status: t.ports.status,
        description: t.ports.description,
        revision_number: t.ports.revision_number,
        "binding:host_id": t.ports.binding_host_id,
      },
      filters: {
        ...tagFilters(t.ports.tags),
        fixed_ips: (_, texts) => addressFilter(texts),
        security_groups: (values) => portsInGroups(values),
      },
    },
    view: (context, rows) => views.ports(context, rows),
    get: (context, id) => ports.get(context, id),
    create: (context, fields) =>
      ports.create(context, {
        ...created(fields),
        project_id: owner(fields),
        network_id: fields["network_id"] as string,
      }),
    update: (context, id, fields) => portUpdate.update(context, id, changes(fields)),
    remove: (context, id) => ports.delete(context, id),
    target: networkTarget(api),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

/** `ip_address=`, `ip_address_substr=`, `subnet_id=`: values of one key are alternatives. */
function addressFilter(texts: readonly string[]): SQL | undefined {
  const wanted = keyValues(texts);
  return portsWithAddress({
    addresses: wanted["ip_address"],
    subnetIds: wanted["subnet_id"],
    parts: wanted["ip_address_substr"],
  });
}

function created(fields: Fields) {
  const options = given<PortChanges["extra_dhcp_opts"] | null>(fields["extra_dhcp_opts"]) ?? [];
  return {
    ...shared(fields),
    mac_address: given<string | null>(fields["mac_address"]) ?? undefined,
    tags: [...new Set(given<string[]>(fields["tags"]) ?? [])],
    device_profile: given<string | null>(fields["device_profile"]),
    propagate_uplink_status: given<boolean>(fields["propagate_uplink_status"]),
    extra_dhcp_opts: options.flatMap(({ opt_name, opt_value, ip_version }) =>
      opt_value === null ? [] : [{ opt_name, opt_value, ip_version: version(ip_version) }],
    ),
  };
}

function changes(fields: Fields): PortChanges {
  const options = given<PortChanges["extra_dhcp_opts"] | null>(fields["extra_dhcp_opts"]);
  return {
    ...shared(fields),
    mac_address: given<string | null>(fields["mac_address"]),
    extra_dhcp_opts: options?.map((option) => ({ ...option, ip_version: version(option.ip_version) })),
  };
}

const version = (value: unknown): 4 | 6 => (Number(value ?? 4) === 6 ? 6 : 4);

function shared(fields: Fields) {
  return {
    name: given<string>(fields["name"]),
    admin_state_up: given<boolean>(fields["admin_state_up"]),
    device_id: given<string>(fields["device_id"]),
    device_owner: given<string>(fields["device_owner"]),
    description: given<string>(fields["description"]),
    dns_name: given<string>(fields["dns_name"]),
    dns_domain: given<string>(fields["dns_domain"]),
    port_security_enabled: given<boolean>(fields["port_security_enabled"]),
    binding_host_id: text(fields["binding:host_id"]),
    binding_profile: given<Record<string, unknown> | null>(fields["binding:profile"]) ?? undefined,
    binding_vnic_type: given<string>(fields["binding:vnic_type"]),
    numa_affinity_policy: given<string | null>(fields["numa_affinity_policy"]),
    fixed_ips: given<WantedAddress[]>(fields["fixed_ips"])?.map(canonical),
    security_groups: given<string[]>(fields["security_groups"]),
    allowed_address_pairs: given<AddressPairWanted[]>(fields["allowed_address_pairs"])?.map((pair) => ({
      ip_address: pair.ip_address,
      ...(pair.mac_address === undefined ? {} : { mac_address: toCanonicalMac(pair.mac_address) as string }),
    })),
  };
}

function text(value: unknown): string | undefined {
  const known = given<string | null>(value);
  return known === undefined ? undefined : (known ?? "");
}

function canonical({ subnet_id, ip_address }: WantedAddress): WantedAddress {
  return {
    ...(subnet_id === undefined ? {} : { subnet_id }),
    ...(ip_address === undefined ? {} : { ip_address: canonicalIp(ip_address) as string }),
  };
}
