// The list of who has which role where, as given, or as it works out ("effective"): groups replaced by their members,
// inherited assignments by the projects they reach, roles followed by what they imply.
// Authority: keystone/assignment/core.py, `list_role_assignments`.

import type { IdentityStore } from "./store.ts";
import type { AssignmentRow, AssignmentType } from "./tables.ts";

export interface AssignmentQuery {
  roleId?: string;
  userId?: string;
  groupId?: string;
  system?: boolean;
  domainId?: string;
  projectId?: string;
  /** With `projectId`: also the projects below. */
  includeSubtree?: boolean;
  /** Only inherited ones, only others, or (absent) both. */
  inherited?: boolean;
  effective?: boolean;
}

export interface RoleAssignment {
  roleId: string;
  userId?: string;
  groupId?: string;
  projectId?: string;
  domainId?: string;
  system?: true;
  /** Holds for the projects below, not for the place named. */
  inherited?: true;
  /** Where an effective assignment comes from. */
  via?: { groupId?: string; projectId?: string; domainId?: string; priorRoleId?: string };
}

const ON_PROJECTS_AND_DOMAINS: readonly AssignmentType[] = [
  "UserProject",
  "GroupProject",
  "UserDomain",
  "GroupDomain",
];

export class RoleAssignments {
  #store: IdentityStore;

  constructor(store: IdentityStore) {
    this.#store = store;
  }

  list(query: AssignmentQuery): RoleAssignment[] {
    const { projectId } = query;
    const subtree =
      projectId !== undefined && query.includeSubtree
        ? this.#store.descendantsOf(projectId).map((project) => project.id)
        : [];
    return query.effective ? this.#effective(query, subtree) : this.#direct(query, subtree);
  }

  #direct(query: AssignmentQuery, subtree: string[]): RoleAssignment[] {
    const { roleId, userId, groupId, projectId, domainId, inherited } = query;
    const actorIds = groupId !== undefined ? [groupId] : userId !== undefined ? [userId] : undefined;
    const side = groupId !== undefined ? "Group" : userId !== undefined ? "User" : "";
    const onlySystem = query.system === true;
    const rows: AssignmentRow[] = [];
    if (!onlySystem) {
      const place = projectId !== undefined ? "Project" : domainId !== undefined ? "Domain" : "";
      rows.push(
        ...this.#store.assignments.list({
          types: ON_PROJECTS_AND_DOMAINS.filter((type) => type.startsWith(side) && type.endsWith(place)),
          actorIds,
          targetIds:
            projectId !== undefined
              ? [projectId, ...subtree]
              : domainId !== undefined
                ? [domainId]
                : undefined,
          roleId,
          inherited,
        }),
      );
    }
    if (onlySystem || (projectId === undefined && domainId === undefined)) {
      const types = (["UserSystem", "GroupSystem"] as const).filter((type) => type.startsWith(side));
      rows.push(...this.#store.assignments.list({ types, actorIds, roleId }));
    }
    return rows.map(fromRow);
  }

  #effective(query: AssignmentQuery, subtree: string[]): RoleAssignment[] {
    const { userId, projectId, domainId } = query;
    if (query.groupId !== undefined || (domainId !== undefined && query.inherited)) return [];
    const inherited = domainId !== undefined ? false : query.inherited;
    const rows = this.#reaching(
      { projectId, domainId, inherited, subtree },
      "User",
      userId ? [userId] : undefined,
    );
    const groupIds = userId === undefined ? undefined : this.#store.members.leftsOf(userId);
    rows.push(...this.#reaching({ projectId, domainId, inherited, subtree }, "Group", groupIds));
    const expanded = rows.flatMap((row) => this.#expand(fromRow(row), userId, projectId, subtree));
    const isGlobal = (id: string) => this.#store.roles.get(id)?.domain_id === null;
    return this.#withImplied(expanded)
      .filter((assignment) => isGlobal(assignment.roleId))
      .filter((assignment) => query.roleId === undefined || assignment.roleId === query.roleId);
  }

  /** The rows that can have an effect in the place asked about. */
  #reaching(
    place: { projectId?: string; domainId?: string; inherited?: boolean; subtree: string[] },
    side: "User" | "Group",
    actorIds: string[] | undefined,
  ): AssignmentRow[] {
    if (actorIds?.length === 0) return [];
    const { projectId, domainId, inherited, subtree } = place;
    const list = (ends: "Project" | "Domain" | "", targetIds: string[] | undefined, isInherited: boolean) =>
      this.#store.assignments.list({
        types: ON_PROJECTS_AND_DOMAINS.filter((type) => type.startsWith(side) && type.endsWith(ends)),
        actorIds,
        targetIds,
        inherited: isInherited,
      });
    const rows: AssignmentRow[] = [];
    if (inherited !== true) {
      const ends = projectId !== undefined ? "Project" : domainId !== undefined ? "Domain" : "";
      const targets =
        projectId !== undefined ? [projectId, ...subtree] : domainId !== undefined ? [domainId] : undefined;
      rows.push(...list(ends, targets, false));
    }
    if (inherited !== false) {
      if (projectId === undefined) rows.push(...list("", undefined, true));
      else {
        const project = this.#store.projects.get(projectId);
        if (project) rows.push(...list("Domain", [project.domain_id], true));
        const sources = [
          ...this.#parentsOf(projectId),
          ...(subtree.length > 0 ? [projectId, ...subtree] : []),
        ];
        if (sources.length > 0) rows.push(...list("Project", sources, true));
      }
    }
    return rows;
  }

  #parentsOf(projectId: string): string[] {
    const parents: string[] = [];
    let row = this.#store.projects.get(projectId);
    while (row?.parent_id && !parents.includes(row.parent_id)) {
      parents.push(row.parent_id);
      row = this.#store.projects.get(row.parent_id);
    }
    return parents;
  }

  #expand(
    base: RoleAssignment,
    userId: string | undefined,
    projectId: string | undefined,
    subtree: string[],
  ): RoleAssignment[] {
    const perUser = this.#expandGroup(base, userId);
    if (!base.inherited) return perUser;
    const projectIds = this.#reachedBy(base, projectId, subtree);
    return perUser.flatMap(({ inherited: _, projectId: fromProject, domainId: fromDomain, ...rest }) =>
      projectIds.map((id) => ({
        ...rest,
        projectId: id,
        via: {
          ...rest.via,
          ...(fromProject === undefined ? { domainId: fromDomain } : { projectId: fromProject }),
        },
      })),
    );
  }

  #reachedBy(base: RoleAssignment, projectId: string | undefined, subtree: string[]): string[] {
    const below = (id: string) => this.#store.descendantsOf(id).map((project) => project.id);
    if (projectId === undefined) return below(base.projectId ?? base.domainId ?? "");
    const wanted = [projectId, ...subtree];
    // Given on one of the projects asked about, it reaches only those below that one.
    return base.projectId !== undefined && subtree.length > 0 && wanted.includes(base.projectId)
      ? below(base.projectId)
      : wanted;
  }

  #expandGroup(base: RoleAssignment, userId: string | undefined): RoleAssignment[] {
    const { groupId, ...rest } = base;
    if (groupId === undefined) return [base];
    const userIds = userId === undefined ? this.#store.members.rightsOf(groupId) : [userId];
    return userIds.map((id) => ({ ...rest, userId: id, via: { ...rest.via, groupId } }));
  }

  #withImplied(assignments: RoleAssignment[]): RoleAssignment[] {
    const implied = this.#store.implied.byLeft();
    const all: RoleAssignment[] = [];
    for (const base of assignments) {
      all.push(base);
      const seen = new Set([base.roleId]);
      const queue = [base.roleId];
      for (let prior = queue.shift(); prior !== undefined; prior = queue.shift()) {
        for (const next of implied.get(prior) ?? []) {
          if (seen.has(next)) continue;
          seen.add(next);
          queue.push(next);
          all.push({ ...base, roleId: next, via: { ...base.via, priorRoleId: prior } });
        }
      }
    }
    return all;
  }
}

function fromRow(row: AssignmentRow): RoleAssignment {
  return {
    roleId: row.role_id,
    ...(row.type.startsWith("User") ? { userId: row.actor_id } : { groupId: row.actor_id }),
    ...(row.type.endsWith("Project") ? { projectId: row.target_id } : {}),
    ...(row.type.endsWith("Domain") ? { domainId: row.target_id } : {}),
    ...(row.type.endsWith("System") ? { system: true as const } : {}),
    ...(row.inherited ? { inherited: true as const } : {}),
  };
}
