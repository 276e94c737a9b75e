// /v3/role_assignments. Authority: keystone/api/role_assignments.py.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { AssignmentQuery, RoleAssignment } from "../role-assignments.ts";
import { enforce, flag } from "./requests.ts";
import { collection, type View } from "./views.ts";

export function roleAssignmentRoutes({ roleAssignments, projects, store }: Identity): Route[] {
  function listAssignments(call: Call): Reply {
    const includeSubtree = flag(call, "include_subtree");
    const { domainId } = call.context;
    const asked = parse(call);
    if (includeSubtree) {
      const project = asked.projectId ? projects.get(asked.projectId) : null;
      enforce(call, "identity:list_role_assignments_for_tree", project ? { project } : {});
      if (!project) {
        throw new ValidationFailed("scope.project.id must be specified if include_subtree is also specified");
      }
    } else {
      enforce(call, "identity:list_role_assignments", domainId ? { domain_id: domainId } : {});
    }
    assertMeaningful(asked);
    if (asked.projectId) projects.get(asked.projectId);
    let found = roleAssignments.list({ ...asked, includeSubtree });
    if (domainId && !includeSubtree) found = found.filter((assignment) => isIn(domainId, assignment));
    const withNames = flag(call, "include_names");
    const shown = found.map((assignment) => view(call, assignment, withNames));
    return json(200, collection(call, "role_assignments", shown));
  }

  function isIn(domainId: string, { domainId: onDomain, projectId }: RoleAssignment): boolean {
    if (onDomain !== undefined) return onDomain === domainId;
    return projectId !== undefined && store.projects.get(projectId)?.domain_id === domainId;
  }

  function view(call: Call, assignment: RoleAssignment, withNames: boolean): View {
    const names = withNames ? nameOf : idOf;
    const { roleId, userId, groupId, projectId, domainId, via } = assignment;
    const shown: View = {};
    const inherited = assignment.inherited || via?.projectId !== undefined || via?.domainId !== undefined;
    const scope: View = assignment.system ? { system: { all: true } } : {};
    if (projectId !== undefined) scope["project"] = names("project", projectId);
    else if (domainId !== undefined) scope["domain"] = names("domain", domainId);
    if (inherited) scope["OS-INHERIT:inherited_to"] = "projects";
    shown["scope"] = scope;
    if (userId !== undefined) shown["user"] = names("user", userId);
    if (groupId !== undefined) shown["group"] = names("group", groupId);
    shown["role"] = names("role", roleId);
    shown["links"] = linksOf(call, assignment, inherited);
    return shown;
  }

  function idOf(_: string, id: string): View {
    return { id };
  }

  /** With its name and its domain's; nothing is known of one that is gone. */
  function nameOf(kind: "project" | "domain" | "user" | "group" | "role", id: string): View {
    const row =
      kind === "user"
        ? store.users.get(id)
        : kind === "group"
          ? store.groups.get(id)
          : kind === "role"
            ? store.roles.get(id)
            : store.projects.get(id);
    if (kind === "domain" || (kind === "role" && row?.domain_id === null))
      return { id, name: row?.name ?? "" };
    const domain = row?.domain_id ? store.projects.get(row.domain_id) : null;
    return { id, name: row?.name ?? "", domain: { id: row?.domain_id ?? "", name: domain?.name ?? "" } };
  }

  return [
    {
      method: "GET",
      path: "/v3/role_assignments",
      handler: listAssignments,
      access: { handlerAsks: ["identity:list_role_assignments", "identity:list_role_assignments_for_tree"] },
    },
  ];
}

/** The path by which the assignment was given, and what it came through. */
function linksOf(
  call: Call,
  { roleId, userId, groupId, projectId, domainId, system, via }: RoleAssignment,
  inherited: boolean,
): View {
  const base = `${call.baseUrl}/v3`;
  const givenProject = via?.projectId ?? (via?.domainId === undefined ? projectId : undefined);
  const place = system
    ? "/system"
    : givenProject !== undefined
      ? `/projects/${givenProject}`
      : `/domains/${via?.domainId ?? domainId}`;
  const actor = via?.groupId ?? groupId;
  const who = actor === undefined ? `/users/${userId}` : `/groups/${actor}`;
  const path = `${place}${who}/roles/${via?.priorRoleId ?? roleId}`;
  const links: View = {
    assignment: inherited ? `${base}/OS-INHERIT${path}/inherited_to_projects` : `${base}${path}`,
  };
  if (via?.groupId !== undefined) links["membership"] = `${base}/groups/${via.groupId}/users/${userId}`;
  if (via?.priorRoleId !== undefined) {
    links["prior_role"] = `${base}/prior_role/${roleId}/implies/${via.priorRoleId}`;
  }
  return links;
}

function parse(call: Call): AssignmentQuery {
  const { query } = call;
  const inheritedTo = query.get("scope.OS-INHERIT:inherited_to");
  return {
    roleId: query.get("role.id") || undefined,
    userId: query.get("user.id") || undefined,
    groupId: query.get("group.id") || undefined,
    system: query.get("scope.system") ? query.get("scope.system") === "all" : undefined,
    domainId: query.get("scope.domain.id") || undefined,
    projectId: query.get("scope.project.id") || undefined,
    inherited: inheritedTo === null ? undefined : inheritedTo === "projects",
    effective: flag(call, "effective"),
  };
}

/** @throws ValidationFailed for filters that exclude each other */
function assertMeaningful(query: AssignmentQuery): void {
  const { userId, groupId, system, domainId, projectId, effective, inherited } = query;
  const refuse = (text: string): never => {
    throw new ValidationFailed(text);
  };
  if (domainId && projectId) refuse("Specify a domain or project, not both");
  if (domainId && system !== undefined) refuse("Specify system or domain, not both");
  if (projectId && system !== undefined) refuse("Specify system or project, not both");
  if (userId && groupId) refuse("Specify a user or group, not both");
  if (effective && groupId) {
    refuse("Combining effective and group filter will always result in an empty list.");
  }
  if (effective && inherited && domainId) {
    refuse("Combining effective, domain and inherited filters will always result in an empty list.");
  }
}
