// Options of users, projects and roles, and what cannot be changed because an option says so.
// Authority: keystone/common/resource_options.

import { ImmutableResource } from "./errors.ts";

export type Options = Record<string, unknown>;

/** An option set to null is taken away. */
export function mergeOptions(before: Options, changes: Options | undefined): Options {
  const merged = { ...before, ...changes };
  for (const [name, value] of Object.entries(merged)) if (value === null) delete merged[name];
  return merged;
}

interface Protected {
  id: string;
  options: Options;
}

/** Only taking the protection away is allowed. @throws ImmutableResource */
export function assertMutable(type: string, row: Protected, changes: Record<string, unknown>): void {
  if (row.options["immutable"] !== true) return;
  const wanted = (changes["options"] as Options | undefined)?.["immutable"];
  if (Object.keys(changes).length > 1 || (wanted !== false && wanted !== null)) {
    throw new ImmutableResource("update", type, row.id);
  }
}

/** @throws ImmutableResource */
export function assertDeletable(type: string, row: Protected): void {
  if (row.options["immutable"] === true) throw new ImmutableResource("delete", type, row.id);
}
