// The rules for flavors. Authority: nova/compute/flavors.py and nova/objects/flavor.py of Zed.

import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { Conflict, Invalid, NotFound } from "../core/errors.ts";
import type { Ids } from "../core/ids.ts";
import type { FlavorSource } from "./periphery.ts";
import { SharedCache } from "./shared-cache.ts";
import type { FlavorFilter, PeripheryStore } from "./store-periphery.ts";
import type { FlavorSnapshot } from "./tables.ts";
import type { FlavorRow } from "./tables-periphery.ts";

export class FlavorNotFound extends NotFound {
  constructor(id: string) {
    super(`Flavor ${id} could not be found.`);
  }
}

export class FlavorExists extends Conflict {
  constructor(name: string) {
    super(`Flavor with name ${name} already exists.`);
  }
}

export class FlavorIdExists extends Conflict {
  constructor(id: string) {
    super(`Flavor with ID ${id} already exists.`);
  }
}

export class FlavorAccessExists extends Conflict {
  constructor(id: string, projectId: string) {
    super(`Flavor access already exists for flavor ${id} and project ${projectId} combination.`);
  }
}

export class FlavorAccessNotFound extends NotFound {
  constructor(id: string, projectId: string) {
    super(`Flavor access not found for ${id} / ${projectId} combination.`);
  }
}

export class ExtraSpecNotFound extends NotFound {
  constructor(id: string, key: string) {
    super(`Flavor ${id} has no extra specs with key ${key}.`);
  }
}

export class FlavorMarkerNotFound extends Invalid {
  constructor(marker: string) {
    super(`marker [${marker}] not found`);
  }
}

export interface NewFlavor {
  name: string;
  /** A UUID is made when it is absent. */
  flavorId?: string;
  memoryMb: number;
  vcpus: number;
  rootGb: number;
  ephemeralGb?: number;
  /** MB */
  swap?: number;
  rxtxFactor?: number;
  isPublic?: boolean;
  description?: string | null;
}

export interface Flavor extends FlavorSnapshot {
  /** Projects that may use it when it is private. */
  projects: readonly string[];
}

export type FlavorPreset = "default" | "opsguide";

/**
 * The five every cloud had: id, name, memory, vCPUs, root, ephemeral. The disks are those of the user guides of Havana,
 * or those of the operations guide of 2013.
 */
const STOCK: Record<FlavorPreset, readonly [string, string, number, number, number, number][]> = {
  default: [
    ["1", "m1.tiny", 512, 1, 1, 0],
    ["2", "m1.small", 2048, 1, 20, 0],
    ["3", "m1.medium", 4096, 2, 40, 0],
    ["4", "m1.large", 8192, 4, 80, 0],
    ["5", "m1.xlarge", 16384, 8, 160, 0],
  ],
  opsguide: [
    ["1", "m1.tiny", 512, 1, 0, 0],
    ["2", "m1.small", 2048, 1, 10, 20],
    ["3", "m1.medium", 4096, 2, 10, 40],
    ["4", "m1.large", 8192, 4, 10, 80],
    ["5", "m1.xlarge", 16384, 8, 10, 160],
  ],
};

export class Flavors implements FlavorSource {
  #store: PeripheryStore;
  #clock: Clock;
  #ids: Ids;
  #all: SharedCache<Map<string, Flavor>>;

  constructor(parts: { store: PeripheryStore; clock: Clock; ids: Ids }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#all = new SharedCache(parts.store.db, "flavors", () => this.#read());
  }

  /** Makes the stock flavors in a cloud that never had any. */
  seed(preset: FlavorPreset): void {
    if (this.#store.everHadFlavors()) return;
    this.#write(() => {
      for (const [flavorid, name, memory_mb, vcpus, root_gb, ephemeral_gb] of STOCK[preset]) {
        this.#store.flavors.insert({
          created_at: this.#clock.now(),
          flavorid,
          name,
          memory_mb,
          vcpus,
          root_gb,
          ephemeral_gb,
          swap: 0,
          rxtx_factor: 1,
          is_public: true,
        });
      }
    });
  }

  find(context: RequestContext, flavorId: string): Flavor | null {
    const flavor = this.#all.get().get(flavorId);
    return flavor && mayUse(context, flavor) ? flavor : null;
  }

  /** @throws FlavorNotFound, also for a private one the caller's project may not use */
  get(context: RequestContext, flavorId: string): Flavor {
    const flavor = this.find(context, flavorId);
    if (!flavor) throw new FlavorNotFound(flavorId);
    return flavor;
  }

  /**
   * A page of the flavors the caller may use; administrators choose by `filter.isPublic`.
   * @throws FlavorMarkerNotFound
   */
  list(
    context: RequestContext,
    filter: FlavorFilter,
    page: { sortKey: string; descending: boolean; limit: number; marker: string | null },
  ): Flavor[] {
    let after: FlavorRow | null = null;
    if (page.marker !== null) {
      const marker = this.find(context, page.marker);
      after = marker && this.#store.flavors.first({ id: marker.id });
      if (!after) throw new FlavorMarkerNotFound(page.marker);
    }
    const grantedTo = context.projectId ?? undefined;
    const rows = this.#store.listFlavors({ ...filter, grantedTo }, { ...page, after });
    const all = this.#all.get();
    return rows.flatMap((row) => all.get(row.flavorid) ?? []);
  }

  /** @throws FlavorExists, FlavorIdExists */
  create(fields: NewFlavor): Flavor {
    const flavorid = fields.flavorId ?? this.#ids.uuid();
    const name = fields.name.trim();
    this.#write(() => {
      if (this.#store.flavors.first({ flavorid })) throw new FlavorIdExists(flavorid);
      if (this.#store.flavors.first({ name })) throw new FlavorExists(name);
      this.#store.flavors.insert({
        created_at: this.#clock.now(),
        name,
        flavorid,
        memory_mb: fields.memoryMb,
        vcpus: fields.vcpus,
        root_gb: fields.rootGb,
        ephemeral_gb: fields.ephemeralGb ?? 0,
        swap: fields.swap ?? 0,
        rxtx_factor: fields.rxtxFactor ?? 1,
        is_public: fields.isPublic ?? true,
        description: fields.description ?? null,
      });
    });
    return this.#known(flavorid);
  }

  /** @throws FlavorNotFound */
  describe(context: RequestContext, flavorId: string, description: string | null): Flavor {
    const { id } = this.get(context, flavorId);
    this.#write(() => {
      this.#store.flavors.update({ id }, { description, updated_at: this.#clock.now() });
    });
    return this.#known(flavorId);
  }

  /** Servers keep the flavor as it was. @throws FlavorNotFound */
  delete(flavorId: string): void {
    this.#write(() => {
      if (this.#store.flavors.delete({ flavorid: flavorId }) === 0) throw new FlavorNotFound(flavorId);
    });
  }

  /** Adds and changes; others stay. @throws FlavorNotFound */
  setExtraSpecs(context: RequestContext, flavorId: string, specs: Record<string, string>): void {
    const { id } = this.get(context, flavorId);
    this.#write(() => {
      for (const [key, value] of Object.entries(specs)) {
        this.#store.flavorSpecs.upsert({ flavor_id: id, key, value, created_at: this.#clock.now() }, [
          "flavor_id",
          "key",
        ]);
      }
    });
  }

  /** @throws FlavorNotFound, ExtraSpecNotFound */
  removeExtraSpec(context: RequestContext, flavorId: string, key: string): void {
    const { id } = this.get(context, flavorId);
    this.#write(() => {
      if (this.#store.flavorSpecs.delete({ flavor_id: id, key }) === 0)
        throw new ExtraSpecNotFound(flavorId, key);
    });
  }

  /** @throws FlavorNotFound, FlavorAccessExists */
  grant(context: RequestContext, flavorId: string, projectId: string): Flavor {
    const { id } = this.get(context, flavorId);
    this.#write(() => {
      if (this.#store.flavorProjects.first({ flavor_id: id, project_id: projectId }))
        throw new FlavorAccessExists(flavorId, projectId);
      this.#store.flavorProjects.insert({
        flavor_id: id,
        project_id: projectId,
        created_at: this.#clock.now(),
      });
    });
    return this.#known(flavorId);
  }

  /** @throws FlavorNotFound, FlavorAccessNotFound */
  withdraw(context: RequestContext, flavorId: string, projectId: string): Flavor {
    const { id } = this.get(context, flavorId);
    this.#write(() => {
      if (this.#store.flavorProjects.delete({ flavor_id: id, project_id: projectId }) === 0)
        throw new FlavorAccessNotFound(flavorId, projectId);
    });
    return this.#known(flavorId);
  }

  #write(work: () => void): void {
    try {
      this.#store.db.transaction(work);
    } finally {
      this.#all.forget();
    }
  }

  #known(flavorId: string): Flavor {
    const flavor = this.#all.get().get(flavorId);
    if (!flavor) throw new FlavorNotFound(flavorId);
    return flavor;
  }

  #read(): Map<string, Flavor> {
    const rows = this.#store.flavors.list({});
    const specs = this.#store.extraSpecsOf(rows.map((row) => row.id));
    const projects = new Map<number, string[]>();
    for (const grant of this.#store.flavorProjects.list({}, "ORDER BY id")) {
      projects.set(grant.flavor_id, [...(projects.get(grant.flavor_id) ?? []), grant.project_id]);
    }
    return new Map(
      rows.map((row) => [row.flavorid, flavorOf(row, specs.get(row.id) ?? {}, projects.get(row.id) ?? [])]),
    );
  }
}

function mayUse(context: RequestContext, flavor: Flavor): boolean {
  if (context.isAdmin || flavor.is_public) return true;
  return context.projectId !== null && flavor.projects.includes(context.projectId);
}

function flavorOf(row: FlavorRow, extraSpecs: Record<string, string>, projects: readonly string[]): Flavor {
  return {
    id: row.id,
    flavorid: row.flavorid,
    name: row.name,
    memory_mb: row.memory_mb,
    vcpus: row.vcpus,
    root_gb: row.root_gb ?? 0,
    ephemeral_gb: row.ephemeral_gb ?? 0,
    swap: row.swap,
    rxtx_factor: row.rxtx_factor ?? 1,
    disabled: row.disabled,
    is_public: row.is_public,
    description: row.description,
    extra_specs: extraSpecs,
    projects,
  };
}
