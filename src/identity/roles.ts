// Which roles a user has where: direct and by group, inherited down from the domain and from parent projects, and what
// each role implies. Authority: keystone/assignment/core.py.

import type { IdentityStore } from "./store.ts";
import type { AssignmentRow, RoleRow } from "./tables.ts";
import type { TokenScope } from "./tokens/payload.ts";

export class RoleResolver {
  #store: IdentityStore;

  constructor(store: IdentityStore) {
    this.#store = store;
  }

  /** The roles that hold in a scope, implied ones included; none for an unscoped token. */
  effective(userId: string, scope: TokenScope): RoleRow[] {
    if (scope.kind === "unscoped") return [];
    const rows = this.assignmentsOf(userId);
    const ids = new Set<string>();
    for (const row of rows) if (this.#applies(row, scope)) ids.add(row.role_id);
    return this.#withImplied(ids);
  }

  /** Direct and group assignments of a user, everywhere. */
  assignmentsOf(userId: string): AssignmentRow[] {
    const rows = this.#store.assignmentsOfActor(userId).filter((row) => row.type.startsWith("User"));
    for (const groupId of this.#store.groupIdsOf(userId)) {
      rows.push(...this.#store.assignmentsOfActor(groupId).filter((row) => row.type.startsWith("Group")));
    }
    return rows;
  }

  /** Projects in which the user has any role. */
  projectIds(userId: string): string[] {
    const ids = new Set<string>();
    for (const row of this.assignmentsOf(userId)) {
      if (row.type.endsWith("Project") && !row.inherited) ids.add(row.target_id);
      if (row.inherited) for (const id of this.#below(row)) ids.add(id);
    }
    return [...ids];
  }

  domainIds(userId: string): string[] {
    const rows = this.assignmentsOf(userId).filter((row) => row.type.endsWith("Domain") && !row.inherited);
    return [...new Set(rows.map((row) => row.target_id))];
  }

  hasSystemRole(userId: string): boolean {
    return this.assignmentsOf(userId).some((row) => row.type.endsWith("System"));
  }

  /** The ids with everything they imply, transitively. */
  expand(ids: Iterable<string>): Set<string> {
    const implied = this.#store.impliedRoles();
    const all = new Set(ids);
    for (const id of all) for (const next of implied.get(id) ?? []) all.add(next);
    return all;
  }

  #withImplied(ids: ReadonlySet<string>): RoleRow[] {
    return [...this.expand(ids)].map((id) => this.#store.roles.get(id)).filter((row) => row !== null);
  }

  #applies(row: AssignmentRow, scope: TokenScope): boolean {
    if (scope.kind === "system") return row.type.endsWith("System");
    if (scope.kind === "domain") {
      return row.type.endsWith("Domain") && !row.inherited && row.target_id === scope.domainId;
    }
    if (scope.kind !== "project") return false;
    if (!row.inherited) return row.type.endsWith("Project") && row.target_id === scope.projectId;
    return this.#ancestors(scope.projectId).includes(row.target_id);
  }

  /** Parents up to and including the domain. */
  #ancestors(projectId: string): string[] {
    const ancestors: string[] = [];
    let row = this.#store.projects.get(projectId);
    while (row?.parent_id && !ancestors.includes(row.parent_id)) {
      ancestors.push(row.parent_id);
      row = this.#store.projects.get(row.parent_id);
    }
    const domainId = this.#store.projects.get(projectId)?.domain_id;
    if (domainId && !ancestors.includes(domainId)) ancestors.push(domainId);
    return ancestors;
  }

  /** Every project that an inherited assignment reaches. */
  #below(row: AssignmentRow): string[] {
    return this.#store.projects
      .list()
      .filter((project) => !project.is_domain && this.#ancestors(project.id).includes(row.target_id))
      .map((project) => project.id);
  }
}
