// Volume types: who sees which, extra specs, defaults, access. Authority: cinder/volume/volume_types.py and
// cinder/db/sqlalchemy/api.py of Zed.

import { Invalid } from "../core/errors.ts";
import { isUuidLike } from "../core/ids.ts";
import type { Caller } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import { InvalidInput } from "./errors.ts";
import {
  DefaultTypeMissing,
  ExtraSpecNotFound,
  InvalidVolumeType,
  TypeAccessExists,
  TypeAccessNotFound,
  TypeIsPublic,
  VolumeTypeDefaultDeletionRefused,
  VolumeTypeDeletionRefused,
  VolumeTypeExists,
  VolumeTypeInUse,
  VolumeTypeNotFound,
  VolumeTypeNotFoundByName,
} from "./errors-types.ts";
import type { Pairs } from "./store/pairs.ts";
import type { VolumeTypeRecord } from "./store/types.ts";

/** Extra specs that users may see. */
export const USER_VISIBLE_SPECS = ["RESKEY:availability_zones", "multiattach", "replication_enabled"];

const MIN_SIZE_KEY = "provisioning:min_vol_size";
const MAX_SIZE_KEY = "provisioning:max_vol_size";

const IN_USE = "Volume Type is currently in use.";

export class VolumeTypes {
  #cinder: Cinder;

  constructor(cinder: Cinder) {
    this.#cinder = cinder;
  }

  get #store() {
    return this.#cinder.store.types;
  }

  /** Makes the type of volumes that name none, unless there ever were types. */
  prepare(): void {
    if (this.#store.everMade()) return;
    this.#store.insert(
      {
        id: this.#cinder.newId(),
        name: this.#cinder.settings.CINDER_DEFAULT_VOLUME_TYPE,
        description: "Default Volume Type",
        is_public: true,
      },
      {},
    );
  }

  isVisible(caller: Caller, { row, projects }: VolumeTypeRecord): boolean {
    const { isAdmin, projectId } = caller.context;
    return isAdmin || row.is_public || (projectId !== null && projects.includes(projectId));
  }

  /** @throws VolumeTypeNotFound */
  get(caller: Caller, id: string): VolumeTypeRecord {
    const record = this.#store.get(id);
    if (!record || !this.isVisible(caller, record)) throw new VolumeTypeNotFound(id);
    return record;
  }

  /** @throws VolumeTypeNotFound, VolumeTypeNotFoundByName */
  find(caller: Caller, nameOrId: string): VolumeTypeRecord {
    const byId = isUuidLike(nameOrId) ? this.#store.get(nameOrId) : null;
    const found = byId ?? this.#store.byName(nameOrId);
    if (found && this.isVisible(caller, found)) return found;
    throw isUuidLike(nameOrId) ? new VolumeTypeNotFound(nameOrId) : new VolumeTypeNotFoundByName(nameOrId);
  }

  /** The project's default, else the cloud's. @throws DefaultTypeMissing */
  default(projectId: string | null): VolumeTypeRecord {
    const own = projectId === null ? null : this.#store.defaultOf(projectId);
    const name = this.#cinder.settings.CINDER_DEFAULT_VOLUME_TYPE;
    const found = (own === null ? null : this.#store.get(own)) ?? this.#store.byName(name);
    if (!found) throw new DefaultTypeMissing(name);
    return found;
  }

  create(
    name: string,
    description: string | null,
    isPublic: boolean,
    extraSpecs: Readonly<Record<string, string | null>>,
  ): VolumeTypeRecord {
    const id = this.#cinder.newId();
    this.#cinder.transaction(() => {
      if (this.#store.byName(name)) throw new VolumeTypeExists(name);
      this.#store.insert({ id, name, description, is_public: isPublic }, extraSpecs);
    });
    return this.#store.get(id)!;
  }

  update(
    caller: Caller,
    id: string,
    changes: { name: string | null; description: string | null; isPublic: boolean | null },
  ): VolumeTypeRecord {
    const { name, description, isPublic } = changes;
    if (name !== null && name.trim() === "") throw new Invalid("Volume type name can not be empty.");
    if (name === null && description === null && isPublic === null) {
      throw new Invalid("Specify volume type name, description, is_public or a combination thereof.");
    }
    this.#cinder.transaction(() => {
      const { row } = this.get(caller, id);
      if (name !== null) {
        const same = this.#store.byName(name);
        if (same && same.row.id !== id) throw new VolumeTypeExists(name);
        if (name !== row.name) this.#renameQuotas(row.name, name);
      }
      this.#store.update(id, {
        ...(name === null ? {} : { name }),
        ...(description === null ? {} : { description }),
        ...(isPublic === null ? {} : { is_public: isPublic }),
      });
    });
    return this.get(caller, id);
  }

  #renameQuotas(from: string, to: string): void {
    for (const part of ["volumes", "gigabytes", "snapshots"]) {
      this.#cinder.store.quotas.renameResource(`${part}_${from}`, `${part}_${to}`);
    }
  }

  delete(caller: Caller, id: string): void {
    this.#cinder.transaction(() => {
      this.get(caller, id);
      const isDefault =
        this.#store.defaults().some(({ volumeTypeId }) => volumeTypeId === id) ||
        this.default(null).row.id === id;
      if (isDefault) throw new VolumeTypeDefaultDeletionRefused(id);
      if (this.#store.all().length <= 1) throw new VolumeTypeDeletionRefused(id);
      if (this.#store.isUsed(id)) throw new VolumeTypeInUse();
      this.#store.remove(id);
    });
  }

  /** @throws Invalid when volumes of the type exist */
  setExtraSpecs(caller: Caller, id: string, specs: Readonly<Record<string, string | null>>): void {
    this.#cinder.transaction(() => {
      if (this.#store.hasVolumes(id)) throw new Invalid(IN_USE);
      const { extraSpecs } = this.get(caller, id);
      const all = { ...extraSpecs, ...specs };
      const touched = "multiattach" in specs || "cacheable" in specs;
      if (touched && all["multiattach"] === "<is> True" && all["cacheable"] === "<is> True") {
        throw new Invalid("cacheable cannot be set with multiattach.");
      }
      this.#store.setExtraSpecs(id, specs);
    });
  }

  removeExtraSpec(caller: Caller, id: string, key: string): void {
    this.#cinder.transaction(() => {
      this.get(caller, id);
      if (this.#store.hasVolumes(id)) throw new Invalid(IN_USE);
      if (!this.#store.removeExtraSpec(id, key)) throw new ExtraSpecNotFound(id, key);
    });
  }

  /** Projects that may use a private type. @throws TypeIsPublic */
  access(caller: Caller, id: string): string[] {
    const { row, projects } = this.get(caller, id);
    if (row.is_public) throw new TypeIsPublic();
    return projects;
  }

  allow(caller: Caller, id: string, projectId: string): void {
    this.#cinder.transaction(() => {
      const { row, projects } = this.get(caller, id);
      if (row.is_public) throw new InvalidVolumeType(NOT_FOR_PUBLIC);
      if (projects.includes(projectId)) throw new TypeAccessExists(id, projectId);
      this.#store.allow(id, projectId);
    });
  }

  disallow(caller: Caller, id: string, projectId: string): void {
    this.#cinder.transaction(() => {
      const { row } = this.get(caller, id);
      if (row.is_public) throw new InvalidVolumeType(NOT_FOR_PUBLIC);
      if (!this.#store.disallow(id, projectId)) throw new TypeAccessNotFound(id, projectId);
    });
  }
}

const NOT_FOR_PUBLIC = "Type access modification is not applicable to public volume type.";

export function isMultiattach(extraSpecs: Readonly<Pairs>): boolean {
  return extraSpecs["multiattach"] === "<is> True";
}

/** Zones a type is for, or null when it is for all. */
export function zonesOf(extraSpecs: Readonly<Pairs>): string[] | null {
  const text = extraSpecs["RESKEY:availability_zones"];
  if (text === undefined) return null;
  return text
    .split(",")
    .filter((zone) => zone !== "")
    .map((zone) => zone.trim());
}

/** @throws InvalidInput for a size the type does not allow */
export function checkTypeSize({ row, extraSpecs }: VolumeTypeRecord, sizeGb: number): void {
  const [min, max] = [extraSpecs[MIN_SIZE_KEY], extraSpecs[MAX_SIZE_KEY]];
  if (min && sizeGb < Number.parseInt(min, 10)) {
    throw new InvalidInput(
      `Specified volume size of '${sizeGb}' is less than the minimum required size of '${min}' for volume type '${row.name}'.`,
    );
  }
  if (max && sizeGb > Number.parseInt(max, 10)) {
    throw new InvalidInput(
      `Specified volume size of '${sizeGb}' is greater than the maximum allowable size of '${max}' for volume type '${row.name}'.`,
    );
  }
}
