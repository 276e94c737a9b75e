// The compute service's parts as its rules use them, and what every service of the project does alike.

import type { Values } from "../config/keys.ts";
import type { ServiceContext } from "../core/service.ts";
import { type ImagePublic, imagePublic } from "../image/public.ts";
import { type NetworkPublic, networkPublic } from "../network/public.ts";
import { type PlacementPublic, placementPublic } from "../placement/public.ts";
import { type VolumePublic, volumePublic } from "../volume/public.ts";
import { InstanceActions } from "./actions.ts";
import { novaSection } from "./config.ts";
import { makePeriphery, type PeripheryParts } from "./make-periphery.ts";
import { ComputeNodes } from "./nodes.ts";
import type { ServiceDirectory } from "./periphery.ts";
import { NovaStore } from "./store.ts";
import { ServerList } from "./store-list.ts";

export { makePeriphery };

/** What the rules behind the API work with. */
export class Nova {
  readonly context: ServiceContext;
  readonly store: NovaStore;
  readonly servers: ServerList;
  readonly nodes: ComputeNodes;
  readonly actions: InstanceActions;
  readonly settings: Values<typeof novaSection>;
  readonly periphery: PeripheryParts;

  constructor(context: ServiceContext) {
    this.context = context;
    this.store = new NovaStore(context.db);
    this.servers = new ServerList(context.db);
    this.nodes = new ComputeNodes(context.db);
    this.actions = new InstanceActions(this.store, context.clock);
    this.settings = context.config(novaSection);
    this.periphery = makePeriphery(context);
  }

  now(): number {
    return this.context.clock.now();
  }

  get flavors() {
    return this.periphery.flavors;
  }

  get keypairs() {
    return this.periphery.keypairs;
  }

  get quotas() {
    return this.periphery.quotas;
  }

  get services() {
    return this.periphery.services;
  }

  get zones() {
    return this.periphery.zones;
  }

  get groups() {
    return this.periphery.groups;
  }

  /** @throws PeerUnavailable, as the following */
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
}

/** Enters a service into the table and keeps it alive there. Returns what ends that. */
export function keepReporting(
  context: ServiceContext,
  services: ServiceDirectory,
  binary: string,
  topic: string,
  hosts: readonly string[],
): () => void {
  services.register(binary, topic, hosts);
  context.log
    .child("nova.openstack.common.rpc.common")
    .info(null, "Connected to AMQP server on fake:/, the queue in this process");
  return context.clock.every(services.reportIntervalMs, () => {
    try {
      services.heartbeat(binary, hosts);
    } catch (error) {
      context.log.error(null, "Reporting to the service table failed", error);
    }
  });
}
