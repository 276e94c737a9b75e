// Trusts: rows that are marked as deleted, never removed, because tokens and redelegated trusts refer to them.

import { and, asc, eq, isNull, ne, or, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../../db/open.ts";
import { Rows } from "../../db/rows.ts";
import { type TrustRow, trust as table } from "../tables.ts";
import { Links } from "./links.ts";

export class Trusts extends Rows<typeof table> {
  /** trust → roles */
  readonly roles: Links;
  #orm;

  constructor(db: ProjectDatabase) {
    super(db, table);
    this.#orm = db.orm;
    this.roles = new Links(db, "trust_role", "trust_id", "role_id");
  }

  /** Those not deleted, spent and expired ones included. */
  existing(filter: { trustorId?: string; trusteeId?: string; redelegatedId?: string } = {}): TrustRow[] {
    const { trustorId, trusteeId, redelegatedId } = filter;
    return this.list(
      and(
        isNull(table.deleted_at),
        trustorId === undefined ? undefined : eq(table.trustor_user_id, trustorId),
        trusteeId === undefined ? undefined : eq(table.trustee_user_id, trusteeId),
        redelegatedId === undefined ? undefined : eq(table.redelegated_trust_id, redelegatedId),
      ),
      asc(sql`rowid`),
    );
  }

  /** True when a use was left, or uses are not counted. */
  consumeUse(id: string): boolean {
    const open = and(eq(table.id, id), isNull(table.deleted_at));
    const counted = this.#orm
      .update(table)
      .set({ remaining_uses: sql`${table.remaining_uses} - 1` })
      .where(and(open, ne(table.remaining_uses, 0)))
      .returning()
      .all();
    if (counted.length > 0) return true;
    return this.list(and(open, isNull(table.remaining_uses))).length > 0;
  }

  /** The same grant made before, by what must be unique; a trust without an expiry never clashes. */
  twin(
    row: Pick<
      TrustRow,
      "trustor_user_id" | "trustee_user_id" | "impersonation" | "project_id" | "expires_at"
    >,
  ) {
    if (row.expires_at === null || row.project_id === null) return null;
    return (
      this.match({
        trustor_user_id: row.trustor_user_id,
        trustee_user_id: row.trustee_user_id,
        project_id: row.project_id,
        impersonation: row.impersonation,
        expires_at: row.expires_at,
      })[0] ?? null
    );
  }

  /** Marks as deleted what a user gave or was given, or what was given in a project. Returns the ids. */
  deleteOf(userOrProjectId: string, nowMs: number): string[] {
    return this.#orm
      .update(table)
      .set({ deleted_at: nowMs })
      .where(
        and(
          isNull(table.deleted_at),
          or(
            eq(table.trustor_user_id, userOrProjectId),
            eq(table.trustee_user_id, userOrProjectId),
            eq(table.project_id, userOrProjectId),
          ),
        ),
      )
      .returning({ id: table.id })
      .all()
      .map((row) => row.id);
  }
}
