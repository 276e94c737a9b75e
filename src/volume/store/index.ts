// All SQL of the block storage services, over one database.

import type { Clock } from "../../core/clock.ts";
import type { Ids } from "../../core/ids.ts";
import type { ProjectDatabase } from "../../db/open.ts";
import * as t from "../tables-more.ts";
import { BackupStore } from "./backups.ts";
import { GroupStore } from "./groups.ts";
import { QosStore } from "./qos.ts";
import { QuotaStore } from "./quotas.ts";
import { ServiceStore } from "./services.ts";
import { SnapshotStore } from "./snapshots.ts";
import { SoftRows } from "./soft-rows.ts";
import { TypeStore } from "./types.ts";
import { VolumeStore } from "./volumes.ts";

export class CinderStore {
  readonly db: ProjectDatabase;
  readonly volumes: VolumeStore;
  readonly snapshots: SnapshotStore;
  readonly types: TypeStore;
  readonly qos: QosStore;
  readonly quotas: QuotaStore;
  readonly services: ServiceStore;
  readonly transfers: SoftRows<typeof t.transfers>;
  readonly groups: GroupStore;
  readonly backups: BackupStore;
  readonly messages: SoftRows<typeof t.messages>;

  constructor(db: ProjectDatabase, clock: Clock, ids: Ids) {
    this.db = db;
    this.volumes = new VolumeStore(db, clock);
    this.snapshots = new SnapshotStore(db, clock, this.volumes.snapshotImageMetadata);
    this.types = new TypeStore(db, clock, ids);
    this.qos = new QosStore(db, clock, ids);
    this.quotas = new QuotaStore(db, clock, ids);
    this.services = new ServiceStore(db, clock, ids);
    this.transfers = new SoftRows(db, clock, t.transfers);
    this.groups = new GroupStore(db, clock);
    this.backups = new BackupStore(db, clock);
    this.messages = new SoftRows(db, clock, t.messages);
  }
}
