// Which tokens are refused before they expire. An event names what a token must match; every column that is set must.
// Authority: keystone/models/revoke_model.py.

import type { Clock } from "../../core/clock.ts";
import type { IdentityStore } from "../store.ts";
import type { RevocationEventRow } from "../tables.ts";
import type { TokenPayload } from "./payload.ts";

export type RevocationEvent = Partial<
  Pick<
    RevocationEventRow,
    | "audit_id"
    | "audit_chain_id"
    | "user_id"
    | "project_id"
    | "domain_id"
    | "role_id"
    | "trust_id"
    | "consumer_id"
    | "access_token_id"
  >
>;

/** What an event can match beside the payload. */
export interface TokenLineage {
  trustorId: string | null;
  consumerId: string | null;
}

export class Revocations {
  #store: IdentityStore;
  #clock: Clock;
  #keepMs: number;
  #events: { stamp: number; rows: RevocationEventRow[] } = { stamp: -1, rows: [] };
  #lastMs = 0;

  /** @param keepSeconds how long a token can be asked about at most */
  constructor(parts: { store: IdentityStore; clock: Clock; keepSeconds: number }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#keepMs = parts.keepSeconds * 1000;
  }

  /** Refuses what matches and was issued until now. */
  record(event: RevocationEvent): void {
    const now = this.#clock.now();
    this.#lastMs = now;
    this.#store.db.transaction(() => {
      this.#store.revocations.insert({ ...event, issued_before: now, revoked_at: now });
      this.#store.pruneRevocations(now - this.#keepMs - 60_000);
    });
  }

  list(sinceMs = 0): RevocationEventRow[] {
    return this.#store.revocationsSince(sinceMs);
  }

  /** When a token made now must say it was issued, so that it is not taken for one made before the last event. */
  issueTime(): number {
    return Math.max(this.#clock.now(), this.#lastMs + 1);
  }

  /** @param stamp of the database, so that events are read only when something has changed */
  covers(payload: TokenPayload, lineage: TokenLineage, stamp: number): boolean {
    if (this.#events.stamp !== stamp) {
      this.#events = { stamp, rows: this.list(this.#clock.now() - this.#keepMs) };
    }
    return this.#events.rows.some((event) => matches(event, payload, lineage));
  }
}

function matches(event: RevocationEventRow, payload: TokenPayload, lineage: TokenLineage): boolean {
  const { scope, delegation } = payload;
  const is = (wanted: string | null, ...actual: (string | null | undefined)[]) =>
    wanted === null || actual.includes(wanted);
  return (
    payload.issuedAtMs <= event.issued_before &&
    is(event.audit_id, payload.auditIds[0]) &&
    is(event.audit_chain_id, payload.auditIds.at(-1)) &&
    is(event.user_id, payload.userId, lineage.trustorId) &&
    is(event.project_id, scope.kind === "project" ? scope.projectId : null) &&
    is(event.domain_id, scope.kind === "domain" ? scope.domainId : null) &&
    is(event.trust_id, delegation?.by === "trust" ? delegation.id : null) &&
    is(event.access_token_id, delegation?.by === "access_token" ? delegation.id : null) &&
    is(event.consumer_id, lineage.consumerId)
  );
}
