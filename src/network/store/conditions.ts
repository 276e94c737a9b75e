// Conditions of lists that look into another table: who may see a row, which ports have an address, what is tagged.

import { inArray, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import * as t from "../tables.ts";

/** One of any number of values. */
export function isAmong(column: SQLiteColumn, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

/** The tag is among those of a row. */
export function hasTag(column: SQLiteColumn, tag: string): SQL {
  return sql`EXISTS (SELECT 1 FROM json_each(${column}) WHERE value = ${tag})`;
}

/**
 * The object a column names is open to everybody or to this project.
 * @param action in which way; null: in any
 */
export function grantedTo(
  type: t.RbacType,
  column: SQLiteColumn,
  projectId: string | null,
  action: string | null = "access_as_shared",
): SQL {
  const way = action === null ? sql`` : sql` AND action = ${action}`;
  return sql`${column} IN (SELECT object_id FROM rbac_policies WHERE object_type = ${type}${way}
    AND target_project IN ('*', ${projectId ?? ""}))`;
}

/** The network a column names is the project's; null: nobody's. */
export function onNetworkOf(column: SQLiteColumn, projectId: string | null): SQL {
  const owned = projectId === null ? sql`project_id IS NULL` : sql`project_id = ${projectId}`;
  return sql`${column} IN (SELECT uuid FROM networks WHERE ${owned})`;
}

/** The group a column names by its number is the project's. */
export function inGroupOf(column: SQLiteColumn, projectId: string): SQL {
  return sql`${column} IN (SELECT id FROM security_groups WHERE project_id = ${projectId})`;
}

/** Ports in one of these groups. @param groups `security_groups.uuid` */
export function portsInGroups(groups: unknown[]): SQL {
  return sql`${t.ports.id} IN (SELECT b.port_id FROM port_security_groups b JOIN security_groups g
    ON g.id = b.security_group_id WHERE ${inArray(sql`g.uuid`, groups)})`;
}

/** Rules whose column names one of these groups by its number. @param groups `security_groups.uuid` */
export function rulesOfGroups(column: SQLiteColumn, groups: unknown[]): SQL {
  return sql`${column} IN (SELECT g.id FROM security_groups g WHERE ${inArray(sql`g.uuid`, groups)})`;
}

/** What ports are asked for by: values of one key are alternatives, every key must hold. */
export interface AddressQuery {
  addresses?: readonly string[];
  subnetIds?: readonly string[];
  /** Parts of an address. */
  parts?: readonly string[];
}

/** Undefined when nothing is asked. */
export function portsWithAddress({ addresses, subnetIds, parts }: AddressQuery): SQL | undefined {
  const some = (condition: SQL) =>
    sql`${t.ports.id} IN (SELECT f.port_id FROM fixed_ips f WHERE f.port_id IS NOT NULL AND ${condition})`;
  const conditions: SQL[] = [];
  if (addresses) conditions.push(some(inArray(sql`f.address`, [...addresses])));
  if (subnetIds) conditions.push(some(inArray(sql`f.subnet_id`, [...subnetIds])));
  if (parts) conditions.push(some(or(...parts.map((part) => sql`instr(f.address, ${part}) > 0`))!));
  return conditions.length === 0 ? undefined : sql.join(conditions, sql` AND `);
}

/** Floating addresses that are on a fixed address with one of these values. */
export function floatingOn(column: "port_id" | "address", values: unknown[]): SQL {
  return sql`${t.floatingIps.fixed_ip_id} IN
    (SELECT f.id FROM fixed_ips f WHERE ${inArray(sql.raw(`f.${column}`), values)})`;
}
