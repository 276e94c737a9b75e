// /resource_providers/{uuid}/usages, /aggregates, /traits, and /usages

import type { Clock } from "../../core/clock.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { json } from "../../http/call.ts";
import { PlacementError, ResourceProviderNotFound } from "../errors.ts";
import type { Placement } from "../manager.ts";
import type { Provider } from "../provider-index.ts";
import { freshness, inWords, noContent, show } from "./respond.ts";
import { listUsages, setAggregates, setTraits } from "./schemas.ts";
import { usagesView } from "./views.ts";

const CHANGED = "Resource provider's generation already changed. Please update the generation and try again.";
/** The generation is shown and checked since this version. */
const AGGREGATE_GENERATION_SINCE = 19;
const CONSUMER_TYPES_SINCE = 38;

export function providerDetailRoutes({ providers, allocations }: Placement, clock: Clock): Route[] {
  function shown(call: Call): Provider {
    const uuid = call.param("uuid");
    return inWords(
      [
        [
          ResourceProviderNotFound,
          (m) => new PlacementError("not-found", `No resource provider with uuid ${uuid} found: ${m}`),
        ],
      ],
      () => providers.get(uuid),
    );
  }

  function usages(call: Call): Reply {
    return show(call, usagesView(providers.state(), shown(call)), clock.now());
  }

  function projectUsages(call: Call): Reply {
    const last = (name: string) => call.query.getAll(name).at(-1) ?? null;
    const projectId = last("project_id") ?? "";
    call.enforce("placement:usages", { project_id: projectId });
    const rows = allocations.projectUsages(projectId, last("user_id"));
    const { classes } = providers.state();
    if (call.minor < CONSUMER_TYPES_SINCE) {
      const sums: Record<string, number> = {};
      for (const row of rows) {
        const name = classes.name(row.classId);
        sums[name] = (sums[name] ?? 0) + row.used;
      }
      return show(call, { usages: sums }, clock.now());
    }
    const wanted = last("consumer_type");
    const grouped: Record<string, Record<string, number>> = {};
    const counts = new Map<string, number>();
    for (const row of rows) {
      const type = row.type ?? "unknown";
      if (wanted !== null && wanted !== "all" && wanted !== type) continue;
      const key = wanted === "all" ? "all" : type;
      grouped[key] ??= {};
      const name = classes.name(row.classId);
      grouped[key]![name] = (grouped[key]![name] ?? 0) + row.used;
      counts.set(type, row.consumers);
    }
    const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
    for (const [key, group] of Object.entries(grouped)) {
      group["consumer_count"] = key === "all" ? total : (counts.get(key) ?? 0);
    }
    return show(call, { usages: grouped }, clock.now());
  }

  function aggregatesReply(call: Call, provider: Provider, uuids: readonly string[]): Reply {
    const view: Record<string, unknown> = { aggregates: uuids };
    if (call.minor >= AGGREGATE_GENERATION_SINCE) view["resource_provider_generation"] = provider.generation;
    return show(call, view, clock.now());
  }

  function listAggregates(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    return aggregatesReply(call, provider, [...provider.aggregates]);
  }

  function replaceAggregates(call: Call): Reply {
    const provider = providers.get(call.param("uuid"));
    const raise = call.minor >= AGGREGATE_GENERATION_SINCE;
    let uuids = call.body as string[];
    if (raise) {
      const body = call.body as { aggregates: string[]; resource_provider_generation: number };
      providers.checkGeneration(provider, body.resource_provider_generation, CHANGED);
      uuids = body.aggregates;
    }
    providers.setAggregates(provider, uuids, { raise });
    return aggregatesReply(call, provider, uuids);
  }

  function traitsView(provider: Provider): Record<string, unknown> {
    const { traits } = providers.state();
    return {
      traits: [...provider.traits].map((id) => traits.name(id)),
      resource_provider_generation: provider.generation,
    };
  }

  function listTraits(call: Call): Reply {
    return show(call, traitsView(shown(call)), clock.now());
  }

  function replaceTraits(call: Call): Reply {
    const body = call.body as { traits: string[]; resource_provider_generation: number };
    const provider = providers.get(call.param("uuid"));
    providers.checkGeneration(provider, body.resource_provider_generation, CHANGED);
    const { traits } = providers.state();
    const unknown = [...new Set(body.traits)].filter((name) => !traits.byName.has(name));
    if (unknown.length > 0) throw new PlacementError("invalid", `No such trait ${unknown.join(", ")}`);
    providers.setTraits(provider, body.traits);
    return json(200, traitsView(provider), freshness(call, clock.now()));
  }

  function removeTraits(call: Call): Reply {
    providers.setTraits(providers.get(call.param("uuid")), []);
    return noContent();
  }

  const at = (part: string) => `/resource_providers/:uuid/${part}`;
  const rule = (name: string) => `placement:resource_providers:${name}`;
  return [
    { method: "GET", path: at("usages"), handler: usages, access: rule("usages") },
    {
      method: "GET",
      path: "/usages",
      handler: projectUsages,
      access: { handlerAsks: ["placement:usages"] },
      query: listUsages,
      since: 9,
    },
    {
      method: "GET",
      path: at("aggregates"),
      handler: listAggregates,
      access: rule("aggregates:list"),
      since: 1,
    },
    {
      method: "PUT",
      path: at("aggregates"),
      handler: replaceAggregates,
      access: rule("aggregates:update"),
      body: setAggregates,
      since: 1,
    },
    { method: "GET", path: at("traits"), handler: listTraits, access: rule("traits:list"), since: 6 },
    {
      method: "PUT",
      path: at("traits"),
      handler: replaceTraits,
      access: rule("traits:update"),
      body: setTraits,
      since: 6,
    },
    { method: "DELETE", path: at("traits"), handler: removeTraits, access: rule("traits:delete"), since: 6 },
  ];
}
