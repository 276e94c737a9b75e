// What other services may ask the placement service. Amounts are whole numbers in the unit of their class: `VCPU`,
// `MEMORY_MB`, `DISK_GB`.

import type { RequestContext } from "../core/context.ts";
import { peerKey } from "../core/peers.ts";

export { STANDARD_CLASSES, standardTraits } from "./standards.ts";

export interface Inventory {
  total: number;
  reserved: number;
  minUnit: number;
  maxUnit: number;
  stepSize: number;
  allocationRatio: number;
}

export interface ProviderInfo {
  uuid: string;
  name: string;
  generation: number;
  inventories: Record<string, Inventory>;
  /** Sum of all allocations, by class. */
  usages: Record<string, number>;
  traits: string[];
  aggregates: string[];
}

export type Resources = Record<string, number>;

export interface CandidateQuery {
  resources: Resources;
  requiredTraits?: readonly string[];
  forbiddenTraits?: readonly string[];
  /** Providers must be in one of the aggregates of every entry. */
  memberOf?: readonly (readonly string[])[];
  /** Only this provider. */
  inTree?: string;
  limit?: number;
}

export interface Candidate {
  /** A small number that is its own as long as the service runs. */
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

export interface PlacementPublic {
  /** Creates the provider, or brings name, inventories and traits of an existing one up to date. */
  ensureProvider(
    context: RequestContext,
    provider: {
      uuid: string;
      name: string;
      inventories: Record<string, Inventory>;
      traits: readonly string[];
    },
  ): ProviderInfo;
  removeProvider(context: RequestContext, uuid: string): void;
  provider(uuid: string): ProviderInfo | null;
  /** Providers with room for the resources, as few database reads as possible: 10,000 providers in < 10 ms. */
  candidates(query: CandidateQuery): readonly Candidate[];
  /**
   * Replaces what a consumer holds; an empty record gives everything back. All or nothing.
   * @throws Conflict when a provider has no room left
   */
  allocate(
    context: RequestContext,
    consumer: { uuid: string; projectId: string; userId: string },
    allocations: Record<string, Resources>,
  ): void;
  /** What a consumer holds, by provider. */
  allocations(consumerUuid: string): Record<string, Resources>;
  setAggregates(providerUuid: string, aggregates: readonly string[]): void;
}

export const placementPublic = peerKey<PlacementPublic>("placement-api");
