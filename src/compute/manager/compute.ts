// What every task of nova-compute works with. One Compute serves all hosts of the cloud, so that ten thousand simulated
// ones share everything but their driver.

import type { Values } from "../../config/keys.ts";
import type { RequestContext } from "../../core/context.ts";
import type { Logger } from "../../core/log.ts";
import type { ServiceContext } from "../../core/service.ts";
import { type ImagePublic, imagePublic } from "../../image/public.ts";
import { type NetworkPublic, networkPublic } from "../../network/public.ts";
import { type PlacementPublic, placementPublic } from "../../placement/public.ts";
import { type VolumePublic, volumePublic } from "../../volume/public.ts";
import { InstanceActions } from "../actions.ts";
import { computeSection, novaSection } from "../config.ts";
import type { ComputeDriver, HostResources } from "../drivers/driver.ts";
import { type Locks, locksOf } from "../locks.ts";
import { ComputeNodes } from "../nodes.ts";
import type { ServiceDirectory } from "../periphery.ts";
import { NovaStore } from "../store.ts";

export interface Host {
  name: string;
  driver: ComputeDriver;
  resources: HostResources;
  /** The compute node's, which is also the resource provider's. */
  nodeUuid: string;
}

export class Compute {
  readonly context: ServiceContext;
  readonly store: NovaStore;
  readonly nodes: ComputeNodes;
  readonly actions: InstanceActions;
  readonly locks: Locks;
  readonly log: Logger;
  readonly nova: Values<typeof novaSection>;
  readonly settings: Values<typeof computeSection>;
  readonly services: ServiceDirectory;
  readonly hosts = new Map<string, Host>();

  constructor(context: ServiceContext, services: ServiceDirectory) {
    this.context = context;
    this.store = new NovaStore(context.db);
    this.nodes = new ComputeNodes(context.db);
    this.actions = new InstanceActions(this.store, context.clock);
    this.locks = locksOf(context.db);
    this.log = context.log.child("nova.compute.manager");
    this.nova = context.config(novaSection);
    this.settings = context.config(computeSection);
    this.services = services;
  }

  now(): number {
    return this.context.clock.now();
  }

  /** @throws PeerUnavailable, as all of these */
  get images(): ImagePublic {
    return this.context.peers.get(imagePublic);
  }

  get network(): NetworkPublic {
    return this.context.peers.get(networkPublic);
  }

  get volumes(): VolumePublic {
    return this.context.peers.get(volumePublic);
  }

  /** Null in a cloud without a placement service. */
  get placement(): PlacementPublic | null {
    if (this.context.endpoints.base("placement-api") === null) return null;
    return this.context.peers.get(placementPublic);
  }

  cast(context: RequestContext, topic: string, method: string, args: object): void {
    this.context.bus.cast(context, topic, method, args);
  }
}
