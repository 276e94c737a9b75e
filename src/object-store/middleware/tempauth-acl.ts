// Access control lists of whole accounts (X-Account-Access-Control), as tempauth understands them.
// Authority: swift/common/middleware/tempauth.py, swift/common/middleware/acl.py.

import { pyRepr } from "../../core/python.ts";
import { parseAccountAcl } from "../acl.ts";
import { fromWire } from "../wire.ts";

const KEYS = ["admin", "read-write", "read-only"] as const;

export type AccountRight = (typeof KEYS)[number];

/** What is wrong with an ACL; null when nothing is. */
export function accountAclError(text: string, acl: Record<string, unknown> | null): string | null {
  if (acl === null) return `Syntax error in input (${pyRepr(text)})`;
  for (const key of Object.keys(acl)) {
    if (!(KEYS as readonly string[]).includes(key)) return `Key ${JSON.stringify(key)} not recognized`;
  }
  for (const key of KEYS) {
    const grantees = acl[key];
    if (grantees === undefined) continue;
    if (!Array.isArray(grantees)) return `Value for key "${key}" must be a list`;
    if (!grantees.every((name) => typeof name === "string"))
      return `Elements of "${key}" list must be strings`;
  }
  return null;
}

/** The most that one of these groups may do in the account; null: nothing. */
export function accountRights(text: string | undefined, groups: readonly string[]): AccountRight | null {
  const acl = parseAccountAcl(text === undefined ? null : fromWire(text));
  if (!acl) return null;
  const grants = (key: AccountRight) => {
    const grantees = acl[key];
    return Array.isArray(grantees) && groups.some((group) => grantees.includes(group));
  };
  return KEYS.find(grants) ?? null;
}
