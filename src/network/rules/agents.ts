// The agents that Neutron's users look for: one that plugs cards in on every compute host, the others on the network
// host. Here one process does the work of all; each is alive while it runs.
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
import { isAmong } from "../store/conditions.ts";
import * as t from "../tables.ts";
import { type Base, OWNER } from "./base.ts";

export const L2_AGENT = "Linux bridge agent";

const L2 = { agent_type: L2_AGENT, binary: "neutron-linuxbridge-agent", topic: "N/A", zone: false };
const KINDS = [
  L2,
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

  /** They have started. */
  register(): void {
    const { store, hostName } = this.#base;
    store.transaction(() => {
      for (const kind of KINDS) this.#start(kind, hostName);
      for (const host of this.#computeHosts()) this.#start(L2, host);
      this.#takeRouters();
    });
  }

  /** Routers that no agent serves; networks are taken with their DHCP servers. */
  #takeRouters(): void {
    const { store } = this.#base;
    const served = store.bindings.served("router");
    const legged = new Set(
      store.ports.match({ device_owner: OWNER.routerInterface }).map((port) => port.device_id),
    );
    for (const { id, gw_port_id } of store.routers.list()) {
      if (!served.has(id) && (gw_port_id !== null || legged.has(id))) this.schedule("router", id);
    }
  }

  beat(): void {
    const { store, hostName } = this.#base;
    store.transaction(() => {
      // One that was deleted while it runs is there again, as Neutron's is with its next report.
      for (const kind of KINDS) {
        if (!store.agents.first({ agent_type: kind.agent_type, host: hostName })) this.#start(kind, hostName);
      }
      this.discover();
      const hosts = [...new Set([hostName, ...this.#computeHosts()])];
      store.agents.note(isAmong(t.agents.host, hosts), { heartbeat_timestamp: store.now() });
    });
  }

  /** Compute hosts that are new since the last sign of life have an agent too; it lives as the network host's does. */
  discover(): void {
    const { store, hostName } = this.#base;
    const alike = store.agents.first({ agent_type: L2_AGENT, host: hostName });
    if (!alike) return;
    const known = new Set(store.agents.match({ agent_type: L2_AGENT }).map(({ host }) => host));
    const fresh = this.#computeHosts().filter((host) => !known.has(host));
    if (fresh.length === 0) return;
    store.transaction(() => {
      for (const host of fresh) this.#start(L2, host, alike.heartbeat_timestamp);
    });
  }

  /** Whether the agent that plugs cards in on that host is up, so that ports can be bound there. */
  canBind(host: string): boolean {
    const { store, compute } = this.#base;
    const known = { agent_type: L2_AGENT, host };
    if (!store.agents.first(known)) {
      // Where there is no compute service the hosts are the caller's word.
      if (compute.hosts() === null) return this.#usable(L2_AGENT).length > 0;
      this.discover();
    }
    const agent = store.agents.first(known);
    return agent?.admin_state_up === true && this.isAlive(agent);
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
        for (const served of store.bindings.servedBy(kind, id)) {
          store.bindings.removeAgent(kind, served, id);
          if (kind === "router") this.#noteFloating(served, "DOWN");
        }
      }
      store.agents.remove(id);
    });
    this.#base.changed();
  }

  /** The agent that serves a network or router, chosen now when there is none yet. Null when none is alive. */
  schedule(kind: "network" | "router", id: string): t.AgentRow | null {
    const { bindings, agents } = this.#base.store;
    const current = bindings.agentsOf(kind, id).map((agentId) => agents.get(agentId));
    const serving = current.find((agent) => agent !== null);
    if (serving) return serving;
    const agent = this.#usable(kind === "network" ? "DHCP agent" : "L3 agent")[0] ?? null;
    if (agent) bindings.addAgent(kind, id, agent.id);
    if (agent && kind === "router") this.#noteFloating(id, "ACTIVE");
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
    store.transaction(() => {
      store.bindings.addAgent("router", routerId, agentId);
      this.#noteFloating(routerId, "ACTIVE");
    });
    this.#base.changed();
  }

  removeRouter(agentId: string, routerId: string): void {
    const { store } = this.#base;
    this.get(agentId);
    store.transaction(() => {
      if (!store.bindings.removeAgent("router", routerId, agentId)) {
        throw new RouterNotHostedByL3Agent(routerId, agentId);
      }
      this.#noteFloating(routerId, "DOWN");
    });
    this.#base.changed();
  }

  #computeHosts(): readonly string[] {
    return this.#base.compute.hosts() ?? [];
  }

  #start(kind: (typeof KINDS)[number], host: string, beatAt?: string): void {
    const { store, ids, config } = this.#base;
    const { agent_type, binary, topic, zone } = kind;
    const now = store.now();
    const facts = { started_at: now, heartbeat_timestamp: beatAt ?? now };
    const existing = store.agents.first({ agent_type, host });
    if (existing) store.agents.note(eq(t.agents.id, existing.id), facts);
    else {
      store.agents.insert({
        id: ids.uuid(),
        agent_type,
        binary,
        topic,
        host,
        availability_zone: zone ? config.NETWORK_AVAILABILITY_ZONE : null,
        created_at: now,
        ...facts,
      });
    }
  }

  /** Floating addresses of a router work while an agent serves it. */
  #noteFloating(routerId: string, status: "ACTIVE" | "DOWN"): void {
    this.#base.store.floatingIps.note(eq(t.floatingIps.router_id, routerId), { status });
  }

  #usable(type: string): t.AgentRow[] {
    return this.#base.store.agents
      .match({ agent_type: type, admin_state_up: true })
      .filter((agent) => this.isAlive(agent));
  }
}
