// What is connected to what, as the dashboard's topology page draws it. Shape: Horizon's
// openstack_dashboard/dashboards/project/network_topology/views.py (JSONView), without its page addresses.

import type { RequestContext } from "../../core/context.ts";
import type { NetworkParts } from "../parts.ts";
import { COMPUTE_OWNER } from "../rules/base.ts";
import * as t from "../tables.ts";

export interface Topology {
  networks: {
    id: string;
    name: string;
    status: string;
    "router:external": boolean;
    subnets: { id: string; cidr: string }[];
  }[];
  routers: {
    id: string;
    name: string;
    status: string;
    external_gateway_info: { network_id: string } | null;
  }[];
  ports: {
    id: string;
    network_id: string;
    device_id: string;
    device_owner: string;
    status: string;
    fixed_ips: { ip_address: string; subnet_id: string }[];
  }[];
  /** Servers by what their cards say of them; names are the compute service's to tell. */
  servers: { id: string; hostname: string | null }[];
}

/** What the caller may see of it. */
export function topologyOf({ store, access }: NetworkParts, context: RequestContext): Topology {
  const networks = store.networks.list(access.networks(context));
  const subnets = Map.groupBy(store.subnets.list(access.subnets(context)), (subnet) => subnet.network_id);
  const ports = store.ports.list(access.ports(context));
  const addresses = store.addresses.ofPorts(ports.map((port) => port.id));
  const gateways = new Map(ports.map((port) => [port.id, port.network_id]));
  const servers = new Map(
    ports
      .filter((port) => port.device_owner.startsWith(COMPUTE_OWNER) && port.device_id !== "")
      .map((port) => [port.device_id, { id: port.device_id, hostname: port.hostname }]),
  );
  return {
    networks: networks.map((network) => ({
      id: network.uuid,
      name: network.label,
      status: network.status,
      "router:external": network.external,
      subnets: (subnets.get(network.uuid) ?? []).map(({ id, cidr }) => ({ id, cidr })),
    })),
    routers: store.routers.list(access.own(context, t.routers.project_id)).map((router) => {
      const outside = router.gw_port_id === null ? null : store.ports.get(router.gw_port_id)?.network_id;
      const network_id = gateways.get(router.gw_port_id ?? "") ?? outside;
      const { id, name, status } = router;
      return { id, name, status, external_gateway_info: network_id ? { network_id } : null };
    }),
    ports: ports.map((port) => ({
      id: port.id,
      network_id: port.network_id,
      device_id: port.device_id,
      device_owner: port.device_owner,
      status: port.status,
      fixed_ips: (addresses.get(port.id) ?? []).map(({ address, subnet_id }) => ({
        ip_address: address,
        subnet_id,
      })),
    })),
    servers: [...servers.values()],
  };
}
