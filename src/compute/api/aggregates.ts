// /os-aggregates. Authority: nova/api/openstack/compute/aggregates.py and schemas/aggregate*.py of Zed.

import type { Bus } from "../../core/bus.ts";
import { Invalid } from "../../core/errors.ts";
import { isoMicros } from "../../core/times.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Aggregate, Aggregates } from "../aggregates.ts";
import { type CacheImages, CONDUCTOR_TOPIC } from "../topics.ts";
import { azName, fqdn, name, uuid } from "./parameter-types.ts";
import { nameWithBlanks, strict } from "./periphery.types.ts";

const UUID_SINCE = 41;
const IMAGES_SINCE = 81;

const zone = { oneOf: [azName, { type: "null" }] };
const createBody = strict({ aggregate: strict({ name, availability_zone: zone }, ["name"]) }, ["aggregate"]);
const updateBody = strict(
  {
    aggregate: {
      ...strict({ name: nameWithBlanks, availability_zone: zone }),
      anyOf: [{ required: ["name"] }, { required: ["availability_zone"] }],
    },
  },
  ["aggregate"],
);
const host = strict({ host: fqdn }, ["host"]);
const metadata = {
  type: "object",
  patternProperties: { "^[a-zA-Z0-9-_:. ]{1,255}$": { type: ["string", "null"], maxLength: 255 } },
  additionalProperties: false,
};
const actionBody = {
  type: "object",
  properties: {
    add_host: host,
    remove_host: host,
    set_metadata: strict({ metadata }, ["metadata"]),
  },
  minProperties: 1,
};
const imagesBody = strict({ cache: { type: "array", minItems: 1, items: strict({ id: uuid }, ["id"]) } }, [
  "cache",
]);

interface ActionBody {
  add_host?: { host: string };
  remove_host?: { host: string };
  set_metadata?: { metadata: Record<string, string | null> };
}

export function aggregateRoutes(aggregates: Aggregates, bus: Bus): Route[] {
  function list(call: Call): Reply {
    return json(200, { aggregates: aggregates.aggregates().map((row) => view(call, row)) });
  }

  function create(call: Call): Reply {
    const { aggregate } = call.body as { aggregate: { name: string; availability_zone?: string | null } };
    const made = aggregates.create(aggregate.name.trim(), aggregate.availability_zone?.trim() || null);
    const { hosts, metadata: _, ...shown } = view(call, made);
    return json(200, { aggregate: shown });
  }

  function show(call: Call): Reply {
    return reply(call, aggregates.get(idOf(call)));
  }

  function update(call: Call): Reply {
    const { aggregate } = call.body as { aggregate: { name?: string; availability_zone?: string | null } };
    const changes = { name: aggregate.name?.trim(), zone: aggregate.availability_zone };
    return reply(call, aggregates.update(idOf(call), changes));
  }

  function remove(call: Call): Reply {
    aggregates.delete(idOf(call));
    return empty(200);
  }

  function act(call: Call): Reply {
    const body = call.body as ActionBody;
    const [action = ""] = Object.keys(body);
    if (!["add_host", "remove_host", "set_metadata"].includes(action)) {
      call.enforce(rule("index"), {});
      throw new Invalid(`There is no such action: ${action}`);
    }
    call.enforce(rule(action), {});
    const id = idOf(call);
    if (body.add_host) return reply(call, aggregates.addHost(id, body.add_host.host));
    if (body.remove_host) return reply(call, aggregates.removeHost(id, body.remove_host.host));
    return reply(call, aggregates.setMetadata(id, body.set_metadata?.metadata ?? {}));
  }

  /** Every host of the aggregate that is up fetches the images, after the answer. */
  function cacheImages(call: Call): Reply {
    const { cache } = call.body as { cache: { id: string }[] };
    const imageIds = cache.map((image) => image.id);
    const id = idOf(call);
    if (new Set(imageIds).size !== imageIds.length) throw new Invalid("Duplicate images in request");
    const { hosts } = aggregates.get(id);
    const message: CacheImages = { hosts: [...hosts], imageIds };
    bus.cast(call.context, CONDUCTOR_TOPIC, "cache_images", message);
    return empty(202);
  }

  const rule = (verb: string) => `os_compute_api:os-aggregates:${verb}`;
  const all = "/os-aggregates";
  const one = `${all}/:id`;
  return [
    { method: "GET", path: all, handler: list, access: rule("index") },
    { method: "POST", path: all, handler: create, access: rule("create"), body: createBody },
    { method: "GET", path: one, handler: show, access: rule("show") },
    { method: "PUT", path: one, handler: update, access: rule("update"), body: updateBody },
    { method: "DELETE", path: one, handler: remove, access: rule("delete") },
    {
      method: "POST",
      path: `${one}/action`,
      handler: act,
      access: {
        handlerAsks: [rule("add_host"), rule("remove_host"), rule("set_metadata"), rule("index")],
      },
      body: actionBody,
    },
    {
      method: "POST",
      path: `${one}/images`,
      handler: cacheImages,
      access: "compute:aggregates:images",
      body: imagesBody,
      since: IMAGES_SINCE,
    },
  ];
}

/** @throws Invalid for what is no number */
function idOf(call: Call): string {
  const id = call.param("id");
  if (!/^[+-]?\d+$/.test(id)) throw new Invalid("id must be an integer");
  return String(Number(id));
}

function reply(call: Call, aggregate: Aggregate): Reply {
  return json(200, { aggregate: view(call, aggregate) });
}

function view(call: Call, aggregate: Aggregate): Record<string, unknown> {
  return {
    id: aggregate.id,
    ...(call.minor >= UUID_SINCE ? { uuid: aggregate.uuid } : {}),
    name: aggregate.name,
    hosts: aggregate.hosts,
    metadata: aggregate.metadata,
    availability_zone: aggregate.metadata["availability_zone"] ?? null,
    created_at: isoMicros(aggregate.createdAtMs),
    updated_at: aggregate.updatedAtMs === null ? null : isoMicros(aggregate.updatedAtMs),
    deleted_at: null,
    deleted: false,
  };
}
