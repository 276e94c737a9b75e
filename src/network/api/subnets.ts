// /v2.0/subnets

import { not } from "drizzle-orm";
import type { IpVersion } from "../ip.ts";
import { grantedTo } from "../store/conditions.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged, UNSPECIFIED } from "./attributes.ts";
import { noneToList, toBoolean, toCanonicalCidr, toCanonicalIp, toInt } from "./converters.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, networkTarget, owner, projectColumns, tagFilters } from "./resources.ts";
import {
  hostRoutes,
  ipAddress,
  ipPools,
  nameservers,
  nonNegative,
  oneOf,
  orNone,
  subnet,
  subnetServiceTypes,
  uuid,
} from "./validators.ts";

const IPV6_MODES = ["dhcpv6-stateful", "dhcpv6-stateless", "slaac"];

const attributes = {
  id: common.id,
  name: common.name,
  ip_version: attribute("Cvfs", { convert: toInt, validate: oneOf([4, 6]) }),
  network_id: attribute("Cvfs", { validate: uuid }),
  subnetpool_id: attribute("Cvfs", { default: UNSPECIFIED, validate: orNone(uuid) }),
  prefixlen: attribute("C", { default: UNSPECIFIED, convert: toInt, validate: nonNegative }),
  cidr: attribute("Cvfs", { default: UNSPECIFIED, convert: toCanonicalCidr, validate: orNone(subnet) }),
  gateway_ip: attribute("CUvfs", {
    default: UNSPECIFIED,
    convert: toCanonicalIp,
    validate: orNone(ipAddress),
  }),
  allocation_pools: attribute("CUv", { default: UNSPECIFIED, validate: ipPools }),
  dns_nameservers: attribute("CUv", { default: UNSPECIFIED, convert: noneToList, validate: nameservers }),
  host_routes: attribute("CUv", { default: UNSPECIFIED, convert: noneToList, validate: hostRoutes }),
  ...common.project,
  enable_dhcp: common.flag("CUvfs", true),
  ipv6_ra_mode: attribute("Cvfs", { default: UNSPECIFIED, validate: oneOf(IPV6_MODES) }),
  ipv6_address_mode: attribute("Cvfs", { default: UNSPECIFIED, validate: oneOf(IPV6_MODES) }),
  shared: attribute("f", { convert: toBoolean }),
  ...standard,
  ...tagged,
  use_default_subnetpool: common.flag("C", false),
  service_types: attribute("CUv", { default: UNSPECIFIED, validate: subnetServiceTypes }),
};

export function subnetResource(api: ApiParts): Resource<t.SubnetRow> {
  const { parts, views } = api;
  const { subnets, store, access } = parts;
  return {
    name: "subnet",
    collection: "subnets",
    path: "subnets",
    attributes,
    source: {
      rows: store.subnets as never,
      visible: (context) => access.subnets(context),
      columns: {
        id: t.subnets.id,
        name: t.subnets.name,
        ip_version: t.subnets.ip_version,
        network_id: t.subnets.network_id,
        subnetpool_id: t.subnets.subnetpool_id,
        cidr: t.subnets.cidr,
        gateway_ip: t.subnets.gateway_ip,
        ...projectColumns(t.subnets.project_id),
        enable_dhcp: t.subnets.enable_dhcp,
        ipv6_ra_mode: t.subnets.ipv6_ra_mode,
        ipv6_address_mode: t.subnets.ipv6_address_mode,
        description: t.subnets.description,
        revision_number: t.subnets.revision_number,
      },
      filters: {
        ...tagFilters(t.subnets.tags),
        shared: (values, _, context) => {
          const granted = grantedTo("network", t.subnets.network_id, context.projectId);
          return values[0] === true ? granted : not(granted);
        },
      },
    },
    view: (context, rows) => views.subnets(context, rows),
    get: (context, id) => subnets.get(context, id),
    create: (context, fields) =>
      subnets.create(context, {
        ...changes(fields),
        project_id: owner(fields),
        network_id: fields["network_id"] as string,
        ip_version: fields["ip_version"] as IpVersion,
        cidr: given<string | null>(fields["cidr"]) ?? undefined,
        prefixlen: given<number>(fields["prefixlen"]),
        subnetpool_id: given<string | null>(fields["subnetpool_id"]),
        use_default_subnetpool: given<boolean>(fields["use_default_subnetpool"]),
        ipv6_ra_mode: given<t.Ipv6Mode>(fields["ipv6_ra_mode"]),
        ipv6_address_mode: given<t.Ipv6Mode>(fields["ipv6_address_mode"]),
      }),
    update: (context, id, fields) => subnets.update(context, id, changes(fields)),
    remove: (context, id) => subnets.delete(context, id),
    target: networkTarget(api),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function changes(fields: Fields) {
  return {
    name: given<string>(fields["name"]),
    gateway_ip: given<string | null>(fields["gateway_ip"]),
    allocation_pools: given<t.AddressRange[]>(fields["allocation_pools"]),
    enable_dhcp: given<boolean>(fields["enable_dhcp"]),
    dns_nameservers: given<string[]>(fields["dns_nameservers"]),
    host_routes: given<t.HostRoute[]>(fields["host_routes"]),
    service_types: given<string[] | null>(fields["service_types"]) ?? undefined,
    description: given<string>(fields["description"]),
  };
}
