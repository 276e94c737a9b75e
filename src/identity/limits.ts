// Limits that services ask about: registered ones hold for everybody, others for one project or domain.
// Authority: keystone/limit, with its "flat" model.

import type { Ids } from "../core/ids.ts";
import { DuplicateEntry, EntityNotFound, ForbiddenBecause, MissingAttribute } from "./errors.ts";
import type { IdentityStore } from "./store.ts";
import type { LimitRow, RegisteredLimitRow } from "./tables.ts";

export interface RegisteredLimitFields {
  service_id: string;
  region_id?: string | null;
  resource_name: string;
  default_limit: number;
  description?: string | null;
}

export interface LimitFields {
  project_id?: string | null;
  domain_id?: string | null;
  service_id: string;
  region_id?: string | null;
  resource_name: string;
  resource_limit: number;
  description?: string | null;
}

export interface LimitFilter {
  service_id?: string;
  region_id?: string;
  resource_name?: string;
  project_id?: string;
  domain_id?: string;
}

/** A limit with what it says about which resource. */
export type Limit = LimitRow & Pick<RegisteredLimitRow, "service_id" | "region_id" | "resource_name">;

export interface LimitModel {
  name: string;
  description: string;
  /** How deep projects may lie below each other. */
  maxTreeDepth: number;
  /** Whether a project's limit must fit into its domain's. */
  strict: boolean;
}

/** keystone/limit/models */
export const MODELS = {
  flat: {
    name: "flat",
    description: "Limit enforcement and validation does not take project hierarchy into consideration.",
    maxTreeDepth: Number.POSITIVE_INFINITY,
    strict: false,
  },
  strict_two_level: {
    name: "strict_two_level",
    description: "This model requires project hierarchy never exceeds a depth of two",
    maxTreeDepth: 2,
    strict: true,
  },
} as const satisfies Record<string, LimitModel>;

export class Limits {
  readonly model: LimitModel;
  #store: IdentityStore;
  #ids: Ids;

  constructor(parts: { store: IdentityStore; ids: Ids; model: LimitModel }) {
    this.model = parts.model;
    this.#store = parts.store;
    this.#ids = parts.ids;
  }

  /** @throws EntityNotFound */
  registered(id: string): RegisteredLimitRow {
    const row = this.#store.registeredLimits.get(id);
    if (!row) throw new EntityNotFound("registered limit for", id);
    return row;
  }

  listRegistered(
    filter: Pick<LimitFilter, "service_id" | "region_id" | "resource_name"> = {},
  ): RegisteredLimitRow[] {
    return this.#store.registeredLimits.match(filter);
  }

  /** All or none. */
  createRegistered(wanted: readonly RegisteredLimitFields[]): RegisteredLimitRow[] {
    return this.#store.db.transaction(() =>
      wanted.map((fields) => {
        this.#checkPlace(fields, "registered_limit");
        this.#refuseTwin(fields);
        return this.#store.registeredLimits.insert({
          id: this.#ids.hex(),
          service_id: fields.service_id,
          region_id: fields.region_id ?? null,
          resource_name: fields.resource_name,
          default_limit: fields.default_limit,
          description: fields.description ?? null,
        });
      }),
    );
  }

  /** @throws ForbiddenBecause while limits rest on it */
  updateRegistered(id: string, fields: Partial<RegisteredLimitFields>): RegisteredLimitRow {
    return this.#store.db.transaction(() => {
      this.#checkPlace(fields, "registered_limit");
      const before = this.registered(id);
      this.#refuseInUse(id);
      const after = { ...before, ...fields };
      if (fields.service_id || "region_id" in fields || fields.resource_name) this.#refuseTwin(after, id);
      return this.#store.registeredLimits.update(id, fields)!;
    });
  }

  deleteRegistered(id: string): void {
    this.registered(id);
    this.#refuseInUse(id);
    this.#store.registeredLimits.remove(id);
  }

  /** @throws EntityNotFound */
  get(id: string): Limit {
    const row = this.#store.limits.get(id);
    if (!row) throw new EntityNotFound("limit for", id);
    return this.#complete(row);
  }

  list({ project_id, domain_id, ...about }: LimitFilter = {}): Limit[] {
    return this.#store.limits
      .match({ project_id, domain_id })
      .map((row) => this.#complete(row))
      .filter((limit) =>
        (Object.entries(about) as [keyof typeof about, string | undefined][]).every(
          ([key, value]) => value === undefined || limit[key] === value,
        ),
      );
  }

  /** All or none. @throws ForbiddenBecause for a resource that is not registered */
  create(wanted: readonly LimitFields[]): Limit[] {
    const placed = wanted.map((asked) => this.#checkPlace({ ...asked }, "limit"));
    this.#checkTree(placed);
    return this.#store.db.transaction(() =>
      placed.map((fields) => {
        const base = this.#store.registeredLimits.match({
          service_id: fields.service_id,
          region_id: fields.region_id ?? null,
          resource_name: fields.resource_name,
        })[0];
        if (!base) {
          throw new ForbiddenBecause("Unable to create a limit that has no corresponding registered limit.");
        }
        const owner = { project_id: fields.project_id ?? null, domain_id: fields.domain_id ?? null };
        if (this.#store.limits.match({ registered_limit_id: base.id, ...owner }).length > 0) {
          throw new DuplicateEntry("limit", "Duplicate entry");
        }
        const row = this.#store.limits.insert({
          id: this.#ids.hex(),
          ...owner,
          registered_limit_id: base.id,
          resource_limit: fields.resource_limit,
          description: fields.description ?? null,
        });
        return this.#complete(row);
      }),
    );
  }

  update(id: string, { resource_limit, description }: Partial<LimitFields>): Limit {
    const before = this.get(id);
    if (resource_limit !== undefined) this.#checkTree([{ ...before, resource_limit }]);
    const row = this.#store.limits.update(id, {
      ...(resource_limit === undefined ? {} : { resource_limit }),
      ...(description ? { description } : {}),
    })!;
    return this.#complete(row);
  }

  delete(id: string): void {
    this.get(id);
    this.#store.limits.remove(id);
  }

  /** What is made or changed together may rest on each other. @throws ForbiddenBecause by the strict model */
  #checkTree(limits: readonly LimitFields[]): void {
    if (!this.model.strict) return;
    for (const limit of limits) {
      if (this.#fits(limit, limits)) continue;
      const { project_id, domain_id, resource_name, resource_limit, service_id, region_id } = limit;
      const owner = project_id ? `project_id: ${project_id}` : `domain_id: ${domain_id}`;
      throw new ForbiddenBecause(
        `Invalid resource limit: The resource limit (${owner}, resource_name: ${resource_name}, resource_limit: ${resource_limit}, service_id: ${service_id}, region_id: ${region_id ?? "None"}) doesn't satisfy current hierarchy model..`,
      );
    }
  }

  /** A project's limit is not above its parent's, a domain's not below those of its projects; 0 counts as none. */
  #fits(limit: LimitFields, together: readonly LimitFields[]): boolean {
    const { service_id, resource_name, resource_limit } = limit;
    const region_id = limit.region_id ?? null;
    const about = (other: LimitFields) =>
      other.service_id === service_id &&
      (other.region_id ?? null) === region_id &&
      other.resource_name === resource_name;
    const limitsOf = (owner: Partial<Limit>) =>
      this.#store.limits.match(owner).map((row) => this.#complete(row));
    if (limit.project_id) {
      const parentId = this.#store.projects.get(limit.project_id)?.parent_id ?? "";
      const beside = together.find((other) => other.domain_id === parentId && about(other));
      const [registered] = this.#store.registeredLimits.match({ service_id, resource_name, region_id });
      if (beside) return resource_limit <= beside.resource_limit;
      const above =
        limitsOf({ domain_id: parentId }).find(about)?.resource_limit ?? registered?.default_limit;
      return !above || resource_limit <= above;
    }
    return this.#store
      .descendantsOf(limit.domain_id ?? "")
      .flatMap(({ id }) => limitsOf({ project_id: id }).filter(about))
      .every((below) => resource_limit >= below.resource_limit);
  }

  #complete(row: LimitRow): Limit {
    const { service_id, region_id, resource_name } = this.registered(row.registered_limit_id);
    return { ...row, service_id, region_id, resource_name };
  }

  /** What is named must exist; a project that is a domain counts as that domain. @throws MissingAttribute */
  #checkPlace<F extends Partial<LimitFields>>(fields: F, target: string): F {
    const { service_id, region_id, project_id, domain_id } = fields;
    if (service_id != null && !this.#store.services.get(service_id))
      throw new MissingAttribute("service_id", target);
    if (region_id != null && !this.#store.regions.get(region_id))
      throw new MissingAttribute("region_id", target);
    if (domain_id != null && !this.#store.domain(domain_id)) throw new MissingAttribute("domain_id", target);
    if (project_id == null) return fields;
    const project = this.#store.projects.get(project_id);
    if (!project) throw new MissingAttribute("project_id", target);
    return project.is_domain ? { ...fields, project_id: null, domain_id: project_id } : fields;
  }

  #refuseTwin(fields: RegisteredLimitFields, exceptId?: string): void {
    const twins = this.#store.registeredLimits.match({
      service_id: fields.service_id,
      region_id: fields.region_id ?? null,
      resource_name: fields.resource_name,
    });
    if (twins.some((row) => row.id !== exceptId))
      throw new DuplicateEntry("registered_limit", "Duplicate entry");
  }

  #refuseInUse(id: string): void {
    if (this.#store.limits.match({ registered_limit_id: id }).length === 0) return;
    throw new ForbiddenBecause(
      `Unable to update or delete registered limit ${id} because there are project limits associated with it.`,
    );
  }
}
