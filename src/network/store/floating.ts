// Floating addresses beside their own table: where they lead, which pools there are.

import type { ProjectDatabase } from "../../db/open.ts";

/** A floating address of a project, with what it leads to. */
export interface PlacedFloating {
  uuid: string;
  address: string;
  /** Null: the card of the settings. */
  card: string | null;
  fixed: string | null;
  /** `networks.kind` of the fixed address. */
  kind: string | null;
}

export interface PooledAddress {
  uuid: string;
  address: string;
  pool: string;
  card: string | null;
  /** The external network the pool stands for, or null. */
  networkId: string | null;
}

export class FloatingStore {
  #db: ProjectDatabase;
  #takeOff;
  #placed;

  constructor(db: ProjectDatabase) {
    this.#db = db;
    this.#takeOff = db.raw.query(
      `UPDATE floating_ips SET fixed_ip_id = NULL, host = NULL, router_id = NULL, status = 'DOWN'
       WHERE fixed_ip_id = ?`,
    );
    this.#placed = db.raw.query<PlacedFloating, []>(
      `SELECT l.uuid, l.address, l.interface AS card, f.address AS fixed, n.kind FROM floating_ips l
       LEFT JOIN fixed_ips f ON f.id = l.fixed_ip_id LEFT JOIN networks n ON n.id = f.network_id
       WHERE l.project_id IS NOT NULL AND l.deleted = 0 ORDER BY l.id`,
    );
  }

  /** Every address that a project has, in the order of their numbers. */
  placed(): PlacedFloating[] {
    return this.#placed.all();
  }

  /** The addresses on a fixed one stay with their project and lead nowhere. */
  takeOff(fixedIpId: number): void {
    this.#takeOff.run(fixedIpId);
  }

  /** Names of the pools that were made by hand. */
  pools(): string[] {
    return this.#db.raw
      .query<{ pool: string }, []>(
        "SELECT DISTINCT pool FROM floating_ips WHERE pool IS NOT NULL AND deleted = 0 ORDER BY pool",
      )
      .all()
      .map((row) => row.pool);
  }

  /** The first of these addresses that is a floating address already, or null. */
  taken(addresses: readonly string[]): string | null {
    const row = this.#db.raw
      .query<{ address: string }, [string]>(
        `SELECT address FROM floating_ips WHERE address IN (SELECT value FROM json_each(?))
         ORDER BY id LIMIT 1`,
      )
      .get(JSON.stringify(addresses));
    return row?.address ?? null;
  }

  /** New addresses of a pool that nobody has yet. */
  addToPool(rows: readonly PooledAddress[], now: string): void {
    const insert = this.#db.raw.query(
      `INSERT INTO floating_ips (uuid, created_at, updated_at, address, pool, interface, floating_network_id)
       VALUES ($uuid, $now, $now, $address, $pool, $card, $networkId)`,
    );
    for (const row of rows) insert.run({ ...row, now });
  }

  /** The address is no floating address any more. */
  forget(address: string): void {
    this.#db.raw.query("DELETE FROM floating_ips WHERE address = ?").run(address);
  }

  /** Routers with an interface on the subnet and their gateway on the external network, oldest first. */
  routersBetween(subnetId: string, externalNetworkId: string): { router_id: string; address: string }[] {
    return this.#db.raw
      .query<{ router_id: string; address: string }, [string, string]>(
        `SELECT r.id AS router_id, f.address FROM routers r
         JOIN ports g ON g.id = r.gw_port_id AND g.network_id = ?2
         JOIN ports i ON i.device_id = r.id AND i.device_owner = 'network:router_interface'
         JOIN fixed_ips f ON f.port_id = i.id AND f.subnet_id = ?1 ORDER BY r.created_at, r.id`,
      )
      .all(subnetId, externalNetworkId);
  }
}
