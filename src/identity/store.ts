// All SQL of the identity service.

import { and, asc, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { Rows } from "../db/rows.ts";
import * as t from "./tables.ts";

/** The `domain_id` of a domain's own row (keystone/resource/backends/base.py, NULL_DOMAIN_ID). */
export const ROOT_DOMAIN_ID = "<<keystone.domain.root>>";

export class IdentityStore {
  readonly db: ProjectDatabase;
  readonly projects: Rows<typeof t.project>;
  readonly users: Rows<typeof t.user>;
  readonly groups: Rows<typeof t.group>;
  readonly roles: Rows<typeof t.role>;
  readonly regions: Rows<typeof t.region>;
  readonly services: Rows<typeof t.service>;
  readonly endpoints: Rows<typeof t.endpoint>;
  readonly policies: Rows<typeof t.policy>;
  readonly credentials: Rows<typeof t.credential>;
  readonly revocations: Rows<typeof t.revocationEvent>;
  #actorAssignments;
  #groupsOfUser;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.projects = new Rows(db, t.project);
    this.users = new Rows(db, t.user);
    this.groups = new Rows(db, t.group);
    this.roles = new Rows(db, t.role);
    this.regions = new Rows(db, t.region);
    this.services = new Rows(db, t.service);
    this.endpoints = new Rows(db, t.endpoint);
    this.policies = new Rows(db, t.policy);
    this.credentials = new Rows(db, t.credential);
    this.revocations = new Rows(db, t.revocationEvent);
    this.#actorAssignments = db.orm
      .select()
      .from(t.assignment)
      .where(eq(t.assignment.actor_id, sql.placeholder("actor")))
      .prepare();
    this.#groupsOfUser = db.orm
      .select({ id: t.membership.group_id })
      .from(t.membership)
      .where(eq(t.membership.user_id, sql.placeholder("user")))
      .prepare();
  }

  /** A project that is no domain, by its name within a domain. */
  projectByName(domainId: string, name: string): t.ProjectRow | null {
    return this.projects.first(and(eq(t.project.domain_id, domainId), eq(t.project.name, name))!);
  }

  domainByName(name: string): t.ProjectRow | null {
    return this.projects.first(and(eq(t.project.is_domain, true), eq(t.project.name, name))!);
  }

  domain(id: string): t.ProjectRow | null {
    const row = this.projects.get(id);
    return row?.is_domain ? row : null;
  }

  userByName(domainId: string, name: string): t.UserRow | null {
    return this.users.first(and(eq(t.user.domain_id, domainId), eq(t.user.name, name))!);
  }

  groupByName(domainId: string, name: string): t.GroupRow | null {
    return this.groups.first(and(eq(t.group.domain_id, domainId), eq(t.group.name, name))!);
  }

  roleByName(name: string, domainId: string | null = null): t.RoleRow | null {
    const ofDomain = domainId === null ? isNull(t.role.domain_id) : eq(t.role.domain_id, domainId);
    return this.roles.first(and(ofDomain, eq(t.role.name, name))!);
  }

  // Groups ---------------------------------------------------------------------------------------------------------

  groupIdsOf(userId: string): string[] {
    return this.#groupsOfUser.all({ user: userId }).map((row) => row.id);
  }

  groupsOf(userId: string): t.GroupRow[] {
    const ids = this.groupIdsOf(userId);
    return ids.length === 0 ? [] : this.groups.list(inArray(t.group.id, ids), asc(t.group.name));
  }

  membersOf(groupId: string): t.UserRow[] {
    const members = this.db.orm
      .select({ id: t.membership.user_id })
      .from(t.membership)
      .where(eq(t.membership.group_id, groupId));
    return this.users.list(inArray(t.user.id, members), asc(t.user.name));
  }

  isMember(userId: string, groupId: string): boolean {
    return this.groupIdsOf(userId).includes(groupId);
  }

  addMember(userId: string, groupId: string): void {
    this.db.orm
      .insert(t.membership)
      .values({ user_id: userId, group_id: groupId })
      .onConflictDoNothing()
      .run();
  }

  removeMember(userId: string, groupId: string): boolean {
    const where = and(eq(t.membership.user_id, userId), eq(t.membership.group_id, groupId));
    return this.db.orm.delete(t.membership).where(where).returning().all().length > 0;
  }

  // Assignments ----------------------------------------------------------------------------------------------------

  assignmentsOfActor(actorId: string): t.AssignmentRow[] {
    return this.#actorAssignments.all({ actor: actorId });
  }

  assignments(where?: SQL): t.AssignmentRow[] {
    return this.db.orm.select().from(t.assignment).where(where).all();
  }

  hasAssignment(row: t.AssignmentRow): boolean {
    return this.assignments(sameAssignment(row)).length > 0;
  }

  addAssignment(row: t.AssignmentRow): void {
    this.db.orm.insert(t.assignment).values(row).onConflictDoNothing().run();
  }

  removeAssignment(row: t.AssignmentRow): boolean {
    return this.db.orm.delete(t.assignment).where(sameAssignment(row)).returning().all().length > 0;
  }

  removeAssignmentsOf(actorOrTargetId: string): void {
    this.db.orm
      .delete(t.assignment)
      .where(or(eq(t.assignment.actor_id, actorOrTargetId), eq(t.assignment.target_id, actorOrTargetId)))
      .run();
  }

  removeCredentialsOf(userId: string): void {
    this.credentials.removeWhere(eq(t.credential.user_id, userId));
  }

  /** prior role → the roles it implies directly. */
  impliedRoles(): Map<string, string[]> {
    const implied = new Map<string, string[]>();
    for (const row of this.db.orm.select().from(t.impliedRole).all()) {
      const list = implied.get(row.prior_role_id) ?? [];
      implied.set(row.prior_role_id, [...list, row.implied_role_id]);
    }
    return implied;
  }

  addImpliedRole(priorId: string, impliedId: string): void {
    this.db.orm
      .insert(t.impliedRole)
      .values({ prior_role_id: priorId, implied_role_id: impliedId })
      .onConflictDoNothing()
      .run();
  }

  removeImpliedRole(priorId: string, impliedId: string): boolean {
    const where = and(eq(t.impliedRole.prior_role_id, priorId), eq(t.impliedRole.implied_role_id, impliedId));
    return this.db.orm.delete(t.impliedRole).where(where).returning().all().length > 0;
  }

  /** Notes that the cloud has put this into the catalog; false when it had done so before. */
  notePublished(name: string): boolean {
    const rows = this.db.orm
      .insert(t.publishedEndpoint)
      .values({ name })
      .onConflictDoNothing()
      .returning()
      .all();
    return rows.length > 0;
  }

  // Tags -----------------------------------------------------------------------------------------------------------

  tagsOf(projectId: string): string[] {
    return this.db.orm
      .select({ name: t.projectTag.name })
      .from(t.projectTag)
      .where(eq(t.projectTag.project_id, projectId))
      .orderBy(asc(t.projectTag.name))
      .all()
      .map((row) => row.name);
  }

  /** project id → its tags, for a whole list at once. */
  allTags(): Map<string, string[]> {
    const tags = new Map<string, string[]>();
    for (const row of this.db.orm.select().from(t.projectTag).orderBy(asc(t.projectTag.name)).all()) {
      tags.set(row.project_id, [...(tags.get(row.project_id) ?? []), row.name]);
    }
    return tags;
  }

  setTags(projectId: string, names: readonly string[]): void {
    this.db.transaction(() => {
      this.db.orm.delete(t.projectTag).where(eq(t.projectTag.project_id, projectId)).run();
      for (const name of names) {
        this.db.orm.insert(t.projectTag).values({ project_id: projectId, name }).onConflictDoNothing().run();
      }
    });
  }

  // Revocation -----------------------------------------------------------------------------------------------------

  revocationsSince(revokedAtMs: number): t.RevocationEventRow[] {
    return this.revocations.list(gt(t.revocationEvent.revoked_at, revokedAtMs));
  }

  /** Events older than any token can be have nothing left to refuse. */
  pruneRevocations(beforeMs: number): void {
    this.revocations.removeWhere(sql`${t.revocationEvent.revoked_at} < ${beforeMs}`);
  }
}

function sameAssignment(row: t.AssignmentRow): SQL | undefined {
  return and(
    eq(t.assignment.type, row.type),
    eq(t.assignment.actor_id, row.actor_id),
    eq(t.assignment.target_id, row.target_id),
    eq(t.assignment.role_id, row.role_id),
    eq(t.assignment.inherited, row.inherited),
  );
}
