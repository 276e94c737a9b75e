// Who has which role where: the rows, without inheritance, groups and implied roles worked in.

import { and, eq, inArray, or, type SQL, sql } from "drizzle-orm";
import type { ProjectDatabase } from "../../db/open.ts";
import { type AssignmentRow, type AssignmentType, assignment as table } from "../tables.ts";

export interface AssignmentFilter {
  types?: readonly AssignmentType[];
  actorIds?: readonly string[];
  targetIds?: readonly string[];
  roleId?: string;
  inherited?: boolean;
}

export class Assignments {
  #db: ProjectDatabase;
  #ofActor;

  constructor(db: ProjectDatabase) {
    this.#db = db;
    this.#ofActor = db.orm
      .select()
      .from(table)
      .where(eq(table.actor_id, sql.placeholder("actor")))
      .prepare();
  }

  ofActor(actorId: string): AssignmentRow[] {
    return this.#ofActor.all({ actor: actorId });
  }

  list(filter: AssignmentFilter = {}): AssignmentRow[] {
    const { types, actorIds, targetIds, roleId, inherited } = filter;
    return this.#db.orm
      .select()
      .from(table)
      .where(
        and(
          types && inArray(table.type, [...types]),
          actorIds && inArray(table.actor_id, [...actorIds]),
          targetIds && inArray(table.target_id, [...targetIds]),
          roleId === undefined ? undefined : eq(table.role_id, roleId),
          inherited === undefined ? undefined : eq(table.inherited, inherited),
        ),
      )
      .all();
  }

  has(row: AssignmentRow): boolean {
    return this.#db.orm.select().from(table).where(same(row)).all().length > 0;
  }

  /** False when it was there before. */
  add(row: AssignmentRow): boolean {
    return this.#db.orm.insert(table).values(row).onConflictDoNothing().returning().all().length > 0;
  }

  /** False when there was no such row. */
  remove(row: AssignmentRow): boolean {
    return this.#db.orm.delete(table).where(same(row)).returning().all().length > 0;
  }

  /** All of a user, a group, a project or a domain. */
  removeOf(actorOrTargetId: string): void {
    this.#db.orm
      .delete(table)
      .where(or(eq(table.actor_id, actorOrTargetId), eq(table.target_id, actorOrTargetId)))
      .run();
  }

  removeOfRole(roleId: string): void {
    this.#db.orm.delete(table).where(eq(table.role_id, roleId)).run();
  }
}

function same(row: AssignmentRow): SQL | undefined {
  return and(
    eq(table.type, row.type),
    eq(table.actor_id, row.actor_id),
    eq(table.target_id, row.target_id),
    eq(table.role_id, row.role_id),
    eq(table.inherited, row.inherited),
  );
}
