// How much a project may have. Authority: neutron/db/quota/driver.py and neutron/conf/quota.py.

import { and, eq, isNotNull, type SQL } from "drizzle-orm";
import { OverQuota } from "../errors/extensions.ts";
import * as t from "../tables.ts";
import type { Base } from "./base.ts";

export const QUOTA_RESOURCES = [
  "network",
  "subnet",
  "subnetpool",
  "port",
  "router",
  "floatingip",
  "security_group",
  "security_group_rule",
  "rbac_policy",
] as const;

export type QuotaResource = (typeof QUOTA_RESOURCES)[number];
export type Limits = Record<QuotaResource, number>;

export class Quotas {
  #base: Base;

  constructor(base: Base) {
    this.#base = base;
  }

  defaults(): Limits {
    const { config } = this.#base;
    return {
      network: config.QUOTA_NETWORK,
      subnet: config.QUOTA_SUBNET,
      subnetpool: config.QUOTA_SUBNETPOOL,
      port: config.QUOTA_PORT,
      router: config.QUOTA_ROUTER,
      floatingip: config.QUOTA_FLOATINGIP,
      security_group: config.QUOTA_SECURITY_GROUP,
      security_group_rule: config.QUOTA_SECURITY_GROUP_RULE,
      rbac_policy: config.QUOTA_RBAC_POLICY,
    };
  }

  limits(projectId: string): Limits {
    const limits = this.defaults();
    for (const row of this.#base.store.quotas.match({ project_id: projectId })) {
      limits[row.resource as QuotaResource] = row.hard_limit;
    }
    return limits;
  }

  /** Every project with limits of its own. */
  all(): Map<string, Limits> {
    const projects = new Set(this.#base.store.quotas.list().map((row) => row.project_id));
    return new Map([...projects].map((id) => [id, this.limits(id)]));
  }

  set(projectId: string, changes: Partial<Limits>): void {
    const { store } = this.#base;
    store.transaction(() => {
      for (const [resource, limit] of Object.entries(changes)) {
        store.quotas.removeWhere(
          and(eq(t.networkQuotas.project_id, projectId), eq(t.networkQuotas.resource, resource))!,
        );
        store.quotas.insert({ project_id: projectId, resource, hard_limit: limit });
      }
    });
  }

  reset(projectId: string): void {
    this.#base.store.quotas.removeWhere(eq(t.networkQuotas.project_id, projectId));
  }

  used(projectId: string, resource: QuotaResource): number {
    const { store } = this.#base;
    const count = (rows: { count(where?: SQL): number }, where: SQL) => rows.count(where);
    switch (resource) {
      case "network":
        return count(store.networks, eq(t.networks.project_id, projectId));
      case "subnet":
        return count(store.subnets, eq(t.subnets.project_id, projectId));
      case "subnetpool":
        return count(store.pools, eq(t.subnetpools.project_id, projectId));
      case "port":
        return count(store.ports, eq(t.ports.project_id, projectId));
      case "router":
        return count(store.routers, eq(t.routers.project_id, projectId));
      case "floatingip":
        return count(
          store.floatingIps,
          and(isNotNull(t.floatingIps.project_id), eq(t.floatingIps.project_id, projectId))!,
        );
      case "security_group":
        return count(store.groups, eq(t.securityGroups.project_id, projectId));
      case "security_group_rule":
        return count(store.rules, eq(t.securityGroupRules.project_id, projectId));
      case "rbac_policy":
        return count(store.rbac, eq(t.rbacPolicies.project_id, projectId));
    }
  }

  /** @throws OverQuota when the project would have more than it may */
  check(projectId: string, resource: QuotaResource, more = 1): void {
    const limit = this.limits(projectId)[resource];
    if (limit >= 0 && more > 0 && this.used(projectId, resource) + more > limit)
      throw new OverQuota([resource]);
  }
}
