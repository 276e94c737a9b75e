// Options that hold for one domain, one row each.

import { and, eq } from "drizzle-orm";
import type { ProjectDatabase } from "../../db/open.ts";
import { domainConfig as table } from "../tables.ts";

export interface DomainOption {
  group: string;
  option: string;
  value: unknown;
}

export class DomainConfigs {
  #orm;

  constructor(db: ProjectDatabase) {
    this.#orm = db.orm;
  }

  list(domainId: string, group?: string, option?: string): DomainOption[] {
    return this.#orm
      .select()
      .from(table)
      .where(matching(domainId, group, option))
      .all()
      .map((row) => ({ group: row.group, option: row.option, value: JSON.parse(row.value) }));
  }

  set(domainId: string, { group, option, value }: DomainOption): void {
    const text = JSON.stringify(value ?? null);
    this.#orm
      .insert(table)
      .values({ domain_id: domainId, group, option, value: text })
      .onConflictDoUpdate({ target: [table.domain_id, table.group, table.option], set: { value: text } })
      .run();
  }

  remove(domainId: string, group?: string, option?: string): void {
    this.#orm
      .delete(table)
      .where(matching(domainId, group, option))
      .run();
  }
}

function matching(domainId: string, group?: string, option?: string) {
  return and(
    eq(table.domain_id, domainId),
    group === undefined ? undefined : eq(table.group, group),
    option === undefined ? undefined : eq(table.option, option),
  );
}
