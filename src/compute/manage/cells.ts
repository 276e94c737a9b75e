// `nova-manage cell_v2 ...`, which reads and writes the tables themselves, whether or not the cloud runs. There are two cells,
// as in every small cloud: cell0, which has no hosts, and cell1, which has all. Words: nova/cmd/manage.py of Zed.

import { CELL_NAME, discoverHosts } from "../discovery.ts";
import type { ComputeNodes } from "../nodes.ts";
import type { NovaStore } from "../store.ts";

export const CELL0_UUID = "00000000-0000-0000-0000-000000000000";

export interface Cell {
  name: string;
  uuid: string;
  transportUrl: string;
  databaseConnection: string;
  disabled: boolean;
}

/** @param cellUuid the same for the same state directory */
export function cellsOf(options: {
  cellUuid: string;
  transportUrl: string;
  databaseConnection: string;
}): Cell[] {
  const { cellUuid, transportUrl, databaseConnection } = options;
  return [
    {
      name: "cell0",
      uuid: CELL0_UUID,
      transportUrl: "none:/",
      databaseConnection: cell0Database(databaseConnection),
      disabled: false,
    },
    { name: CELL_NAME, uuid: cellUuid, transportUrl, databaseConnection, disabled: false },
  ];
}

/** Nova's own default: the database's name with `_cell0` behind it. */
function cell0Database(connection: string): string {
  const parts = /^([^?]*?)(\.db)?(\?.*)?$/.exec(connection);
  return `${parts?.[1] ?? connection}_cell0${parts?.[2] ?? ""}${parts?.[3] ?? ""}`;
}

/** The password of a URL is not for everybody's eyes. */
export function masked(url: string): string {
  return url.replace(/^([a-z0-9+]+:\/\/[^/@:]*):[^@]*@/i, "$1:****@");
}

/** Every step of a search for hosts that are not mapped, and how many were found. */
export function discover(
  nodes: ComputeNodes,
  cells: readonly Cell[],
  options: { cellUuid: string | null; nowMs: number },
): { found: number; steps: string[] } {
  const steps: string[] = [];
  if (options.cellUuid === null) steps.push(`Found ${cells.length} cell mappings.`);
  let found = 0;
  for (const cell of cells) {
    if (options.cellUuid !== null && cell.uuid !== options.cellUuid) continue;
    if (cell.uuid === CELL0_UUID) {
      steps.push("Skipping cell0 since it does not contain hosts.");
      continue;
    }
    steps.push(`Getting computes from cell '${cell.name}': ${cell.uuid}`);
    const hosts = discoverHosts(nodes, options.nowMs);
    for (const { host, uuid } of hosts) {
      steps.push(`Checking host mapping for compute host '${host}': ${uuid}`);
      steps.push(`Creating host mapping for compute host '${host}': ${uuid}`);
    }
    steps.push(`Found ${hosts.length} unmapped computes in cell: ${cell.uuid}`);
    found += hosts.length;
  }
  return { found, steps };
}

/** Which cell a server is in, and the exit status. */
export function verifyInstance(store: NovaStore, cells: readonly Cell[], uuid: string): [string, number] {
  const instance = store.instance(uuid);
  if (!instance) {
    return [`Instance ${uuid} is not mapped to a cell (upgrade is incomplete) or instance does not exist`, 1];
  }
  const cell = cells.find(({ name }) => (name === CELL_NAME) === (instance.host !== null));
  return [`Instance ${uuid} is in cell: ${cell?.name} (${cell?.uuid})`, 0];
}
