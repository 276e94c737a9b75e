// Trusts: a user hands some of its roles in a project to another user, perhaps in its own name, perhaps to be handed
// on. Authority: keystone/trust/core.py and keystone/api/trusts.py.

import type { Clock } from "../core/clock.ts";
import type { Ids } from "../core/ids.ts";
import {
  ActionForbidden,
  DuplicateEntry,
  EntityNotFound,
  ForbiddenQuietly,
  TrustUseLimitReached,
  ValidationFailed,
} from "./errors.ts";
import { parseExpiry } from "./expirations.ts";
import type { RoleDefinitions } from "./role-definitions.ts";
import type { RoleResolver } from "./roles.ts";
import type { IdentityStore } from "./store.ts";
import type { TrustRow } from "./tables.ts";
import type { TokenProvider } from "./tokens/provider.ts";

export interface TrustFields {
  trustor_user_id: string;
  trustee_user_id: string;
  impersonation: boolean;
  project_id?: string | null;
  remaining_uses?: number | null;
  expires_at?: string | null;
  allow_redelegation?: boolean | null;
  redelegation_count?: number | null;
  roles?: { id?: string; name?: string }[];
  [other: string]: unknown;
}

interface Wanted {
  projectId: string | null;
  roleIds: string[];
  remainingUses: number | null;
  expiresAtMs: number | null;
  impersonation: boolean;
}

export class Trusts {
  #store: IdentityStore;
  #resolver: RoleResolver;
  #roles: RoleDefinitions;
  #tokens: TokenProvider;
  #clock: Clock;
  #ids: Ids;
  #maxCount: number;

  constructor(parts: {
    store: IdentityStore;
    resolver: RoleResolver;
    roles: RoleDefinitions;
    tokens: TokenProvider;
    clock: Clock;
    ids: Ids;
    /** How often a trust can be handed on. */
    maxRedelegationCount: number;
  }) {
    this.#store = parts.store;
    this.#resolver = parts.resolver;
    this.#roles = parts.roles;
    this.#tokens = parts.tokens;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#maxCount = parts.maxRedelegationCount;
  }

  /**
   * A trust that can be used: not deleted, not expired, uses left, its chain intact.
   * @throws EntityNotFound, ForbiddenQuietly
   */
  get(id: string): TrustRow {
    const row = this.#usable(id);
    let child = row;
    while (child.redelegated_trust_id !== null) {
      const parent = this.#usable(child.redelegated_trust_id);
      this.#validateRedelegation(parent, this.#wantedOf(child));
      if (!this.#store.users.get(parent.trustee_user_id)?.enabled) {
        throw new ForbiddenQuietly("One of the trust agents is disabled or deleted");
      }
      child = parent;
    }
    return row;
  }

  list(filter: { trustorId?: string; trusteeId?: string } = {}): TrustRow[] {
    return this.#store.trusts.existing(filter);
  }

  roleIds(id: string): string[] {
    return this.#store.trusts.roles.rightsOf(id);
  }

  /** @param source the trust whose token asks: the new one is made from it */
  create(fields: TrustFields, source: TrustRow | null): TrustRow {
    const { trustor_user_id, trustee_user_id, impersonation, roles: asked = [], ...rest } = fields;
    const projectId = rest.project_id ?? null;
    if (projectId && asked.length === 0) throw new ActionForbidden("At least one role should be specified");
    if (!this.#store.users.get(trustee_user_id)) throw new EntityNotFound("user", trustee_user_id);
    const wanted: Wanted = {
      projectId,
      roleIds: asked.map((role) => role.id ?? this.#roles.uniqueByName(role.name ?? "").id),
      remainingUses: rest.remaining_uses ?? null,
      expiresAtMs: null,
      impersonation,
    };
    this.#requireTrustorHolds(trustor_user_id, wanted, source);
    wanted.expiresAtMs = parseExpiry(rest.expires_at, this.#clock.now());
    const count = this.#redelegationCount(rest, source);
    if (source) {
      for (const ancestor of this.#chain(source)) {
        this.#validateRedelegation(ancestor, wanted);
        wanted.expiresAtMs ??= ancestor.expires_at;
      }
    }
    const {
      id: _id,
      links: _links,
      project_id: _project,
      remaining_uses: _uses,
      expires_at: _expires,
      allow_redelegation: _allow,
      redelegation_count: _count,
      ...extra
    } = rest;
    return this.#store.db.transaction(() => {
      const columns = {
        trustor_user_id,
        trustee_user_id,
        project_id: projectId,
        impersonation,
        expires_at: wanted.expiresAtMs,
      };
      if (this.#store.trusts.twin(columns)) throw new DuplicateEntry("trust", "Duplicate entry");
      const row = this.#store.trusts.insert({
        id: this.#ids.hex(),
        ...columns,
        remaining_uses: wanted.remainingUses,
        redelegated_trust_id: source?.id ?? null,
        redelegation_count: count,
        extra,
      });
      for (const roleId of wanted.roleIds) this.#store.trusts.roles.add(row.id, roleId);
      return row;
    });
  }

  /** With everything it was handed on to. @throws EntityNotFound */
  delete(id: string): void {
    this.#usable(id);
    this.#store.db.transaction(() => this.#remove(id));
  }

  /** All that a user gave or was given, or that was given in a project. */
  deleteOf(userOrProjectId: string): void {
    for (const id of this.#store.trusts.deleteOf(userOrProjectId, this.#clock.now())) {
      this.#tokens.revokeMatching({ trust_id: id });
    }
  }

  /** @throws TrustUseLimitReached */
  consumeUse(id: string): void {
    if (!this.#store.trusts.consumeUse(id)) throw new TrustUseLimitReached(id);
  }

  #remove(id: string): void {
    for (const child of this.#store.trusts.existing({ redelegatedId: id })) this.#remove(child.id);
    this.#store.trusts.update(id, { deleted_at: this.#clock.now() });
    this.#tokens.revokeMatching({ trust_id: id });
  }

  #usable(id: string): TrustRow {
    const row = this.#store.trusts.get(id);
    const open =
      row !== null &&
      row.deleted_at === null &&
      (row.expires_at === null || row.expires_at >= this.#clock.now()) &&
      (row.remaining_uses === null || row.remaining_uses > 0);
    if (!open) throw new EntityNotFound("trust", id);
    return row;
  }

  /** The trust itself, then what it was made from, up to the first. */
  #chain(trust: TrustRow): TrustRow[] {
    const chain = [trust];
    for (let row = trust; row.redelegated_trust_id !== null; ) {
      row = this.#usable(row.redelegated_trust_id);
      chain.push(row);
    }
    return chain;
  }

  #wantedOf(row: TrustRow): Wanted {
    return {
      projectId: row.project_id,
      roleIds: this.roleIds(row.id),
      remainingUses: row.remaining_uses,
      expiresAtMs: row.expires_at,
      impersonation: row.impersonation,
    };
  }

  #requireTrustorHolds(trustorId: string, wanted: Wanted, source: TrustRow | null): void {
    const origin = source ? this.#chain(source).at(-1)! : null;
    const { projectId } = wanted;
    if (projectId && !this.#store.projects.get(projectId)) throw new EntityNotFound("project", projectId);
    const held = projectId
      ? this.#resolver.effective(
          origin?.trustor_user_id ?? trustorId,
          { kind: "project", projectId: origin?.project_id ?? projectId },
          { domainRoles: true },
        )
      : [];
    for (const roleId of wanted.roleIds) {
      if (!held.some((role) => role.id === roleId)) throw new EntityNotFound("role", roleId);
    }
  }

  #redelegationCount(
    fields: Pick<TrustFields, "allow_redelegation" | "redelegation_count" | "remaining_uses">,
    source: TrustRow | null,
  ): number {
    const requested = fields.redelegation_count ?? null;
    const redelegatable = fields.allow_redelegation === true && requested !== 0;
    if (!redelegatable) return 0;
    if (requested !== null && requested > this.#maxCount) {
      throw new ForbiddenQuietly(
        `Requested redelegation depth of ${requested} is greater than ${this.#maxCount}`,
      );
    }
    if (fields.remaining_uses != null) {
      throw new ValidationFailed("remaining_uses must not be set if redelegation is allowed");
    }
    if (!source) return requested ?? this.#maxCount;
    const remaining = source.redelegation_count - 1;
    if (requested !== null && requested !== remaining) {
      throw new ForbiddenQuietly('Modifying "redelegation_count" upon redelegation is forbidden.');
    }
    return remaining;
  }

  #validateRedelegation(parent: TrustRow, wanted: Wanted): void {
    if (parent.redelegation_count <= 0 || parent.redelegation_count > this.#maxCount) {
      throw new ForbiddenQuietly(`Remaining redelegation depth of ${parent.redelegation_count}`);
    }
    if (wanted.remainingUses !== null) {
      throw new ForbiddenQuietly("remaining_uses must not be set in order to redelegate a trust");
    }
    if (parent.expires_at !== null && wanted.expiresAtMs !== null && parent.expires_at < wanted.expiresAtMs) {
      throw new ForbiddenQuietly("Requested expiration time is more than redelegated trust can provide");
    }
    const allowed = new Set(this.roleIds(parent.id));
    if (!wanted.roleIds.every((id) => allowed.has(id))) {
      throw new ForbiddenQuietly("Some of requested roles are not in redelegated trust");
    }
    if (!parent.impersonation && wanted.impersonation) {
      throw new ForbiddenQuietly(`Impersonation is not allowed by trust ${parent.id}`);
    }
  }
}
