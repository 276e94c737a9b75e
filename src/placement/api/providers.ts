// /resource_providers

import type { Clock } from "../../core/clock.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import {
  DUPLICATE_NAME,
  DuplicateProvider,
  ObjectActionError,
  PlacementError,
  PROVIDER_IN_USE,
  ResourceClassNotFound,
  ResourceProviderInUse,
  ResourceProviderNotFound,
  TraitNotFound,
} from "../errors.ts";
import type { Placement } from "../manager.ts";
import { hasRoom, type IndexState, type Provider } from "../provider-index.ts";
import { dashed } from "../uuid.ts";
import { parseMemberOf, parseRequired, parseResources } from "./query.ts";
import { freshness, inWords, noContent, show } from "./respond.ts";
import { createProvider, listProviders, updateProvider } from "./schemas.ts";
import { providerPath, providerView } from "./views.ts";

interface ProviderBody {
  name: string;
  uuid?: string;
  parent_provider_uuid?: string | null;
}

export function providerRoutes({ providers }: Placement, clock: Clock): Route[] {
  function list(call: Call): Reply {
    const state = providers.state();
    const found = inWords(
      [
        [
          ResourceClassNotFound,
          (m) => new PlacementError("invalid", `Invalid resource class in resources parameter: ${m}`),
        ],
        [
          TraitNotFound,
          (m) => new PlacementError("invalid", `Invalid trait(s) in "required" parameter: ${m}`),
        ],
      ],
      () => matching(call, state),
    );
    const view = { resource_providers: found.map((provider) => providerView(call, state, provider)) };
    return show(call, view, clock.now(), found.map(stampOf));
  }

  function create(call: Call): Reply {
    const body = call.body as ProviderBody;
    const provider = inWords(
      [
        [
          ObjectActionError,
          (m) =>
            new PlacementError(
              "invalid",
              `Unable to create resource provider "${body.name}", ${body.uuid ?? "None"}: ${m}`,
            ),
        ],
      ],
      () =>
        providers.create({
          name: checkedName(body.name),
          uuid: body.uuid === undefined ? undefined : dashed(body.uuid),
          parentUuid: body.parent_provider_uuid ?? null,
        }),
    );
    const location = `${call.baseUrl}${providerPath(call, provider.uuid).slice(call.mount.length)}`;
    if (call.minor < 20) return empty(201, { location });
    return json(200, providerView(call, providers.state(), provider), {
      location,
      ...freshness(call, clock.now(), [stampOf(provider)]),
    });
  }

  function get(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    return show(call, providerView(call, providers.state(), provider), clock.now(), [stampOf(provider)]);
  }

  function update(call: Call): Reply {
    const uuid = call.param("uuid");
    providers.get(uuid);
    const body = call.body as ProviderBody;
    const provider = inWords(
      [
        [
          DuplicateProvider,
          () =>
            new PlacementError(
              "conflict",
              `Conflicting resource provider ${body.name} already exists.`,
              DUPLICATE_NAME,
            ),
        ],
        [
          ObjectActionError,
          (m) => new PlacementError("invalid", `Unable to save resource provider ${uuid}: ${m}`),
        ],
      ],
      () =>
        providers.update(
          uuid,
          { name: checkedName(body.name), parentUuid: body.parent_provider_uuid },
          { reparenting: call.minor >= 37 },
        ),
    );
    return json(
      200,
      providerView(call, providers.state(), provider),
      freshness(call, clock.now(), [stampOf(provider)]),
    );
  }

  function remove(call: Call): Reply {
    const uuid = call.param("uuid");
    inWords(
      [
        [
          ResourceProviderInUse,
          (m) =>
            new PlacementError(
              "conflict",
              `Unable to delete resource provider ${uuid}: ${m}`,
              PROVIDER_IN_USE,
            ),
        ],
        [
          ResourceProviderNotFound,
          () => new PlacementError("not-found", `No resource provider with uuid ${uuid} found for delete`),
        ],
      ],
      () => providers.delete(uuid),
    );
    return noContent();
  }

  return [
    {
      method: "GET",
      path: "/resource_providers",
      handler: list,
      access: "placement:resource_providers:list",
      query: listProviders,
    },
    {
      method: "POST",
      path: "/resource_providers",
      handler: create,
      access: "placement:resource_providers:create",
      body: createProvider,
    },
    {
      method: "GET",
      path: "/resource_providers/:uuid",
      handler: get,
      access: "placement:resource_providers:show",
    },
    {
      method: "PUT",
      path: "/resource_providers/:uuid",
      handler: update,
      access: "placement:resource_providers:update",
      body: updateProvider,
    },
    {
      method: "DELETE",
      path: "/resource_providers/:uuid",
      handler: remove,
      access: "placement:resource_providers:delete",
    },
  ];
}

function stampOf(provider: Provider): string | null {
  return provider.updatedAt ?? provider.createdAt;
}

function checkedName(name: string): string {
  if (name === "") throw new ObjectActionError("create", "name is required");
  return name;
}

function matching(call: Call, state: IndexState): Provider[] {
  const last = (name: string) => call.query.getAll(name).at(-1) ?? null;
  const name = last("name");
  const uuid = last("uuid");
  const inTree = last("in_tree");
  const traits = parseRequired(call);
  const aggregates = parseMemberOf(call);
  const resourcesText = last("resources");
  const resources = resourcesText === null ? [] : [...parseResources(resourcesText)];
  const traitId = (trait: string): number => {
    const id = state.traits.byName.get(trait);
    if (id === undefined) throw new TraitNotFound(trait);
    return id;
  };
  const required = traits.required.map((any) => [...any].map(traitId));
  const forbidden = [...traits.forbidden].map(traitId);
  const amounts = resources.map(([className, amount]): [number, number] => {
    const id = state.classes.byName.get(className);
    if (id === undefined) throw new ResourceClassNotFound(className);
    return [id, amount];
  });
  const rootId = inTree === null ? null : (state.byUuid.get(inTree)?.rootId ?? -1);
  const one = uuid !== null && isUuidLike(uuid) ? state.byUuid.get(uuid) : null;
  const all = one === null ? state.providers.values() : one ? [one] : [];
  return [...all].filter(
    (provider) =>
      (name === null || name === "" || provider.name === name) &&
      (rootId === null || provider.rootId === rootId) &&
      required.every((any) => any.some((id) => provider.traits.has(id))) &&
      !forbidden.some((id) => provider.traits.has(id)) &&
      aggregates.memberOf.every((any) => [...any].some((each) => provider.aggregates.has(each))) &&
      ![...aggregates.forbidden].some((each) => provider.aggregates.has(each)) &&
      amounts.every(([id, amount]) => hasRoom(provider, id, amount)),
  );
}
