// Which ports are in which security groups, which agents serve what, what is shared with whom, and which service
// profiles a flavor has.

import type { ProjectDatabase } from "../../db/open.ts";

export interface PortGroup {
  port_id: string;
  /** `security_groups.id` */
  group_id: number;
  uuid: string;
  name: string;
}

export class BindingStore {
  #db: ProjectDatabase;
  #groupsOf;
  #groupsOfInstances;
  #add;
  #clear;
  #inUse;

  constructor(db: ProjectDatabase) {
    this.#db = db;
    this.#groupsOf = db.raw.query<PortGroup, [string]>(
      `SELECT b.port_id, g.id AS group_id, g.uuid, g.name FROM port_security_groups b
       JOIN security_groups g ON g.id = b.security_group_id
       WHERE b.port_id IN (SELECT value FROM json_each(?)) ORDER BY g.id`,
    );
    this.#groupsOfInstances = db.raw.query<{ instance_uuid: string; uuid: string; name: string }, [string]>(
      `SELECT DISTINCT p.device_id AS instance_uuid, g.uuid, g.name FROM ports p
       JOIN port_security_groups b ON b.port_id = p.id JOIN security_groups g ON g.id = b.security_group_id
       WHERE p.device_id IN (SELECT value FROM json_each(?)) AND p.device_owner LIKE 'compute:%'
       ORDER BY g.name, g.id`,
    );
    this.#add = db.raw.query(
      "INSERT INTO port_security_groups (port_id, security_group_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
    );
    this.#clear = db.raw.query("DELETE FROM port_security_groups WHERE port_id = ?");
    this.#inUse = db.raw.query<{ port_id: string }, [number]>(
      "SELECT port_id FROM port_security_groups WHERE security_group_id = ? LIMIT 1",
    );
  }

  groupsOf(portIds: readonly string[]): Map<string, PortGroup[]> {
    const found = new Map<string, PortGroup[]>();
    if (portIds.length === 0) return found;
    for (const row of this.#groupsOf.all(JSON.stringify(portIds))) {
      const list = found.get(row.port_id);
      if (list) list.push(row);
      else found.set(row.port_id, [row]);
    }
    return found;
  }

  groupsOfInstances(uuids: readonly string[]): { instance_uuid: string; uuid: string; name: string }[] {
    return uuids.length === 0 ? [] : this.#groupsOfInstances.all(JSON.stringify(uuids));
  }

  /** @param groupIds `security_groups.id` */
  setGroups(portId: string, groupIds: readonly number[]): void {
    this.#clear.run(portId);
    for (const id of groupIds) this.#add.run(portId, id);
  }

  groupInUse(groupId: number): boolean {
    return this.#inUse.get(groupId) !== null;
  }

  /** Agents that serve a network or router, in the order of their ids. */
  agentsOf(kind: "network" | "router", id: string): string[] {
    const { table, column } = AGENT_TABLES[kind];
    return this.#db.raw
      .query<{ agent_id: string }, [string]>(
        `SELECT agent_id FROM ${table} WHERE ${column} = ? ORDER BY agent_id`,
      )
      .all(id)
      .map((row) => row.agent_id);
  }

  servedBy(kind: "network" | "router", agentId: string): string[] {
    const { table, column } = AGENT_TABLES[kind];
    return this.#db.raw
      .query<{ id: string }, [string]>(`SELECT ${column} AS id FROM ${table} WHERE agent_id = ?`)
      .all(agentId)
      .map((row) => row.id);
  }

  /** Networks or routers that some agent serves. */
  served(kind: "network" | "router"): Set<string> {
    const { table, column } = AGENT_TABLES[kind];
    const rows = this.#db.raw
      .query<{ id: string }, []>(`SELECT DISTINCT ${column} AS id FROM ${table}`)
      .all();
    return new Set(rows.map((row) => row.id));
  }

  addAgent(kind: "network" | "router", id: string, agentId: string): void {
    const { table, column } = AGENT_TABLES[kind];
    this.#db.raw
      .query(`INSERT INTO ${table} (${column}, agent_id) VALUES (?, ?) ON CONFLICT DO NOTHING`)
      .run(id, agentId);
  }

  /** Without `agentId`: every agent. False when there was none. */
  removeAgent(kind: "network" | "router", id: string, agentId?: string): boolean {
    const { table, column } = AGENT_TABLES[kind];
    const query = this.#db.raw.query(
      `DELETE FROM ${table} WHERE ${column} = ?1 AND (?2 IS NULL OR agent_id = ?2)`,
    );
    return query.run(id, agentId ?? null).changes > 0;
  }

  /** Which of these objects are shared with everybody or with this project. */
  sharedAmong(type: string, objectIds: readonly string[], projectId: string | null): Set<string> {
    const rows = this.#db.raw
      .query<{ object_id: string }, [string, string, string]>(
        `SELECT object_id FROM rbac_policies WHERE object_type = ? AND action = 'access_as_shared'
         AND target_project IN ('*', ?) AND object_id IN (SELECT value FROM json_each(?))`,
      )
      .all(type, projectId ?? "", JSON.stringify(objectIds));
    return new Set(rows.map((row) => row.object_id));
  }

  /** Projects that use a shared object: whose pools are in a scope, whose ports in a group, ... */
  usersOf(type: keyof typeof USERS, objectId: string): Set<string> {
    const rows = this.#db.raw.query<{ project_id: string | null }, [string]>(USERS[type]).all(objectId);
    return new Set(rows.map((row) => row.project_id ?? ""));
  }

  profilesOf(flavorId: string): string[] {
    return this.#db.raw
      .query<{ id: string }, [string]>(
        "SELECT service_profile_id AS id FROM flavor_service_profiles WHERE flavor_id = ?",
      )
      .all(flavorId)
      .map((row) => row.id);
  }

  profileInUse(profileId: string): boolean {
    const query = this.#db.raw.query("SELECT 1 FROM flavor_service_profiles WHERE service_profile_id = ?");
    return query.get(profileId) !== null;
  }

  /** False when it was there before. */
  addProfile(flavorId: string, profileId: string): boolean {
    const query = this.#db.raw.query(
      "INSERT INTO flavor_service_profiles (flavor_id, service_profile_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
    );
    return query.run(flavorId, profileId).changes > 0;
  }

  removeProfile(flavorId: string, profileId: string): boolean {
    const query = this.#db.raw.query(
      "DELETE FROM flavor_service_profiles WHERE flavor_id = ? AND service_profile_id = ?",
    );
    return query.run(flavorId, profileId).changes > 0;
  }
}

const AGENT_TABLES = {
  network: { table: "network_dhcp_agents", column: "network_id" },
  router: { table: "router_l3_agents", column: "router_id" },
} as const;

/** Authority: `get_bound_project_ids` in neutron/objects. */
const USERS = {
  address_scope: "SELECT project_id FROM subnetpools WHERE address_scope_id = ?",
  subnetpool: "SELECT project_id FROM subnets WHERE subnetpool_id = ?",
  security_group: `SELECT p.project_id FROM ports p JOIN port_security_groups b ON b.port_id = p.id
    JOIN security_groups g ON g.id = b.security_group_id WHERE g.uuid = ?`,
  address_group: "SELECT project_id FROM security_group_rules WHERE address_group_id = ?",
} as const;
