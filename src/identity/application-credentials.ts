// Application credentials: a secret that stands for a user with some of its roles in one project, and the access rules
// that narrow what it may call. Authority: keystone/application_credential.

import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import {
  AuthenticationFailed,
  DuplicateEntry,
  EntityNotFound,
  ForbiddenBecause,
  ValidationFailed,
} from "./errors.ts";
import { parseExpiry } from "./expirations.ts";
import type { Passwords } from "./passwords.ts";
import type { IdentityStore } from "./store.ts";
import type { AccessRuleRow, ApplicationCredentialRow, RoleRow } from "./tables.ts";

export interface AccessRuleFields {
  id?: string;
  service?: string;
  path?: string;
  method?: string;
}

export interface ApplicationCredentialFields {
  name: string;
  description?: string | null;
  secret?: string | null;
  expires_at?: string | null;
  roles?: { id?: string; name?: string }[];
  unrestricted?: boolean;
  access_rules?: AccessRuleFields[];
}

/** With what hangs on it. */
export interface ApplicationCredential {
  row: ApplicationCredentialRow;
  roles: RoleRow[];
  rules: AccessRuleRow[];
}

/** As many bytes as Keystone's own secrets. */
const SECRET_BYTES = 64;

export class ApplicationCredentials {
  #store: IdentityStore;
  #passwords: Passwords;
  #clock: Clock;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; passwords: Passwords; clock: Clock; ids: Ids }) {
    this.#store = parts.store;
    this.#passwords = parts.passwords;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  get(id: string): ApplicationCredential {
    const row = this.#store.applicationCredentials.get(id);
    if (!row) throw new EntityNotFound("Application Credential", id);
    return this.#complete(row);
  }

  listOfUser(userId: string, name?: string): ApplicationCredential[] {
    return this.#store.applicationCredentials
      .match({ user_id: userId, name })
      .map((row) => this.#complete(row));
  }

  byName(userId: string, name: string): ApplicationCredentialRow | null {
    return this.#store.applicationCredentials.match({ user_id: userId, name })[0] ?? null;
  }

  /**
   * @param held the roles of the token that asks: the most that can be handed on
   * @returns the secret too, which is never shown again
   * @throws ValidationFailed, DuplicateEntry
   */
  async create(
    userId: string,
    projectId: string | null,
    held: readonly RoleRow[],
    fields: ApplicationCredentialFields,
  ): Promise<ApplicationCredential & { secret: string }> {
    const roles = this.#chooseRoles(fields.roles, held);
    const expires = parseExpiry(fields.expires_at || null, this.#clock.now());
    const secret = fields.secret || newSecret();
    const hash = await this.#passwords.hash(secret);
    return this.#store.db.transaction(() => {
      if (this.byName(userId, fields.name)) {
        throw new DuplicateEntry("application_credential", `Duplicate entry found with name ${fields.name}`);
      }
      const row = this.#store.applicationCredentials.insert({
        id: this.#ids.hex(),
        name: fields.name,
        secret_hash: hash,
        user_id: userId,
        project_id: projectId,
        description: fields.description ?? null,
        expires_at: expires,
        unrestricted: fields.unrestricted ?? false,
      });
      for (const role of roles) this.#store.applicationCredentialRoles.add(row.id, role.id);
      for (const rule of fields.access_rules ?? []) {
        this.#store.applicationCredentialRules.add(row.id, this.#rule(userId, rule).id);
      }
      return { ...this.#complete(row), secret };
    });
  }

  /** @throws AuthenticationFailed for one that does not exist, has ended, or has another secret */
  async authenticate(id: string, secret: string): Promise<ApplicationCredentialRow> {
    const row = this.#store.applicationCredentials.get(id);
    const matches = await this.#passwords.verify(secret, row?.secret_hash ?? null);
    if (!row || !matches) throw new AuthenticationFailed("Invalid application credential ID or secret");
    if (row.expires_at !== null && row.expires_at <= this.#clock.now()) {
      throw new AuthenticationFailed("the application credential has expired");
    }
    return row;
  }

  /** @throws EntityNotFound */
  delete(id: string): void {
    if (!this.#store.applicationCredentials.remove(id))
      throw new EntityNotFound("Application Credential", id);
  }

  deleteOfUser(userId: string): void {
    this.#store.applicationCredentials.removeMatching({ user_id: userId });
    this.#store.accessRules.removeMatching({ user_id: userId });
  }

  deleteOfProject(projectId: string): void {
    this.#store.applicationCredentials.removeMatching({ project_id: projectId });
  }

  deleteOfUserInProject(userId: string, projectId: string): void {
    this.#store.applicationCredentials.removeMatching({ user_id: userId, project_id: projectId });
  }

  deleteWithRole(roleId: string): void {
    for (const id of this.#store.applicationCredentialRoles.leftsOf(roleId)) {
      this.#store.applicationCredentials.remove(id);
    }
  }

  rulesOfUser(
    userId: string,
    filter: { service?: string; path?: string; method?: string } = {},
  ): AccessRuleRow[] {
    return this.#store.accessRules.match({ ...filter, user_id: userId });
  }

  /** @throws EntityNotFound */
  rule(id: string): AccessRuleRow {
    const row = this.#store.accessRules.get(id);
    if (!row) throw new EntityNotFound("Access Rule", id);
    return row;
  }

  /** @throws ForbiddenBecause while an application credential uses it */
  deleteRule(id: string): void {
    this.rule(id);
    if (this.#store.applicationCredentialRules.leftsOf(id).length > 0) {
      throw new ForbiddenBecause("May not delete access rule in use");
    }
    this.#store.accessRules.remove(id);
  }

  #complete(row: ApplicationCredentialRow): ApplicationCredential {
    const roles = this.#store.rolesWithIds(this.#store.applicationCredentialRoles.rightsOf(row.id));
    const rules = this.#store.applicationCredentialRules
      .rightsOf(row.id)
      .map((id) => this.#store.accessRules.get(id))
      .filter((rule) => rule !== null);
    return { row, roles, rules };
  }

  #chooseRoles(
    asked: { id?: string; name?: string }[] | undefined,
    held: readonly RoleRow[],
  ): readonly RoleRow[] {
    if (!asked || asked.length === 0) return held;
    return asked.map(({ id, name }) => {
      const role = held.find((candidate) =>
        id === undefined ? candidate.name === name : candidate.id === id,
      );
      if (role) return role;
      throw new ValidationFailed(
        "Invalid application credential: Cannot create an application credential with unassigned role",
      );
    });
  }

  /** The user's own rule of this id, or the same rule made before, or a new one. */
  #rule(userId: string, { id, service, path, method }: AccessRuleFields): AccessRuleRow {
    const known = id === undefined ? null : this.#store.accessRules.get(id);
    if (known?.user_id === userId) return known;
    const columns = { service: service ?? null, path: path ?? null, method: method ?? null };
    const same = this.#store.accessRules.match({ user_id: userId, ...columns })[0];
    if (same) return same;
    const newId = known || id === undefined ? this.#ids.hex() : id;
    return this.#store.accessRules.insert({ id: newId, user_id: userId, ...columns });
  }
}

function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64url");
}
