// Quotas: what a project may have, what it has, and the refusal. Whoever makes something asks within the transaction that
// makes it, so two requests never share the last volume. Authority: cinder/quota.py and cinder/quota_utils.py of Zed.

import type { Values } from "../config/keys.ts";
import type { volumeSection } from "./config.ts";
import {
  SnapshotLimitExceeded,
  UnexpectedOverQuota,
  VolumeLimitExceeded,
  VolumeSizeExceedsAvailableQuota,
  VolumeSizeExceedsLimit,
} from "./errors.ts";
import { BackupLimitExceeded, VolumeBackupSizeExceedsAvailableQuota } from "./errors-backups.ts";
import { GroupLimitExceeded } from "./errors-groups.ts";
import type { CinderStore } from "./store/index.ts";

export interface Usage {
  inUse: number;
  reserved: number;
}

export interface QuotaState extends Usage {
  /** -1: no limit. */
  limit: number;
}

/** What an operation takes: resource → amount. Negative amounts give back and are never refused. */
export type Deltas = Record<string, number>;

type Counted = "volumes" | "snapshots" | "groups" | "backups";

/** Resources that exist once per volume type too: `volumes_lvm`. */
const TYPED = ["volumes", "gigabytes", "snapshots"] as const;

export class Quotas {
  #store: CinderStore;
  #settings: Values<typeof volumeSection>;

  constructor(store: CinderStore, settings: Values<typeof volumeSection>) {
    this.#store = store;
    this.#settings = settings;
  }

  /** Every resource there is a quota of, in Cinder's order. */
  resources(): string[] {
    return [
      "volumes",
      "per_volume_gigabytes",
      "snapshots",
      "gigabytes",
      "backups",
      "backup_gigabytes",
      ...this.#store.types.all().flatMap(({ row }) => TYPED.map((part) => `${part}_${row.name}`)),
      "groups",
    ];
  }

  /** Limits of a project that has none of its own: the default class's, else the settings'. */
  defaults(): Map<string, number> {
    const ofClass = this.#store.quotas.classLimitsOf("default");
    return new Map(this.resources().map((name) => [name, ofClass.get(name) ?? this.#configured(name)]));
  }

  ofClass(name: string): Map<string, number> {
    const own = this.#store.quotas.classLimitsOf(name);
    return new Map([...this.defaults()].map(([resource, limit]) => [resource, own.get(resource) ?? limit]));
  }

  limits(projectId: string): Map<string, number> {
    const own = this.#store.quotas.projectLimits(projectId);
    return new Map([...this.defaults()].map(([name, limit]) => [name, own.get(name) ?? limit]));
  }

  states(projectId: string): Map<string, QuotaState> {
    const usages = this.usages(projectId);
    return new Map(
      [...this.limits(projectId)].map(([name, limit]) => {
        const usage = usages.get(name) ?? { inUse: 0, reserved: 0 };
        return [name, { limit, ...usage }];
      }),
    );
  }

  /** Counted now. */
  usages(projectId: string): Map<string, Usage> {
    const { quotas, types } = this.#store;
    const inUse = new Map<string, number>();
    const add = (name: string, amount: number) => inUse.set(name, (inUse.get(name) ?? 0) + amount);
    const nameOf = new Map(types.all().map(({ row }) => [row.id, row.name]));
    for (const { typeId, count, sizeGb } of quotas.volumes(projectId)) {
      this.#addTyped(add, "volumes", nameOf.get(typeId), count, sizeGb);
    }
    for (const { typeId, count, sizeGb } of quotas.snapshots(projectId)) {
      const gigabytes = this.#settings.CINDER_NO_SNAPSHOT_GB_QUOTA ? 0 : sizeGb;
      this.#addTyped(add, "snapshots", nameOf.get(typeId), count, gigabytes);
    }
    add("groups", quotas.groups(projectId));
    const backups = this.#store.backups.usage(projectId);
    add("backups", backups.count);
    add("backup_gigabytes", backups.sizeGb);
    const reserved = quotas.reserved(projectId);
    return new Map(
      this.resources()
        .filter((name) => name !== "per_volume_gigabytes")
        .map((name) => [name, { inUse: inUse.get(name) ?? 0, reserved: reserved.get(name) ?? 0 }]),
    );
  }

  #addTyped(
    add: (name: string, amount: number) => void,
    what: "volumes" | "snapshots",
    typeName: string | undefined,
    count: number,
    gigabytes: number,
  ): void {
    for (const suffix of typeName === undefined ? [""] : ["", `_${typeName}`]) {
      add(what + suffix, count);
      add(`gigabytes${suffix}`, gigabytes);
    }
  }

  /** The same amounts for the volume type's own quotas. */
  withType(deltas: Deltas, typeId: string): Deltas {
    const name = this.#store.types.get(typeId)?.row.name;
    if (name === undefined) return deltas;
    const all = { ...deltas };
    for (const part of TYPED) if (part in deltas) all[`${part}_${name}`] = deltas[part]!;
    return all;
  }

  /** What volumes or snapshots of these sizes take. */
  volumeDeltas(typeId: string, count: number, sizeGb: number): Deltas {
    return this.withType({ volumes: count, gigabytes: sizeGb }, typeId);
  }

  snapshotDeltas(typeId: string, count: number, sizeGb: number): Deltas {
    const deltas: Deltas = { snapshots: count };
    if (!this.#settings.CINDER_NO_SNAPSHOT_GB_QUOTA) deltas["gigabytes"] = sizeGb;
    return this.withType(deltas, typeId);
  }

  /** @throws VolumeSizeExceedsLimit */
  checkVolumeSize(projectId: string, sizeGb: number): void {
    const limit = this.limits(projectId).get("per_volume_gigabytes") ?? -1;
    if (limit >= 0 && sizeGb > limit) throw new VolumeSizeExceedsLimit(sizeGb, limit);
  }

  /**
   * Refuses what would exceed a limit. Call it within the transaction that makes what is counted.
   * @param what names the refusal, with the size that was asked for
   * @throws a QuotaError
   */
  check(projectId: string, deltas: Deltas, what: { resource: Counted; sizeGb: number }): void {
    const over = this.#exceeded(projectId, deltas)[0];
    if (!over) return;
    const { name, limit, consumed } = over;
    if (name.includes("gigabytes")) {
      const facts = { name, requested: what.sizeGb, consumed, quota: limit };
      if (what.resource === "backups") throw new VolumeBackupSizeExceedsAvailableQuota(facts);
      throw new VolumeSizeExceedsAvailableQuota(facts);
    }
    if (name.includes(what.resource)) throw limitExceeded(what.resource, limit, name);
    throw new UnexpectedOverQuota(name);
  }

  /** Refuses or holds the quota until `release`. @throws a QuotaError */
  reserve(projectId: string, deltas: Deltas, what: { resource: Counted; sizeGb: number }): string[] {
    this.check(projectId, deltas, what);
    return this.hold(projectId, deltas);
  }

  /** Holds quota without asking. */
  hold(projectId: string, deltas: Deltas): string[] {
    return this.#store.quotas.reserve(projectId, deltas, this.#settings.CINDER_RESERVATION_EXPIRE);
  }

  release(reservations: readonly string[]): void {
    this.#store.quotas.release(reservations);
  }

  /** The first limit, by name, that the deltas would exceed. */
  #exceeded(projectId: string, deltas: Deltas): { name: string; limit: number; consumed: number }[] {
    const limits = this.limits(projectId);
    const usages = this.usages(projectId);
    return Object.keys(deltas)
      .sort()
      .flatMap((name) => {
        const limit = limits.get(name) ?? -1;
        const usage = usages.get(name) ?? { inUse: 0, reserved: 0 };
        const consumed = usage.inUse + usage.reserved;
        const delta = deltas[name] ?? 0;
        return limit >= 0 && delta >= 0 && consumed + delta > limit ? [{ name, limit, consumed }] : [];
      });
  }

  /** Writes the usages of projects into `quota_usages`. Call it in the transaction that changed something. */
  note(...projectIds: (string | null)[]): void {
    for (const projectId of new Set(projectIds)) {
      if (projectId) this.#store.quotas.note(projectId, this.usages(projectId));
    }
  }

  #configured(name: string): number {
    const s = this.#settings;
    switch (name) {
      case "volumes":
        return s.CINDER_QUOTA_VOLUMES;
      case "snapshots":
        return s.CINDER_QUOTA_SNAPSHOTS;
      case "gigabytes":
        return s.CINDER_QUOTA_GIGABYTES;
      case "backups":
        return s.CINDER_QUOTA_BACKUPS;
      case "backup_gigabytes":
        return s.CINDER_QUOTA_BACKUP_GIGABYTES;
      case "groups":
        return s.CINDER_QUOTA_GROUPS;
      case "per_volume_gigabytes":
        return s.CINDER_PER_VOLUME_SIZE_LIMIT;
      default:
        return -1;
    }
  }
}

function limitExceeded(resource: Counted, limit: number, name: string): Error {
  switch (resource) {
    case "volumes":
      return new VolumeLimitExceeded(limit, name);
    case "snapshots":
      return new SnapshotLimitExceeded(limit);
    case "groups":
      return new GroupLimitExceeded(limit);
    case "backups":
      return new BackupLimitExceeded(limit);
  }
}
