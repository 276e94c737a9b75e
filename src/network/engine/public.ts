// What the programs of the network service ask the engine that plumbs (it runs in nova-network).

import { peerKey } from "../../core/peers.ts";
import type { BridgedNetwork } from "./desired-tenant.ts";

export interface NetworkEngine {
  /** The wanted state has changed: the host is brought in line when the present work is done. Cheap; may be called often. */
  changed(): void;
  /** Resolves when the host is as the database said when this was called. Rejects when it could not be made so. */
  settled(): Promise<void>;
  /** The bridge a network's cards are plugged into; null where nothing is plumbed. */
  bridgeOf(network: BridgedNetwork): string | null;
  /** Why a bridge could not be made, or null. */
  failureOf(bridge: string): string | null;
  /** Why nothing is plumbed, or null when it is. */
  unplumbed(): string | null;
}

export const networkEngine = peerKey<NetworkEngine>("n-net", "network-engine");
