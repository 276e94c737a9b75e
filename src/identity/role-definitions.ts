// Which roles there are, and which imply which. Authority: keystone/assignment/core.py, RoleManager.

import type { Ids } from "../core/ids.ts";
import type { ApplicationCredentials } from "./application-credentials.ts";
import {
  AmbiguousName,
  DuplicateEntry,
  EntityNotFound,
  ForbiddenBecause,
  NotFoundHere,
  ValidationFailed,
} from "./errors.ts";
import { assertDeletable, assertMutable, mergeOptions, type Options } from "./options.ts";
import type { IdentityStore } from "./store.ts";
import type { RoleRow } from "./tables.ts";

export interface RoleFields {
  name?: string;
  domain_id?: string | null;
  description?: string | null;
  options?: Options;
  [other: string]: unknown;
}

/** Former names of the role `member`, by which it is found as long as no role has that name itself. */
const MEMBER_ALIASES = new Set(["_member_", "Member"]);
const MEMBER = "member";

/** keystone.conf [assignment] prohibited_implied_role. */
const NEVER_IMPLIED = new Set(["admin"]);

export class RoleDefinitions {
  #store: IdentityStore;
  #applicationCredentials: ApplicationCredentials;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; applicationCredentials: ApplicationCredentials; ids: Ids }) {
    this.#store = parts.store;
    this.#applicationCredentials = parts.applicationCredentials;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): RoleRow {
    const row = this.#store.roles.get(id);
    if (!row) throw new EntityNotFound("role", id);
    return row;
  }

  /**
   * Global roles, or those of a domain. Asked for by a former name of `member`, that role is shown under the name
   * asked for, so that a client that compares names finds it.
   */
  list(filter: { name?: string; domain_id?: string } = {}): RoleRow[] {
    const domainId = filter.domain_id ?? null;
    const found = this.#store.roles.match({ ...filter, domain_id: domainId });
    const { name } = filter;
    if (found.length > 0 || name === undefined || domainId !== null || !MEMBER_ALIASES.has(name))
      return found;
    const member = this.#store.roleByName(MEMBER);
    return member ? [{ ...member, name }] : [];
  }

  all(): RoleRow[] {
    return this.#store.roles.list();
  }

  /** A role by id; else, for the paths of v2.0, by name. @throws EntityNotFound */
  find(idOrName: string): RoleRow {
    const row = this.#store.roles.get(idOrName) ?? this.list({ name: idOrName })[0];
    if (!row) throw new EntityNotFound("role", idOrName);
    return row;
  }

  /** The one role of this name, whatever its domain. @throws NotFoundHere, AmbiguousName */
  uniqueByName(name: string): RoleRow {
    const found = this.#store.roles.match({ name });
    if (found.length > 1) throw new AmbiguousName("role", name);
    const row = found[0] ?? this.list({ name })[0];
    if (!row) throw new NotFoundHere(`Role ${name} is not defined`);
    return row;
  }

  create(fields: RoleFields & { name: string }): RoleRow {
    const { id: _id, links: _links, name, domain_id, description, options, ...extra } = fields;
    const domainId = domain_id ?? null;
    return this.#store.db.transaction(() => {
      this.#refuseDuplicate(domainId, name);
      return this.#store.roles.insert({
        id: this.#ids.hex(),
        name,
        domain_id: domainId,
        description: description ?? null,
        options: mergeOptions({}, options),
        extra,
      });
    });
  }

  update(id: string, fields: RoleFields): RoleRow {
    return this.#store.db.transaction(() => {
      const before = this.get(id);
      const { id: _id, links: _links, ...asked } = fields;
      assertMutable("role", before, asked);
      const { name, domain_id, description, options, ...extra } = asked;
      if (domain_id !== undefined && domain_id !== before.domain_id) {
        throw new ValidationFailed("Update of `domain_id` is not allowed.");
      }
      const changes: Partial<RoleRow> = {};
      if (name !== undefined && name !== before.name) {
        this.#refuseDuplicate(before.domain_id, name);
        changes.name = name;
      }
      if (description !== undefined) changes.description = description;
      if (options !== undefined) changes.options = mergeOptions(before.options, options);
      if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
      return this.#store.roles.update(id, changes)!;
    });
  }

  /** The role is taken from everybody. */
  delete(id: string): void {
    assertDeletable("role", this.get(id));
    this.#store.db.transaction(() => {
      this.#applicationCredentials.deleteWithRole(id);
      this.#store.assignments.removeOfRole(id);
      this.#store.roles.remove(id);
    });
  }

  /** @throws EntityNotFound */
  impliedBy(priorId: string): RoleRow[] {
    this.get(priorId);
    return this.#store.implied.rightsOf(priorId).map((id) => this.get(id));
  }

  /** @throws NotFoundHere when the one does not imply the other */
  checkImplied(priorId: string, impliedId: string): void {
    this.get(priorId);
    this.get(impliedId);
    if (!this.#store.implied.has(priorId, impliedId)) {
      throw new NotFoundHere(`${priorId} does not imply ${impliedId}.`);
    }
  }

  addImplied(priorId: string, impliedId: string): void {
    const implied = this.get(impliedId);
    const prior = this.get(priorId);
    if (NEVER_IMPLIED.has(implied.name) || (prior.domain_id === null && implied.domain_id !== null)) {
      throw new ForbiddenBecause(`${impliedId} cannot be an implied roles.`);
    }
    if (!this.#store.implied.add(priorId, impliedId))
      throw new DuplicateEntry("implied_role", "Duplicate entry");
  }

  removeImplied(priorId: string, impliedId: string): void {
    this.checkImplied(priorId, impliedId);
    this.#store.implied.remove(priorId, impliedId);
  }

  /** Every implication: prior role and what it implies directly. */
  inferences(): { prior: RoleRow; implied: RoleRow[] }[] {
    return [...this.#store.implied.byLeft()].map(([priorId, impliedIds]) => ({
      prior: this.get(priorId),
      implied: impliedIds.map((id) => this.get(id)),
    }));
  }

  #refuseDuplicate(domainId: string | null, name: string): void {
    if (!this.#store.roleByName(name, domainId)) return;
    const where = domainId === null ? "" : ` at domain ID ${domainId}`;
    throw new DuplicateEntry("role", `Duplicate entry found with name ${name}${where}`);
  }
}
