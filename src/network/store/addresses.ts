// Which addresses of a subnet are taken. A row of `fixed_ips` is busy when it is reserved or somebody has it; the rows
// of a nova-network range exist from the start and are only marked, those of other subnets come and go.

import type { ProjectDatabase } from "../../db/open.ts";
import type { FixedIpRow } from "../tables.ts";

const BUSY = "(%.allocated = 1 OR %.reserved = 1 OR %.port_id IS NOT NULL OR %.instance_uuid IS NOT NULL)";
const busy = (alias: string) => BUSY.replaceAll("%", alias);

/** A row as SQLite gives it. */
type RawFixedIp = Omit<FixedIpRow, "allocated" | "leased" | "reserved"> & {
  allocated: number;
  leased: number;
  reserved: number;
};

export interface Taking {
  address: string;
  position: number | null;
  /** `networks.id` */
  networkId: number;
  subnetId: string;
  portId: string;
  vifId: number | null;
  instanceUuid: string | null;
  host: string | null;
  now: string;
}

/** An address with what is needed to describe it, for many ports at once. */
export interface PortAddress {
  id: number;
  port_id: string;
  address: string;
  subnet_id: string;
}

export class AddressStore {
  #db: ProjectDatabase;
  #isBusy;
  #nextGap;
  #lastGap;
  #take;
  #mark;
  #forget;
  #populate;
  #ofPorts;
  #hosts;
  #noteLowest;

  constructor(db: ProjectDatabase) {
    this.#db = db;
    this.#isBusy = db.raw.query<{ id: number }, [string, number]>(
      `SELECT f.id FROM fixed_ips f WHERE f.subnet_id = ? AND f.position = ? AND ${busy("f")}`,
    );
    this.#nextGap = db.raw.query<{ gap: number }, [string, number, number]>(
      `SELECT f.position + 1 AS gap FROM fixed_ips f
       WHERE f.subnet_id = ?1 AND f.position >= ?2 AND f.position < ?3 AND ${busy("f")}
         AND NOT EXISTS (SELECT 1 FROM fixed_ips g WHERE g.subnet_id = ?1 AND g.position = f.position + 1 AND ${busy("g")})
       ORDER BY f.position LIMIT 1`,
    );
    this.#lastGap = db.raw.query<{ gap: number }, [string, number, number]>(
      `SELECT f.position - 1 AS gap FROM fixed_ips f
       WHERE f.subnet_id = ?1 AND f.position <= ?3 AND f.position > ?2 AND ${busy("f")}
         AND NOT EXISTS (SELECT 1 FROM fixed_ips g WHERE g.subnet_id = ?1 AND g.position = f.position - 1 AND ${busy("g")})
       ORDER BY f.position DESC LIMIT 1`,
    );
    this.#take = db.raw.query(
      `INSERT INTO fixed_ips (created_at, updated_at, address, position, network_id, subnet_id, port_id,
         virtual_interface_id, instance_uuid, host, allocated)
       VALUES ($now, $now, $address, $position, $networkId, $subnetId, $portId, $vifId, $instanceUuid, $host, 1)
       ON CONFLICT (subnet_id, address) DO UPDATE SET updated_at = $now, port_id = $portId,
         virtual_interface_id = $vifId, instance_uuid = $instanceUuid, host = $host, allocated = 1
         WHERE port_id IS NULL AND instance_uuid IS NULL AND allocated = 0 AND (reserved = 0 OR $reserved)`,
    );
    this.#mark = db.raw.query(
      `UPDATE fixed_ips SET updated_at = ?2, port_id = NULL, virtual_interface_id = NULL, instance_uuid = NULL,
         host = NULL, allocated = 0, leased = 0 WHERE id = ?1`,
    );
    this.#forget = db.raw.query("DELETE FROM fixed_ips WHERE id = ?");
    this.#populate = db.raw.query(
      `INSERT INTO fixed_ips (created_at, updated_at, address, position, network_id, subnet_id, reserved)
       VALUES ($now, $now, $address, $position, $networkId, $subnetId, $reserved)
       ON CONFLICT (subnet_id, address) DO NOTHING`,
    );
    this.#ofPorts = db.raw.query<PortAddress, [string]>(
      `SELECT id, port_id, address, subnet_id FROM fixed_ips
       WHERE port_id IN (SELECT value FROM json_each(?)) AND deleted = 0 ORDER BY id`,
    );
    this.#hosts = db.raw.query<{ mac: string; name: string | null; address: string }, [number]>(
      `SELECT p.mac_address AS mac, coalesce(nullif(p.hostname, ''), nullif(p.dns_name, '')) AS name, f.address
       FROM fixed_ips f JOIN ports p ON p.id = f.port_id
       WHERE f.network_id = ? AND p.device_owner NOT LIKE 'network:%' AND f.address NOT LIKE '%:%' AND f.deleted = 0
       ORDER BY f.position`,
    );
    this.#noteLowest = db.raw.query("UPDATE subnets SET lowest_free = ? WHERE id = ?");
  }

  /** The lowest free place between two, both included; null when all are taken. */
  lowestFree(subnetId: string, first: number, last: number): number | null {
    if (first > last) return null;
    if (!this.#isBusy.get(subnetId, first)) return first;
    return this.#nextGap.get(subnetId, first, last)?.gap ?? null;
  }

  highestFree(subnetId: string, first: number, last: number): number | null {
    if (first > last) return null;
    if (!this.#isBusy.get(subnetId, last)) return last;
    return this.#lastGap.get(subnetId, first, last)?.gap ?? null;
  }

  /**
   * Gives an address to a port. False when somebody has it.
   * @param reserved also an address that is set aside (the gateway, for a router)
   */
  take(taking: Taking, reserved: boolean): boolean {
    return this.#take.run({ ...taking, reserved: reserved ? 1 : 0 }).changes > 0;
  }

  /** Gives an address back. @param keep the row belongs to a nova-network range and stays */
  release(id: number, keep: boolean, now: string): void {
    if (keep) this.#mark.run(id, now);
    else this.#forget.run(id);
  }

  /** One row for an address of a nova-network range. */
  populate(row: {
    address: string;
    position: number;
    networkId: number;
    subnetId: string;
    reserved: boolean;
    now: string;
  }): void {
    this.#populate.run({ ...row, reserved: row.reserved ? 1 : 0 });
  }

  ofPorts(portIds: readonly string[]): Map<string, PortAddress[]> {
    const found = new Map<string, PortAddress[]>();
    if (portIds.length === 0) return found;
    for (const row of this.#ofPorts.all(JSON.stringify(portIds))) {
      const list = found.get(row.port_id);
      if (list) list.push(row);
      else found.set(row.port_id, [row]);
    }
    return found;
  }

  ofPort(portId: string): PortAddress[] {
    return this.#ofPorts.all(JSON.stringify([portId]));
  }

  /** Ports with an address on a subnet. */
  holdersOn(subnetId: string): { id: string; device_owner: string }[] {
    return this.#db.raw
      .query<{ id: string; device_owner: string }, [string]>(
        `SELECT DISTINCT p.id, p.device_owner FROM fixed_ips f JOIN ports p ON p.id = f.port_id
         WHERE f.subnet_id = ?`,
      )
      .all(subnetId);
  }

  /** What servers on a network are called, for its DHCP server, in the order of their addresses. */
  hostsOn(networkId: number): { mac: string; name: string | null; address: string }[] {
    return this.#hosts.all(networkId);
  }

  /** No address at a smaller distance from the subnet's start is free. */
  noteLowest(subnetId: string, position: number): void {
    this.#noteLowest.run(position, subnetId);
  }

  /** Busy addresses of each subnet. */
  usage(subnetIds: readonly string[]): Map<string, number> {
    const rows = this.#db.raw
      .query<{ subnet_id: string; n: number }, [string]>(
        `SELECT f.subnet_id, count(*) AS n FROM fixed_ips f
         WHERE f.subnet_id IN (SELECT value FROM json_each(?)) AND f.port_id IS NOT NULL GROUP BY f.subnet_id`,
      )
      .all(JSON.stringify(subnetIds));
    return new Map(rows.map((row) => [row.subnet_id, row.n]));
  }

  /** The server that has this address on a nova-network network, or null. */
  instanceAt(address: string): string | null {
    const row = this.#db.raw
      .query<RawFixedIp, [string]>(
        `SELECT f.* FROM fixed_ips f JOIN networks n ON n.id = f.network_id
         WHERE f.address = ? AND f.instance_uuid IS NOT NULL AND f.deleted = 0 AND n.kind <> 'neutron'`,
      )
      .get(address);
    return row?.instance_uuid ?? null;
  }

  /** The server that has this address on one of these networks, or null. */
  serverOn(networkIds: readonly string[], address: string): { uuid: string; projectId: string } | null {
    return this.#db.raw
      .query<{ uuid: string; projectId: string }, [string, string]>(
        `SELECT p.device_id AS uuid, p.project_id AS projectId FROM fixed_ips f JOIN ports p ON p.id = f.port_id
         WHERE f.address = ? AND p.network_id IN (SELECT value FROM json_each(?))
           AND p.device_owner LIKE 'compute:%' AND f.deleted = 0`,
      )
      .get(address, JSON.stringify(networkIds));
  }

  /** Marks what dnsmasq said about a lease; nothing is written when it is known. */
  setLeased(address: string, networkId: number, leased: boolean): void {
    this.#db.raw
      .query("UPDATE fixed_ips SET leased = ?3 WHERE address = ?1 AND network_id = ?2 AND leased <> ?3")
      .run(address, networkId, leased ? 1 : 0);
  }
}
