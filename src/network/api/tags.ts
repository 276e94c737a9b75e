// /v2.0/COLLECTION/ID/tags (neutron/extensions/tagging.py).

import { CloudError } from "../../core/errors.ts";
import { pyStr } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { HTTPNotFound, InvalidInput } from "../errors/common.ts";
import { TagNotFound, TagResourceNotFound } from "../errors/extensions.ts";
import type { ResourceRows } from "../store/resource-rows.ts";
import type { Fields } from "./attributes.ts";
import { enforceRule } from "./policy.ts";
import { type Resource, readJson, targetOf, viewOf } from "./resource.ts";
import { listOf, string } from "./validators.ts";

const TAG_MAX = 255;

interface Tagged {
  tags: string[];
}

/** A resource whose rows have a column `tags`. */
export interface TaggedResource {
  resource: Resource<never>;
  rows: ResourceRows<never>;
}

export function tagRoutes(prefix: string, tagged: readonly TaggedResource[]): Route[] {
  return tagged.flatMap(({ resource, rows }) => routesOf(prefix, resource as never, rows as never));
}

function routesOf(
  prefix: string,
  resource: Resource<Tagged>,
  rows: { update(key: string, changes: Tagged): unknown },
): Route[] {
  /** The resource, for a caller who may do this to it. */
  function target(call: Call, writing: boolean): { id: string; tags: string[] } {
    const id = call.param("id");
    const row = (() => {
      try {
        return resource.get(call.context, id);
      } catch (error) {
        if (!(error instanceof CloudError && error.kind === "not-found")) throw error;
        throw new TagResourceNotFound(resource.collection, id);
      }
    })();
    const view = viewOf(resource, call, row);
    enforceRule(
      call,
      `${writing ? "update" : "get"}_${resource.name}`,
      targetOf(resource, view, call.context),
    );
    return { id, tags: row.tags };
  }

  function save(id: string, tags: string[]): void {
    resource.transaction(() => rows.update(id, { tags }));
  }

  function listTags(call: Call): Reply {
    return json(200, { tags: target(call, false).tags });
  }

  function showTag(call: Call): Reply {
    const tag = readTag(call);
    if (!target(call, false).tags.includes(tag)) throw new TagNotFound(tag);
    return empty(204);
  }

  function addTag(call: Call): Reply {
    const tag = readTag(call);
    const { id, tags } = target(call, true);
    if (!tags.includes(tag)) save(id, [...tags, tag]);
    return empty(201);
  }

  async function replaceTags(call: Call): Promise<Reply> {
    const body = (await readJson(call)) as Fields | null;
    if (typeof body !== "object" || body === null || !("tags" in body))
      throw new InvalidInput("Invalid tags body");
    const wrong = listOf(string(TAG_MAX))(body["tags"]);
    if (wrong !== null) throw new InvalidInput(wrong);
    const { id } = target(call, true);
    const tags = [...new Set(body["tags"] as string[])];
    save(id, tags);
    return json(200, { tags });
  }

  function removeTag(call: Call): Reply {
    const tag = readTag(call);
    const { id, tags } = target(call, true);
    if (!tags.includes(tag)) throw new TagNotFound(tag);
    save(
      id,
      tags.filter((other) => other !== tag),
    );
    return empty(204);
  }

  function removeTags(call: Call): Reply {
    save(target(call, true).id, []);
    return empty(204);
  }

  function createTag(call: Call): Reply {
    call.policyChecks++;
    throw new HTTPNotFound("not supported");
  }

  const path = `${prefix}/${resource.path}/:id/tags`;
  const read = { handlerAsks: [`get_${resource.name}`] };
  const write = { handlerAsks: [`update_${resource.name}`] };
  return [
    { method: "GET", path, handler: listTags, access: read },
    { method: "POST", path, handler: createTag, access: { handlerAsks: [] } },
    { method: "PUT", path, handler: replaceTags, access: write },
    { method: "DELETE", path, handler: removeTags, access: write },
    { method: "GET", path: `${path}/:tag`, handler: showTag, access: read },
    { method: "PUT", path: `${path}/:tag`, handler: addTag, access: write },
    { method: "DELETE", path: `${path}/:tag`, handler: removeTag, access: write },
  ];
}

function readTag(call: Call): string {
  const tag = call.param("tag");
  const wrong = string(TAG_MAX)(tag);
  if (wrong !== null) throw new InvalidInput(pyStr(wrong));
  return tag;
}
