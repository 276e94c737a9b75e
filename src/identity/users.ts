// The rules for users.

import type { SQL } from "drizzle-orm";
import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import type { Ids } from "../core/ids.ts";
import { DEFAULT_DOMAIN_ID } from "./bootstrap.ts";
import { AuthenticationFailed, DuplicateEntry, EntityNotFound, ValidationFailed } from "./errors.ts";
import type { Passwords } from "./passwords.ts";
import type { IdentityStore } from "./store.ts";
import type * as t from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";

/** What a client may say about a user. Keys that are not listed are kept in `extra` as they are. */
export interface UserFields {
  name?: string;
  domain_id?: string;
  enabled?: boolean;
  default_project_id?: string | null;
  password?: string | null;
  options?: Record<string, unknown>;
  [other: string]: unknown;
}

export class Users {
  #store: IdentityStore;
  #passwords: Passwords;
  #tokens: TokenProvider;
  #clock: Clock;
  #ids: Ids;
  #maxPasswordLength: number;

  constructor(parts: {
    store: IdentityStore;
    passwords: Passwords;
    tokens: TokenProvider;
    clock: Clock;
    ids: Ids;
    maxPasswordLength: number;
  }) {
    this.#store = parts.store;
    this.#passwords = parts.passwords;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#maxPasswordLength = parts.maxPasswordLength;
  }

  /** @throws EntityNotFound */
  get(id: string): t.UserRow {
    const row = this.#store.users.get(id);
    if (!row) throw new EntityNotFound("user", id);
    return row;
  }

  list(where?: SQL): t.UserRow[] {
    return this.#store.users.list(where);
  }

  /** @throws EntityNotFound for the domain, DuplicateEntry for the name, ValidationFailed for the password */
  async create(context: RequestContext, fields: UserFields): Promise<t.UserRow> {
    const { name, domain_id, enabled, default_project_id, password, options, ...extra } = fields;
    const domainId = domain_id ?? context.domainId ?? context.projectDomainId ?? DEFAULT_DOMAIN_ID;
    if (!this.#store.domain(domainId)) throw new EntityNotFound("domain", domainId);
    const hash = await this.#hash(password);
    const now = this.#clock.now();
    return this.#store.db.transaction(() => {
      this.#refuseDuplicate(domainId, name!);
      return this.#store.users.insert({
        id: this.#ids.hex(),
        name: name!.trim(),
        domain_id: domainId,
        enabled: enabled ?? true,
        default_project_id: default_project_id ?? null,
        password: hash,
        password_created_at: hash === null ? null : now,
        created_at: now,
        options: options ?? {},
        extra,
      });
    });
  }

  /** A new password, or disabling, ends every token of the user. */
  async update(id: string, fields: UserFields): Promise<t.UserRow> {
    const before = this.get(id);
    const {
      id: _,
      links: __,
      name,
      domain_id,
      enabled,
      default_project_id,
      password,
      options,
      ...extra
    } = fields;
    if (domain_id !== undefined && domain_id !== before.domain_id) {
      throw new ValidationFailed("Cannot change Domain ID");
    }
    const changes: Partial<t.UserRow> = {};
    if (enabled !== undefined) changes.enabled = enabled;
    if (default_project_id !== undefined) changes.default_project_id = default_project_id;
    if (options !== undefined) changes.options = mergeOptions(before.options, options);
    if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
    if (password !== undefined) {
      changes.password = await this.#hash(password);
      changes.password_created_at = this.#clock.now();
    }
    return this.#store.db.transaction(() => {
      if (name !== undefined && name !== before.name) {
        this.#refuseDuplicate(before.domain_id, name);
        changes.name = name.trim();
      }
      const row = this.#store.users.update(id, changes);
      if (!row) throw new EntityNotFound("user", id);
      if (password !== undefined || enabled === false) this.#tokens.revokeUser(id);
      return row;
    });
  }

  /** The user's own change: needs the old password. @throws AuthenticationFailed */
  async changePassword(id: string, original: string, password: string): Promise<void> {
    const user = this.#store.users.get(id);
    if (!(await this.#passwords.verify(original, user?.password ?? null)) || !user?.enabled) {
      throw new AuthenticationFailed();
    }
    await this.update(id, { password });
  }

  /** Assignments, memberships and credentials go with the user. */
  delete(id: string): void {
    this.get(id);
    this.#store.db.transaction(() => {
      this.#store.removeAssignmentsOf(id);
      this.#store.removeCredentialsOf(id);
      this.#store.users.remove(id);
      this.#tokens.revokeUser(id);
    });
  }

  async #hash(password: string | null | undefined): Promise<string | null> {
    if (password === null || password === undefined) return null;
    if (password.length > this.#maxPasswordLength) {
      throw new ValidationFailed(
        `The password length must be less than or equal to ${this.#maxPasswordLength}. The server could not comply with the request because the password is invalid.`,
      );
    }
    return this.#passwords.hash(password);
  }

  #refuseDuplicate(domainId: string, name: string): void {
    if (!this.#store.userByName(domainId, name.trim())) return;
    throw new DuplicateEntry("user", `Duplicate entry found with name ${name} at domain ID ${domainId}`);
  }
}

/** An option set to null is taken away (keystone/common/resource_options). */
function mergeOptions(
  before: Record<string, unknown>,
  changes: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...before, ...changes };
  for (const [name, value] of Object.entries(merged)) if (value === null) delete merged[name];
  return merged;
}
