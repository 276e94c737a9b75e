// What the API shows. Authority: the handlers of Placement, placement/handlers/*.py of Zed.

import { pyFloat } from "../../core/python.ts";
import type { Call } from "../../http/call.ts";
import { capacityOf, type IndexState, type Provider, type Stock } from "../provider-index.ts";
import type { Inventory } from "../public.ts";
import type { AllocationRow, ConsumerRow } from "../store.ts";

export function providerPath(call: Call, uuid: string): string {
  return `${call.mount}/resource_providers/${uuid}`;
}

export function providerView(call: Call, state: IndexState, provider: Provider): Record<string, unknown> {
  const href = providerPath(call, provider.uuid);
  const rels = ["inventories", "usages"];
  if (call.minor >= 1) rels.push("aggregates");
  if (call.minor >= 6) rels.push("traits");
  if (call.minor >= 11) rels.push("allocations");
  const view: Record<string, unknown> = {
    uuid: provider.uuid,
    name: provider.name,
    generation: provider.generation,
    links: [{ rel: "self", href }, ...rels.map((rel) => ({ rel, href: `${href}/${rel}` }))],
  };
  if (call.minor >= 14) {
    view["parent_provider_uuid"] = state.parent(provider)?.uuid ?? null;
    view["root_provider_uuid"] = state.root(provider).uuid;
  }
  return view;
}

/** `generation` is left out when it is 0, as in Placement. */
export function inventoryView(stock: Inventory, generation?: number): Record<string, unknown> {
  return {
    total: stock.total,
    reserved: stock.reserved,
    min_unit: stock.minUnit,
    max_unit: stock.maxUnit,
    step_size: stock.stepSize,
    allocation_ratio: pyFloat(stock.allocationRatio),
    ...(generation ? { resource_provider_generation: generation } : {}),
  };
}

export function inventoriesView(state: IndexState, provider: Provider): Record<string, unknown> {
  const inventories: Record<string, unknown> = {};
  for (const [id, stock] of provider.inventories) inventories[state.classes.name(id)] = inventoryView(stock);
  return { resource_provider_generation: provider.generation, inventories };
}

export function usagesView(state: IndexState, provider: Provider): Record<string, unknown> {
  const usages: Record<string, number> = {};
  for (const id of provider.inventories.keys()) usages[state.classes.name(id)] = provider.used.get(id) ?? 0;
  return { resource_provider_generation: provider.generation, usages };
}

/** GET /allocations/{consumer}. `consumer` is null when it holds nothing. */
export function consumerAllocationsView(
  call: Call,
  state: IndexState,
  rows: readonly AllocationRow[],
  consumer: ConsumerRow | null,
): Record<string, unknown> {
  const allocations: Record<string, { generation: number; resources: Record<string, number> }> = {};
  for (const row of rows) {
    const provider = state.providers.get(row.providerId);
    if (!provider) continue;
    allocations[provider.uuid] ??= { generation: provider.generation, resources: {} };
    allocations[provider.uuid]!.resources[state.classes.name(row.classId)] = row.used;
  }
  const view: Record<string, unknown> = { allocations };
  if (rows.length > 0 && consumer && call.minor >= 12) {
    view["project_id"] = consumer.projectId;
    view["user_id"] = consumer.userId;
    if (call.minor >= 28) view["consumer_generation"] = consumer.generation;
    if (call.minor >= 38) view["consumer_type"] = consumer.type ?? "unknown";
  }
  return view;
}

/** GET /resource_providers/{uuid}/allocations */
export function providerAllocationsView(
  call: Call,
  state: IndexState,
  provider: Provider,
  rows: readonly AllocationRow[],
  consumers: ReadonlyMap<string, ConsumerRow>,
): Record<string, unknown> {
  const allocations: Record<string, { resources: Record<string, number>; consumer_generation?: number }> = {};
  for (const row of rows) {
    const generation = consumers.get(row.consumerUuid)?.generation ?? 0;
    allocations[row.consumerUuid] ??= {
      resources: {},
      ...(call.minor >= 28 ? { consumer_generation: generation } : {}),
    };
    allocations[row.consumerUuid]!.resources[state.classes.name(row.classId)] = row.used;
  }
  return { allocations, resource_provider_generation: provider.generation };
}

/** An entry of `provider_summaries`; `requested` limits the classes shown before 1.27. */
export function summaryView(
  call: Call,
  state: IndexState,
  provider: Provider,
  requested: ReadonlySet<number>,
): Record<string, unknown> {
  const resources: Record<string, unknown> = {};
  for (const [id, stock] of provider.inventories) {
    if (call.minor < 27 && !requested.has(id)) continue;
    resources[state.classes.name(id)] = capacityView(stock, provider.used.get(id) ?? 0);
  }
  return {
    resources,
    ...(call.minor >= 17 ? { traits: [...provider.traits].map((id) => state.traits.name(id)) } : {}),
    ...(call.minor >= 29
      ? {
          parent_provider_uuid: state.parent(provider)?.uuid ?? null,
          root_provider_uuid: state.root(provider).uuid,
        }
      : {}),
  };
}

function capacityView(stock: Stock, used: number): Record<string, number> {
  return { capacity: capacityOf(stock), used };
}
