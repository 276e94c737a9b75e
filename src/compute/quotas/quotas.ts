// The rules for quotas: limits of projects and users, what is in use, and whether more may be taken. Authority:
// nova/quota.py and nova/compute/utils.py of Zed.

import type { Clock } from "../../core/clock.ts";
import type { RequestContext } from "../../core/context.ts";
import { Invalid, OverQuota } from "../../core/errors.ts";
import type { QuotaGate } from "../periphery.ts";
import type { PeripheryStore } from "../store-periphery.ts";
import { isResource, type Limits, RESOURCES, type Resource, UNLIMITED } from "./resources.ts";

export type Counted = "instances" | "cores" | "ram";
const COUNTED: readonly Counted[] = ["cores", "instances", "ram"];

export class TooManyInstances extends OverQuota {
  constructor(overs: readonly string[], requested: string, used: string, allowed: string) {
    const what = overs.join(", ");
    super(
      `Quota exceeded for ${what}: Requested ${requested}, but already used ${used} of ${allowed} ${what}`,
    );
  }
}

export class QuotaLimitOutOfRange extends Invalid {}

export interface QuotaState {
  limit: number;
  inUse: number;
  reserved: number;
}

export class Quotas implements QuotaGate {
  #store: PeripheryStore;
  #clock: Clock;
  #configured: Limits;

  constructor(parts: { store: PeripheryStore; clock: Clock; configured: Limits }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#configured = parts.configured;
  }

  /** Those of the class `default`, else those of the configuration. */
  defaults(): Limits {
    return this.classLimits("default");
  }

  classLimits(className: string): Limits {
    return { ...this.#configured, ...limitsOf(this.#store.quotaClasses.list({ class_name: className })) };
  }

  /** In force for a project; for one of its users, when the user has limits of its own. */
  limits(projectId: string, userId: string | null = null): Limits {
    return {
      ...this.defaults(),
      ...limitsOf(this.#store.quotas.list({ project_id: projectId })),
      ...(userId === null ? {} : this.#userLimits(projectId, userId)),
    };
  }

  limit(projectId: string | null, resource: string): number {
    if (!isResource(resource)) return UNLIMITED;
    const row = projectId === null ? null : this.#store.quotas.first({ project_id: projectId, resource });
    return row?.hard_limit ?? this.defaults()[resource];
  }

  /** Limits and use, as os-quota-sets and limits show them. Nothing is ever reserved: a server counts from its row on. */
  state(projectId: string, userId: string | null = null): Record<Resource, QuotaState> {
    const limits = this.limits(projectId, userId);
    const usage: Partial<Record<Resource, number>> = this.#store.usage(projectId, userId);
    usage.server_groups = this.#store.countGroups(projectId, userId);
    return Object.fromEntries(
      RESOURCES.map((name) => [name, { limit: limits[name], inUse: usage[name] ?? 0, reserved: 0 }]),
    ) as Record<Resource, QuotaState>;
  }

  /**
   * Sets limits of a project, or of a user in it. Without `force` a limit may not be below what is in use, nor above
   * what the project's own limit leaves to the user.
   * @throws QuotaLimitOutOfRange; nothing has changed then
   */
  set(
    projectId: string,
    userId: string | null,
    wanted: Partial<Record<Resource, number>>,
    options: { force: boolean },
  ): void {
    const entries = Object.entries(wanted) as [Resource, number][];
    if (!options.force) {
      const ranges = this.#settable(projectId, userId);
      for (const [name, value] of entries) checkRange(name, value, ranges[name]);
    }
    const now = this.#clock.now();
    this.#store.db.transaction(() => {
      for (const [resource, hard_limit] of entries) {
        if (userId === null) {
          this.#store.quotas.upsert({ project_id: projectId, resource, hard_limit, updated_at: now }, [
            "project_id",
            "resource",
          ]);
        } else {
          this.#store.userQuotas.upsert(
            { project_id: projectId, user_id: userId, resource, hard_limit, updated_at: now },
            ["user_id", "project_id", "resource"],
          );
        }
      }
    });
  }

  setClass(className: string, wanted: Partial<Record<Resource, number>>): void {
    const now = this.#clock.now();
    this.#store.db.transaction(() => {
      for (const [resource, hard_limit] of Object.entries(wanted)) {
        this.#store.quotaClasses.upsert({ class_name: className, resource, hard_limit, updated_at: now }, [
          "class_name",
          "resource",
        ]);
      }
    });
  }

  /** Back to the defaults: the project with all its users, or one user. */
  clear(projectId: string, userId: string | null): void {
    this.#store.db.transaction(() => {
      if (userId === null) {
        this.#store.quotas.delete({ project_id: projectId });
        this.#store.userQuotas.delete({ project_id: projectId });
      } else this.#store.userQuotas.delete({ project_id: projectId, user_id: userId });
    });
  }

  checkInstances(
    context: RequestContext,
    flavor: { vcpus: number; memory_mb: number },
    min: number,
    max: number,
  ): number {
    const wanted = (count: number) => ({
      instances: count,
      cores: count * flavor.vcpus,
      ram: count * flavor.memory_mb,
    });
    const overrun = this.#overrun(context, wanted(max));
    if (!overrun) return max;
    const room = ({ limit, used }: { limit: number; used: number }, each: number) =>
      limit === UNLIMITED || each === 0 ? Number.POSITIVE_INFINITY : Math.floor((limit - used) / each);
    const allowed = Math.min(
      room(overrun.of.instances, 1),
      room(overrun.of.cores, flavor.vcpus),
      room(overrun.of.ram, flavor.memory_mb),
    );
    if (allowed > 0 && allowed >= min && allowed <= max)
      return this.checkInstances(context, flavor, min, allowed);
    const requested = { ...wanted(max), instances: min === max ? `${min}` : `${min}-${max}` };
    throw tooMany(overrun, requested);
  }

  checkDeltas(context: RequestContext, deltas: Partial<Record<Counted, number>>): void {
    const more = { instances: 0, cores: 0, ram: 0 };
    for (const name of COUNTED) more[name] = Math.max(0, deltas[name] ?? 0);
    const overrun = this.#overrun(context, more);
    if (overrun) throw tooMany(overrun, more);
  }

  /** True when the project, or the user by limits of its own, may not have another server group. */
  groupLimitReached(projectId: string, userId: string): boolean {
    const full = (limit: number, used: number) => limit >= 0 && used >= limit;
    if (full(this.limits(projectId).server_groups, this.#store.countGroups(projectId, null))) return true;
    const own = this.#userLimits(projectId, userId).server_groups;
    return own !== undefined && full(own, this.#store.countGroups(projectId, userId));
  }

  /** Which limits `more` would break, the project's before the user's; null when none. */
  #overrun(context: RequestContext, more: Record<Counted, number>): Overrun | null {
    const projectId = context.projectId ?? "";
    const userId = context.userId ?? "";
    const project = overrunOf(this.limits(projectId), this.#store.usage(projectId, null), more);
    const own = this.#userLimits(projectId, userId);
    if (!COUNTED.some((name) => name in own)) return project;
    const user = overrunOf(this.limits(projectId, userId), this.#store.usage(projectId, userId), more);
    return project ?? user;
  }

  #userLimits(projectId: string, userId: string): Partial<Limits> {
    return limitsOf(this.#store.userQuotas.list({ project_id: projectId, user_id: userId }));
  }

  #settable(projectId: string, userId: string | null): Record<Resource, Range> {
    const project = this.limits(projectId);
    const ofUsers = this.#store.userQuotas.list({ project_id: projectId });
    const remains = (name: Resource) =>
      ofUsers
        .filter((row) => row.resource === name)
        .reduce((left, row) => left - (row.hard_limit ?? 0), project[name]);
    const state = this.state(projectId, userId);
    const own = userId === null ? {} : this.#userLimits(projectId, userId);
    return Object.fromEntries(
      RESOURCES.map((name) => {
        const left = remains(name);
        if (userId !== null) {
          return [name, { minimum: state[name].inUse, maximum: sum(left, own[name] ?? 0) }];
        }
        const given = project[name] <= UNLIMITED || left <= UNLIMITED ? UNLIMITED : project[name] - left;
        return [name, { minimum: Math.max(given, state[name].inUse), maximum: UNLIMITED }];
      }),
    ) as Record<Resource, Range>;
  }
}

interface Range {
  minimum: number;
  maximum: number;
}

interface Overrun {
  overs: Counted[];
  of: Record<Counted, { limit: number; used: number }>;
}

function overrunOf(
  limits: Limits,
  usage: Record<Counted, number>,
  more: Record<Counted, number>,
): Overrun | null {
  const overs = COUNTED.filter(
    (name) => limits[name] >= 0 && more[name] > 0 && usage[name] + more[name] > limits[name],
  );
  if (overs.length === 0) return null;
  const of = (name: Counted) => ({ limit: limits[name], used: usage[name] });
  return { overs, of: { instances: of("instances"), cores: of("cores"), ram: of("ram") } };
}

function tooMany({ overs, of }: Overrun, requested: Record<Counted, number | string>): TooManyInstances {
  const each = (value: (name: Counted) => number | string) => overs.map(value).join(", ");
  return new TooManyInstances(
    overs,
    each((name) => requested[name]),
    each((name) => of[name].used),
    each((name) => of[name].limit),
  );
}

function limitsOf(rows: readonly { resource: string; hard_limit: number | null }[]): Partial<Limits> {
  const limits: Partial<Limits> = {};
  for (const { resource, hard_limit } of rows) {
    if (isResource(resource) && hard_limit !== null) limits[resource] = hard_limit;
  }
  return limits;
}

function sum(a: number, b: number): number {
  return a <= UNLIMITED || b <= UNLIMITED ? UNLIMITED : a + b;
}

/** nova/api/openstack/compute/quota_sets.py, `_validate_quota_limit`: -1 is more than any number. */
function checkRange(name: string, value: number, { minimum, maximum }: Range): void {
  const size = (n: number) => (n === UNLIMITED ? Number.POSITIVE_INFINITY : n);
  if (size(value) < size(minimum)) {
    throw new QuotaLimitOutOfRange(
      `Quota limit ${value} for ${name} must be greater than or equal to already used and reserved ${minimum}.`,
    );
  }
  if (size(value) > size(maximum)) {
    throw new QuotaLimitOutOfRange(
      `Quota limit ${value} for ${name} must be less than or equal to ${maximum}.`,
    );
  }
}
