// How the query parameters of server lists become a ServerQuery. Authority: nova/api/openstack/compute/servers.py of Zed.

import { Forbidden, Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { parseIso } from "../../core/times.ts";
import type { Call } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { safePattern } from "../patterns.ts";
import { vifsOfMany } from "../servers/network-info.ts";
import { statesOf } from "../states.ts";
import type { ExactColumn, PatternColumn, ServerQuery } from "../store-list.ts";
import type { InstanceRow } from "../tables.ts";
import { IGNORED_SORT_KEYS, JOINED, SORT_KEYS } from "./server-query-schema.ts";

const TAG_FILTERS = ["tags", "tags-any", "not-tags", "not-tags-any"];

/** Filters that everybody may use (`_get_server_search_options`). */
function openFilters(minor: number): Set<string> {
  return new Set([
    "reservation_id",
    "name",
    "status",
    "image",
    "flavor",
    "ip",
    "changes-since",
    "all_tenants",
    ...(minor >= 5 ? ["ip6"] : []),
    ...(minor >= 26 ? TAG_FILTERS : []),
    ...(minor >= 66 ? ["changes-before"] : []),
    ...(minor >= 73 ? ["locked"] : []),
    ...(minor >= 83
      ? [
          "availability_zone",
          "config_drive",
          "key_name",
          "created_at",
          "launched_at",
          "terminated_at",
          "power_state",
          "task_state",
          "vm_state",
          "progress",
          "user_id",
        ]
      : []),
    ...(minor >= 90 ? ["hostname"] : []),
  ]);
}

const PAGING = new Set(["limit", "marker", "offset", "page_size", "sort_key", "sort_dir"]);

/** API name → column. What is not here is its own column, or is ignored. */
const EXACT: Record<string, ExactColumn> = {
  project_id: "project_id",
  tenant_id: "project_id",
  user_id: "user_id",
  image: "image_ref",
  image_ref: "image_ref",
  vm_state: "vm_state",
  task_state: "task_state",
  uuid: "uuid",
  host: "host",
};

const PATTERNS: Record<string, PatternColumn> = {
  name: "display_name",
  display_name: "display_name",
  description: "display_description",
  display_description: "display_description",
  hostname: "hostname",
  key_name: "key_name",
  power_state: "power_state",
  node: "node",
  reservation_id: "reservation_id",
  launched_at: "launched_at",
  terminated_at: "terminated_at",
  availability_zone: "availability_zone",
  locked_by: "locked_by",
  root_device_name: "root_device_name",
  config_drive: "config_drive",
  access_ip_v4: "access_ip_v4",
  access_ip_v6: "access_ip_v6",
  auto_disk_config: "auto_disk_config",
  progress: "progress",
  kernel_id: "kernel_id",
  ramdisk_id: "ramdisk_id",
  launch_index: "launch_index",
  created_at: "created_at",
};

/**
 * What a list call asks for. Null: nothing can match.
 * @throws Invalid, Forbidden, PolicyNotAuthorized
 */
export function serverQuery(nova: Nova, call: Call, verb: "index" | "detail"): ServerQuery | null {
  const filters = filtersOf(call);
  const query: ServerQuery = {
    exact: {},
    patterns: {},
    tags: { all: [], any: [], notAll: [], notAny: [] },
    deleted: false,
    softDeleted: boolFromString(filters.get("soft_deleted") ?? "false") === true,
    changesSinceMs: momentOf(filters, "changes-since"),
    changesBeforeMs: momentOf(filters, "changes-before"),
    sort: sortOf(call),
    limit: limitOf(nova, call),
    marker: call.query.get("marker"),
  };
  if (
    query.changesSinceMs !== null &&
    query.changesBeforeMs !== null &&
    query.changesBeforeMs < query.changesSinceMs
  ) {
    throw new Invalid("The value of changes-since must be less than or equal to changes-before.");
  }
  for (const [name, value] of filters) {
    if (JOINED.includes(name) || name.startsWith("_")) throw new Invalid(`Invalid filter field: ${name}.`);
    const column = EXACT[name];
    if (column) query.exact[column] = [value];
    const pattern = PATTERNS[name];
    if (pattern) query.patterns[pattern] = value;
  }
  if (!applyStatus(call, query)) return null;
  applyDeleted(call, filters, query);
  applyScope(call, filters, query, verb);
  if (call.minor >= 26) applyTags(filters, query);
  if (call.minor >= 73 && filters.has("locked")) {
    const locked = boolFromString(filters.get("locked"));
    if (locked === null)
      throw new Invalid(
        `Unrecognized value '${filters.get("locked")}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'`,
      );
    query.exact.locked = [locked ? 1 : 0];
  }
  const flavorId = filters.get("flavor");
  if (flavorId !== undefined) {
    const flavor = nova.flavors.find(call.context, flavorId);
    if (!flavor) return null;
    query.exact.instance_type_id = [flavor.id];
  }
  applyAddress(nova, filters, query);
  return query;
}

/** The filters this caller may use; the last of several values counts, as in Nova. */
function filtersOf(call: Call): Map<string, string> {
  const all = call.allows("os_compute_api:servers:allow_all_filters");
  const open = openFilters(call.minor);
  const filters = new Map<string, string>();
  for (const [name, value] of call.query) {
    if (PAGING.has(name)) continue;
    if (all || open.has(name)) filters.set(name, value);
  }
  return filters;
}

function momentOf(filters: Map<string, string>, name: string): number | null {
  const text = filters.get(name);
  if (text === undefined) return null;
  const ms = parseIso(text);
  if (ms === null) throw new Invalid(`Invalid filter field: ${name}.`);
  return ms;
}

/** False: no server has such a status. */
function applyStatus(call: Call, query: ServerQuery): boolean {
  const statuses = call.query.getAll("status");
  if (statuses.length === 0) return true;
  const { vmStates, taskStates } = statesOf(statuses);
  if (vmStates.length === 0 && taskStates.length === 0) {
    if (call.minor >= 38) throw new Invalid("Invalid status value");
    return false;
  }
  query.exact.vm_state = vmStates;
  if (!taskStates.includes("default")) query.exact.task_state = taskStates;
  return true;
}

function applyDeleted(call: Call, filters: Map<string, string>, query: ServerQuery): void {
  const asked = filters.get("deleted");
  if (asked !== undefined) query.deleted = boolFromString(asked) === true;
  else if (query.changesSinceMs !== null || query.changesBeforeMs !== null) query.deleted = null;
  if (query.exact.vm_state?.length === 1 && query.exact.vm_state[0] === "deleted") {
    if (!call.context.isAdmin) throw new Forbidden("Only administrators may list deleted instances");
    query.deleted = true;
  }
  if (query.exact.vm_state?.includes("soft-delete")) query.softDeleted = true;
  if (query.deleted === true && !filters.has("soft_deleted")) query.softDeleted = true;
}

/** One's own project, unless `all_tenants` is asked for and allowed. */
function applyScope(
  call: Call,
  filters: Map<string, string>,
  query: ServerQuery,
  verb: "index" | "detail",
): void {
  const asked = filters.get("all_tenants");
  // `?all_tenants` without a value means yes.
  const all = asked === undefined ? false : asked === "" ? true : boolFromString(asked);
  if (all === null) {
    throw new Invalid(
      `Unrecognized value '${asked}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'`,
    );
  }
  if (all) {
    call.enforce(`os_compute_api:servers:${verb}:get_all_tenants`);
    return;
  }
  const { projectId, userId } = call.context;
  if (projectId) query.exact.project_id = [projectId];
  else query.exact.user_id = [userId];
}

function applyTags(filters: Map<string, string>, query: ServerQuery): void {
  const list = (name: string) => filters.get(name)?.split(",") ?? [];
  query.tags = {
    all: list("tags"),
    any: list("tags-any"),
    notAll: list("not-tags"),
    notAny: list("not-tags-any"),
  };
}

/** By address: looked up card by card. */
function applyAddress(nova: Nova, filters: Map<string, string>, query: ServerQuery): void {
  const tests = [
    { version: 4, pattern: filters.get("ip") },
    { version: 6, pattern: filters.get("ip6") },
  ].flatMap(({ version, pattern }) => (pattern ? [{ version, matches: safePattern(pattern) }] : []));
  if (tests.length === 0) return;
  query.keep = (rows: readonly InstanceRow[]) => {
    const vifs = vifsOfMany(
      nova,
      rows.map((row) => row.uuid),
    );
    return rows.filter((row) =>
      (vifs.get(row.uuid) ?? []).some((vif) =>
        vif.addresses.some(({ address, version }) =>
          tests.some((test) => test.version === version && test.matches(address)),
        ),
      ),
    );
  };
}

function sortOf(call: Call): ServerQuery["sort"] {
  const keys = call.query.getAll("sort_key").map((key) => key.trim());
  const dirs = call.query.getAll("sort_dir").map((dir) => dir.trim());
  if (keys.length === 0) keys.push("created_at");
  if (dirs.length === 0) dirs.push("desc");
  const sort: ServerQuery["sort"] = [];
  for (const [i, column] of keys.entries()) {
    const direction = dirs[i] ?? dirs[0]!;
    if (direction !== "asc" && direction !== "desc")
      throw new Invalid(`Unknown sort direction, must be one of: asc, desc`);
    if (IGNORED_SORT_KEYS.includes(column) && !(column === "locked" && call.minor >= 73)) continue;
    if ((column === "host" || column === "node") && !call.context.isAdmin) {
      throw new Forbidden(`Only administrators can sort servers by ${column}`);
    }
    if (!SORT_KEYS.includes(column) && column !== "locked")
      throw new Invalid("Sort key supplied was not valid.");
    sort.push({ column, direction });
  }
  return sort;
}

/** Python's `min(max_limit, limit)`; 0 asks for nothing. */
export function limitOf(nova: Nova, call: Call): number {
  const text = call.query.get("limit");
  const most = nova.settings.API_MAX_LIMIT;
  if (text === null) return most;
  const n = Number(text);
  if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(n)) {
    throw new Invalid(`limit must be an integer`);
  }
  return Math.min(n, most);
}
