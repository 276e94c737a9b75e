// /resource_providers/{uuid}/inventories

import type { Clock } from "../../core/clock.ts";
import { CloudError } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import {
  CONCURRENT_UPDATE,
  ConcurrentUpdate,
  INVENTORY_INUSE,
  InvalidCapacity,
  InventoryInUse,
  NoInventoryOfClass,
  PlacementError,
  ResourceClassNotFound,
  ResourceProviderNotFound,
} from "../errors.ts";
import type { Placement } from "../manager.ts";
import type { Provider } from "../provider-index.ts";
import { MAX_INT, Providers } from "../providers.ts";
import type { Inventory } from "../public.ts";
import { freshness, inWords, noContent, show } from "./respond.ts";
import { createInventory, setInventories, updateInventory } from "./schemas.ts";
import { inventoriesView, inventoryView, providerPath } from "./views.ts";

export interface InventoryBody {
  total: number;
  reserved?: number;
  min_unit?: number;
  max_unit?: number;
  step_size?: number;
  allocation_ratio?: number;
  resource_provider_generation?: number;
}

/** What is not said has Placement's defaults (handlers/inventory.py, INVENTORY_DEFAULTS). */
export function inventoryOf(body: InventoryBody): Inventory {
  return {
    total: body.total,
    reserved: body.reserved ?? 0,
    minUnit: body.min_unit ?? 1,
    maxUnit: body.max_unit ?? MAX_INT,
    stepSize: body.step_size ?? 1,
    allocationRatio: body.allocation_ratio ?? 1.0,
  };
}

const GENERATION_CONFLICT = "resource provider generation conflict";

export function inventoryRoutes({ providers }: Placement, clock: Clock): Route[] {
  /** For reading: Placement words a missing provider differently there. */
  function shown(call: Call): Provider {
    const uuid = call.param("uuid");
    return inWords(
      [
        [
          ResourceProviderNotFound,
          (m) => new PlacementError("not-found", `No resource provider with uuid ${uuid} found : ${m}`),
        ],
      ],
      () => providers.get(uuid),
    );
  }

  function list(call: Call): Reply {
    const provider = shown(call);
    const stamps = [...provider.inventories.values()].map((stock) => stock.updatedAt ?? stock.createdAt);
    return show(call, inventoriesView(providers.state(), provider), clock.now(), stamps);
  }

  function get(call: Call): Reply {
    const provider = shown(call);
    const name = call.param("resource_class");
    const stock = provider.inventories.get(providers.state().classes.byName.get(name) ?? -1);
    if (!stock) throw new PlacementError("not-found", `No inventory of class ${name} for ${provider.uuid}`);
    return show(call, inventoryView(stock, provider.generation), clock.now(), [
      stock.updatedAt ?? stock.createdAt,
    ]);
  }

  function create(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    const { resource_class: name, ...body } = call.body as InventoryBody & { resource_class: string };
    const inventory = inventoryOf(body);
    const unable = (m: string) =>
      new PlacementError(
        "invalid",
        `Unable to create inventory for resource provider ${provider.uuid}: ${m}`,
      );
    inWords(
      [
        [ConcurrentUpdate, (m) => new ConcurrentUpdate(`Update conflict: ${m}`)],
        [InvalidCapacity, unable],
        [ResourceClassNotFound, unable],
      ],
      () => {
        Providers.checkCapacity(provider, new Map([[name, inventory]]), call.minor >= 26);
        providers.addInventory(provider, name, inventory);
      },
    );
    const href = `${providerPath(call, provider.uuid).slice(call.mount.length)}/inventories/${name}`;
    return json(201, inventoryView(inventory, provider.generation), {
      location: `${call.baseUrl}${href}`,
      ...freshness(call, clock.now()),
    });
  }

  function replaceAll(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    const body = call.body as {
      resource_provider_generation: number;
      inventories: Record<string, InventoryBody>;
    };
    providers.checkGeneration(provider, body.resource_provider_generation, GENERATION_CONFLICT);
    const inventories = new Map(
      Object.entries(body.inventories).map(([name, inventory]) => [name, inventoryOf(inventory)]),
    );
    inWords(
      [
        [
          ResourceClassNotFound,
          (m) =>
            new PlacementError(
              "invalid",
              `Unknown resource class in inventory for resource provider ${provider.uuid}: ${m}`,
            ),
        ],
        [InventoryInUse, (m) => new PlacementError("conflict", `update conflict: ${m}`, INVENTORY_INUSE)],
        [InvalidCapacity, (m) => unableToUpdate(provider, m)],
      ],
      () => {
        Providers.checkCapacity(provider, inventories, call.minor >= 26);
        providers.setInventories(provider, inventories);
      },
    );
    return json(200, inventoriesView(providers.state(), provider), freshness(call, clock.now()));
  }

  function update(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    const name = call.param("resource_class");
    const body = call.body as InventoryBody & { resource_provider_generation: number };
    providers.checkGeneration(provider, body.resource_provider_generation, GENERATION_CONFLICT);
    const inventory = inventoryOf(body);
    inWords(
      [
        [
          NoInventoryOfClass,
          (m) =>
            new PlacementError(
              "invalid",
              `No inventory record with resource class for resource provider ${provider.uuid}: ${m}`,
            ),
        ],
        [InvalidCapacity, (m) => unableToUpdate(provider, m)],
      ],
      () => {
        Providers.checkCapacity(provider, new Map([[name, inventory]]), call.minor >= 26);
        providers.updateInventory(provider, name, inventory);
      },
    );
    return json(200, inventoryView(inventory, provider.generation), freshness(call, clock.now()));
  }

  function remove(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    const name = call.param("resource_class");
    inWords(
      [
        [
          InventoryInUse,
          (m) =>
            new PlacementError(
              "conflict",
              `Unable to delete inventory of class ${name}: ${m}`,
              CONCURRENT_UPDATE,
            ),
        ],
        [
          CloudError,
          (m) => new PlacementError("not-found", `No inventory of class ${name} found for delete: ${m}`),
        ],
      ],
      () => providers.deleteInventory(provider, name),
    );
    return noContent();
  }

  function removeAll(call: Call): Reply {
    // Before 1.5 the method did not exist: 405 rather than 404.
    if (call.minor < 5) throw new CloudError("method-not-allowed", "");
    const provider = providers.get(call.param("uuid"));
    inWords([[InventoryInUse, (m) => new PlacementError("conflict", m, INVENTORY_INUSE)]], () =>
      providers.setInventories(provider, new Map()),
    );
    return noContent();
  }

  const all = "/resource_providers/:uuid/inventories";
  const one = `${all}/:resource_class`;
  const rule = (verb: string) => `placement:resource_providers:inventories:${verb}`;
  return [
    { method: "GET", path: all, handler: list, access: rule("list") },
    { method: "POST", path: all, handler: create, access: rule("create"), body: createInventory },
    { method: "PUT", path: all, handler: replaceAll, access: rule("update"), body: setInventories },
    { method: "DELETE", path: all, handler: removeAll, access: rule("delete") },
    { method: "GET", path: one, handler: get, access: rule("show") },
    { method: "PUT", path: one, handler: update, access: rule("update"), body: updateInventory },
    { method: "DELETE", path: one, handler: remove, access: rule("delete") },
  ];
}

function unableToUpdate(provider: Provider, message: string): PlacementError {
  return new PlacementError(
    "invalid",
    `Unable to update inventory for resource provider ${provider.uuid}: ${message}`,
  );
}
