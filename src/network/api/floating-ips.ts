// /v2.0/floatingips, their port forwardings, and /v2.0/floatingip-pools.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { HTTPNotFound } from "../errors/common.ts";
import type { ForwardingFields } from "../rules/port-forwardings.ts";
import { floatingOn } from "../store/conditions.ts";
import * as t from "../tables.ts";
import {
  type AttributeMap,
  attribute,
  common,
  type Fields,
  given,
  prepareFields,
  readBody,
  standard,
  tagged,
  UNSPECIFIED,
} from "./attributes.ts";
import { toInt, toLowerCase } from "./converters.ts";
import { check } from "./policy.ts";
import { onlyFields, readFields } from "./query.ts";
import { type Resource, readJson } from "./resource.ts";
import { type ApiParts, owner, projectColumns, tagFilters } from "./resources.ts";
import { dnsDomain, floatingDnsName, ipAddress, oneOf, orNone, range, string, uuid } from "./validators.ts";
import { forwardingView } from "./views.ts";

const attributes = {
  id: common.id,
  floating_ip_address: attribute("CvfsE", { default: null, validate: orNone(ipAddress) }),
  subnet_id: attribute("C", { default: null, validate: orNone(uuid) }),
  floating_network_id: attribute("Cvfs", { validate: uuid }),
  router_id: attribute("vfs"),
  port_id: attribute("CUvf", { default: null, validate: orNone(uuid) }),
  fixed_ip_address: attribute("CUvfs", { default: null, validate: orNone(ipAddress) }),
  ...common.project,
  status: attribute("vfs"),
  dns_name: attribute("Cv", { default: "", convert: toLowerCase, validate: floatingDnsName }),
  dns_domain: attribute("Cv", { default: "", convert: toLowerCase, validate: dnsDomain }),
  port_details: attribute("v"),
  port_forwardings: attribute("v"),
  ...standard,
  ...tagged,
};

export function floatingIpResource({ parts, views }: ApiParts): Resource<t.FloatingIpRow> {
  const { floatingIps, store } = parts;
  return {
    name: "floatingip",
    collection: "floatingips",
    path: "floatingips",
    attributes,
    source: {
      rows: store.floatingIps as never,
      visible: (context) => floatingIps.visible(context),
      columns: {
        id: t.floatingIps.uuid,
        floating_ip_address: t.floatingIps.address,
        floating_network_id: t.floatingIps.floating_network_id,
        router_id: t.floatingIps.router_id,
        ...projectColumns(t.floatingIps.project_id),
        status: t.floatingIps.status,
        description: t.floatingIps.description,
        revision_number: t.floatingIps.revision_number,
      },
      filters: {
        ...tagFilters(t.floatingIps.tags),
        port_id: (values) => floatingOn("port_id", values),
        fixed_ip_address: (values) => floatingOn("address", values),
      },
    },
    view: (context, rows) => views.floatingIps(context, rows),
    get: (context, id) => floatingIps.get(context, id),
    create: (context, fields) =>
      floatingIps.create(context, {
        project_id: owner(fields),
        floating_network_id: fields["floating_network_id"] as string,
        floating_ip_address: given<string | null>(fields["floating_ip_address"]),
        subnet_id: given<string | null>(fields["subnet_id"]),
        port_id: given<string | null>(fields["port_id"]),
        fixed_ip_address: given<string | null>(fields["fixed_ip_address"]),
        dns_name: given<string>(fields["dns_name"]),
        dns_domain: given<string>(fields["dns_domain"]),
        description: given<string>(fields["description"]),
      }),
    update: (context, id, fields) =>
      floatingIps.update(context, id, {
        port_id: given<string | null>(fields["port_id"]),
        fixed_ip_address: given<string | null>(fields["fixed_ip_address"]),
        description: given<string>(fields["description"]),
      }),
    remove: (context, id) => floatingIps.delete(context, id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

const forwardingAttributes: AttributeMap = {
  id: common.id,
  external_port: attribute("CUv", { convert: toInt, validate: range(1, 65_535) }),
  internal_port: attribute("CUv", { convert: toInt, validate: range(1, 65_535) }),
  internal_ip_address: attribute("CUv", { default: UNSPECIFIED, validate: orNone(ipAddress) }),
  protocol: attribute("CUv", {
    convert: toLowerCase,
    validate: oneOf(["tcp", "udp", "icmp", "icmp6", "sctp", "dccp"]),
  }),
  internal_port_id: attribute("CUv", { validate: uuid }),
  description: attribute("CUv", { default: "", validate: string(255) }),
};

const FORWARDING = "floatingip_port_forwarding";

export function forwardingRoutes(prefix: string, { parts }: ApiParts): Route[] {
  const { forwardings, floatingIps } = parts;
  const path = `${prefix}/floatingips/:floatingip_id/port_forwardings`;

  function ask(call: Call, action: string): string {
    const id = call.param("floatingip_id");
    const row = floatingIps.get(call.context, id);
    const target = {
      tenant_id: row.project_id,
      project_id: row.project_id,
      "ext_parent:tenant_id": row.project_id,
    };
    if (!check(call, `${action}_${FORWARDING}`, target)) throw new HTTPNotFound();
    return id;
  }

  function listForwardings(call: Call): Reply {
    const rows = forwardings.list(call.context, ask(call, "get"));
    const wanted = (row: t.PortForwardingRow) =>
      (["protocol", "external_port", "internal_port_id", "id"] as const).every((name) => {
        const values = call.query.getAll(name);
        return values.length === 0 || values.includes(String(row[name]));
      });
    const fields = readFields(call);
    return json(200, {
      port_forwardings: rows.filter(wanted).map((row) => onlyFields(forwardingView(row), fields)),
    });
  }

  function showForwarding(call: Call): Reply {
    const row = forwardings.get(call.context, ask(call, "get"), call.param("id"));
    return json(200, { port_forwarding: onlyFields(forwardingView(row), readFields(call)) });
  }

  async function createForwarding(call: Call): Promise<Reply> {
    const { items, bulk } = readBody(await readJson(call), "port_forwarding", "port_forwardings", true);
    const id = ask(call, "create");
    const rows = parts.store.transaction(() =>
      items.map((item) =>
        forwardings.create(
          call.context,
          id,
          forwardingFields(prepareFields(call.context, forwardingAttributes, item, true)) as ForwardingFields,
        ),
      ),
    );
    const views = rows.map(forwardingView);
    return json(201, bulk ? { port_forwardings: views } : { port_forwarding: views[0] });
  }

  async function updateForwarding(call: Call): Promise<Reply> {
    const { items } = readBody(await readJson(call), "port_forwarding", "port_forwardings", false);
    const id = ask(call, "update");
    const changes = prepareFields(call.context, forwardingAttributes, items[0]!, false);
    const row = forwardings.update(call.context, id, call.param("id"), forwardingFields(changes));
    return json(200, { port_forwarding: forwardingView(row) });
  }

  function deleteForwarding(call: Call): Reply {
    forwardings.delete(call.context, ask(call, "delete"), call.param("id"));
    return empty(204);
  }

  const access = (action: string) => ({ handlerAsks: [`${action}_${FORWARDING}`] });
  return [
    { method: "GET", path, handler: listForwardings, access: access("get") },
    { method: "POST", path, handler: createForwarding, access: access("create") },
    { method: "GET", path: `${path}/:id`, handler: showForwarding, access: access("get") },
    { method: "PUT", path: `${path}/:id`, handler: updateForwarding, access: access("update") },
    { method: "DELETE", path: `${path}/:id`, handler: deleteForwarding, access: access("delete") },
  ];
}

function forwardingFields(fields: Fields): Partial<ForwardingFields> {
  const known = Object.entries(fields).filter(
    ([name, value]) => value !== UNSPECIFIED && name !== "project_id" && name !== "tenant_id",
  );
  return Object.fromEntries(known) as Partial<ForwardingFields>;
}

export function poolRoutes(prefix: string, { parts }: ApiParts): Route[] {
  function listPools(call: Call): Reply {
    const external = parts.store.networks
      .list(parts.access.networks(call.context))
      .filter((network) => network.external);
    const pools = parts.store.subnets
      .among(
        "network_id",
        external.map((network) => network.uuid),
      )
      .filter((subnet) => subnet.ip_version === 4)
      .map((subnet) => ({
        subnet_id: subnet.id,
        subnet_name: subnet.name,
        network_id: subnet.network_id,
        cidr: subnet.cidr,
        project_id: subnet.project_id ?? "",
        tenant_id: subnet.project_id ?? "",
      }));
    const fields = readFields(call);
    return json(200, { floatingip_pools: pools.map((pool) => onlyFields(pool, fields)) });
  }
  return [
    { method: "GET", path: `${prefix}/floatingip-pools`, handler: listPools, access: "get_floatingip_pool" },
  ];
}
