// Makes the request of a server's placement from what the database has of it.

import {
  type FlavorSnapshot,
  type InstanceRow,
  NoValidHost,
  type NovaStore,
  type Periphery,
  type RequestSpec,
  type Retry,
  resourcesOf,
} from "../compute/scheduling/public.ts";
import type { RequestContext } from "../core/context.ts";
import type { SchedulingRequest } from "./request.ts";

export function purposeOf(migrationType: string | null): SchedulingRequest["purpose"] {
  if (migrationType === "live-migration") return "live-migration";
  return migrationType === "resize" || migrationType === "migration" ? "resize" : "build";
}

export class SchedulingRequests {
  #store: NovaStore;
  #periphery: Pick<Periphery, "groups">;

  constructor(store: NovaStore, periphery: Pick<Periphery, "groups">) {
    this.#store = store;
    this.#periphery = periphery;
  }

  /** Of a server that is to be built. @throws NoValidHost when nothing is known of it */
  toBuild(context: RequestContext, instance: InstanceRow, retry: Retry | null): SchedulingRequest {
    const spec = this.specOf(instance.uuid);
    const flavor = this.#store.flavorsOf(instance.uuid)?.cur;
    if (!flavor) throw new NoValidHost("");
    return this.of(context, instance, flavor, spec, {
      ignoreHosts: new Set(retry?.hosts ?? []),
      targetHost: spec.forceHost ?? spec.requestedHost,
      targetNode: spec.forceNode ?? spec.requestedNode,
      force: spec.forceHost !== null || spec.forceNode !== null,
    });
  }

  of(
    context: RequestContext,
    instance: InstanceRow,
    flavor: FlavorSnapshot,
    spec: RequestSpec,
    wanted: Partial<
      Pick<SchedulingRequest, "ignoreHosts" | "targetHost" | "targetNode" | "force" | "purpose">
    >,
  ): SchedulingRequest {
    let flavorsByHost: Map<string, Set<number>> | null = null;
    return {
      context,
      instanceUuid: instance.uuid,
      projectId: instance.project_id ?? "",
      flavor,
      resources: resourcesOf(flavor, spec.bootsFromVolume),
      spec,
      ignoreHosts: wanted.ignoreHosts ?? new Set(),
      targetHost: wanted.targetHost ?? null,
      targetNode: wanted.targetNode ?? null,
      force: wanted.force ?? false,
      group: this.#groupOf(instance.uuid),
      currentHost: instance.host,
      hostsOf: (uuids) => this.#hostsOf(uuids),
      flavorsOn: (host) => {
        flavorsByHost ??= this.#store.flavorsByHost();
        return flavorsByHost.get(host) ?? new Set();
      },
      index: instance.launch_index ?? 0,
      purpose: wanted.purpose ?? "build",
      instance,
    };
  }

  /** @throws NoValidHost when there is none */
  specOf(uuid: string): RequestSpec {
    const row = this.#store.requestSpecs.first({ instance_uuid: uuid });
    if (!row) throw new NoValidHost("");
    return row.spec as RequestSpec;
  }

  #groupOf(uuid: string): SchedulingRequest["group"] {
    const facts = this.#periphery.groups.ofInstance(uuid);
    if (!facts) return null;
    const members = new Map<string, number>();
    for (const row of this.#store.instances.listIn(
      "uuid",
      facts.members.filter((member) => member !== uuid),
      "AND deleted = 0",
    )) {
      if (row.host !== null) members.set(row.host, (members.get(row.host) ?? 0) + 1);
    }
    return { facts, members };
  }

  #hostsOf(uuids: readonly string[]): Set<string> {
    const rows = this.#store.instances.listIn("uuid", uuids, "AND deleted = 0");
    return new Set(rows.flatMap((row) => (row.host === null ? [] : [row.host])));
  }
}
