// What servers and migrations hold in the placement service. During a move the server's allocation is the one at the
// destination; the migration's holds the source's, so that neither place is given away (Nova since Queens).

import { elevated, type RequestContext } from "../../core/context.ts";
import type { PlacementPublic, Resources } from "../../placement/public.ts";
import type { FlavorSnapshot, InstanceRow, MigrationRow } from "../tables.ts";
import type { Compute } from "./compute.ts";

type WithPlacement = Pick<Compute, "placement">;

/** nova/scheduler/utils.py, resources_from_flavor: local disks only. */
export function resourcesOf(flavor: FlavorSnapshot, bootsFromVolume: boolean): Resources {
  const disk = (bootsFromVolume ? 0 : flavor.root_gb) + flavor.ephemeral_gb + Math.ceil(flavor.swap / 1024);
  const resources: Resources = { VCPU: flavor.vcpus, MEMORY_MB: flavor.memory_mb };
  if (disk > 0) resources["DISK_GB"] = disk;
  for (const [key, value] of Object.entries(flavor.extra_specs)) {
    const m = /^resources:([A-Z0-9_]+)$/.exec(key);
    if (!m) continue;
    if (Number(value) === 0) delete resources[m[1]!];
    else resources[m[1]!] = Number(value);
  }
  return resources;
}

export function consumerOf(instance: Pick<InstanceRow, "uuid" | "project_id" | "user_id">) {
  return { uuid: instance.uuid, projectId: instance.project_id ?? "", userId: instance.user_id ?? "" };
}

/** @throws PeerUnavailable while the placement service is stopped */
export function releaseAllocations(
  compute: WithPlacement,
  context: RequestContext,
  instance: InstanceRow,
): void {
  compute.placement?.allocate(elevated(context), consumerOf(instance), {});
}

export function releaseMigration(
  compute: WithPlacement,
  context: RequestContext,
  instance: InstanceRow,
  migration: MigrationRow,
): void {
  compute.placement?.allocate(elevated(context), { ...consumerOf(instance), uuid: migration.uuid }, {});
}

/**
 * Makes exactly this the holdings of the server and of the migration, computed from the rows and not from what is held,
 * so that a repeat after a crash mends what was half done. Everything is given back first: both together may be more
 * than a host has room for. Synchronous, so nobody takes the room meanwhile.
 */
export function holdForMove(
  placement: PlacementPublic | null,
  context: RequestContext,
  instance: InstanceRow,
  migration: MigrationRow,
  holdings: { instance: Record<string, Resources> | null; migration: Record<string, Resources> },
): void {
  if (!placement) return;
  const admin = elevated(context);
  const server = consumerOf(instance);
  const mover = { ...server, uuid: migration.uuid };
  placement.allocate(admin, mover, {});
  if (holdings.instance) {
    placement.allocate(admin, server, {});
    placement.allocate(admin, server, holdings.instance);
  }
  if (Object.keys(holdings.migration).length > 0) placement.allocate(admin, mover, holdings.migration);
}

/** The provider of a host's node; null when the host was never here. */
export function providerOf(compute: Pick<Compute, "nodes">, host: string | null): string | null {
  return host === null ? null : (compute.nodes.ofHost(host)?.uuid ?? null);
}
