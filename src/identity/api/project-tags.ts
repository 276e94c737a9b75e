// /v3/projects/{id}/tags

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Identity } from "../manager.ts";
import { assertValid } from "./bodies.ts";
import { enforce } from "./requests.ts";
import { replaceTags, tag, tagList } from "./schemas.ts";
import { type View, v3Url } from "./views.ts";

export function projectTagRoutes({ projects, store }: Identity): Route[] {
  function listTags(call: Call): Reply {
    enforceOn(call, "identity:list_project_tags");
    return json(200, view(call, projects.tags(call.param("project_id"))));
  }

  function replaceAll(call: Call): Reply {
    enforceOn(call, "identity:update_project_tags");
    const { tags } = call.body as { tags: string[] };
    return json(200, view(call, projects.setTags(call.param("project_id"), tags)));
  }

  function removeAll(call: Call): Reply {
    enforceOn(call, "identity:delete_project_tags");
    projects.setTags(call.param("project_id"), []);
    return empty(204);
  }

  function checkTag(call: Call): Reply {
    enforceOn(call, "identity:get_project_tag");
    projects.checkTag(call.param("project_id"), call.param("value"));
    return empty(204);
  }

  function addTag(call: Call): Reply {
    enforceOn(call, "identity:create_project_tag");
    const [id, value] = [call.param("project_id"), call.param("value")];
    assertValid(tag, value);
    assertValid(tagList, [...projects.tags(id), value]);
    projects.addTag(id, value);
    return empty(201, { location: v3Url(call, id, "tags", value) });
  }

  function removeTag(call: Call): Reply {
    enforceOn(call, "identity:delete_project_tag");
    projects.removeTag(call.param("project_id"), call.param("value"));
    return empty(204);
  }

  function enforceOn(call: Call, rule: string): void {
    const project = store.projects.get(call.param("project_id"));
    enforce(call, rule, project ? { project } : {});
  }

  function view(call: Call, tags: readonly string[]): View {
    return { links: { self: `${call.baseUrl}${call.path}` }, tags };
  }

  const all = "/v3/projects/:project_id/tags";
  const one = "/v3/projects/:project_id/tags/:value";
  return [
    { method: "GET", path: all, handler: listTags, access: { handlerAsks: ["identity:list_project_tags"] } },
    {
      method: "PUT",
      path: all,
      handler: replaceAll,
      access: { handlerAsks: ["identity:update_project_tags"] },
      body: replaceTags,
    },
    {
      method: "DELETE",
      path: all,
      handler: removeAll,
      access: { handlerAsks: ["identity:delete_project_tags"] },
    },
    { method: "GET", path: one, handler: checkTag, access: { handlerAsks: ["identity:get_project_tag"] } },
    { method: "PUT", path: one, handler: addTag, access: { handlerAsks: ["identity:create_project_tag"] } },
    {
      method: "DELETE",
      path: one,
      handler: removeTag,
      access: { handlerAsks: ["identity:delete_project_tag"] },
    },
  ];
}
