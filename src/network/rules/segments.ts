// What carries a network: flat, vlan, vxlan, gre or local, and with which number. Authority: neutron/plugins/ml2/managers.py
// and drivers/type_{flat,vlan,local,tunnel}.py.

import { and, eq } from "drizzle-orm";
import { InvalidInput } from "../errors/common.ts";
import { FlatNetworkInUse, NoNetworkAvailable, TunnelIdInUse, VlanIdInUse } from "../errors/networks.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";

export interface ProviderFields {
  network_type?: string | null;
  physical_network?: string | null;
  segmentation_id?: number | null;
}

export interface Segment {
  network_type: string;
  physical_network: string | null;
  segmentation_id: number | null;
}

const VLAN = { min: 1, max: 4094 };
type Tunnel = "vxlan" | "gre";
/** neutron_lib/constants.py: MAX_VXLAN_VNI; GRE's key has 32 bits. */
const MOST_TUNNELS = { vxlan: 2 ** 24 - 1, gre: 2 ** 32 - 1 };

export class Segments {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  /** For a network whose maker named no provider attribute: the next free tunnel number. */
  forProject(): Segment {
    const type = this.#base.config.Q_ML2_TENANT_NETWORK_TYPE;
    if (type === "local") return { network_type: type, physical_network: null, segmentation_id: null };
    return this.#nextTunnel(type);
  }

  #nextTunnel(type: Tunnel): Segment {
    const { first, last } = this.#tunnelRange();
    const used = new Set(
      this.#base.store.networks
        .list(eq(t.networks.network_type, type))
        .map((network) => network.segmentation_id),
    );
    for (let id = first; id <= last; id++) {
      if (!used.has(id)) return { network_type: type, physical_network: null, segmentation_id: id };
    }
    throw new NoNetworkAvailable();
  }

  /** Checks and completes what an administrator asked for. */
  chosen(fields: ProviderFields): Segment {
    const { network_type: type, physical_network: physical = null, segmentation_id: id = null } = fields;
    if (type === undefined || type === null) throw new InvalidInput("provider:network_type required");
    switch (type) {
      case "local":
        this.#prohibit({ "provider:physical_network": physical, "provider:segmentation_id": id }, "local");
        return { network_type: type, physical_network: null, segmentation_id: null };
      case "flat":
        return this.#flat(physical, id);
      case "vlan":
        return this.#vlan(physical, id);
      case "vxlan":
      case "gre":
        return this.#tunnel(type, physical, id);
      default:
        throw new InvalidInput(`network_type value '${type}' not supported`);
    }
  }

  #flat(physical: string | null, id: number | null): Segment {
    if (physical === null) throw new InvalidInput("physical_network required for flat provider network");
    this.#prohibit({ segmentation_id: id }, "flat");
    const taken = this.#base.store.networks.first({ network_type: "flat", physical_network: physical });
    if (taken) throw new FlatNetworkInUse(physical);
    return { network_type: "flat", physical_network: physical, segmentation_id: null };
  }

  #vlan(physical: string | null, id: number | null): Segment {
    if (physical === null) {
      const what = id === null ? "physical_network" : "segmentation_id";
      throw new InvalidInput(
        id === null
          ? `${what} required for VLAN provider network`
          : `${what} requires physical_network for VLAN provider network`,
      );
    }
    const { networks } = this.#base.store;
    const used = new Set(
      networks
        .list(and(eq(t.networks.network_type, "vlan"), eq(t.networks.physical_network, physical)))
        .map((network) => network.segmentation_id),
    );
    if (id !== null) {
      if (id < VLAN.min || id > VLAN.max) {
        throw new InvalidInput(`segmentation_id out of range (${VLAN.min} through ${VLAN.max})`);
      }
      if (used.has(id)) throw new VlanIdInUse(id, physical);
      return { network_type: "vlan", physical_network: physical, segmentation_id: id };
    }
    for (let free = VLAN.min; free <= VLAN.max; free++) {
      if (!used.has(free)) return { network_type: "vlan", physical_network: physical, segmentation_id: free };
    }
    throw new NoNetworkAvailable();
  }

  #tunnel(type: Tunnel, physical: string | null, id: number | null): Segment {
    if (physical !== null) throw new InvalidInput(`provider:physical_network specified for ${type} network`);
    if (id === null) return this.#nextTunnel(type);
    const most = MOST_TUNNELS[type];
    if (id < 1 || id > most) {
      throw new InvalidInput(`segmentation_id out of range (1 through ${most})`);
    }
    if (this.#base.store.networks.first({ network_type: type, segmentation_id: id })) {
      throw new TunnelIdInUse(id);
    }
    return { network_type: type, physical_network: null, segmentation_id: id };
  }

  #prohibit(values: Record<string, unknown>, type: string): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== null) throw new InvalidInput(`${name} prohibited for ${type} provider network`);
    }
  }

  #tunnelRange(): { first: number; last: number } {
    const m = /^(\d+):(\d+)$/.exec(this.#base.config.TUNNEL_RANGES.trim());
    return m ? { first: Number(m[1]), last: Number(m[2]) } : { first: 1, last: 1000 };
  }
}
