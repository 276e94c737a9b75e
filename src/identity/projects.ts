// The rules for projects and for domains, which are projects of their own kind.
// Authority: keystone/resource/core.py.

import type { Ids } from "../core/ids.ts";
import type { ApplicationCredentials } from "./application-credentials.ts";
import { DuplicateEntry, EntityNotFound, ForbiddenBecause, ValidationFailed } from "./errors.ts";
import type { Groups } from "./groups.ts";
import { assertDeletable, assertMutable, mergeOptions, type Options } from "./options.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";
import type { ProjectRow } from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";
import type { Trusts } from "./trusts.ts";
import type { Users } from "./users.ts";

/** Keys that are not listed are kept in `extra`. */
export interface ProjectFields {
  id?: string;
  name?: string;
  domain_id?: string | null;
  parent_id?: string | null;
  description?: string | null;
  enabled?: boolean;
  is_domain?: boolean;
  tags?: string[];
  options?: Options;
  [other: string]: unknown;
}

export interface ProjectFilter {
  domain_id?: string;
  parent_id?: string;
  name?: string;
  enabled?: boolean;
}

export class Projects {
  #store: IdentityStore;
  #tokens: TokenProvider;
  #users: Users;
  #groups: Groups;
  #trusts: Trusts;
  #applicationCredentials: ApplicationCredentials;
  #ids: Ids;
  #maxDepth: number;

  constructor(parts: {
    store: IdentityStore;
    tokens: TokenProvider;
    users: Users;
    groups: Groups;
    trusts: Trusts;
    applicationCredentials: ApplicationCredentials;
    ids: Ids;
    /** How deep projects may lie below each other, the domain not counted. */
    maxDepth: number;
  }) {
    this.#store = parts.store;
    this.#tokens = parts.tokens;
    this.#users = parts.users;
    this.#groups = parts.groups;
    this.#trusts = parts.trusts;
    this.#applicationCredentials = parts.applicationCredentials;
    this.#ids = parts.ids;
    this.#maxDepth = parts.maxDepth;
  }

  /** Also finds a domain by its id, as Keystone does. @throws EntityNotFound */
  get(id: string): ProjectRow {
    const row = this.#store.projects.get(id);
    if (!row) throw new EntityNotFound("project", id);
    return row;
  }

  /** @throws EntityNotFound */
  getDomain(id: string): ProjectRow {
    const row = this.#store.domain(id);
    if (!row) throw new EntityNotFound("domain", id);
    return row;
  }

  /** The domain a project is in; a domain is in itself. */
  domainOf(row: ProjectRow): ProjectRow {
    return row.is_domain ? row : this.getDomain(row.domain_id);
  }

  list(filter: ProjectFilter = {}): ProjectRow[] {
    return this.#store.projects.match({ ...filter, is_domain: false });
  }

  listDomains(filter: { name?: string; enabled?: boolean } = {}): ProjectRow[] {
    return this.#store.projects.match({ ...filter, is_domain: true });
  }

  /** Nearest first, up to the domain. */
  parents(id: string): ProjectRow[] {
    const parents: ProjectRow[] = [];
    for (let row = this.get(id); row.parent_id && parents.length < 100; ) {
      row = this.get(row.parent_id);
      parents.push(row);
    }
    return parents;
  }

  /** Nearest first. */
  subtree(id: string): ProjectRow[] {
    this.get(id);
    return this.#store.descendantsOf(id);
  }

  /**
   * A project, or with `is_domain` a domain.
   * @throws ValidationFailed also for a parent or a domain that does not exist, as Keystone does
   */
  create(fields: ProjectFields & { name: string }): ProjectRow {
    if (fields.is_domain) {
      if (fields.parent_id || fields.domain_id) {
        throw new ValidationFailed("only root projects are allowed to act as domains.");
      }
      return this.createDomain(fields);
    }
    const domainId = fields.domain_id ?? "";
    const domain = this.#store.domain(domainId);
    if (!domain) throw new ValidationFailed(`Could not find domain: ${domainId}.`);
    const parentId = fields.parent_id || domainId;
    return this.#store.db.transaction(() => {
      this.#checkPlace(domainId, parentId);
      return this.#insert(fields, { domain_id: domainId, parent_id: parentId });
    });
  }

  createDomain(fields: ProjectFields & { name: string }): ProjectRow {
    return this.#store.db.transaction(() =>
      this.#insert(fields, { domain_id: ROOT_DOMAIN_ID, parent_id: null, is_domain: true }),
    );
  }

  update(id: string, fields: ProjectFields): ProjectRow {
    return this.#store.db.transaction(() => {
      const before = this.get(id);
      const { id: _id, links: _links, extra: _extra, ...asked } = fields;
      const { name, description, enabled, domain_id, parent_id, is_domain, options, tags, ...extra } = asked;
      if (domain_id != null && domain_id !== before.domain_id) {
        throw new ValidationFailed("Cannot change Domain ID");
      }
      assertMutable(before.is_domain ? "domain" : "project", before, asked);
      if (parent_id !== undefined && parent_id !== before.parent_id) {
        throw new ForbiddenBecause("Update of `parent_id` is not allowed.");
      }
      if (is_domain !== undefined && is_domain !== before.is_domain) {
        throw new ValidationFailed("Update of `is_domain` is not allowed.");
      }
      this.#checkEnabling(before, enabled);
      const changes: Partial<ProjectRow> = {};
      if (name !== undefined && name.trim() !== before.name) {
        if (this.#isTaken(before, name.trim())) throw duplicate(before, name.trim(), id);
        changes.name = name.trim();
      }
      if (description !== undefined) changes.description = description;
      if (enabled !== undefined) changes.enabled = enabled;
      if (options !== undefined) changes.options = mergeOptions(before.options, options);
      if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
      if (tags) this.setTags(id, tags);
      return this.#store.projects.update(id, changes)!;
    });
  }

  /** A project with subprojects stays (403); what hangs on it goes with it. */
  delete(id: string): void {
    const row = this.get(id);
    if (row.is_domain) {
      this.deleteDomain(id);
      return;
    }
    assertDeletable("project", row);
    this.#store.db.transaction(() => {
      if (this.#store.descendantsOf(id).length > 0) {
        throw new ForbiddenBecause(
          `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
        );
      }
      this.#remove(id);
    });
  }

  /** Only a disabled domain may go; everything in it goes too. */
  deleteDomain(id: string): void {
    const row = this.getDomain(id);
    assertDeletable("domain", row);
    if (row.enabled) {
      throw new ForbiddenBecause("Cannot delete a domain that is enabled, please disable it first.");
    }
    const { projects, users, groups, roles } = this.#store;
    this.#store.db.transaction(() => {
      for (const project of projects.match({ domain_id: id })) this.#remove(project.id);
      for (const group of groups.match({ domain_id: id })) this.#groups.remove(group.id);
      for (const user of users.match({ domain_id: id })) this.#users.remove(user.id);
      for (const role of roles.match({ domain_id: id })) roles.remove(role.id);
      this.#remove(id);
    });
  }

  tags(id: string): string[] {
    this.get(id);
    return this.#store.tags.rightsOf(id);
  }

  setTags(id: string, tags: readonly string[]): string[] {
    this.#assertTagsMutable("update", this.get(id));
    const trimmed = tags.map((tag) => tag.trim());
    this.#store.setTags(id, trimmed);
    return trimmed;
  }

  addTag(id: string, tag: string): void {
    this.#assertTagsMutable("create", this.get(id));
    this.#store.tags.add(id, tag.trim());
  }

  /** @throws EntityNotFound */
  checkTag(id: string, tag: string): void {
    if (!this.tags(id).includes(tag)) throw new EntityNotFound("project tag", tag);
  }

  removeTag(id: string, tag: string): void {
    this.#assertTagsMutable("delete", this.get(id));
    if (!this.#store.tags.remove(id, tag)) throw new EntityNotFound("project tag", tag);
  }

  #assertTagsMutable(verb: string, row: ProjectRow): void {
    if (row.options["immutable"] !== true) return;
    throw new ForbiddenBecause(
      `Cannot ${verb} project tags for ${row.id}, project is immutable. Set "immutable" option to false before creating project tags.`,
    );
  }

  #insert(
    fields: ProjectFields & { name: string },
    place: { domain_id: string; parent_id: string | null; is_domain?: boolean },
  ): ProjectRow {
    const { id = this.#ids.hex(), name, description, enabled, options, tags, ...rest } = fields;
    const { domain_id: _domain, parent_id: _parent, is_domain: _isDomain, links: _links, ...extra } = rest;
    const at = { ...place, is_domain: place.is_domain ?? false };
    if (this.#store.projects.get(id) || this.#isTaken(at, name.trim())) throw duplicate(at, name.trim(), id);
    const row = this.#store.projects.insert({
      id,
      name: name.trim(),
      description: description === undefined ? "" : description,
      enabled: enabled ?? true,
      options: mergeOptions({}, options),
      extra,
      ...place,
    });
    if (tags) this.#store.setTags(row.id, tags);
    return row;
  }

  #checkPlace(domainId: string, parentId: string): void {
    const parent = this.#store.projects.get(parentId);
    if (!parent) throw new ValidationFailed(`Could not find project: ${parentId}.`);
    if (parent.is_domain && parent.id !== domainId) {
      throw new ValidationFailed(
        `Cannot create project, the parent (${parent.id}) is acting as a domain, but this project's domain id (${domainId}) does not match the parent's id.`,
      );
    }
    if (!parent.is_domain && parent.domain_id !== domainId) {
      throw new ValidationFailed(
        `Cannot create project, since it specifies its domain_id ${domainId}, but specifies a parent in a different domain (${parent.domain_id}).`,
      );
    }
    const branch = [...this.parents(parentId), parent];
    const disabled = branch.find((row) => !row.enabled);
    if (disabled) {
      throw new ValidationFailed(
        `cannot create a project in a branch containing a disabled project: ${disabled.id}`,
      );
    }
    if (branch.length > this.#maxDepth) {
      throw new ForbiddenBecause(`Max hierarchy depth reached for ${parentId} branch.`);
    }
  }

  #checkEnabling(before: ProjectRow, enabled: boolean | undefined): void {
    if (enabled === true && !before.enabled && this.parents(before.id).some((row) => !row.enabled)) {
      throw new ForbiddenBecause(`Cannot enable project ${before.id} since it has disabled parents`);
    }
    if (enabled !== false || !before.enabled || before.is_domain) return;
    if (this.#store.descendantsOf(before.id).some((row) => row.enabled)) {
      throw new ForbiddenBecause(
        `Cannot disable project ${before.id} since its subtree contains enabled projects.`,
      );
    }
  }

  #remove(id: string): void {
    this.#store.assignments.removeOf(id);
    this.#store.credentials.removeMatching({ project_id: id });
    this.#store.limits.removeMatching({ project_id: id });
    this.#store.limits.removeMatching({ domain_id: id });
    this.#trusts.deleteOf(id);
    this.#applicationCredentials.deleteOfProject(id);
    for (const user of this.#store.users.match({ default_project_id: id })) {
      this.#store.users.update(user.id, { default_project_id: null });
    }
    this.#store.projects.remove(id);
    this.#tokens.revokeMatching({ project_id: id });
  }

  #isTaken(place: Place, name: string): boolean {
    const twin = place.is_domain
      ? this.#store.domainByName(name)
      : this.#store.projectByName(place.domain_id, name);
    return twin !== null;
  }
}

type Place = Pick<ProjectRow, "domain_id" | "is_domain">;

function duplicate(place: Place, name: string, id: string): DuplicateEntry {
  return new DuplicateEntry(
    "project",
    place.is_domain
      ? `it is not permitted to have two projects acting as domains with the same name: ${name}`
      : `it is not permitted to have two projects with either the same name or same id in the same domain: name is ${name}, project id ${id}`,
  );
}
