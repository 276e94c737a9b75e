// Issues, recognises and revokes tokens. Nothing is written when a token is issued; what a token means is worked out
// from the database once and remembered until any row of keystone.db changes.

import type { Clock } from "../../core/clock.ts";
import type { TokenFacts, TokenUse } from "../../http/auth.ts";
import { AuthenticationFailed, ForbiddenQuietly } from "../errors.ts";
import type { RoleResolver } from "../roles.ts";
import type { IdentityStore } from "../store.ts";
import { rulesAllow } from "./access-rules.ts";
import { decrypt, encrypt, type FernetKey } from "./fernet.ts";
import {
  type Delegation,
  decodePayload,
  decodeReceipt,
  encodePayload,
  encodeReceipt,
  type ReceiptPayload,
  type TokenPayload,
  type TokenScope,
} from "./payload.ts";
import { type RevocationEvent, Revocations } from "./revocations.ts";
import { describe, factsOf, type TokenView } from "./view.ts";

/** Why a token is refused: made by nobody here; expired or revoked; its user, scope or roles are gone. */
export type TokenProblem = "unrecognized" | "ended" | "gone";

interface Remembered {
  payload: TokenPayload;
  stamp: number;
  /** Or why it is refused, as long as nothing changes. */
  view: TokenView | TokenProblem;
  facts: TokenFacts | null;
}

const MAX_REMEMBERED = 10_000;

/** keystone.conf [receipt] expiration. */
const RECEIPT_SECONDS = 300;

export interface TokenProviderOptions {
  store: IdentityStore;
  roles: RoleResolver;
  clock: Clock;
  /** Newest first; read anew by `reloadKeys`. */
  keys: () => readonly FernetKey[];
  expirationSeconds: number;
  /** How long after its expiry a token may still be looked at with `allow_expired`. */
  allowExpiredSeconds: number;
}

export interface IssueRequest {
  userId: string;
  methods: string[];
  scope: TokenScope;
  /** The token this one is made from: it keeps that one's expiry and chain. */
  parent?: TokenPayload | null;
  delegation?: Delegation;
  /** The token ends no later than this. */
  notAfterMs?: number | null;
}

export interface IssuedToken {
  token: string;
  view: TokenView;
}

export class TokenProvider {
  readonly revocations: Revocations;
  readonly expirationSeconds: number;
  #options: TokenProviderOptions;
  #keys: readonly FernetKey[];
  /** The state of the database, as other processes have left it, when the keys were read. */
  #keysVersion: number;
  #seenStamp = -1;
  #remembered = new Map<string, Remembered>();

  constructor(options: TokenProviderOptions) {
    this.#options = options;
    this.expirationSeconds = options.expirationSeconds;
    this.#keysVersion = options.store.db.foreignVersion();
    this.#keys = options.keys();
    this.revocations = new Revocations({
      store: options.store,
      clock: options.clock,
      keepSeconds: options.expirationSeconds + options.allowExpiredSeconds,
    });
  }

  reloadKeys(): void {
    const keys = this.#options.keys();
    // Without a key nothing could be issued or recognised; those in use stay.
    if (keys.length === 0 || sameKeys(keys, this.#keys)) return;
    this.#keys = keys;
    this.#remembered.clear();
  }

  /** A rotation by another process marks the database (`keystone-manage fernet_rotate`). */
  #followRotation(): void {
    const version = this.#options.store.db.foreignVersion();
    if (version === this.#keysVersion) return;
    this.#keysVersion = version;
    this.reloadKeys();
  }

  /**
   * @throws AuthenticationFailed when the user has no role in the scope, ForbiddenQuietly when a delegated role is gone
   */
  issue({ userId, methods, scope, parent, delegation, notAfterMs }: IssueRequest): IssuedToken {
    const issuedAtMs = this.revocations.issueTime();
    const auditId = newAuditId();
    const usualEndMs = parent?.expiresAtMs ?? issuedAtMs + this.#options.expirationSeconds * 1000;
    const payload: TokenPayload = {
      userId,
      methods,
      scope,
      issuedAtMs,
      expiresAtMs: Math.min(usualEndMs, notAfterMs ?? Number.POSITIVE_INFINITY),
      auditIds: parent ? [auditId, parent.auditIds.at(-1)!] : [auditId],
      ...(delegation ? { delegation } : {}),
    };
    const { store, roles } = this.#options;
    const view = describe(store, roles, payload);
    if (view === "roles") throw new ForbiddenQuietly("Trustee has no delegated roles.");
    if (view === "gone") throw new AuthenticationFailed(`no role of ${userId} in the scope asked for`);
    return { token: this.#seal(encodePayload(payload)), view };
  }

  /**
   * Null for a token that is forged, expired, revoked, or whose user, project or roles are gone.
   * @param allowExpired takes one that has expired not too long ago
   */
  view(token: string, options: { allowExpired?: boolean } = {}): TokenView | null {
    const view = this.examine(token, options);
    return typeof view === "string" ? null : view;
  }

  /** The same, telling why not. */
  examine(token: string, { allowExpired = false } = {}): TokenView | TokenProblem {
    const remembered = this.#recall(token, allowExpired);
    return typeof remembered === "string" ? remembered : remembered.view;
  }

  /** What services learn of a token that may be used so. Microseconds when the token was seen before. */
  facts(token: string, use?: TokenUse): TokenFacts | null {
    return this.known(token, use)?.facts ?? null;
  }

  /** The same with all that is known of the token. */
  known(token: string, use?: TokenUse): { facts: TokenFacts; view: TokenView } | null {
    const remembered = this.#recall(token, false);
    if (typeof remembered === "string" || typeof remembered.view === "string") return null;
    const { view } = remembered;
    const rules = view.applicationCredential?.rules ?? [];
    if (rules.length > 0 && !(use && rulesAllow(rules, use))) return null;
    remembered.facts ??= factsOf(view, token);
    return { facts: remembered.facts, view };
  }

  /** Ends one token. */
  revoke(view: TokenView): void {
    this.revocations.record({ audit_id: view.payload.auditIds[0]! });
  }

  /** Refuses every token of the user issued until now. */
  revokeUser(userId: string): void {
    this.revocations.record({ user_id: userId });
  }

  revokeMatching(event: RevocationEvent): void {
    this.revocations.record(event);
  }

  /** Stands for the methods a user has passed, while others are missing. */
  issueReceipt(userId: string, methods: string[]): { receipt: string; payload: ReceiptPayload } {
    const issuedAtMs = this.#options.clock.now();
    const payload = { userId, methods, issuedAtMs, expiresAtMs: issuedAtMs + RECEIPT_SECONDS * 1000 };
    return { receipt: this.#seal(encodeReceipt(payload)), payload };
  }

  receipt(text: string): ReceiptPayload | null {
    this.#followRotation();
    const bytes = decrypt(this.#keys, text);
    const payload = bytes && decodeReceipt(bytes);
    return payload && payload.expiresAtMs > this.#options.clock.now() ? payload : null;
  }

  #seal(bytes: Uint8Array): string {
    this.#followRotation();
    return encrypt(this.#keys[0]!, bytes, this.#options.clock.now());
  }

  #recall(token: string, allowExpired: boolean): Remembered | TokenProblem {
    const { store, roles, clock, allowExpiredSeconds } = this.#options;
    const stamp = store.db.stamp();
    if (stamp !== this.#seenStamp) {
      this.#seenStamp = stamp;
      this.#followRotation();
    }
    let remembered = this.#remembered.get(token);
    if (!remembered) {
      const bytes = decrypt(this.#keys, token);
      const payload = bytes && decodePayload(bytes);
      if (!payload) return "unrecognized";
      remembered = { payload, stamp: -1, view: "gone", facts: null };
      this.#remember(token, remembered);
    }
    const { payload } = remembered;
    const endMs = payload.expiresAtMs + (allowExpired ? allowExpiredSeconds * 1000 : 0);
    if (endMs <= clock.now()) return "ended";
    if (remembered.stamp !== stamp) {
      remembered.stamp = stamp;
      remembered.facts = null;
      const view = describe(store, roles, payload);
      if (typeof view === "string") remembered.view = "gone";
      else remembered.view = this.#isRevoked(view, stamp) ? "ended" : view;
    }
    // The token of a trust says it ends later than the trust does, as Keystone's.
    const { view } = remembered;
    const trustEndMs = typeof view === "string" ? null : view.trust?.expires_at;
    if (trustEndMs != null && trustEndMs < clock.now()) return "ended";
    return remembered;
  }

  #isRevoked({ payload, trust, accessToken }: TokenView, stamp: number): boolean {
    const lineage = {
      trustorId: trust?.trustor_user_id ?? null,
      consumerId: accessToken?.consumer_id ?? null,
    };
    return this.revocations.covers(payload, lineage, stamp);
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
}

function sameKeys(a: readonly FernetKey[], b: readonly FernetKey[]): boolean {
  const bytes = (keys: readonly FernetKey[]) =>
    Buffer.concat(keys.flatMap(({ signing, encryption }) => [signing, encryption]));
  return Buffer.compare(bytes(a), bytes(b)) === 0;
}

/** 22 characters, as Keystone's (keystone/models/token_model.py). */
function newAuditId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
}
