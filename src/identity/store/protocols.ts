// The protocols of identity providers: named by both.

import { and, asc, eq } from "drizzle-orm";
import type { ProjectDatabase } from "../../db/open.ts";
import { type ProtocolRow, federationProtocol as table } from "../tables.ts";

export class Protocols {
  #orm;

  constructor(db: ProjectDatabase) {
    this.#orm = db.orm;
  }

  ofProvider(idpId: string): ProtocolRow[] {
    return this.#orm.select().from(table).where(eq(table.idp_id, idpId)).orderBy(asc(table.id)).all();
  }

  get(idpId: string, id: string): ProtocolRow | null {
    return this.#orm.select().from(table).where(named(idpId, id)).get() ?? null;
  }

  insert(row: ProtocolRow): void {
    this.#orm.insert(table).values(row).run();
  }

  update(idpId: string, id: string, changes: Partial<ProtocolRow>): void {
    this.#orm.update(table).set(changes).where(named(idpId, id)).run();
  }

  remove(idpId: string, id: string): void {
    this.#orm.delete(table).where(named(idpId, id)).run();
  }
}

function named(idpId: string, id: string) {
  return and(eq(table.idp_id, idpId), eq(table.id, id));
}
