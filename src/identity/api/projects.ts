// /v3/projects

import { and, eq, type SQL } from "drizzle-orm";
import { boolFromString } from "../../core/python.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { EntityNotFound } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { ProjectFields } from "../projects.ts";
import { type ProjectRow, project as table } from "../tables.ts";
import { createProject, updateProject } from "./schemas.ts";
import { namesMatch } from "./users.ts";
import { collection, projectView } from "./views.ts";

export function projectRoutes({ projects, store }: Identity): Route[] {
  function listProjects(call: Call): Reply {
    const wantsDomains = boolFromString(call.query.get("is_domain") ?? "false") === true;
    const rows = (wantsDomains ? projects.listDomains(filters(call)) : projects.list(filters(call))).filter(
      (row) => namesMatch(call, row.name),
    );
    const tags = store.allTags();
    const shown = rows
      .filter((row) => tagsMatch(call, tags.get(row.id) ?? []))
      .map((row) => projectView(call, row, tags.get(row.id) ?? []));
    return json(200, collection(call, "projects", shown));
  }

  function createProjectHandler(call: Call): Reply {
    const { project } = call.body as { project: ProjectFields };
    call.enforce("identity:create_project", {
      "target.project.domain_id": project.domain_id ?? call.context.domainId,
    });
    const row = projects.create(call.context, project);
    return json(201, { project: projectView(call, row, store.tagsOf(row.id)) });
  }

  function showProject(call: Call): Reply {
    const row = target(call, "identity:get_project");
    return json(200, { project: projectView(call, row, store.tagsOf(row.id)) });
  }

  function updateProjectHandler(call: Call): Reply {
    const row = target(call, "identity:update_project");
    const { project } = call.body as { project: ProjectFields };
    const changed = projects.update(row.id, project);
    return json(200, { project: projectView(call, changed, store.tagsOf(row.id)) });
  }

  function deleteProject(call: Call): Reply {
    projects.delete(target(call, "identity:delete_project").id);
    return empty(204);
  }

  function target(call: Call, rule: string): ProjectRow {
    const id = call.param("project_id");
    const row = store.projects.get(id);
    call.enforce(rule, {
      "target.project.id": id,
      "target.project.domain_id": row?.is_domain ? row.id : row?.domain_id,
      project_id: id,
    });
    if (!row) throw new EntityNotFound("project", id);
    return row;
  }

  return [
    { method: "GET", path: "/v3/projects", handler: listProjects, access: "identity:list_projects" },
    {
      method: "POST",
      path: "/v3/projects",
      handler: createProjectHandler,
      access: { handlerAsks: ["identity:create_project"] },
      body: createProject,
    },
    {
      method: "GET",
      path: "/v3/projects/:project_id",
      handler: showProject,
      access: { handlerAsks: ["identity:get_project"] },
    },
    {
      method: "PATCH",
      path: "/v3/projects/:project_id",
      handler: updateProjectHandler,
      access: { handlerAsks: ["identity:update_project"] },
      body: updateProject,
    },
    {
      method: "DELETE",
      path: "/v3/projects/:project_id",
      handler: deleteProject,
      access: { handlerAsks: ["identity:delete_project"] },
    },
  ];
}

function filters(call: Call): SQL | undefined {
  const { query } = call;
  const domainId = query.get("domain_id");
  const parentId = query.get("parent_id");
  const name = query.get("name");
  const enabled = query.get("enabled");
  return and(
    domainId === null ? undefined : eq(table.domain_id, domainId),
    parentId === null ? undefined : eq(table.parent_id, parentId),
    name === null ? undefined : eq(table.name, name),
    enabled === null ? undefined : eq(table.enabled, boolFromString(enabled) ?? true),
  );
}

/** `tags`, `tags-any`, `not-tags`, `not-tags-any`, each a comma-separated list. */
function tagsMatch(call: Call, tags: readonly string[]): boolean {
  const listed = (key: string) => call.query.get(key)?.split(",") ?? null;
  const all = listed("tags");
  const any = listed("tags-any");
  const notAll = listed("not-tags");
  const notAny = listed("not-tags-any");
  if (all && !all.every((tag) => tags.includes(tag))) return false;
  if (any && !any.some((tag) => tags.includes(tag))) return false;
  if (notAll?.every((tag) => tags.includes(tag))) return false;
  return !notAny?.some((tag) => tags.includes(tag));
}
