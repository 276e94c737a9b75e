// The agents that Neutron's users look for. Here one process does the work of all; each is alive while it runs.
// Authority: neutron/db/agents_db.py, agentschedulers_db.py, l3_agentschedulers_db.py.

import { eq } from "drizzle-orm";
import { parseIso } from "../../core/times.ts";
import {
  AgentNotFound,
  InvalidDHCPAgent,
  InvalidL3Agent,
  NetworkHostedByDHCPAgent,
  NetworkNotHostedByDhcpAgent,
  RouterHostedByL3Agent,
  RouterNotHostedByL3Agent,
} from "../errors/extensions.ts";
import { NetworkNotFound } from "../errors/networks.ts";
import { RouterNotFound } from "../errors/routers.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";

const KINDS = [
  { agent_type: "Linux bridge agent", binary: "neutron-linuxbridge-agent", topic: "N/A", zone: false },
  { agent_type: "DHCP agent", binary: "neutron-dhcp-agent", topic: "dhcp_agent", zone: true },
  { agent_type: "L3 agent", binary: "neutron-l3-agent", topic: "l3_agent", zone: true },
  { agent_type: "Metadata agent", binary: "neutron-metadata-agent", topic: "N/A", zone: false },
];

export class Agents {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  get(id: string): t.AgentRow {
    const row = this.#base.store.agents.get(id);
    if (!row) throw new AgentNotFound(id);
    return row;
  }

  isAlive(agent: t.AgentRow): boolean {
    const beat = parseIso(agent.heartbeat_timestamp) ?? 0;
    return this.#base.store.nowMs() - beat <= this.#base.config.AGENT_DOWN_TIME * 1000;
  }

  /** They have started on this machine. */
  register(configurations: Record<string, unknown>): void {
    const { store, ids, hostName, config } = this.#base;
    const now = store.now();
    store.transaction(() => {
      for (const { agent_type, binary, topic, zone } of KINDS) {
        const existing = store.agents.first({ agent_type, host: hostName });
        const facts = { started_at: now, heartbeat_timestamp: now, configurations };
        if (existing) store.agents.note(eq(t.agents.id, existing.id), facts);
        else {
          store.agents.insert({
            id: ids.uuid(),
            agent_type,
            binary,
            topic,
            host: hostName,
            availability_zone: zone ? config.NETWORK_AVAILABILITY_ZONE : null,
            created_at: now,
            ...facts,
          });
        }
      }
    });
  }

  beat(): void {
    const { store, hostName } = this.#base;
    store.agents.note(eq(t.agents.host, hostName), { heartbeat_timestamp: store.now() });
  }

  /** Whether the agent that plugs cards in is up, so that ports can be bound. */
  canBind(): boolean {
    return this.#usable("Linux bridge agent").length > 0;
  }

  update(id: string, changes: { admin_state_up?: boolean; description?: string | null }): t.AgentRow {
    this.get(id);
    return this.#base.store.agents.update(id, changes)!;
  }

  remove(id: string): void {
    const { store } = this.#base;
    this.get(id);
    store.transaction(() => {
      for (const kind of ["network", "router"] as const) {
        for (const served of store.bindings.servedBy(kind, id)) store.bindings.removeAgent(kind, served, id);
      }
      store.agents.remove(id);
    });
  }

  /** The agent that serves a network or router, chosen now when there is none yet. Null when none is alive. */
  schedule(kind: "network" | "router", id: string): t.AgentRow | null {
    const { bindings, agents } = this.#base.store;
    const current = bindings.agentsOf(kind, id).map((agentId) => agents.get(agentId));
    const serving = current.find((agent) => agent !== null);
    if (serving) return serving;
    const agent = this.#usable(kind === "network" ? "DHCP agent" : "L3 agent")[0] ?? null;
    if (agent) bindings.addAgent(kind, id, agent.id);
    return agent;
  }

  agentsOf(kind: "network" | "router", id: string): t.AgentRow[] {
    const { bindings, agents } = this.#base.store;
    return bindings.agentsOf(kind, id).flatMap((agentId) => agents.get(agentId) ?? []);
  }

  addNetwork(agentId: string, networkId: string): void {
    const { store } = this.#base;
    const agent = this.get(agentId);
    if (agent.agent_type !== "DHCP agent" || !agent.admin_state_up) throw new InvalidDHCPAgent(agentId);
    if (!store.networks.get(networkId)) throw new NetworkNotFound(networkId);
    if (store.bindings.agentsOf("network", networkId).includes(agentId)) {
      throw new NetworkHostedByDHCPAgent(networkId, agentId);
    }
    store.bindings.addAgent("network", networkId, agentId);
    this.#base.changed();
  }

  removeNetwork(agentId: string, networkId: string): void {
    const { store } = this.#base;
    this.get(agentId);
    if (!store.bindings.removeAgent("network", networkId, agentId)) {
      throw new NetworkNotHostedByDhcpAgent(networkId, agentId);
    }
    this.#base.changed();
  }

  addRouter(agentId: string, routerId: string): void {
    const { store } = this.#base;
    const agent = this.get(agentId);
    if (!store.routers.get(routerId)) throw new RouterNotFound(routerId);
    if (agent.agent_type !== "L3 agent" || !agent.admin_state_up) throw new InvalidL3Agent(agentId);
    const serving = store.bindings.agentsOf("router", routerId);
    if (serving.includes(agentId)) return;
    if (serving.length > 0) throw new RouterHostedByL3Agent(routerId, serving[0]!);
    store.bindings.addAgent("router", routerId, agentId);
    this.#base.changed();
  }

  removeRouter(agentId: string, routerId: string): void {
    const { store } = this.#base;
    this.get(agentId);
    if (!store.bindings.removeAgent("router", routerId, agentId)) {
      throw new RouterNotHostedByL3Agent(routerId, agentId);
    }
    this.#base.changed();
  }

  #usable(type: string): t.AgentRow[] {
    return this.#base.store.agents
      .match({ agent_type: type, admin_state_up: true })
      .filter((agent) => this.isAlive(agent));
  }
}
