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

  /**
   * The roles that hold in a scope, implied ones included; none for an unscoped token. Roles of a domain count only
   * for what they imply, unless `domainRoles` asks for them.
   */
  effective(userId: string, scope: TokenScope, { domainRoles = false } = {}): RoleRow[] {
    if (scope.kind === "unscoped") return [];
    const rows = this.assignmentsOf(userId);
    const ids = new Set<string>();
    const ancestors = scope.kind === "project" ? this.ancestors(scope.projectId) : [];
    for (const row of rows) if (applies(row, scope, ancestors)) ids.add(row.role_id);
    if (ids.size === 0) return [];
    return [...this.expand(ids)]
      .map((id) => this.#store.roles.get(id))
      .filter((row) => row !== null)
      .filter((row) => domainRoles || row.domain_id === null);
  }

  /** Direct and group assignments of a user, everywhere. */
  assignmentsOf(userId: string): AssignmentRow[] {
    const { assignments, members } = this.#store;
    const rows = assignments.ofActor(userId).filter((row) => row.type.startsWith("User"));
    for (const groupId of members.leftsOf(userId)) {
      rows.push(...assignments.ofActor(groupId).filter((row) => row.type.startsWith("Group")));
    }
    return rows;
  }

  /** Projects in which the user has any role that shows in a token. */
  projectIds(userId: string): string[] {
    const ids = new Set<string>();
    for (const row of this.#counting(userId)) {
      if (row.inherited) for (const project of this.#store.descendantsOf(row.target_id)) ids.add(project.id);
      else if (row.type.endsWith("Project")) ids.add(row.target_id);
    }
    return [...ids];
  }

  domainIds(userId: string): string[] {
    const rows = this.#counting(userId).filter((row) => row.type.endsWith("Domain") && !row.inherited);
    return [...new Set(rows.map((row) => row.target_id))];
  }

  hasSystemRole(userId: string): boolean {
    return this.assignmentsOf(userId).some((row) => row.type.endsWith("System"));
  }

  /** The ids with everything they imply, transitively. */
  expand(ids: Iterable<string>): Set<string> {
    const implied = this.#store.implied.byLeft();
    const all = new Set(ids);
    for (const id of all) for (const next of implied.get(id) ?? []) all.add(next);
    return all;
  }

  /** Parents of a project, nearest first, up to and including the domain. */
  ancestors(projectId: string): string[] {
    const ancestors: string[] = [];
    const first = this.#store.projects.get(projectId);
    let row = first;
    while (row?.parent_id && !ancestors.includes(row.parent_id)) {
      ancestors.push(row.parent_id);
      row = this.#store.projects.get(row.parent_id);
    }
    if (first && !first.is_domain && !ancestors.includes(first.domain_id)) ancestors.push(first.domain_id);
    return ancestors;
  }

  /** Without roles of a domain that imply no global one. */
  #counting(userId: string): AssignmentRow[] {
    return this.assignmentsOf(userId).filter((row) =>
      [...this.expand([row.role_id])].some((id) => this.#store.roles.get(id)?.domain_id === null),
    );
  }
}

function applies(row: AssignmentRow, scope: TokenScope, ancestors: readonly string[]): boolean {
  if (scope.kind === "system") return row.type.endsWith("System");
  if (scope.kind === "domain") {
    return row.type.endsWith("Domain") && !row.inherited && row.target_id === scope.domainId;
  }
  if (scope.kind !== "project") return false;
  if (!row.inherited) return row.type.endsWith("Project") && row.target_id === scope.projectId;
  return ancestors.includes(row.target_id);
}
