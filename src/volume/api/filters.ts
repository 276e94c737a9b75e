// Which parameters of a list are filters, and for whom. Authority: cinder/api/common.py (reject_invalid_filters,
// process_general_filtering), cinder/api/api_utils.py and Cinder's etc/cinder/resource_filters.json.

import type { RequestContext } from "../../core/context.ts";
import { Invalid } from "../../core/errors.ts";

/** As shown by `GET /resource_filters` since 3.33. */
export const RESOURCE_FILTERS: Readonly<Record<string, readonly string[]>> = {
  volume: [
    "name",
    "status",
    "metadata",
    "bootable",
    "migration_status",
    "availability_zone",
    "group_id",
    "size",
    "created_at",
    "updated_at",
    "consumes_quota",
  ],
  snapshot: ["name", "status", "volume_id", "metadata", "availability_zone", "consumes_quota"],
  backup: ["name", "status", "volume_id"],
  group: ["name"],
  group_snapshot: ["name", "status", "group_id"],
  attachment: ["volume_id", "status", "instance_id", "attach_status"],
  message: ["resource_uuid", "resource_type", "event_id", "request_id", "message_level"],
  pool: ["name", "volume_type"],
  volume_type: ["is_public", "extra_specs"],
};

const RESOURCE_FILTER = 31;
const LIKE_FILTER = 34;

/**
 * Since 3.31 a filter users may not use is refused; before that it is left out. Administrators may use all.
 * @param former what users could filter by before 3.31
 * @throws Invalid
 */
export function takeFilters(
  context: RequestContext,
  minor: number,
  resource: string,
  filters: URLSearchParams,
  former: readonly string[] = RESOURCE_FILTERS[resource] ?? [],
): void {
  if (minor >= RESOURCE_FILTER) rejectFilters(context, minor, resource, filters);
  else if (!context.isAdmin) {
    for (const name of [...filters.keys()]) if (!former.includes(name)) filters.delete(name);
  }
}

/** @throws Invalid */
export function rejectFilters(
  context: RequestContext,
  minor: number,
  resource: string,
  filters: URLSearchParams,
): void {
  const names = [...new Set(filters.keys())];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII
  if (names.some((name) => !/^[\x00-\x7f]*$/.test(name))) {
    throw new Invalid("Filter keys can only contain ASCII characters.");
  }
  if (context.isAdmin && resource !== "pool") return;
  const allowed = RESOURCE_FILTERS[resource] ?? [];
  const like = minor >= LIKE_FILTER;
  const known = (name: string) =>
    allowed.includes(name) || (like && name.endsWith("~") && allowed.includes(name.slice(0, -1)));
  const unknown = names.filter((name) => !known(name) && name !== "all_tenants");
  // Clients send it for everybody.
  filters.delete("all_tenants");
  if (unknown.length > 0) {
    throw new Invalid(`Invalid filters ${unknown.join(",")} are found in query options.`);
  }
}
