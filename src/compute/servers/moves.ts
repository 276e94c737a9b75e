// Servers that change their size or their host: resize, cold and live migration, evacuation.
// Authority: nova/compute/api.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { Invalid, NotFound } from "../../core/errors.ts";
import type { ActionName } from "../actions.ts";
import type { EvacuateServer, LiveMigrateServer, MigrateServer } from "../conductor/conductor.ts";
import { ComputeHostNotFound, FlavorRefNotFound, HostUnavailable, InvalidRequest } from "../errors.ts";
import type { Nova } from "../nova.ts";
import { checkAllowed, type InstanceRequest, type TaskState } from "../states.ts";
import type { FlavorSnapshot, InstanceRow, MigrationRow } from "../tables.ts";
import { CONDUCTOR_TOPIC, computeTopic } from "../topics.ts";
import { accept, askHost, asOwner, checkHostUp, checkRequest, hostIsUp } from "./access.ts";
import { autoDiskConfig } from "./checks.ts";
import { flavorSnapshot } from "./create-rows.ts";

export class ComputeServiceInUse extends Invalid {
  constructor(host: string | null) {
    super(`Compute service of ${host} is still in use.`);
  }
}

/** The server as the API's `MigrationNotFound`: 400 on confirm and revert. */
export class NotResized extends Invalid {
  constructor() {
    super("Instance has not been resized.");
  }
}

export function fromVolume(nova: Nova, uuid: string): boolean {
  return nova.store
    .blockDevicesOf(uuid)
    .some((row) => row.boot_index === 0 && row.destination_type === "volume");
}

function newMigration(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  kind: string,
  extra: Partial<MigrationRow> = {},
): string {
  const uuid = nova.context.ids.uuid();
  const now = nova.now();
  nova.store.migrations.insert({
    uuid,
    created_at: now,
    updated_at: now,
    instance_uuid: instance.uuid,
    source_compute: instance.host,
    source_node: instance.node,
    old_instance_type_id: instance.instance_type_id,
    new_instance_type_id: instance.instance_type_id,
    status: "accepted",
    migration_type: kind,
    user_id: context.userId,
    project_id: context.projectId,
    ...extra,
  });
  return uuid;
}

export function resizeServer(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  flavorId: string,
  options: { diskConfig: boolean | null; zeroDiskAllowed: boolean },
): void {
  checkRequest(context, instance, "resize");
  checkHostUp(nova, instance);
  const current = flavorOf(nova, instance);
  const wanted = nova.flavors.find(context, flavorId);
  if (!wanted) throw new FlavorRefNotFound(flavorId);
  const volumeBacked = fromVolume(nova, instance.uuid);
  if (wanted.root_gb === 0 && current.root_gb !== 0 && !volumeBacked) {
    throw new Invalid(
      "Server disk was unable to be resized because: Resize to zero disk flavor is not allowed.",
    );
  }
  if (wanted.id === current.id) throw new Invalid("When resizing, instances must change flavor!");
  if (wanted.disabled) throw new FlavorRefNotFound(flavorId);
  nova.quotas.checkDeltas(asOwner(context, instance), {
    cores: wanted.vcpus - current.vcpus,
    ram: wanted.memory_mb - current.memory_mb,
  });
  checkAgainstImage(nova, instance, wanted, volumeBacked);
  startMove(nova, context, instance, "resize", wanted, null, {
    auto_disk_config: options.diskConfig ?? false,
  });
}

/** What of the image is kept with the server says how small it may get. */
function checkAgainstImage(
  nova: Nova,
  instance: InstanceRow,
  wanted: FlavorSnapshot,
  volumeBacked: boolean,
): void {
  if (volumeBacked) return;
  const kept = nova.store.systemMetadataOf(instance.uuid);
  if (wanted.memory_mb < Number(kept["image_min_ram"] ?? 0)) {
    throw new Invalid("Flavor's memory is too small for requested image.");
  }
  const minDisk = Number(kept["image_min_disk"] ?? 0) * 2 ** 30;
  const size = wanted.root_gb * 2 ** 30;
  if (size !== 0 && minDisk > size) {
    throw new Invalid(
      `Flavor's disk is smaller than the minimum size specified in image metadata. Flavor disk is ${size} bytes, minimum size is ${minDisk} bytes.`,
    );
  }
}

export function migrateServer(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  targetHost: string | null,
): void {
  checkRequest(context, instance, "migrate");
  checkHostUp(nova, instance);
  if (targetHost !== null) {
    if (targetHost === instance.host) {
      throw new InvalidRequest("Cannot migrate to the host where the server exists.");
    }
    if (!nova.nodes.ofHost(targetHost)) throw new ComputeHostNotFound(targetHost);
  }
  startMove(nova, context, instance, "migration", null, targetHost, {});
}

function startMove(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  kind: "resize" | "migration",
  flavor: FlavorSnapshot | null,
  targetHost: string | null,
  changes: Partial<InstanceRow>,
): void {
  const current = flavorOf(nova, instance);
  accept(nova, context, instance, {
    action: kind === "resize" ? "resize" : "migrate",
    task: "resize_prep",
    changes: { ...changes, progress: 0 },
    also: () => {
      const migrationUuid = newMigration(nova, context, instance, kind, {
        new_instance_type_id: flavor?.id ?? current.id,
      });
      nova.store.setFlavors(instance.uuid, {
        cur: current,
        old: current,
        new: flavor ? flavorSnapshot(flavor) : current,
      });
      nova.store.mergeSystemMetadata(instance.uuid, {
        old_vm_state: instance.vm_state,
        image_base_image_ref: instance.image_ref ?? "",
      });
      const message: MigrateServer = { instanceUuid: instance.uuid, migrationUuid, targetHost };
      nova.context.bus.cast(context, CONDUCTOR_TOPIC, "migrate_server", message);
    },
  });
}

export function confirmResize(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "confirmResize");
  const migration = finishedMigration(nova, instance);
  if (!hostIsUp(nova, migration.source_compute)) throw new HostUnavailable();
  endMove(nova, context, instance, migration, "confirming", {
    action: "confirmResize",
    host: migration.source_compute,
    method: "confirm_resize",
  });
}

export function revertResize(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "revertResize");
  const migration = finishedMigration(nova, instance);
  endMove(nova, context, instance, migration, "reverting", {
    action: "revertResize",
    host: migration.dest_compute,
    method: "revert_resize",
    task: "resize_reverting",
  });
}

function endMove(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  migration: MigrationRow,
  status: string,
  order: { action: ActionName; host: string | null; method: string; task?: TaskState },
): void {
  accept(nova, context, instance, {
    action: order.action,
    ...(order.task ? { task: order.task } : {}),
    also: () => {
      nova.store.migrations.update({ id: migration.id }, { status, updated_at: nova.now() });
      nova.context.bus.cast(context, computeTopic(order.host ?? ""), order.method, {
        instanceUuid: instance.uuid,
        migrationUuid: migration.uuid,
      });
    },
  });
}

function finishedMigration(nova: Nova, instance: InstanceRow): MigrationRow {
  const migration = nova.store.migrationsOf(instance.uuid, ["finished"])[0];
  if (!migration) throw new NotResized();
  return migration;
}

function flavorOf(nova: Nova, instance: InstanceRow): FlavorSnapshot {
  const flavor = nova.store.flavorsOf(instance.uuid)?.cur;
  if (!flavor) throw new NotFound(`Flavor of instance ${instance.uuid} could not be found.`);
  return flavor;
}

export interface LiveMigration {
  targetHost: string | null;
  /** Null: as it fits. */
  blockMigration: boolean | null;
  force: boolean;
}

export function liveMigrate(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: LiveMigration,
): void {
  checkRequest(context, instance, "liveMigrate");
  checkTarget(nova, wanted.targetHost);
  if (!hostIsUp(nova, instance.host)) {
    throw new Invalid(`Compute service of ${instance.host} is unavailable at this time.`);
  }
  accept(nova, context, instance, {
    action: "live-migration",
    task: "migrating",
    also: () => {
      const migrationUuid = newMigration(nova, context, instance, "live-migration");
      const message: LiveMigrateServer = {
        instanceUuid: instance.uuid,
        migrationUuid,
        targetHost: wanted.targetHost,
        blockMigration: wanted.blockMigration ?? true,
        force: wanted.force,
      };
      nova.context.bus.cast(context, CONDUCTOR_TOPIC, "live_migrate_server", message);
    },
  });
}

function checkTarget(nova: Nova, host: string | null): void {
  if (host !== null && !nova.nodes.ofHost(host)) throw new ComputeHostNotFound(host);
}

export class InvalidMigrationState extends Invalid {
  constructor(id: string, uuid: string, state: string | null, method: string) {
    super(
      `Migration ${id} state of instance ${uuid} is ${state}. Cannot ${method} while the migration is in this state.`,
    );
  }
}

export class MigrationNotFound extends NotFound {
  constructor(id: string, uuid: string) {
    super(`Migration ${id} not found for instance ${uuid}`);
  }
}

/** @throws MigrationNotFound */
export function migrationOf(nova: Nova, instance: InstanceRow, id: string): MigrationRow {
  const row = /^\d+$/.test(id) ? nova.store.migrations.first({ id: Number(id) }) : null;
  if (!row || row.instance_uuid !== instance.uuid) throw new MigrationNotFound(id, instance.uuid);
  return row;
}

export async function abortLiveMigration(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  id: string,
  queuedToo: boolean,
): Promise<void> {
  checkRequest(context, instance, "abortLiveMigration");
  const migration = migrationOf(nova, instance, id);
  const allowed = queuedToo ? ["running", "queued", "preparing"] : ["running"];
  if (!allowed.includes(migration.status ?? "")) {
    throw new InvalidMigrationState(id, instance.uuid, migration.status, "abort live migration");
  }
  accept(nova, context, instance, { action: "live_migration_cancel" });
  await askHost(nova, context, instance, "abort_live_migration", { migrationUuid: migration.uuid });
}

export function forceComplete(nova: Nova, context: RequestContext, instance: InstanceRow, id: string): void {
  checkRequest(context, instance, "forceComplete" satisfies InstanceRequest);
  const migration = migrationOf(nova, instance, id);
  if (migration.status !== "running") {
    throw new InvalidMigrationState(id, instance.uuid, migration.status, "force complete");
  }
  accept(nova, context, instance, { action: "live_migration_force_complete" });
}

export function evacuate(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: { targetHost: string | null; force: boolean; adminPassword: string | null },
): void {
  checkAllowed(instance, "evacuate");
  if (wanted.targetHost !== null) {
    if (!nova.nodes.ofHost(wanted.targetHost)) {
      throw new Invalid(`Compute host ${wanted.targetHost} not found.`);
    }
    if (wanted.targetHost === instance.host) throw new Invalid("The target host can't be the same one.");
  }
  if (hostIsUp(nova, instance.host)) throw new ComputeServiceInUse(instance.host);
  accept(nova, context, instance, {
    action: "evacuate",
    task: "rebuilding",
    also: () => {
      const migrationUuid = newMigration(nova, context, instance, "evacuation");
      const message: EvacuateServer = {
        instanceUuid: instance.uuid,
        migrationUuid,
        targetHost: wanted.targetHost,
        blockMigration: false,
        force: wanted.force,
        order: { adminPassword: wanted.adminPassword, injectedFiles: [] },
        formerVmState: instance.vm_state ?? "active",
      };
      nova.context.bus.cast(context, CONDUCTOR_TOPIC, "evacuate_server", message);
    },
  });
}

/** OS-DCF:diskConfig of a request against the image the server was made from. */
export function diskConfigOf(nova: Nova, instance: InstanceRow, asked: boolean | null): boolean | null {
  if (asked === null) return null;
  const kept = nova.store.systemMetadataOf(instance.uuid)["image_auto_disk_config"];
  return autoDiskConfig(
    {
      id: instance.image_ref ?? "",
      properties: kept === undefined ? {} : { auto_disk_config: kept },
    } as never,
    asked,
  );
}
