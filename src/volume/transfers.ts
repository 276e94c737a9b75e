// Volumes change hands: offered with a key that is shown once, accepted by whoever knows it. Authority: cinder/transfer/
// api.py of Zed.

import { createHmac } from "node:crypto";
import { and } from "drizzle-orm";
import { type Caller, enforce, sees, targetOf } from "./access.ts";
import type { Cinder } from "./cinder.ts";
import { InvalidAuthKey, InvalidSnapshot, InvalidVolume, TransferNotFound } from "./errors.ts";
import { conditionsSql, type PageQuery, pageOf } from "./store/page.ts";
import { ofProjectsVolumes } from "./store/volumes.ts";
import type { VolumeRow } from "./tables.ts";
import { type TransferRow, transfers } from "./tables-more.ts";

/** Hex digits (volume_transfer_salt_length, volume_transfer_key_length). */
const SALT_BYTES = 4;
const KEY_BYTES = 8;

export interface NewTransfer {
  row: TransferRow;
  /** Never shown again. */
  authKey: string;
}

function hashOf(salt: string, authKey: string): string {
  return createHmac("sha1", salt).update(authKey).digest("hex");
}

/** @throws TransferNotFound, also for one of a volume the caller may not see */
export function findTransfer(cinder: Cinder, caller: Caller, id: string): TransferRow {
  enforce(caller, "volume:get_transfer");
  const row = cinder.store.transfers.get(id);
  const volume = row ? cinder.store.volumes.get(row.volume_id) : null;
  if (!row || !volume || !sees(caller.context, volume)) throw new TransferNotFound(id);
  return row;
}

export function listTransfers(
  cinder: Cinder,
  caller: Caller,
  filters: Readonly<Record<string, string>>,
  allTenants: boolean,
  query: PageQuery,
): TransferRow[] {
  enforce(caller, "volume:get_all_transfers");
  const conditions = Object.entries(filters).map(([column, equals]) => ({ column, equals }));
  const clauses = conditionsSql(transfers, conditions);
  if (!clauses) return [];
  if (!(caller.context.isAdmin && allTenants))
    clauses.push(ofProjectsVolumes(transfers.volume_id, caller.context.projectId));
  const marker = query.marker === null ? null : findTransfer(cinder, caller, query.marker);
  return pageOf(cinder.store.transfers, and(...clauses), query, marker);
}

/** The volume is `awaiting-transfer`. */
export function createTransfer(
  cinder: Cinder,
  caller: Caller,
  volume: VolumeRow,
  name: string | null,
  noSnapshots: boolean,
): NewTransfer {
  enforce(caller, "volume:create_transfer", targetOf(volume));
  const { ids } = cinder.context;
  return cinder.transaction(() => {
    if (volume.status !== "available") throw new InvalidVolume("status must be available");
    if (!noSnapshots) {
      const busy = cinder.store.snapshots.ofVolume(volume.id).find(({ status }) => status !== "available");
      if (busy) throw new InvalidSnapshot(`snapshot: ${busy.id} status must be available`);
    }
    const id = cinder.newId();
    if (!cinder.store.volumes.updateFrom(volume.id, ["available"], { status: "awaiting-transfer" })) {
      throw new InvalidVolume(`Transfer ${id}: Volume id ${volume.id} expected in available state.`);
    }
    const salt = ids.secret(SALT_BYTES);
    const authKey = ids.secret(KEY_BYTES);
    const row = cinder.store.transfers.insert({
      id,
      volume_id: volume.id,
      display_name: name,
      salt,
      crypt_hash: hashOf(salt, authKey),
      no_snapshots: noSnapshots,
      source_project_id: volume.project_id,
    });
    return { row, authKey };
  });
}

/** Withdrawn: the volume is `available` again. */
export function deleteTransfer(cinder: Cinder, caller: Caller, id: string): void {
  const row = cinder.store.transfers.get(id);
  const volume = row ? cinder.store.volumes.get(row.volume_id) : null;
  if (!row || !volume || !sees(caller.context, volume)) throw new TransferNotFound(id);
  enforce(caller, "volume:delete_transfer", targetOf(volume));
  cinder.transaction(() => {
    cinder.store.volumes.updateFrom(volume.id, ["awaiting-transfer"], { status: "available" });
    cinder.store.transfers.remove(id);
  });
}

/** The volume is the caller's. @throws InvalidAuthKey, InvalidVolume, a QuotaError */
export function acceptTransfer(cinder: Cinder, caller: Caller, id: string, authKey: string): TransferRow {
  enforce(caller, "volume:accept_transfer");
  const { context } = caller;
  const projectId = context.projectId ?? "";
  return cinder.transaction(() => {
    const row = cinder.store.transfers.get(id);
    if (!row) throw new TransferNotFound(id);
    if (hashOf(row.salt, authKey) !== row.crypt_hash) {
      throw new InvalidAuthKey(`Attempt to transfer ${id} with invalid auth key.`);
    }
    const volume = cinder.store.volumes.get(row.volume_id);
    if (!volume) throw new TransferNotFound(id);
    if (volume.group_id !== null) {
      throw new InvalidVolume(`Volume ${volume.id} must not be part of a consistency group.`);
    }
    const snapshots = row.no_snapshots ? [] : cinder.store.snapshots.ofVolume(volume.id);
    countIn(cinder, projectId, volume, snapshots);
    const owner = { user_id: context.userId, project_id: projectId };
    const changed = cinder.store.volumes.updateFrom(volume.id, ["awaiting-transfer"], {
      ...owner,
      status: "available",
    });
    if (!changed) {
      throw new InvalidVolume(`Transfer ${id}: Volume id ${volume.id} expected in awaiting-transfer state.`);
    }
    for (const snapshot of snapshots) {
      if (!cinder.store.snapshots.updateFrom(snapshot.id, ["available"], owner)) {
        throw new InvalidSnapshot(
          `Transfer ${id}: Snapshot ${snapshot.id} is not in the expected available state.`,
        );
      }
    }
    cinder.store.transfers.remove(id, { destination_project_id: projectId, accepted: true });
    cinder.quotas.note(projectId, volume.project_id);
    cinder.log.info(context, `Volume ${volume.id} has been transferred.`);
    return row;
  });
}

function countIn(
  cinder: Cinder,
  projectId: string,
  volume: VolumeRow,
  snapshots: readonly { volume_size: number }[],
): void {
  const { quotas } = cinder;
  quotas.checkVolumeSize(projectId, volume.size);
  // Back into one's own hands takes nothing.
  if (volume.project_id === projectId) return;
  const typeId = volume.volume_type_id;
  quotas.check(projectId, quotas.volumeDeltas(typeId, 1, volume.size), {
    resource: "volumes",
    sizeGb: volume.size,
  });
  if (snapshots.length === 0) return;
  const sizeGb = snapshots.reduce((sum, { volume_size }) => sum + volume_size, 0);
  quotas.check(projectId, quotas.snapshotDeltas(typeId, snapshots.length, sizeGb), {
    resource: "snapshots",
    sizeGb,
  });
}
