// /allocations, /resource_providers/{uuid}/allocations, /reshaper

import type { Clock } from "../../core/clock.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import type { Claim } from "../allocations.ts";
import {
  INVENTORY_INUSE,
  InvalidInventory,
  InventoryInUse,
  PlacementError,
  RESOURCE_PROVIDER_NOT_FOUND,
  ResourceClassNotFound,
  ResourceProviderNotFound,
} from "../errors.ts";
import type { Placement } from "../manager.ts";
import type { Resources } from "../public.ts";
import { reshape } from "../reshaper.ts";
import { dashed } from "../uuid.ts";
import { type InventoryBody, inventoryOf } from "./inventories.ts";
import { inWords, noContent, show } from "./respond.ts";
import { manageAllocations, reshape as reshapeBody, setAllocations } from "./schemas.ts";
import { consumerAllocationsView, providerAllocationsView } from "./views.ts";

interface ListForm {
  allocations: { resource_provider: { uuid: string }; resources: Resources }[];
}

interface ConsumerBody {
  allocations: Record<string, { resources: Resources }>;
  project_id?: string;
  user_id?: string;
  consumer_generation?: number | null;
  consumer_type?: string;
}

/** Allocations are objects by provider, not lists, since this version. */
const DICT_SINCE = 12;
const GENERATION_SINCE = 28;

export function allocationRoutes(placement: Placement, clock: Clock): Route[] {
  const { providers, allocations, settings } = placement;

  function listOfConsumer(call: Call): Reply {
    const uuid = call.param("consumer_uuid");
    const rows = allocations.ofConsumer(uuid);
    const view = consumerAllocationsView(call, providers.state(), rows, allocations.consumer(uuid));
    return show(
      call,
      view,
      clock.now(),
      rows.map((row) => row.createdAt),
    );
  }

  function listOfProvider(call: Call): Reply {
    const uuid = call.param("uuid");
    const provider = inWords(
      [
        [
          ResourceProviderNotFound,
          (m) => new PlacementError("not-found", `Resource provider '${uuid}' not found: ${m}`),
        ],
      ],
      () => providers.get(uuid),
    );
    const rows = allocations.ofProvider(provider);
    const consumers = allocations.consumers(rows.map((row) => row.consumerUuid));
    const view = providerAllocationsView(call, providers.state(), provider, rows, consumers);
    return show(
      call,
      view,
      clock.now(),
      rows.map((row) => row.createdAt),
    );
  }

  function replace(call: Call): Reply {
    const given = call.param("consumer_uuid");
    if (!isUuidLike(given)) throw new PlacementError("invalid", `Malformed consumer_uuid: ${given}`);
    const uuid = dashed(given);
    const body =
      call.minor < DICT_SINCE
        ? { ...(call.body as object), allocations: byProvider(call.body as ListForm) }
        : (call.body as ConsumerBody);
    writing(
      (m) => `Unable to allocate inventory for consumer ${uuid}: ${m}`,
      () => allocations.replace([claimOf(call, uuid, body)]),
    );
    return noContent();
  }

  function replaceMany(call: Call): Reply {
    const claims = claimsOf(call, call.body as Record<string, ConsumerBody>);
    writing(
      (m) => `Unable to allocate inventory ${m}`,
      () => allocations.replace(claims),
    );
    return noContent();
  }

  function release(call: Call): Reply {
    const uuid = call.param("consumer_uuid");
    if (!allocations.release(uuid))
      throw new PlacementError("not-found", `No allocations for consumer '${uuid}'`);
    return noContent();
  }

  function reshapeHandler(call: Call): Reply {
    const body = call.body as {
      inventories: Record<
        string,
        { resource_provider_generation: number; inventories: Record<string, InventoryBody> }
      >;
      allocations: Record<string, ConsumerBody>;
    };
    const reshapings = Object.entries(body.inventories).map(([uuid, wanted]) => {
      const provider = providers.find(uuid);
      if (!provider) {
        throw new PlacementError(
          "invalid",
          `Resource provider ${uuid} in inventories not found: No resource provider with uuid ${uuid} found`,
          RESOURCE_PROVIDER_NOT_FOUND,
        );
      }
      providers.checkGeneration(
        provider,
        wanted.resource_provider_generation,
        `resource provider generation conflict for provider ${uuid}: actual: ${provider.generation}, given: ${wanted.resource_provider_generation}`,
      );
      const inventories = new Map(
        Object.entries(wanted.inventories).map(([name, inventory]) => [name, inventoryOf(inventory)]),
      );
      return { provider, inventories };
    });
    inWords(
      [
        [ResourceClassNotFound, (m) => new PlacementError("invalid", `malformed reshaper data: ${m}`)],
        [InventoryInUse, (m) => new PlacementError("conflict", `update conflict: ${m}`, INVENTORY_INUSE)],
        [InvalidInventory, (m) => new PlacementError("conflict", `Unable to allocate inventory: ${m}`)],
      ],
      () =>
        reshape(
          { providers, allocations, index: placement.index },
          reshapings,
          claimsOf(call, body.allocations),
        ),
    );
    return noContent();
  }

  function claimsOf(call: Call, bodies: Record<string, ConsumerBody>): Claim[] {
    return Object.entries(bodies).map(([uuid, body]) => claimOf(call, uuid, body));
  }

  function claimOf(call: Call, consumerUuid: string, body: ConsumerBody): Claim {
    return {
      consumerUuid,
      projectId: body.project_id ?? settings.incompleteProjectId,
      userId: body.user_id ?? settings.incompleteUserId,
      consumerType: body.consumer_type ?? null,
      allocations: new Map(
        Object.entries(body.allocations).map(([uuid, { resources }]) => [uuid, resources]),
      ),
      ...(call.minor >= GENERATION_SINCE ? { consumerGeneration: body.consumer_generation ?? null } : {}),
    };
  }

  const rule = (verb: string) => `placement:allocations:${verb}`;
  const one = "/allocations/:consumer_uuid";
  return [
    {
      method: "GET",
      path: "/resource_providers/:uuid/allocations",
      handler: listOfProvider,
      access: "placement:resource_providers:allocations:list",
    },
    {
      method: "POST",
      path: "/allocations",
      handler: replaceMany,
      access: rule("manage"),
      body: manageAllocations,
      since: 13,
    },
    { method: "GET", path: one, handler: listOfConsumer, access: rule("list") },
    { method: "PUT", path: one, handler: replace, access: rule("update"), body: setAllocations },
    { method: "DELETE", path: one, handler: release, access: rule("delete") },
    {
      method: "POST",
      path: "/reshaper",
      handler: reshapeHandler,
      access: "placement:reshaper:reshape",
      body: reshapeBody,
      since: 30,
    },
  ];
}

function byProvider(body: ListForm): ConsumerBody["allocations"] {
  return Object.fromEntries(
    body.allocations.map((entry) => [entry.resource_provider.uuid, { resources: entry.resources }]),
  );
}

function writing(notFound: (message: string) => string, work: () => void): void {
  inWords(
    [
      [ResourceClassNotFound, (m) => new PlacementError("invalid", notFound(m))],
      [InvalidInventory, (m) => new PlacementError("conflict", `Unable to allocate inventory: ${m}`)],
    ],
    work,
  );
}
