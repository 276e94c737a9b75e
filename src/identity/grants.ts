// Giving and taking roles. Authority: keystone/assignment/core.py, Manager.

import { AssignmentNotFound, ForbiddenBecause, ValidationFailed } from "./errors.ts";
import type { RoleDefinitions } from "./role-definitions.ts";
import type { IdentityStore } from "./store.ts";
import type { AssignmentRow, AssignmentType, RoleRow } from "./tables.ts";

export type Actor = { kind: "user"; id: string } | { kind: "group"; id: string };
export type GrantTarget =
  | { kind: "project"; id: string }
  | { kind: "domain"; id: string }
  | { kind: "system" };

/** Who, where, and whether for all projects below rather than for the place itself. */
export interface Grant {
  actor: Actor;
  target: GrantTarget;
  inherited: boolean;
}

/** The `target_id` of a role on the system. */
export const SYSTEM = "system";

export class Grants {
  #store: IdentityStore;
  #roles: RoleDefinitions;

  constructor(parts: { store: IdentityStore; roles: RoleDefinitions }) {
    this.#store = parts.store;
    this.#roles = parts.roles;
  }

  list(grant: Grant): RoleRow[] {
    const row = rowOf(grant, "");
    const ids = this.#store.assignments
      .list({
        types: [row.type],
        actorIds: [row.actor_id],
        targetIds: [row.target_id],
        inherited: row.inherited,
      })
      .map((found) => found.role_id);
    return this.#store.rolesWithIds(ids);
  }

  /** @throws AssignmentNotFound */
  check(grant: Grant, roleId: string): void {
    const row = rowOf(grant, roleId);
    if (!this.#store.assignments.has(row)) throw new AssignmentNotFound(roleId, row.actor_id, row.target_id);
  }

  /** Does nothing when the role was given before; false then. */
  add(grant: Grant, roleId: string): boolean {
    const role = this.#roles.get(roleId);
    const { target } = grant;
    if (role.domain_id !== null && target.kind === "system") {
      throw new ValidationFailed(
        `Role ${roleId} is a domain-specific role. Unable to use a domain-specific role in a system assignment.`,
      );
    }
    if (role.domain_id !== null && target.kind === "project") {
      if (this.#store.projects.get(target.id)?.domain_id !== role.domain_id) {
        throw new ForbiddenBecause(
          `Project ${target.id} must be in the same domain as the role ${roleId} being assigned.`,
        );
      }
    }
    return this.#store.assignments.add(rowOf(grant, roleId));
  }

  /** Tokens that rest on it lose the role at once. @throws AssignmentNotFound */
  remove(grant: Grant, roleId: string): void {
    this.#roles.get(roleId);
    const row = rowOf(grant, roleId);
    if (!this.#store.assignments.remove(row))
      throw new AssignmentNotFound(roleId, row.actor_id, row.target_id);
  }
}

function rowOf({ actor, target, inherited }: Grant, roleId: string): AssignmentRow {
  const side = actor.kind === "user" ? "User" : "Group";
  const place = target.kind === "project" ? "Project" : target.kind === "domain" ? "Domain" : "System";
  return {
    type: `${side}${place}` satisfies AssignmentType,
    actor_id: actor.id,
    target_id: target.kind === "system" ? SYSTEM : target.id,
    role_id: roleId,
    inherited,
  };
}
