// What agents tell of themselves (`configurations`): how they are set up, and how much they serve. Authority:
// neutron/agent/{dhcp,l3,metadata}/agent.py and neutron/plugins/ml2/drivers/linuxbridge/agent of Zed.

import type * as t from "../tables.ts";
import { L2_AGENT } from "./agents.ts";
import type { Base } from "./base.ts";

/** The physical network that the external bridge stands for. */
export const PUBLIC_PHYSICAL = "public";

/** A day: the DHCP servers of projects' networks (neutron/conf/agent/dhcp.py). */
export const DHCP_LEASE_SECONDS = 86_400;

/** @param devices host → cards that are plugged in there */
export function agentFacts(
  base: Base,
  row: t.AgentRow,
  devices: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const { agentCounts: counts } = base.store;
  switch (row.agent_type) {
    case L2_AGENT:
      return {
        bridge_mappings: { [PUBLIC_PHYSICAL]: base.publicCard },
        interface_mappings: {},
        tunneling_ip: base.config.TUNNEL_ENDPOINT_IP || base.hostAddress,
        tunnel_types: ["vxlan", "gre"],
        l2_population: false,
        extensions: [],
        devices: devices.get(row.host) ?? 0,
      };
    case "DHCP agent":
      return {
        dhcp_driver: "neutron.agent.linux.dhcp.Dnsmasq",
        dhcp_lease_duration: DHCP_LEASE_SECONDS,
        log_agent_heartbeats: false,
        ...counts.dhcp(row.id),
      };
    case "L3 agent":
      return {
        agent_mode: "legacy",
        handle_internal_only_routers: true,
        interface_driver: "linuxbridge",
        log_agent_heartbeats: false,
        extensions: [],
        ...counts.routers(row.id),
      };
    default:
      return {
        metadata_proxy_socket: "/var/lib/neutron/metadata_proxy",
        nova_metadata_host: base.hostAddress,
        nova_metadata_port: 8775,
        log_agent_heartbeats: false,
      };
  }
}
