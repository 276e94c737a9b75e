// /v2.0/networks

import { sql } from "drizzle-orm";
import { HTTPBadRequest } from "../errors/common.ts";
import { SegmentsSetInConjunctionWithProviders } from "../errors/networks.ts";
import type { ProviderFields } from "../rules/segments.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given, standard, tagged, UNSPECIFIED } from "./attributes.ts";
import { toInt, toLowerCase } from "./converters.ts";
import type { Resource } from "./resource.ts";
import { type ApiParts, owner, projectColumns, sharedFilter, tagFilters } from "./resources.ts";
import { dnsDomain, nonNegative, string, zoneHints } from "./validators.ts";

const attributes = {
  id: common.id,
  name: common.name,
  subnets: attribute("v"),
  admin_state_up: common.flag("CUvfs", true),
  status: attribute("vfs"),
  ...common.project,
  shared: common.flag("CUvfE", false),
  ...standard,
  ...tagged,
  ipv4_address_scope: attribute("v"),
  ipv6_address_scope: attribute("v"),
  is_default: common.flag("CUvfE", false),
  dns_domain: attribute("CUv", { default: "", convert: toLowerCase, validate: dnsDomain }),
  "router:external": common.flag("CUvfE", false),
  segments: attribute("CUvE", { default: UNSPECIFIED, validate: segments }),
  availability_zones: attribute("v"),
  availability_zone_hints: attribute("Cv", { default: [], validate: zoneHints }),
  mtu: attribute("CUvfsE", { default: 0, convert: toInt, validate: nonNegative }),
  port_security_enabled: common.flag("CUvE", true),
  "provider:network_type": attribute("CUvfE", { default: UNSPECIFIED, validate: string(32) }),
  "provider:physical_network": attribute("CUvfE", { default: UNSPECIFIED, validate: string(64) }),
  "provider:segmentation_id": attribute("CUvfE", { default: UNSPECIFIED, convert: toInt }),
};

/** neutron_lib/api/validators/multiprovidernet.py */
function segments(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0) throw new HTTPBadRequest("Segments must be a list");
  for (const segment of value) {
    if (typeof segment !== "object" || segment === null || Array.isArray(segment)) {
      throw new HTTPBadRequest("Segments must be dictionaries");
    }
    const allowed = ["provider:network_type", "provider:physical_network", "provider:segmentation_id"];
    const unknown = Object.keys(segment).filter((name) => !allowed.includes(name));
    if (unknown.length > 0) throw new HTTPBadRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`);
  }
  return null;
}

export function networkResource(api: ApiParts): Resource<t.NetworkRow> {
  const { parts, views } = api;
  const { networks, store, access } = parts;
  return {
    name: "network",
    collection: "networks",
    path: "networks",
    attributes,
    source: {
      rows: store.networks as never,
      visible: (context) => access.networks(context),
      columns: {
        id: t.networks.uuid,
        name: t.networks.label,
        admin_state_up: t.networks.admin_state_up,
        status: t.networks.status,
        ...projectColumns(t.networks.project_id),
        description: t.networks.description,
        revision_number: t.networks.revision_number,
        is_default: t.networks.is_default,
        "router:external": t.networks.external,
        mtu: t.networks.mtu,
        "provider:network_type": t.networks.network_type,
        "provider:physical_network": t.networks.physical_network,
        "provider:segmentation_id": t.networks.segmentation_id,
      },
      filters: {
        ...tagFilters(t.networks.tags),
        shared: (values, texts, context) => {
          const wanted = sharedFilter("network", t.networks.uuid)(values, texts, context);
          if (wanted === undefined) return undefined;
          return values[0] === true
            ? sql`(${wanted} OR ${t.networks.project_id} IS NULL)`
            : sql`(${wanted} AND ${t.networks.project_id} IS NOT NULL)`;
        },
      },
    },
    view: (context, rows) => views.networks(context, rows),
    get: (context, id) => networks.get(context, id),
    create: (context, fields) =>
      networks.create(context, { project_id: owner(fields), ...newNetwork(fields) }),
    update: (context, id, fields) => networks.update(context, id, changes(fields)),
    remove: (context, id) => networks.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

function newNetwork(fields: Fields) {
  return {
    ...changes(fields),
    name: fields["name"] as string,
    availability_zone_hints: fields["availability_zone_hints"] as string[],
  };
}

function changes(fields: Fields) {
  return {
    name: given<string>(fields["name"]),
    admin_state_up: given<boolean>(fields["admin_state_up"]),
    shared: given<boolean>(fields["shared"]),
    external: given<boolean>(fields["router:external"]),
    is_default: given<boolean>(fields["is_default"]),
    mtu: given<number>(fields["mtu"]),
    port_security_enabled: given<boolean>(fields["port_security_enabled"]),
    dns_domain: given<string>(fields["dns_domain"]),
    description: given<string>(fields["description"]),
    provider: provider(fields),
  };
}

/** One segment is the same as provider attributes; several need more than one machine. */
function provider(fields: Fields): ProviderFields | undefined {
  const own: ProviderFields = {
    network_type: given<string>(fields["provider:network_type"]),
    physical_network: given<string>(fields["provider:physical_network"]),
    segmentation_id: given<number>(fields["provider:segmentation_id"]),
  };
  const named = Object.values(own).some((value) => value !== undefined);
  const list = given<Fields[]>(fields["segments"]);
  if (!list) return named ? own : undefined;
  if (named) throw new SegmentsSetInConjunctionWithProviders();
  if (list.length > 1) throw new HTTPBadRequest("Only networks of one segment can be made here");
  const [segment = {}] = list;
  return {
    network_type: given<string>(segment["provider:network_type"]),
    physical_network: given<string>(segment["provider:physical_network"]),
    segmentation_id: given<number>(segment["provider:segmentation_id"]),
  };
}
