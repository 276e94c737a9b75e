// All SQL of the identity service: the rows of each table, and in `store/` what asks for more than rows.

import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../db/open.ts";
import { Rows } from "../db/rows.ts";
import { Assignments } from "./store/assignments.ts";
import { DomainConfigs } from "./store/domain-configs.ts";
import { Links } from "./store/links.ts";
import { Protocols } from "./store/protocols.ts";
import { Trusts } from "./store/trusts.ts";
import * as t from "./tables.ts";

/** The `domain_id` of a domain's own row (keystone/resource/backends/base.py, NULL_DOMAIN_ID). */
export const ROOT_DOMAIN_ID = "<<keystone.domain.root>>";

export class IdentityStore {
  readonly db: ProjectDatabase;
  readonly projects: Rows<typeof t.project>;
  readonly users: Rows<typeof t.user>;
  readonly passwords: Rows<typeof t.password>;
  readonly groups: Rows<typeof t.group>;
  readonly roles: Rows<typeof t.role>;
  readonly regions: Rows<typeof t.region>;
  readonly services: Rows<typeof t.service>;
  readonly endpoints: Rows<typeof t.endpoint>;
  readonly endpointGroups: Rows<typeof t.endpointGroup>;
  readonly policies: Rows<typeof t.policy>;
  readonly policyAssociations: Rows<typeof t.policyAssociation>;
  readonly credentials: Rows<typeof t.credential>;
  readonly revocations: Rows<typeof t.revocationEvent>;
  readonly applicationCredentials: Rows<typeof t.applicationCredential>;
  readonly accessRules: Rows<typeof t.accessRule>;
  readonly registeredLimits: Rows<typeof t.registeredLimit>;
  readonly limits: Rows<typeof t.limit>;
  readonly consumers: Rows<typeof t.consumer>;
  readonly requestTokens: Rows<typeof t.requestToken>;
  readonly accessTokens: Rows<typeof t.accessToken>;
  readonly identityProviders: Rows<typeof t.identityProvider>;
  readonly mappings: Rows<typeof t.mapping>;
  readonly serviceProviders: Rows<typeof t.serviceProvider>;
  readonly protocols: Protocols;
  /** remote id → the identity provider that has it */
  readonly remoteIds: Links;
  readonly trusts: Trusts;
  readonly assignments: Assignments;
  readonly domainConfigs: DomainConfigs;
  /** group → users */
  readonly members: Links;
  /** prior role → the roles it implies directly */
  readonly implied: Links;
  /** project → its tags */
  readonly tags: Links;
  /** application credential → roles */
  readonly applicationCredentialRoles: Links;
  /** application credential → access rules */
  readonly applicationCredentialRules: Links;
  /** project → endpoints it is shown */
  readonly projectEndpoints: Links;
  /** project → endpoint groups it is shown */
  readonly projectEndpointGroups: Links;
  #below;

  constructor(db: ProjectDatabase) {
    this.db = db;
    this.projects = new Rows(db, t.project);
    this.users = new Rows(db, t.user);
    this.passwords = new Rows(db, t.password);
    this.groups = new Rows(db, t.group);
    this.roles = new Rows(db, t.role);
    this.regions = new Rows(db, t.region);
    this.services = new Rows(db, t.service);
    this.endpoints = new Rows(db, t.endpoint);
    this.endpointGroups = new Rows(db, t.endpointGroup);
    this.policies = new Rows(db, t.policy);
    this.policyAssociations = new Rows(db, t.policyAssociation);
    this.credentials = new Rows(db, t.credential);
    this.revocations = new Rows(db, t.revocationEvent);
    this.applicationCredentials = new Rows(db, t.applicationCredential);
    this.accessRules = new Rows(db, t.accessRule);
    this.registeredLimits = new Rows(db, t.registeredLimit);
    this.limits = new Rows(db, t.limit);
    this.consumers = new Rows(db, t.consumer);
    this.requestTokens = new Rows(db, t.requestToken);
    this.accessTokens = new Rows(db, t.accessToken);
    this.identityProviders = new Rows(db, t.identityProvider);
    this.mappings = new Rows(db, t.mapping);
    this.serviceProviders = new Rows(db, t.serviceProvider);
    this.protocols = new Protocols(db);
    this.remoteIds = new Links(db, "idp_remote_ids", "remote_id", "idp_id");
    this.trusts = new Trusts(db);
    this.assignments = new Assignments(db);
    this.domainConfigs = new DomainConfigs(db);
    this.members = new Links(db, "user_group_membership", "group_id", "user_id");
    this.implied = new Links(db, "implied_role", "prior_role_id", "implied_role_id");
    this.tags = new Links(db, "project_tag", "project_id", "name");
    this.applicationCredentialRoles = new Links(
      db,
      "application_credential_role",
      "application_credential_id",
      "role_id",
    );
    this.applicationCredentialRules = new Links(
      db,
      "application_credential_access_rule",
      "application_credential_id",
      "access_rule_id",
    );
    this.projectEndpoints = new Links(db, "project_endpoint", "project_id", "endpoint_id");
    this.projectEndpointGroups = new Links(db, "project_endpoint_group", "project_id", "endpoint_group_id");
    this.#below = db.raw.query<{ id: string }, [string]>(
      `WITH RECURSIVE below (id, depth) AS (
         SELECT id, 1 FROM project WHERE parent_id = ?
         UNION ALL
         SELECT project.id, depth + 1 FROM project JOIN below ON project.parent_id = below.id WHERE depth < 100
       ) SELECT id FROM below ORDER BY depth`,
    );
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

  rolesWithIds(ids: readonly string[]): t.RoleRow[] {
    return ids.length === 0 ? [] : this.roles.list(inArray(t.role.id, [...ids]));
  }

  groupsOf(userId: string): t.GroupRow[] {
    const ids = this.db.orm
      .select({ id: t.membership.group_id })
      .from(t.membership)
      .where(eq(t.membership.user_id, userId));
    return this.groups.list(inArray(t.group.id, ids), asc(t.group.name));
  }

  membersOf(groupId: string): t.UserRow[] {
    const ids = this.db.orm
      .select({ id: t.membership.user_id })
      .from(t.membership)
      .where(eq(t.membership.group_id, groupId));
    return this.users.list(inArray(t.user.id, ids), asc(t.user.name));
  }

  /** The projects below a project or a domain, nearest first. */
  descendantsOf(id: string): t.ProjectRow[] {
    return this.#below
      .all(id)
      .map((row) => this.projects.get(row.id))
      .filter((row) => row !== null);
  }

  setTags(projectId: string, names: readonly string[]): void {
    this.db.transaction(() => {
      this.tags.removeAllOf(projectId);
      for (const name of names) this.tags.add(projectId, name);
    });
  }

  /** Newest last; a user's present password is the last. */
  passwordHistory(userId: string): t.PasswordRow[] {
    return this.passwords.list(eq(t.password.user_id, userId), asc(t.password.id));
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

  revocationsSince(revokedAtMs: number): t.RevocationEventRow[] {
    return this.revocations.list(gt(t.revocationEvent.revoked_at, revokedAtMs));
  }

  /** Events older than any token can be have nothing left to refuse. */
  pruneRevocations(beforeMs: number): void {
    this.revocations.removeWhere(sql`${t.revocationEvent.revoked_at} < ${beforeMs}`);
  }

  pruneRequestTokens(beforeMs: number): void {
    this.requestTokens.removeWhere(sql`${t.requestToken.expires_at} < ${beforeMs}`);
  }
}
