// Hosts that nobody has mapped to the cell yet get no servers. With DISCOVER_HOSTS_IN_CELLS_INTERVAL=0 (this cloud's default,
// and how it was before there were cells) a host maps itself. Authority: nova/objects/host_mapping.py (discover_hosts).

import type { ComputeNodes } from "./nodes.ts";
import type { ComputeNodeRow } from "./tables.ts";

/** The one cell with hosts. */
export const CELL_NAME = "cell1";

/** Maps every host that is not; returns those. */
export function discoverHosts(nodes: ComputeNodes, nowMs: number): ComputeNodeRow[] {
  const found = nodes.list().filter(({ mapped }) => mapped === 0);
  return found.map((node) => nodes.update(node, { mapped: 1 }, nowMs));
}
