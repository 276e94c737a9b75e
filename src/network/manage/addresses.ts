// `nova-manage floating create|list|delete` and `fixed list|reserve|unreserve`, straight to the tables. Authority:
// nova/cmd/manage.py of Newton (FloatingIpCommands, FixedIpCommands).

import type { NetworkParts } from "../parts.ts";

/**
 * Puts the addresses of a range, or a single one, into a pool.
 * @throws FloatingIpExists, InvalidInputReceived
 */
export function createFloating(
  parts: NetworkParts,
  options: { range: string; pool: string | null; card: string | null },
): void {
  const { config, publicCard } = parts.base;
  parts.floatingPools.createBulk(
    options.range,
    options.pool ?? config.DEFAULT_FLOATING_POOL,
    options.card ?? publicCard,
  );
}

/** @throws FloatingIpNotFoundForAddress */
export function deleteFloating(parts: NetworkParts, range: string): void {
  parts.floatingPools.deleteBulk(range);
}

/** A line for each: project, address, server, pool, card. @param host only those in use on it; null: all */
export function listFloating(parts: NetworkParts, host: string | null): string {
  const inventory = parts.floatingPools.inventory(host);
  if (inventory.length === 0) return "No floating IP addresses have been defined.\n";
  return inventory
    .map(({ row, instanceUuid }) =>
      [
        row.project_id,
        row.address,
        instanceUuid,
        parts.floatingPools.poolOf(row),
        row.interface ?? parts.base.publicCard,
      ]
        .map((cell) => cell ?? "None")
        .join("\t"),
    )
    .map((text) => `${text}\n`)
    .join("");
}

const LAYOUT = [18, 15, 15, 0];

/** Every fixed address of nova-network's networks. @param host only those of servers on it; null: all */
export function listFixed(parts: NetworkParts, host: string | null): string {
  const { store, flatNetworks } = parts;
  const rows = flatNetworks.list().flatMap((network) =>
    store.fixedIps.match({ network_id: network.id }).map((fixed) => {
      const port = fixed.port_id === null ? null : store.ports.get(fixed.port_id);
      const server = port?.device_owner.startsWith("compute:") ? port : null;
      return {
        host: server?.binding_host_id || null,
        cells: [network.cidr, fixed.address, server?.hostname ?? null, server?.binding_host_id || null],
      };
    }),
  );
  const wanted = host === null ? rows : rows.filter((row) => row.host === host);
  const text = (cells: readonly (string | null)[]) =>
    `${cells.map((cell, i) => (cell ?? "None").padEnd(LAYOUT[i]!)).join("\t")}\n`;
  const header = text(["network", "IP address", "hostname", "host"]);
  if (wanted.length === 0) return `${header}No fixed IP found.\n`;
  return header + wanted.map(({ cells }) => text(cells)).join("");
}

/** Sets a fixed address aside, or makes it available again. @throws FixedIpNotFoundForAddress */
export function reserveFixed(parts: NetworkParts, address: string, reserved: boolean): void {
  parts.flatNetworks.setReserved(address, reserved);
}
