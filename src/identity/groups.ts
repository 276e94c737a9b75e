// The rules for groups and who is in them. Authority: keystone/identity/core.py.

import type { Ids } from "../core/ids.ts";
import { DuplicateEntry, EntityNotFound, NotFoundHere, ValidationFailed } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { GroupRow, UserRow } from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";
import type { Users } from "./users.ts";

/** Keys that are not listed are kept in `extra`. */
export interface GroupFields {
  name?: string;
  domain_id?: string;
  description?: string | null;
  [other: string]: unknown;
}

export class Groups {
  #store: IdentityStore;
  #users: Users;
  #tokens: TokenProvider;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; users: Users; tokens: TokenProvider; ids: Ids }) {
    this.#store = parts.store;
    this.#users = parts.users;
    this.#tokens = parts.tokens;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): GroupRow {
    const row = this.#store.groups.get(id);
    if (!row) throw new EntityNotFound("group", id);
    return row;
  }

  list(filter: { domain_id?: string; name?: string } = {}): GroupRow[] {
    return this.#store.groups.match(filter);
  }

  create(fields: GroupFields & { name: string; domain_id: string }): GroupRow {
    const { id: _id, links: _links, name, domain_id, description, ...extra } = fields;
    if (!this.#store.domain(domain_id)) throw new EntityNotFound("domain", domain_id);
    return this.#store.db.transaction(() => {
      this.#refuseDuplicate(domain_id, name);
      return this.#store.groups.insert({
        id: this.#ids.hex(),
        name: name.trim(),
        domain_id,
        description: description === undefined ? "" : description,
        extra,
      });
    });
  }

  update(id: string, fields: GroupFields): GroupRow {
    const before = this.get(id);
    const { id: _id, links: _links, name, domain_id, description, ...extra } = fields;
    if (domain_id !== undefined && domain_id !== before.domain_id) {
      throw new ValidationFailed("Cannot change Domain ID");
    }
    const changes: Partial<GroupRow> = {};
    if (description !== undefined) changes.description = description;
    if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
    return this.#store.db.transaction(() => {
      if (name !== undefined && name.trim() !== before.name) {
        this.#refuseDuplicate(before.domain_id, name);
        changes.name = name.trim();
      }
      return this.#store.groups.update(id, changes)!;
    });
  }

  /** Members lose what the group gave them at once. */
  delete(id: string): void {
    this.get(id);
    this.#store.db.transaction(() => this.remove(id));
  }

  /** The same, within a transaction of the caller's. */
  remove(id: string): void {
    const hadRoles = this.#store.assignments.ofActor(id).length > 0;
    const memberIds = hadRoles ? this.#store.members.rightsOf(id) : [];
    this.#store.assignments.removeOf(id);
    this.#store.groups.remove(id);
    for (const memberId of memberIds) this.#tokens.revokeUser(memberId);
  }

  /** @throws EntityNotFound */
  members(id: string): UserRow[] {
    this.get(id);
    return this.#store.membersOf(id);
  }

  /** @throws EntityNotFound */
  ofUser(userId: string): GroupRow[] {
    this.#users.get(userId);
    return this.#store.groupsOf(userId);
  }

  add(groupId: string, userId: string): void {
    this.get(groupId);
    this.#users.get(userId);
    this.#store.members.add(groupId, userId);
  }

  /** @throws NotFoundHere when the user is not in the group */
  check(groupId: string, userId: string): void {
    this.get(groupId);
    this.#users.get(userId);
    if (!this.#store.members.has(groupId, userId)) throw notMember(userId, groupId);
  }

  /** Ends the user's tokens, which may rest on what the group gave. */
  removeMember(groupId: string, userId: string): void {
    this.get(groupId);
    this.#users.get(userId);
    this.#store.db.transaction(() => {
      if (!this.#store.members.remove(groupId, userId)) throw notMember(userId, groupId);
      this.#tokens.revokeUser(userId);
    });
  }

  #refuseDuplicate(domainId: string, name: string): void {
    if (!this.#store.groupByName(domainId, name.trim())) return;
    throw new DuplicateEntry(
      "group",
      `Duplicate entry found with name ${name.trim()} at domain ID ${domainId}`,
    );
  }
}

function notMember(userId: string, groupId: string): NotFoundHere {
  return new NotFoundHere(`User '${userId}' not found in group '${groupId}'`);
}
