// /v3/projects: the projects themselves and their tags

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { ProjectFields } from "../projects.ts";
import type { ProjectRow } from "../tables.ts";
import { unjudged } from "./bodies.ts";
import {
  domainForNew,
  enforce,
  exact,
  exactBool,
  flag,
  matchesInexactly,
  requireSameId,
} from "./requests.ts";
import { createProject, updateProject } from "./schemas.ts";
import { collection, limitFields, projectView, type View, withExtra } from "./views.ts";

const FILTERS = ["domain_id", "enabled", "name", "parent_id", "is_domain"];

export function projectRoutes({ projects, resolver, store, limits, listLimit }: Identity): Route[] {
  function view(call: Call, row: ProjectRow): View {
    return projectView(call, row, store.tags.rightsOf(row.id));
  }

  function listProjects(call: Call): Reply {
    const { domainId } = call.context;
    enforce(call, "identity:list_projects", domainId ? { domain_id: domainId } : {});
    const filter = { name: exact(call, "name"), enabled: exactBool(call, "enabled") };
    const asked = { domain_id: exact(call, "domain_id"), parent_id: exact(call, "parent_id") };
    const rows =
      exactBool(call, "is_domain") === true
        ? projects
            .listDomains(filter)
            .filter(() => asked.domain_id === undefined && asked.parent_id === undefined)
        : projects.list({ ...filter, ...asked });
    const tags = store.tags.byLeft();
    const shown = rows
      .filter((row) => domainId === null || row.domain_id === domainId)
      .filter((row) => matchesInexactly(call, row, FILTERS))
      .filter((row) => tagsMatch(call, tags.get(row.id) ?? []))
      .map((row) => projectView(call, row, tags.get(row.id) ?? []));
    return json(200, collection(call, "projects", shown, listLimit));
  }

  function createProjectHandler(call: Call): Reply {
    enforce(call, "identity:create_project", { project: unjudged(call, "project") });
    const { project } = call.body as { project: ProjectFields & { name: string } };
    const row = projects.create(
      project.is_domain ? project : { ...project, domain_id: domainForNew(call, project.domain_id) },
    );
    return json(201, { project: view(call, row) });
  }

  function showProject(call: Call): Reply {
    enforceOn(call, "identity:get_project");
    const row = projects.get(call.param("project_id"));
    return json(200, { project: { ...view(call, row), ...family(call, row) } });
  }

  /** Parents and subprojects as ids, or as those that the caller has a role in. */
  function family(call: Call, row: ProjectRow): View {
    const both = (kind: string) => flag(call, `${kind}_as_list`) && flag(call, `${kind}_as_ids`);
    for (const kind of ["parents", "subtree"]) {
      if (!both(kind)) continue;
      throw new ValidationFailed(
        `Cannot use ${kind}_as_list and ${kind}_as_ids query params at the same time.`,
      );
    }
    const own = (rows: ProjectRow[]) => {
      const ids = new Set(resolver.projectIds(call.context.userId ?? ""));
      const withLimits = flag(call, "include_limits");
      return rows
        .filter((member) => ids.has(member.id))
        .map((member) => {
          const shown = view(call, member);
          // As Keystone keeps them: without a link.
          if (withLimits) shown["limits"] = limits.list({ project_id: member.id }).map(limitFields);
          return { project: shown };
        });
    };
    const shown: View = {};
    if (flag(call, "parents_as_list")) shown["parents"] = own(projects.parents(row.id));
    else if (flag(call, "parents_as_ids")) {
      shown["parents"] = projects
        .parents(row.id)
        .reduceRight<View | null>((inner, parent) => ({ [parent.id]: inner }), null);
    }
    if (flag(call, "subtree_as_list")) shown["subtree"] = own(projects.subtree(row.id));
    else if (flag(call, "subtree_as_ids")) shown["subtree"] = nested(projects.subtree(row.id), row.id);
    return shown;
  }

  function updateProjectHandler(call: Call): Reply {
    enforceOn(call, "identity:update_project");
    const id = call.param("project_id");
    const { project } = call.body as { project: ProjectFields };
    requireSameId(project, id);
    const row = projects.update(id, project);
    return json(200, { project: withExtra(view(call, row), row.extra) });
  }

  function deleteProject(call: Call): Reply {
    enforceOn(call, "identity:delete_project");
    projects.delete(call.param("project_id"));
    return empty(204);
  }

  /** 403 before 404, so that ids cannot be probed. */
  function enforceOn(call: Call, rule: string): void {
    const project = store.projects.get(call.param("project_id"));
    enforce(call, rule, project ? { project } : {});
  }

  return [
    {
      method: "GET",
      path: "/v3/projects",
      handler: listProjects,
      access: { handlerAsks: ["identity:list_projects"] },
    },
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

/** `{child: {grandchild: null}}`; null when there is nothing below. */
function nested(rows: readonly ProjectRow[], id: string): View | null {
  const children = rows.filter((row) => row.parent_id === id);
  if (children.length === 0) return null;
  return Object.fromEntries(children.map((child) => [child.id, nested(rows, child.id)]));
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
