// `reseller_prefix = AUTH, SERVICE`: which accounts an authentication middleware answers for, and options that differ
// between them (`SERVICE_require_group`). Authority: swift/common/utils.py (config_read_reseller_options).

import type { Conf } from "../pipeline/contract.ts";
import { listFromCsv } from "../wire.ts";

/** `AUTH_`; an empty one stands for every account. */
export function resellerPrefixes(conf: Conf): string[] {
  return listFromCsv(conf.get("reseller_prefix") ?? "AUTH").map((prefix) =>
    prefix === "''" || prefix === '""' ? "" : prefix.endsWith("_") ? prefix : `${prefix}_`,
  );
}

/** An option for each prefix: the prefix's own, else the one for all. */
export function prefixOptions(
  conf: Conf,
  prefixes: readonly string[],
  name: string,
  fallback: string,
): Map<string, string> {
  return new Map(
    prefixes.map((prefix) => [prefix, conf.get(`${prefix}${name}`) ?? conf.get(name) ?? fallback]),
  );
}

/** The prefix an account has; null when it is none of these. */
export function prefixOf(prefixes: readonly string[], account: string): string | null {
  return (
    prefixes.find((prefix) => prefix !== "" && account.startsWith(prefix)) ??
    (prefixes.includes("") ? "" : null)
  );
}
