// /v2.0/agents, which networks and routers they serve, and /v2.0/availability_zones.

import { inArray } from "drizzle-orm";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { HTTPBadRequest, HTTPNotFound } from "../errors/common.ts";
import * as t from "../tables.ts";
import { attribute, common, type Fields, given } from "./attributes.ts";
import { toBoolean } from "./converters.ts";
import { enforceRule } from "./policy.ts";
import { onlyFields, readFields } from "./query.ts";
import { type Resource, readJson } from "./resource.ts";
import type { ApiParts } from "./resources.ts";
import { orNone, string } from "./validators.ts";

const attributes = {
  id: common.id,
  agent_type: attribute("vf"),
  binary: attribute("vf"),
  topic: attribute("vf"),
  host: attribute("vf"),
  admin_state_up: attribute("Uvf", { convert: toBoolean }),
  created_at: attribute("v"),
  started_at: attribute("v"),
  heartbeat_timestamp: attribute("v"),
  alive: attribute("vf", { convert: toBoolean }),
  configurations: attribute("v"),
  description: attribute("Uvf", { validate: orNone(string(255)) }),
  availability_zone: attribute("vf"),
  resources_synced: attribute("v"),
};

export function agentResource({ parts, views }: ApiParts): Resource<t.AgentRow> {
  const { agents, store } = parts;
  return {
    name: "agent",
    collection: "agents",
    path: "agents",
    attributes,
    source: {
      rows: store.agents as never,
      visible: () => undefined,
      columns: {
        id: t.agents.id,
        agent_type: t.agents.agent_type,
        binary: t.agents.binary,
        topic: t.agents.topic,
        host: t.agents.host,
        admin_state_up: t.agents.admin_state_up,
        availability_zone: t.agents.availability_zone,
        description: t.agents.description,
      },
      filters: {
        alive: (values) => {
          const alive = store.agents.list().filter((agent) => agents.isAlive(agent) === values[0]);
          return inArray(
            t.agents.id,
            alive.map((agent) => agent.id),
          );
        },
      },
    },
    beforeList: () => agents.discover(),
    view: (context, rows) => views.agents(context, rows),
    get: (_context, id) => agents.get(id),
    update: (_context, id, fields) =>
      agents.update(id, {
        ...("admin_state_up" in fields ? { admin_state_up: given<boolean>(fields["admin_state_up"]) } : {}),
        ...("description" in fields ? { description: given<string | null>(fields["description"]) } : {}),
      }),
    remove: (_context, id) => agents.remove(id),
    transaction: (work) => store.transaction(work),
    maxLimit: parts.base.config.PAGINATION_MAX_LIMIT,
  };
}

/** Which agent serves what (neutron/extensions/{dhcp,l3}agentscheduler.py). */
export function schedulingRoutes(prefix: string, { parts, views }: ApiParts): Route[] {
  const { agents, store } = parts;

  async function idOf(call: Call, key: "network_id" | "router_id"): Promise<string> {
    const id = ((await readJson(call)) as Fields | null)?.[key];
    if (typeof id !== "string") throw new HTTPBadRequest(`Unable to find '${key}' in request body`);
    return id;
  }

  function listDhcpNetworks(call: Call): Reply {
    const ids = store.bindings.servedBy("network", agents.get(call.param("id")).id);
    return json(200, { networks: views.networks(call.context, store.networks.among("uuid", ids)) });
  }

  async function addDhcpNetwork(call: Call): Promise<Reply> {
    agents.addNetwork(call.param("id"), await idOf(call, "network_id"));
    return json(201, null);
  }

  function removeDhcpNetwork(call: Call): Reply {
    agents.removeNetwork(call.param("id"), call.param("network_id"));
    return { status: 204, headers: {}, body: null };
  }

  function listRouters(call: Call): Reply {
    const ids = store.bindings.servedBy("router", agents.get(call.param("id")).id);
    return json(200, { routers: views.routers(call.context, store.routers.among("id", ids)) });
  }

  async function addRouter(call: Call): Promise<Reply> {
    agents.addRouter(call.param("id"), await idOf(call, "router_id"));
    return json(201, null);
  }

  function removeRouter(call: Call): Reply {
    agents.removeRouter(call.param("id"), call.param("router_id"));
    return { status: 204, headers: {}, body: null };
  }

  function listDhcpAgents(call: Call): Reply {
    const id = call.param("id");
    parts.networks.get(call.context, id);
    return json(200, { agents: views.agents(call.context, agents.agentsOf("network", id)) });
  }

  function listL3Agents(call: Call): Reply {
    const id = call.param("id");
    parts.routers.get(call.context, id);
    // Deployments with high availability also tell which agent is active.
    const rows = views.agents(call.context, agents.agentsOf("router", id));
    return json(200, { agents: rows.map((row) => ({ ...row, ha_state: null })) });
  }

  const at = (method: Route["method"], path: string, handler: Route["handler"], access: string): Route => ({
    method,
    path: `${prefix}${path}`,
    handler,
    access,
  });
  return [
    at("GET", "/agents/:id/dhcp-networks", listDhcpNetworks, "get_dhcp-networks"),
    at("POST", "/agents/:id/dhcp-networks", addDhcpNetwork, "create_dhcp-network"),
    at("DELETE", "/agents/:id/dhcp-networks/:network_id", removeDhcpNetwork, "delete_dhcp-network"),
    at("GET", "/agents/:id/l3-routers", listRouters, "get_l3-routers"),
    at("POST", "/agents/:id/l3-routers", addRouter, "create_l3-router"),
    at("DELETE", "/agents/:id/l3-routers/:router_id", removeRouter, "delete_l3-router"),
    at("GET", "/networks/:id/dhcp-agents", listDhcpAgents, "get_dhcp-agents"),
    at("GET", "/routers/:id/l3-agents", listL3Agents, "get_l3-agents"),
  ];
}

export function availabilityZoneRoutes(prefix: string, { parts }: ApiParts): Route[] {
  /** A zone is available while some agent in it is up. */
  function listZones(call: Call): Reply {
    const zones = new Map<string, { name: string; resource: string; state: string }>();
    for (const agent of parts.store.agents.list()) {
      if (agent.availability_zone === null) continue;
      const resource = agent.agent_type === "DHCP agent" ? "network" : "router";
      const key = `${agent.availability_zone} ${resource}`;
      const up = agent.admin_state_up || zones.get(key)?.state === "available";
      zones.set(key, {
        name: agent.availability_zone,
        resource,
        state: up ? "available" : "unavailable",
      });
    }
    const wanted = (zone: Record<string, string>) =>
      ["name", "resource", "state"].every((field) => {
        const values = call.query.getAll(field);
        return values.length === 0 || values.includes(zone[field]!);
      });
    const fields = readFields(call);
    return json(200, {
      availability_zones: [...zones.values()].filter(wanted).map((zone) => onlyFields(zone, fields)),
    });
  }
  return [
    {
      method: "GET",
      path: `${prefix}/availability_zones`,
      handler: listZones,
      access: "get_availability_zone",
    },
  ];
}

/** /v2.0/auto-allocated-topology/PROJECT: a network for projects that made none. */
export function autoAllocatedRoutes(prefix: string, { parts }: ApiParts): Route[] {
  const path = `${prefix}/auto-allocated-topology/:project_id`;

  function projectOf(call: Call, rule: string): string {
    const asked = call.param("project_id");
    const projectId = asked === "null" || asked === "None" ? (call.context.projectId ?? "") : asked;
    enforceRule(call, rule, { tenant_id: projectId, project_id: projectId });
    return projectId;
  }

  function show(call: Call): Reply {
    const projectId = projectOf(call, "get_auto_allocated_topology");
    const dryRun = call.query.getAll("fields").includes("dry-run");
    const result = dryRun
      ? parts.autoAllocated.check(call.context)
      : parts.autoAllocated.ensure(call.context, projectId);
    return json(200, {
      auto_allocated_topology: { id: result, tenant_id: projectId, project_id: projectId },
    });
  }

  function remove(call: Call): Reply {
    const projectId = projectOf(call, "delete_auto_allocated_topology");
    if (!parts.autoAllocated.remove(call.context, projectId)) throw new HTTPNotFound();
    return { status: 204, headers: {}, body: null };
  }

  return [
    { method: "GET", path, handler: show, access: { handlerAsks: ["get_auto_allocated_topology"] } },
    { method: "DELETE", path, handler: remove, access: { handlerAsks: ["delete_auto_allocated_topology"] } },
  ];
}
