// A network, subnet and router for a project that asks for "some network": `openstack network auto allocated topology`.
// Authority: neutron/services/auto_allocate/db.py.

import { eq } from "drizzle-orm";
import { adminContext, type RequestContext } from "../../core/context.ts";
import { Conflict } from "../../core/errors.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";
import type { Networks } from "./networks.ts";
import type { RouterInterfaces } from "./router-interfaces.ts";
import type { Routers } from "./routers.ts";
import type { SubnetPools } from "./subnet-pools.ts";
import type { Subnets } from "./subnets.ts";

const NAME = "auto_allocated_network";

/** neutron/services/auto_allocate/exceptions.py */
class AutoAllocationFailure extends Conflict {
  constructor(reason: string) {
    super(`Deployment error: ${reason}.`);
  }
}

export class AutoAllocated {
  #base: Base;
  #parts: {
    networks: Networks;
    subnets: Subnets;
    pools: SubnetPools;
    routers: Routers;
    interfaces: RouterInterfaces;
  };

  constructor(
    base: Base,
    parts: {
      networks: Networks;
      subnets: Subnets;
      pools: SubnetPools;
      routers: Routers;
      interfaces: RouterInterfaces;
    },
  ) {
    this.#base = base;
    this.#parts = parts;
  }

  /** Whether it could be done: `dry-run=pass`. @throws AutoAllocationFailure */
  check(_context: RequestContext): string {
    this.#external();
    this.#pools();
    return "dry-run=pass";
  }

  /** The project's network, made when it has none. Returns its id. */
  ensure(context: RequestContext, projectId: string): string {
    const { store } = this.#base;
    return store.transaction(() => {
      const existing = this.#find(projectId);
      if (existing) return existing.uuid;
      const external = this.#external();
      const pools = this.#pools();
      const admin = { ...adminContext(context.requestId), projectId };
      const network = this.#parts.networks.create(admin, { project_id: projectId, name: NAME });
      const router = this.#parts.routers.create(admin, projectId, {
        name: "auto_allocated_router",
        gateway: { network_id: external.uuid },
      });
      for (const pool of pools) {
        const subnet = this.#parts.subnets.create(admin, {
          project_id: projectId,
          network_id: network.uuid,
          name: `auto_allocated_subnet_v${pool.ip_version}`,
          ip_version: pool.ip_version,
          subnetpool_id: pool.id,
        });
        this.#parts.interfaces.add(admin, router.id, { subnet_id: subnet.id });
      }
      return network.uuid;
    });
  }

  /** False when there was none. */
  remove(context: RequestContext, projectId: string): boolean {
    const { store } = this.#base;
    return store.transaction(() => {
      const network = this.#find(projectId);
      if (!network) return false;
      const admin = { ...adminContext(context.requestId), projectId };
      const router = store.routers.first({ project_id: projectId, name: "auto_allocated_router" });
      if (router) {
        for (const port of this.#parts.routers.interfaces(router.id)) {
          this.#parts.interfaces.remove(admin, router.id, { port_id: port.id });
        }
        this.#parts.routers.delete(admin, router.id);
      }
      this.#parts.networks.delete(admin, network.uuid);
      return true;
    });
  }

  #find(projectId: string): t.NetworkRow | null {
    return this.#base.store.networks.first({ project_id: projectId, label: NAME });
  }

  #external(): t.NetworkRow {
    const row = this.#base.store.networks
      .list(eq(t.networks.is_default, true))
      .find((network) => network.external);
    if (!row) throw new AutoAllocationFailure("No default router:external network");
    return row;
  }

  #pools(): t.SubnetPoolRow[] {
    const pools = ([4, 6] as const).flatMap((version) => this.#parts.pools.defaultPool(version) ?? []);
    if (pools.length === 0) throw new AutoAllocationFailure("No default subnetpools defined");
    return pools;
  }
}
