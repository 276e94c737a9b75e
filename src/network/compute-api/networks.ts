// /os-networks and /os-tenant-networks. Authority: nova/api/openstack/compute/networks.py, networks_associate.py and
// tenant_networks.py, of Newton, which still had nova-network's.

import { and, eq } from "drizzle-orm";
import { CloudError, Conflict, Invalid, NotFound } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { NewFlatNetwork } from "../rules/flat-networks.ts";
import * as t from "../tables.ts";
import { isRecord, type NovaNetworkOptions, networkOf, PROXY_UNTIL } from "./parts.ts";
import { addNetwork, createNetwork, createTenantNetwork } from "./schemas.ts";

const POLICY = "os_compute_api:os-networks";
const ASSOCIATE = "os_compute_api:os-networks-associate";
const TENANT = "os_compute_api:os-tenant-networks";
const NOT_FOUND = "Network not found";

export function networkRoutes(options: NovaNetworkOptions): Route[] {
  const network = () => networkOf(options);

  function visible(call: Call): t.NetworkRow[] {
    const { store, access } = network();
    return store.networks.list(access.networks(call.context));
  }

  function find(call: Call): t.NetworkRow {
    const { store, access } = network();
    const where = and(eq(t.networks.uuid, call.param("id")), access.networks(call.context));
    const row = store.networks.list(where, [], 1)[0];
    if (!row) throw new NotFound(NOT_FOUND);
    return row;
  }

  function create(call: Call): Reply {
    const given = (call.body as { network: Record<string, unknown> }).network;
    const [row] = network().flatNetworks.create(fieldsOf(given));
    return json(200, { network: networkView(row!, true) });
  }

  function remove(call: Call): Reply {
    const row = find(call);
    const { networks, flatNetworks } = network();
    if (row.kind === "neutron") networks.delete(call.context, row.uuid);
    else flatNetworks.delete(row);
    return empty(202);
  }

  /** Gives the caller's project a network. */
  function add(call: Call): Reply {
    const { id } = call.body as { id: string | null };
    try {
      network().flatNetworks.claim(call.context.projectId ?? "", id || null);
    } catch (error) {
      if (error instanceof CloudError && error.kind === "not-found") throw new NotFound(NOT_FOUND);
      throw error;
    }
    return empty(202);
  }

  /** Takes a network from its project, its host or both; or gives it to a host. */
  async function act(call: Call): Promise<Reply> {
    const { name, value } = await readAction(call);
    call.enforce(name === "disassociate" ? POLICY : ASSOCIATE);
    const row = find(call);
    const { flatNetworks } = network();
    if (row.kind === "neutron") {
      throw new CloudError("not-implemented", "The requested functionality is not supported.");
    }
    switch (name) {
      case "disassociate":
        flatNetworks.associate(row.uuid, { project_id: null, host: null });
        break;
      case "disassociate_host":
        flatNetworks.associate(row.uuid, { host: null });
        break;
      case "disassociate_project":
        flatNetworks.associate(row.uuid, { project_id: null });
        break;
      case "associate_host":
        flatNetworks.associate(row.uuid, { host: hostOf(value) });
        break;
      default:
        throw new Invalid(`There is no such action: ${name}`);
    }
    return empty(202);
  }

  function createTenant(call: Call): Reply {
    const given = (call.body as { network: Record<string, unknown> }).network;
    const projectId = call.context.projectId;
    const [row] = network().flatNetworks.create({ ...fieldsOf(given), project_id: projectId });
    return json(200, { network: tenantView(row!) });
  }

  function removeTenant(call: Call): Reply {
    const row = find(call);
    if (!call.context.isAdmin && row.project_id !== call.context.projectId) throw new NotFound(NOT_FOUND);
    const { networks, flatNetworks } = network();
    try {
      if (row.kind === "neutron") networks.delete(call.context, row.uuid);
      else flatNetworks.delete(flatNetworks.associate(row.uuid, { project_id: null }));
    } catch (error) {
      if (error instanceof CloudError && error.kind === "conflict") throw new Conflict(error.message);
      throw error;
    }
    return empty(202);
  }

  const list = (call: Call) =>
    json(200, { networks: visible(call).map((row) => networkView(row, call.context.isAdmin)) });
  const show = (call: Call) => json(200, { network: networkView(find(call), call.context.isAdmin) });
  const listTenant = (call: Call) => json(200, { networks: visible(call).map(tenantView) });
  const showTenant = (call: Call) => json(200, { network: tenantView(find(call)) });

  const path = "/os-networks";
  const tenant = "/os-tenant-networks";
  const until = PROXY_UNTIL;
  return [
    { method: "GET", path, handler: list, access: `${POLICY}:list`, until },
    { method: "POST", path, handler: create, access: POLICY, body: createNetwork, until },
    { method: "POST", path: `${path}/add`, handler: add, access: POLICY, body: addNetwork, until },
    { method: "GET", path: `${path}/:id`, handler: show, access: `${POLICY}:show`, until },
    { method: "DELETE", path: `${path}/:id`, handler: remove, access: POLICY, until },
    {
      method: "POST",
      path: `${path}/:id/action`,
      handler: act,
      access: { handlerAsks: [POLICY, ASSOCIATE] },
      until,
    },
    { method: "GET", path: tenant, handler: listTenant, access: `${TENANT}:list`, until },
    { method: "POST", path: tenant, handler: createTenant, access: TENANT, body: createTenantNetwork, until },
    { method: "GET", path: `${tenant}/:id`, handler: showTenant, access: `${TENANT}:show`, until },
    { method: "DELETE", path: `${tenant}/:id`, handler: removeTenant, access: TENANT, until },
  ];
}

/** Fields of a row that Nova shows; the second half to administrators. */
const FIELDS = [
  "cidr",
  "netmask",
  "gateway",
  "broadcast",
  "dns1",
  "dns2",
  "cidr_v6",
  "gateway_v6",
  "label",
  "netmask_v6",
] as const;
const ADMIN_FIELDS = [
  "created_at",
  "updated_at",
  "deleted_at",
  "injected",
  "bridge",
  "vlan",
  "vpn_public_address",
  "vpn_public_port",
  "vpn_private_address",
  "dhcp_start",
  "project_id",
  "host",
  "bridge_interface",
  "multi_host",
  "priority",
  "rxtx_base",
  "mtu",
  "dhcp_server",
  "enable_dhcp",
  "share_address",
] as const;

function networkView(row: t.NetworkRow, admin: boolean): Record<string, unknown> {
  const fields = admin ? [...FIELDS, ...ADMIN_FIELDS] : FIELDS;
  const view: Record<string, unknown> = { id: row.uuid };
  for (const field of fields) view[field] = row[field];
  if (admin) view["deleted"] = row.deleted !== 0;
  return view;
}

function tenantView(row: t.NetworkRow) {
  return { id: row.uuid, cidr: row.cidr ?? "None", label: row.label };
}

function fieldsOf(given: Record<string, unknown>): NewFlatNetwork {
  const text = (name: string) => (given[name] as string | null | undefined) || null;
  const number = (name: string) => (given[name] == null ? null : Number(given[name]));
  const flag = (name: string) => (given[name] === undefined ? undefined : !!boolFromString(given[name]));
  const cidr = text("cidr");
  if (cidr === null) throw new Invalid("cidr is required to create a network.");
  const vlan = number("vlan") ?? number("vlan_start");
  return {
    label: given["label"] as string,
    cidr,
    ...(vlan === null ? {} : { kind: "vlan", vlan_start: vlan }),
    project_id: text("project_id"),
    uuid: text("uuid"),
    gateway: text("gateway"),
    bridge: text("bridge"),
    bridge_interface: text("bridge_interface"),
    dns1: text("dns1"),
    dns2: text("dns2"),
    dhcp_server: text("dhcp_server"),
    allowed_start: text("allowed_start"),
    allowed_end: text("allowed_end"),
    mtu: number("mtu"),
    priority: number("priority"),
    multi_host: flag("multi_host"),
    enable_dhcp: flag("enable_dhcp"),
    share_address: flag("share_address"),
  };
}

async function readAction(call: Call): Promise<{ name: string; value: unknown }> {
  let body: unknown;
  try {
    body = parseJson(await call.bodyText());
  } catch (cause) {
    throw new Invalid("Malformed request body", { cause });
  }
  const [entry, ...others] = isRecord(body) ? Object.entries(body) : [];
  if (!entry || others.length > 0) throw new Invalid("Malformed request body");
  return { name: entry[0], value: entry[1] };
}

function hostOf(value: unknown): string {
  if (typeof value === "string" && value !== "" && value.length <= 255) return value;
  throw new Invalid("Invalid input for field/attribute associate_host.");
}
