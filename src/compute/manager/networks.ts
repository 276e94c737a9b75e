// The network service as the tasks use it, and the copy of the addresses that is shown while it is stopped.

import { elevated, type RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { InstanceForNetwork } from "../../network/public.ts";
import type { InstanceRow } from "../tables.ts";
import type { RequestSpec } from "../topics.ts";
import type { Compute, Host } from "./compute.ts";

export function forNetwork(instance: InstanceRow, host: Pick<Host, "name">): InstanceForNetwork {
  return {
    uuid: instance.uuid,
    hostname: instance.hostname ?? "",
    projectId: instance.project_id ?? "",
    availabilityZone: instance.availability_zone,
    host: host.name,
  };
}

/** Brings the copy up to date. */
export function keepNetworkInfo(compute: Pick<Compute, "store" | "network" | "now">, uuid: string): void {
  compute.store.infoCaches.upsert(
    { instance_uuid: uuid, updated_at: compute.now(), network_info: compute.network.vifs(uuid) },
    ["instance_uuid"],
  );
}

/** False for a server that was made without networks and has got none since. */
export function usesNetworks(compute: Pick<Compute, "store">, uuid: string): boolean {
  const spec = compute.store.requestSpecs.first({ instance_uuid: uuid })?.spec as RequestSpec | undefined;
  return spec?.networks !== "none" || compute.store.infoCaches.first({ instance_uuid: uuid }) !== null;
}

/** Addresses and ports go back. A failure is logged: the caller has worse to deal with. */
export async function releaseNetworks(
  compute: Compute,
  context: RequestContext,
  uuid: string,
): Promise<void> {
  if (!usesNetworks(compute, uuid)) return;
  try {
    await compute.network.deallocateForInstance(elevated(context), uuid);
    compute.store.infoCaches.delete({ instance_uuid: uuid });
  } catch (error) {
    compute.log.warning(context, `[instance: ${uuid}] Failed to deallocate network(s): ${messageOf(error)}`);
  }
}
