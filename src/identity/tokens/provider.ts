// Issues, recognises and revokes tokens. Nothing is written when a token is issued; what a token means is worked out
// from the database once and remembered until any row of keystone.db changes.

import type { Clock } from "../../core/clock.ts";
import type { TokenFacts } from "../../http/auth.ts";
import { AuthenticationFailed, EntityNotFound } from "../errors.ts";
import type { RoleResolver } from "../roles.ts";
import { type IdentityStore, ROOT_DOMAIN_ID } from "../store.ts";
import type { ProjectRow, RevocationEventRow, RoleRow, UserRow } from "../tables.ts";
import { decrypt, encrypt, type FernetKey } from "./fernet.ts";
import { decodePayload, encodePayload, type TokenPayload, type TokenScope } from "./payload.ts";

/** A token with everything it stands for now. */
export interface TokenView {
  payload: TokenPayload;
  user: UserRow;
  userDomain: ProjectRow;
  project: ProjectRow | null;
  projectDomain: ProjectRow | null;
  domain: ProjectRow | null;
  roles: RoleRow[];
}

interface Remembered {
  payload: TokenPayload;
  stamp: number;
  /** Null: refused, as long as nothing changes. */
  view: TokenView | null;
  facts: TokenFacts | null;
}

const MAX_REMEMBERED = 10_000;

export interface TokenProviderOptions {
  store: IdentityStore;
  roles: RoleResolver;
  clock: Clock;
  /** Newest first; read anew by `reloadKeys`. */
  keys: () => readonly FernetKey[];
  expirationSeconds: number;
}

export class TokenProvider {
  #options: TokenProviderOptions;
  #keys: readonly FernetKey[];
  #remembered = new Map<string, Remembered>();
  #events: { stamp: number; rows: RevocationEventRow[] } = { stamp: -1, rows: [] };

  constructor(options: TokenProviderOptions) {
    this.#options = options;
    this.#keys = options.keys();
  }

  reloadKeys(): void {
    this.#keys = this.#options.keys();
    this.#remembered.clear();
  }

  /**
   * @param parent the token this one was made from: it keeps that one's expiry and chain
   * @throws AuthenticationFailed when the user has no role in the scope
   */
  issue(
    userId: string,
    methods: string[],
    scope: TokenScope,
    parent: TokenPayload | null,
  ): { token: string; view: TokenView } {
    const { clock, expirationSeconds } = this.#options;
    const now = clock.now();
    const auditId = newAuditId();
    const payload: TokenPayload = {
      userId,
      methods,
      scope,
      issuedAtMs: now,
      expiresAtMs: parent?.expiresAtMs ?? now + expirationSeconds * 1000,
      auditIds: parent ? [auditId, parent.auditIds.at(-1)!] : [auditId],
    };
    const view = this.#describe(payload);
    if (!view) throw new AuthenticationFailed();
    return { token: encrypt(this.#keys[0]!, encodePayload(payload), now), view };
  }

  /** Null for a token that is forged, expired, revoked, or whose user, project or roles are gone. */
  view(token: string): TokenView | null {
    return this.#recall(token)?.view ?? null;
  }

  /** What services learn of a token. Microseconds when the token was seen before. */
  facts(token: string): TokenFacts | null {
    const remembered = this.#recall(token);
    if (!remembered?.view) return null;
    remembered.facts ??= factsOf(remembered.view, token);
    return remembered.facts;
  }

  /** @throws EntityNotFound for a token that is not valid */
  revoke(token: string): void {
    const view = this.view(token);
    if (!view) throw new EntityNotFound("token", token);
    this.#record({ audit_id: view.payload.auditIds[0]! });
  }

  /** Refuses every token of the user issued until now, or those for one project. */
  revokeUser(userId: string, projectId: string | null = null): void {
    this.#record({ user_id: userId, project_id: projectId });
  }

  #record(event: Partial<RevocationEventRow>): void {
    const now = this.#options.clock.now();
    const { store, expirationSeconds } = this.#options;
    store.db.transaction(() => {
      store.revocations.insert({ ...event, issued_before: now, revoked_at: now });
      store.pruneRevocations(now - expirationSeconds * 1000 - 60_000);
    });
  }

  #recall(token: string): Remembered | null {
    const stamp = this.#options.store.db.stamp();
    let remembered = this.#remembered.get(token);
    if (!remembered) {
      const bytes = decrypt(this.#keys, token);
      if (!bytes) return null;
      remembered = { payload: decodePayload(bytes), stamp: -1, view: null, facts: null };
      this.#remember(token, remembered);
    }
    if (remembered.payload.expiresAtMs <= this.#options.clock.now()) return null;
    if (remembered.stamp !== stamp) {
      remembered.stamp = stamp;
      remembered.facts = null;
      remembered.view = this.#isRevoked(remembered.payload, stamp)
        ? null
        : this.#describe(remembered.payload);
    }
    return remembered;
  }

  #remember(token: string, remembered: Remembered): void {
    if (this.#remembered.size >= MAX_REMEMBERED) {
      // Map keeps insertion order: the oldest tenth goes.
      let n = MAX_REMEMBERED / 10;
      for (const old of this.#remembered.keys()) {
        this.#remembered.delete(old);
        if (--n <= 0) break;
      }
    }
    this.#remembered.set(token, remembered);
  }

  #isRevoked(payload: TokenPayload, stamp: number): boolean {
    const { store, clock, expirationSeconds } = this.#options;
    if (this.#events.stamp !== stamp) {
      this.#events = { stamp, rows: store.revocationsSince(clock.now() - expirationSeconds * 1000) };
    }
    const { scope } = payload;
    return this.#events.rows.some(
      (event) =>
        payload.issuedAtMs <= event.issued_before &&
        (event.audit_id === null || event.audit_id === payload.auditIds[0]) &&
        (event.audit_chain_id === null || event.audit_chain_id === payload.auditIds.at(-1)) &&
        (event.user_id === null || event.user_id === payload.userId) &&
        (event.project_id === null || (scope.kind === "project" && event.project_id === scope.projectId)) &&
        (event.domain_id === null || (scope.kind === "domain" && event.domain_id === scope.domainId)),
    );
  }

  /** Null when the user, the scope or every role in it is gone or disabled. */
  #describe(payload: TokenPayload): TokenView | null {
    const { store, roles } = this.#options;
    const user = store.users.get(payload.userId);
    const userDomain = user ? store.projects.get(user.domain_id) : null;
    if (!user?.enabled || !userDomain?.enabled) return null;
    const { scope } = payload;
    const project = scope.kind === "project" ? store.projects.get(scope.projectId) : null;
    const domain = scope.kind === "domain" ? store.domain(scope.domainId) : null;
    const projectDomain = project ? domainOf(store, project) : null;
    if (scope.kind === "project" && !(project?.enabled && projectDomain?.enabled)) return null;
    if (scope.kind === "domain" && !domain?.enabled) return null;
    const held = roles.effective(user.id, scope);
    if (scope.kind !== "unscoped" && held.length === 0) return null;
    return { payload, user, userDomain, project, projectDomain, domain, roles: held };
  }
}

/** The domain a project is in; a domain used as a project is its own. */
function domainOf(store: IdentityStore, project: ProjectRow): ProjectRow | null {
  return project.domain_id === ROOT_DOMAIN_ID ? project : store.projects.get(project.domain_id);
}

function factsOf(view: TokenView, token: string): TokenFacts {
  const roles = view.roles.map((role) => role.name.toLowerCase());
  return {
    userId: view.user.id,
    userName: view.user.name,
    userDomainId: view.userDomain.id,
    userDomainName: view.userDomain.name,
    projectId: view.project?.id ?? null,
    projectName: view.project?.name ?? null,
    projectDomainId: view.projectDomain?.id ?? null,
    projectDomainName: view.projectDomain?.name ?? null,
    domainId: view.domain?.id ?? null,
    domainName: view.domain?.name ?? null,
    systemScope: view.payload.scope.kind === "system" ? "all" : null,
    roles,
    isAdmin: roles.includes("admin"),
    isServiceToken: false,
    authToken: token,
  };
}

/** 22 characters, as Keystone's (keystone/models/token_model.py). */
function newAuditId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
}
