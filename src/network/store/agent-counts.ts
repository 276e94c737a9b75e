// How much each network agent serves.

import type { ProjectDatabase } from "../../db/open.ts";

interface DhcpCounts {
  networks: number;
  subnets: number;
  ports: number;
}

interface RouterCounts {
  routers: number;
  ex_gw_ports: number;
  interfaces: number;
  floating_ips: number;
}

export class AgentCounts {
  #devices;
  #dhcp;
  #routers;

  constructor(db: ProjectDatabase) {
    this.#devices = db.raw.query<{ host: string; n: number }, []>(
      `SELECT binding_host_id AS host, count(*) AS n FROM ports WHERE binding_vif_type = 'bridge'
       GROUP BY binding_host_id`,
    );
    this.#dhcp = db.raw.query<DhcpCounts, [string]>(
      `WITH served AS (SELECT network_id FROM network_dhcp_agents WHERE agent_id = ?)
       SELECT (SELECT count(*) FROM served) AS networks,
         (SELECT count(*) FROM subnets WHERE network_id IN served) AS subnets,
         (SELECT count(*) FROM ports WHERE network_id IN served) AS ports`,
    );
    this.#routers = db.raw.query<RouterCounts, [string]>(
      `WITH served AS (SELECT router_id FROM router_l3_agents WHERE agent_id = ?),
         legs AS (SELECT id, device_owner FROM ports WHERE device_id IN served)
       SELECT (SELECT count(*) FROM served) AS routers,
         (SELECT count(*) FROM legs WHERE device_owner = 'network:router_gateway') AS ex_gw_ports,
         (SELECT count(*) FROM legs WHERE device_owner = 'network:router_interface') AS interfaces,
         (SELECT count(*) FROM floating_ips WHERE router_id IN served) AS floating_ips`,
    );
  }

  /** Host → cards that are plugged in there. */
  devices(): Map<string, number> {
    return new Map(this.#devices.all().map(({ host, n }) => [host, n]));
  }

  dhcp(agentId: string): DhcpCounts {
    return this.#dhcp.get(agentId)!;
  }

  routers(agentId: string): RouterCounts {
    return this.#routers.get(agentId)!;
  }
}
