// /servers/ID/metadata, /servers/ID/tags, /servers/ID/ips

import { Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { addTag, deleteMetadata, removeTag, setTags, updateMetadata } from "../servers/metadata.ts";
import { vifsOfOne } from "../servers/network-info.ts";
import * as schemas from "./action-schemas.ts";
import { linkBase } from "./links.ts";
import { addressView } from "./server-views.ts";
import { handlerAsks, targetServer } from "./target.ts";

const metadataRule = (name: string) => `os_compute_api:server-metadata:${name}`;
const tagRule = (name: string) => `os_compute_api:os-server-tags:${name}`;
const ipRule = (name: string) => `os_compute_api:ips:${name}`;

export function metadataRoutes(nova: Nova): Route[] {
  const target = (call: Call, rule: string) => targetServer(nova, call, rule, "server_id");

  function listMetadata(call: Call): Reply {
    const instance = target(call, metadataRule("index"));
    return json(200, { metadata: nova.store.metadataOf(instance.uuid) });
  }

  function addMetadata(call: Call): Reply {
    const instance = target(call, metadataRule("create"));
    const { metadata } = call.body as { metadata: Record<string, string> };
    return json(200, { metadata: updateMetadata(nova, call.context, instance, metadata, false) });
  }

  function replaceMetadata(call: Call): Reply {
    const instance = target(call, metadataRule("update_all"));
    const { metadata } = call.body as { metadata: Record<string, string> };
    return json(200, { metadata: updateMetadata(nova, call.context, instance, metadata, true) });
  }

  function showItem(call: Call): Reply {
    const instance = target(call, metadataRule("show"));
    const key = call.param("key");
    const value = nova.store.metadataOf(instance.uuid)[key];
    if (value === undefined) throw new NotFound("Metadata item was not found");
    return json(200, { meta: { [key]: value } });
  }

  function updateItem(call: Call): Reply {
    const instance = target(call, metadataRule("update"));
    const { meta } = call.body as { meta: Record<string, string> };
    if (!(call.param("key") in meta)) throw new Invalid("Request body and URI mismatch");
    updateMetadata(nova, call.context, instance, meta, false);
    return json(200, { meta });
  }

  function deleteItem(call: Call): Reply {
    const instance = target(call, metadataRule("delete"));
    deleteMetadata(nova, call.context, instance, call.param("key"));
    return empty(204);
  }

  const path = "/servers/:server_id/metadata";
  const item = `${path}/:key`;
  return [
    { method: "GET", path, handler: listMetadata, access: handlerAsks(metadataRule("index")) },
    {
      method: "POST",
      path,
      handler: addMetadata,
      access: handlerAsks(metadataRule("create")),
      body: schemas.setMetadata,
    },
    {
      method: "PUT",
      path,
      handler: replaceMetadata,
      access: handlerAsks(metadataRule("update_all")),
      body: schemas.setMetadata,
    },
    { method: "GET", path: item, handler: showItem, access: handlerAsks(metadataRule("show")) },
    {
      method: "PUT",
      path: item,
      handler: updateItem,
      access: handlerAsks(metadataRule("update")),
      body: schemas.setMetadataItem,
    },
    { method: "DELETE", path: item, handler: deleteItem, access: handlerAsks(metadataRule("delete")) },
  ];
}

export function tagRoutes(nova: Nova): Route[] {
  const since = 26;
  const target = (call: Call, rule: string) => targetServer(nova, call, rule, "server_id");

  function listTags(call: Call): Reply {
    const instance = target(call, tagRule("index"));
    return json(200, { tags: nova.store.tagsOf(instance.uuid) });
  }

  function replaceTags(call: Call): Reply {
    const instance = target(call, tagRule("update_all"));
    return json(200, { tags: setTags(nova, instance, (call.body as { tags: string[] }).tags) });
  }

  function deleteTags(call: Call): Reply {
    setTags(nova, target(call, tagRule("delete_all")), [], "deleteTags");
    return empty(204);
  }

  function checkTag(call: Call): Reply {
    const instance = target(call, tagRule("show"));
    const tag = call.param("tag");
    if (!nova.store.tagsOf(instance.uuid).includes(tag)) {
      throw new NotFound(`Server ${instance.uuid} has no tag '${tag}'`);
    }
    return empty(204);
  }

  function putTag(call: Call): Reply {
    const instance = target(call, tagRule("update"));
    const tag = call.param("tag");
    if (!addTag(nova, instance, tag)) return empty(204);
    return empty(201, {
      location: `${linkBase(call).self}/servers/${instance.uuid}/tags/${encodeURIComponent(tag)}`,
    });
  }

  function deleteTag(call: Call): Reply {
    removeTag(nova, target(call, tagRule("delete")), call.param("tag"));
    return empty(204);
  }

  const path = "/servers/:server_id/tags";
  const item = `${path}/:tag`;
  return [
    { method: "GET", path, handler: listTags, since, access: handlerAsks(tagRule("index")) },
    {
      method: "PUT",
      path,
      handler: replaceTags,
      since,
      access: handlerAsks(tagRule("update_all")),
      body: schemas.setTags,
    },
    { method: "DELETE", path, handler: deleteTags, since, access: handlerAsks(tagRule("delete_all")) },
    { method: "GET", path: item, handler: checkTag, since, access: handlerAsks(tagRule("show")) },
    { method: "PUT", path: item, handler: putTag, since, access: handlerAsks(tagRule("update")) },
    { method: "DELETE", path: item, handler: deleteTag, since, access: handlerAsks(tagRule("delete")) },
  ];
}

export function ipRoutes(nova: Nova): Route[] {
  function listIps(call: Call): Reply {
    const instance = targetServer(nova, call, ipRule("index"), "server_id");
    return json(200, { addresses: addressView(vifsOfOne(nova, instance.uuid), false) });
  }

  function showIps(call: Call): Reply {
    const instance = targetServer(nova, call, ipRule("show"), "server_id");
    const network = call.param("network");
    const addresses = addressView(vifsOfOne(nova, instance.uuid), false);
    if (!(network in addresses)) throw new NotFound("Instance is not a member of specified network");
    return json(200, { [network]: addresses[network] });
  }

  return [
    {
      method: "GET",
      path: "/servers/:server_id/ips",
      handler: listIps,
      access: handlerAsks(ipRule("index")),
    },
    {
      method: "GET",
      path: "/servers/:server_id/ips/:network",
      handler: showIps,
      access: handlerAsks(ipRule("show")),
    },
  ];
}
