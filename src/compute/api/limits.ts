// /limits. Authority: nova/api/openstack/compute/limits.py and views/limits.py of Zed.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { Quotas } from "../quotas/quotas.ts";
import type { Resource } from "../quotas/resources.ts";
import { limitsQuery } from "./quotas.schemas.ts";

/** Wire name, resource, last microversion that shows it. */
const MAXIMA: readonly (readonly [string, Resource, number?])[] = [
  ["maxTotalCores", "cores"],
  ["maxTotalFloatingIps", "floating_ips", 35],
  ["maxPersonalitySize", "injected_file_content_bytes", 56],
  ["maxPersonality", "injected_files", 56],
  ["maxTotalInstances", "instances"],
  ["maxTotalKeypairs", "key_pairs"],
  ["maxServerMeta", "metadata_items"],
  ["maxImageMeta", "metadata_items", 38],
  ["maxTotalRAMSize", "ram"],
  ["maxSecurityGroupRules", "security_group_rules", 35],
  ["maxSecurityGroups", "security_groups", 35],
  ["maxServerGroupMembers", "server_group_members"],
  ["maxServerGroups", "server_groups"],
];

const USED: readonly (readonly [string, Resource, number?])[] = [
  ["totalRAMUsed", "ram"],
  ["totalCoresUsed", "cores"],
  ["totalInstancesUsed", "instances"],
  ["totalFloatingIpsUsed", "floating_ips", 35],
  ["totalSecurityGroupsUsed", "security_groups", 35],
  ["totalServerGroupsUsed", "server_groups"],
];

export function limitRoutes(quotas: Quotas): Route[] {
  function list(call: Call): Reply {
    let projectId = call.context.projectId ?? "";
    const other = call.query.get("tenant_id");
    if (other !== null) {
      call.enforce("os_compute_api:limits:other_project", { project_id: other });
      projectId = other;
    }
    const state = quotas.state(projectId);
    const absolute: Record<string, number> = {};
    for (const [name, resource, until = Number.POSITIVE_INFINITY] of MAXIMA) {
      if (call.minor <= until) absolute[name] = state[resource].limit;
    }
    for (const [name, resource, until = Number.POSITIVE_INFINITY] of USED) {
      if (call.minor <= until) absolute[name] = state[resource].inUse;
    }
    return json(200, { limits: { rate: [], absolute } });
  }
  return [
    { method: "GET", path: "/limits", handler: list, access: "os_compute_api:limits", query: limitsQuery },
  ];
}
