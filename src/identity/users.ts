// The rules for users. Authority: keystone/identity/core.py.

import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import type { ApplicationCredentials } from "./application-credentials.ts";
import { AuthenticationFailed, DuplicateEntry, EntityNotFound, ValidationFailed } from "./errors.ts";
import { mergeOptions, type Options } from "./options.ts";
import type { PasswordRules } from "./password-rules.ts";
import type { IdentityStore } from "./store.ts";
import type { UserRow } from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";
import type { Trusts } from "./trusts.ts";

/** What a client may say about a user. Keys that are not listed are kept in `extra` as they are. */
export interface UserFields {
  name?: string;
  domain_id?: string;
  enabled?: boolean;
  default_project_id?: string | null;
  password?: string | null;
  options?: Options;
  [other: string]: unknown;
}

/** Never kept and never shown (keystone/identity/backends/base.py, `filter_user`). */
const PRIVATE = new Set(["id", "links", "password", "tenants", "groups", "domains", "password_expires_at"]);

export class Users {
  #store: IdentityStore;
  #rules: PasswordRules;
  #tokens: TokenProvider;
  #trusts: Trusts;
  #applicationCredentials: ApplicationCredentials;
  #clock: Clock;
  #ids: Ids;

  constructor(parts: {
    store: IdentityStore;
    rules: PasswordRules;
    tokens: TokenProvider;
    trusts: Trusts;
    applicationCredentials: ApplicationCredentials;
    clock: Clock;
    ids: Ids;
  }) {
    this.#store = parts.store;
    this.#rules = parts.rules;
    this.#tokens = parts.tokens;
    this.#trusts = parts.trusts;
    this.#applicationCredentials = parts.applicationCredentials;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): UserRow {
    const row = this.#store.users.get(id);
    if (!row) throw new EntityNotFound("user", id);
    return row;
  }

  /** @throws EntityNotFound */
  byName(domainId: string, name: string): UserRow {
    const row = this.#store.userByName(domainId, name);
    if (!row) throw new EntityNotFound("user", name);
    return row;
  }

  list(filter: { domain_id?: string; name?: string; enabled?: boolean } = {}): UserRow[] {
    return this.#store.users.match(filter);
  }

  /**
   * @param also what must happen together with it
   * @throws EntityNotFound for the domain, DuplicateEntry for the name, ValidationFailed for the password
   */
  async create(
    fields: UserFields & { name: string; domain_id: string },
    also: (row: UserRow) => void = () => {},
  ): Promise<UserRow> {
    const { name, domain_id, enabled, default_project_id, password, options, ...rest } = fields;
    this.#requireDomain(domain_id);
    this.#refuseDomainAsProject(default_project_id);
    const hash = await this.#rules.hash(password ?? null);
    const kept = mergeOptions({}, options);
    return this.#store.db.transaction(() => {
      this.#requireDomain(domain_id);
      this.#refuseDuplicate(domain_id, name);
      const row = this.#store.users.insert({
        id: this.#ids.hex(),
        name: name.trim(),
        domain_id,
        enabled: enabled ?? true,
        default_project_id: default_project_id ?? null,
        ...this.#passwordColumns(hash, kept, true),
        created_at: this.#clock.now(),
        options: kept,
        extra: publicPart(rest),
      });
      if (hash !== null) this.#rules.remember(row.id, hash, false);
      also(row);
      return row;
    });
  }

  /**
   * A new password, or disabling, ends every token of the user.
   * @param also what must happen together with it
   */
  async update(
    id: string,
    fields: UserFields,
    also: (before: UserRow, after: UserRow) => void = () => {},
  ): Promise<UserRow> {
    this.get(id);
    const { name, domain_id, enabled, default_project_id, password, options, ...rest } = fields;
    this.#refuseDomainAsProject(default_project_id);
    const hash = password === undefined ? undefined : await this.#rules.hash(password);
    return this.#store.db.transaction(() => {
      const before = this.get(id);
      if (domain_id !== undefined && domain_id !== before.domain_id) {
        throw new ValidationFailed("Cannot change Domain ID");
      }
      const changes: Partial<UserRow> = {};
      if (name !== undefined && name.trim() !== before.name) {
        this.#refuseDuplicate(before.domain_id, name);
        changes.name = name.trim();
      }
      if (enabled !== undefined) changes.enabled = enabled;
      if (enabled === true) {
        Object.assign(changes, {
          failed_auth_count: 0,
          failed_auth_at: null,
          last_active_at: this.#clock.now(),
        });
      }
      if (default_project_id !== undefined) changes.default_project_id = default_project_id;
      if (options !== undefined) changes.options = mergeOptions(before.options, options);
      const extra = publicPart(rest);
      if (Object.keys(extra).length > 0) changes.extra = { ...before.extra, ...extra };
      if (hash !== undefined) {
        Object.assign(changes, this.#passwordColumns(hash, changes.options ?? before.options, true));
        this.#rules.remember(id, hash, false);
      }
      const disabled = enabled === false && before.enabled;
      if (disabled) this.#applicationCredentials.deleteOfUser(id);
      if (disabled || hash) this.#tokens.revokeUser(id);
      const after = this.#store.users.update(id, changes) ?? before;
      also(before, after);
      return after;
    });
  }

  /** The user's own change: needs the old password, which may have expired. @throws AuthenticationFailed */
  async changePassword(id: string, original: string, password: string): Promise<void> {
    const user = await this.#rules.check(this.#store.users.get(id), original, { expiredMay: true });
    if (!this.#store.projects.get(user.domain_id)?.enabled) throw new AuthenticationFailed("domain disabled");
    const hash = await this.#rules.hash(password);
    await this.#rules.mayChangeTo(user, password);
    this.#store.db.transaction(() => {
      this.#store.users.update(id, this.#passwordColumns(hash, user.options, false));
      this.#rules.remember(id, hash, true);
      this.#tokens.revokeUser(id);
    });
  }

  #requireDomain(id: string): void {
    if (!this.#store.domain(id)) throw new EntityNotFound("domain", id);
  }

  /** Assignments, memberships, credentials and trusts go with the user. */
  delete(id: string): void {
    this.get(id);
    this.#store.db.transaction(() => this.remove(id));
  }

  /** The same, within a transaction of the caller's. */
  remove(id: string): void {
    this.#store.assignments.removeOf(id);
    this.#store.credentials.removeMatching({ user_id: id });
    this.#store.accessTokens.removeMatching({ authorizing_user_id: id });
    this.#applicationCredentials.deleteOfUser(id);
    this.#trusts.deleteOf(id);
    this.#store.users.remove(id);
    this.#tokens.revokeUser(id);
  }

  #passwordColumns(hash: string | null, options: Options, byAdministrator: boolean): Partial<UserRow> {
    return {
      password: hash,
      password_created_at: hash === null ? null : this.#clock.now(),
      password_expires_at: hash === null ? null : this.#rules.expiry(options, byAdministrator),
    };
  }

  #refuseDomainAsProject(projectId: string | null | undefined): void {
    if (projectId && this.#store.domain(projectId)) {
      throw new ValidationFailed(`User's default project ID cannot be a domain ID: ${projectId}`);
    }
  }

  #refuseDuplicate(domainId: string, name: string): void {
    if (!this.#store.userByName(domainId, name.trim())) return;
    throw new DuplicateEntry(
      "user",
      `Duplicate entry found with name ${name.trim()} at domain ID ${domainId}`,
    );
  }
}

function publicPart(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !PRIVATE.has(name)));
}
