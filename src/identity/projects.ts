// The rules for projects and for domains, which are projects of their own kind.
// Authority: keystone/resource/core.py.

import { and, eq, type SQL } from "drizzle-orm";
import type { RequestContext } from "../core/context.ts";
import type { Ids } from "../core/ids.ts";
import { DEFAULT_DOMAIN_ID } from "./bootstrap.ts";
import { ActionForbidden, DuplicateEntry, EntityNotFound, ValidationFailed } from "./errors.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";
import * as t from "./tables.ts";

/** Keys that are not listed are kept in `extra`. */
export interface ProjectFields {
  name?: string;
  domain_id?: string | null;
  parent_id?: string | null;
  description?: string | null;
  enabled?: boolean;
  is_domain?: boolean;
  tags?: string[];
  options?: Record<string, unknown>;
  [other: string]: unknown;
}

/** keystone.conf [DEFAULT] max_project_tree_depth, the domain not counted. */
const MAX_DEPTH = 5;

export class Projects {
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids }) {
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** Also finds a domain by its id, as Keystone does. @throws EntityNotFound */
  get(id: string): t.ProjectRow {
    const row = this.#store.projects.get(id);
    if (!row) throw new EntityNotFound("project", id);
    return row;
  }

  /** @throws EntityNotFound */
  getDomain(id: string): t.ProjectRow {
    const row = this.#store.domain(id);
    if (!row) throw new EntityNotFound("domain", id);
    return row;
  }

  /** The domain a project is in; a domain is in itself. */
  domainOf(row: t.ProjectRow): t.ProjectRow {
    return row.is_domain ? row : this.getDomain(row.domain_id);
  }

  list(where?: SQL): t.ProjectRow[] {
    return this.#store.projects.list(and(eq(t.project.is_domain, false), where));
  }

  listDomains(where?: SQL): t.ProjectRow[] {
    return this.#store.projects.list(and(eq(t.project.is_domain, true), where));
  }

  create(context: RequestContext, fields: ProjectFields): t.ProjectRow {
    if (fields.is_domain) return this.createDomain(fields);
    const {
      id: _,
      name,
      parent_id,
      description,
      enabled,
      is_domain,
      tags,
      options,
      domain_id,
      ...extra
    } = fields;
    const parent = parent_id ? this.#parent(parent_id) : null;
    const domainId =
      domain_id ??
      (parent ? domainIdOf(parent) : (context.domainId ?? context.projectDomainId ?? DEFAULT_DOMAIN_ID));
    this.getDomain(domainId);
    if (parent && domainIdOf(parent) !== domainId) {
      throw new ValidationFailed(
        `Cannot create project, since it specifies its domain_id ${domainId}, but specifies a parent in a different domain (${domainIdOf(parent)}).`,
      );
    }
    return this.#store.db.transaction(() => {
      this.#refuseDuplicate(domainId, name!);
      const row = this.#store.projects.insert({
        id: this.#ids.hex(),
        name: name!.trim(),
        domain_id: domainId,
        parent_id: parent?.id ?? domainId,
        description: description ?? "",
        enabled: enabled ?? true,
        options: options ?? {},
        extra,
      });
      if (tags) this.#store.setTags(row.id, tags);
      return row;
    });
  }

  createDomain(fields: ProjectFields, id = this.#ids.hex()): t.ProjectRow {
    const { name, description, enabled, options, tags, domain_id, parent_id, is_domain, ...extra } = fields;
    return this.#store.db.transaction(() => {
      if (this.#store.domainByName(name!.trim())) {
        throw new DuplicateEntry("domain", `Duplicate entry found with name ${name}`);
      }
      const row = this.#store.projects.insert({
        id,
        name: name!.trim(),
        domain_id: ROOT_DOMAIN_ID,
        is_domain: true,
        description: description ?? "",
        enabled: enabled ?? true,
        options: options ?? {},
        extra,
      });
      if (tags) this.#store.setTags(row.id, tags);
      return row;
    });
  }

  update(id: string, fields: ProjectFields): t.ProjectRow {
    const before = this.get(id);
    const {
      id: _,
      links: __,
      name,
      description,
      enabled,
      domain_id,
      parent_id,
      is_domain,
      tags,
      options,
      ...extra
    } = fields;
    if (domain_id != null && domain_id !== before.domain_id) {
      throw new ValidationFailed("Update of `domain_id` is not allowed.");
    }
    if (parent_id !== undefined && parent_id !== before.parent_id) {
      throw new ActionForbidden("Update of `parent_id` is not allowed.");
    }
    if (is_domain !== undefined && is_domain !== before.is_domain) {
      throw new ValidationFailed("Update of `is_domain` is not allowed.");
    }
    const changes: Partial<t.ProjectRow> = {};
    if (description !== undefined) changes.description = description;
    if (enabled !== undefined) changes.enabled = enabled;
    if (options !== undefined) changes.options = { ...before.options, ...options };
    if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
    return this.#store.db.transaction(() => {
      if (name !== undefined && name !== before.name) {
        if (before.is_domain && this.#store.domainByName(name)) {
          throw new DuplicateEntry("domain", `Duplicate entry found with name ${name}`);
        }
        if (!before.is_domain) this.#refuseDuplicate(before.domain_id, name);
        changes.name = name.trim();
      }
      if (tags) this.#store.setTags(id, tags);
      return this.#store.projects.update(id, changes)!;
    });
  }

  /** A project with subprojects stays (403); assignments go with it. */
  delete(id: string): void {
    const row = this.get(id);
    if (row.is_domain) {
      this.deleteDomain(id);
      return;
    }
    if (this.#store.projects.count(eq(t.project.parent_id, id)) > 0) {
      throw new ActionForbidden(
        `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree`,
      );
    }
    this.#store.db.transaction(() => this.#remove(id));
  }

  /** Only a disabled domain may go; everything in it goes too. */
  deleteDomain(id: string): void {
    const row = this.getDomain(id);
    if (row.enabled)
      throw new ActionForbidden("Cannot delete a domain that is enabled, please disable it first.");
    this.#store.db.transaction(() => {
      for (const user of this.#store.users.list(eq(t.user.domain_id, id))) {
        this.#store.removeAssignmentsOf(user.id);
        this.#store.removeCredentialsOf(user.id);
        this.#store.users.remove(user.id);
      }
      for (const group of this.#store.groups.list(eq(t.group.domain_id, id))) {
        this.#store.removeAssignmentsOf(group.id);
        this.#store.groups.remove(group.id);
      }
      for (const role of this.#store.roles.list(eq(t.role.domain_id, id))) this.#store.roles.remove(role.id);
      for (const project of this.#store.projects.list(eq(t.project.domain_id, id))) this.#remove(project.id);
      this.#remove(id);
    });
  }

  #remove(id: string): void {
    this.#store.removeAssignmentsOf(id);
    this.#store.credentials.removeWhere(eq(t.credential.project_id, id));
    this.#store.projects.remove(id);
  }

  #parent(id: string): t.ProjectRow {
    let row = this.get(id);
    const parent = row;
    for (let depth = 1; !row.is_domain && row.parent_id; depth++) {
      if (depth >= MAX_DEPTH) {
        throw new ActionForbidden(`Max hierarchy depth reached for ${id} branch.`);
      }
      row = this.get(row.parent_id);
    }
    return parent;
  }

  #refuseDuplicate(domainId: string, name: string): void {
    const found = this.#store.projectByName(domainId, name.trim());
    if (!found) return;
    throw new DuplicateEntry(
      "project",
      `it is not permitted to have two projects with the same name in the same domain : ${name}`,
    );
  }
}

function domainIdOf(row: t.ProjectRow): string {
  return row.is_domain ? row.id : row.domain_id;
}
