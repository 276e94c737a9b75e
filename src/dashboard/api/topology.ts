// /topology.json: networks, routers, ports and servers of the project, for a drawing of what is connected to what. Shape:
// Horizon's openstack_dashboard/dashboards/project/network_topology/views.py (JSONView), without page addresses.

import { computePublic } from "../../compute/public.ts";
import type { ServiceContext } from "../../core/service.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { networkPublic } from "../../network/public.ts";

export function topologyRoutes({ peers }: ServiceContext): Route[] {
  function show(call: Call): Reply {
    // As on Horizon's page a project's own view, the administrator's too.
    const topology = peers.get(networkPublic).topology({ ...call.context, isAdmin: false });
    const instances = peers.find(computePublic)?.instances(topology.servers.map(({ id }) => id)) ?? [];
    const known = new Map(instances.map((instance) => [instance.uuid, instance]));
    const servers = topology.servers.map(({ id, hostname }) => {
      const instance = known.get(id);
      const { displayName = hostname, vmState = null, taskState = null } = instance ?? {};
      return { id, name: displayName, status: vmState, task: taskState };
    });
    return json(200, { ...topology, servers }, { "cache-control": "no-store" });
  }

  return [{ method: "GET", path: "/topology.json", handler: show, access: "dashboard:topology" }];
}
