// Resize and cold migration on the hosts: resize_instance (source), finish_resize (destination), then confirm_resize
// (source) or revert_resize (destination) and finish_revert_resize (source). Authority: nova/compute/manager.py of Zed.
// The migration's status says how far it has come; each step begins only from the status before it.

import { type DiskTransfer, GuestDiskFailed, type GuestSpec } from "../drivers/driver.ts";
import { ResizeFailed } from "../errors.ts";
import type { TaskState } from "../states.ts";
import type { FlavorSnapshot, InstanceFlavors, InstanceRow, MigrationRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";
import { holdForMove, providerOf, releaseMigration, resourcesOf } from "./allocations.ts";
import type { Compute, Host } from "./compute.ts";
import { guestRef, guestSpec } from "./guest-spec.ts";
import { forNetwork, keepNetworkInfo, usesNetworks } from "./networks.ts";
import { type InstanceArgs, powerNumber, shutdownTimeout } from "./power.ts";
import { reportUsage } from "./resources.ts";
import { errorOut, type TaskOptions, type TaskRun } from "./task.ts";

export interface MigrationArgs extends InstanceArgs {
  migrationUuid: string;
}

type Run = TaskRun<MigrationArgs>;

const RESIZING: readonly TaskState[] = [
  "resize_prep",
  "resize_migrating",
  "resize_migrated",
  "resize_finish",
];

function migrationOf(run: Run): MigrationRow {
  const row = run.compute.store.migrations.first({ uuid: run.args.migrationUuid });
  if (!row) throw new Error(`migration ${run.args.migrationUuid} is not known`);
  return row;
}

export function setMigration(
  compute: Pick<Compute, "store" | "now">,
  uuid: string,
  changes: Partial<MigrationRow>,
): void {
  compute.store.migrations.update({ uuid }, { ...changes, updated_at: compute.now() });
}

function flavorsOf(run: Run): InstanceFlavors {
  const flavors = run.compute.store.flavorsOf(run.instance.uuid);
  if (!flavors) throw new Error(`instance ${run.instance.uuid} has no flavor`);
  return flavors;
}

/** The columns of the instance that repeat its flavor. */
export function flavorColumns(flavor: FlavorSnapshot) {
  return {
    memory_mb: flavor.memory_mb,
    vcpus: flavor.vcpus,
    root_gb: flavor.root_gb,
    ephemeral_gb: flavor.ephemeral_gb,
    instance_type_id: flavor.id,
  };
}

function wasStopped(run: Run): boolean {
  return run.compute.store.systemMetadataOf(run.instance.uuid)["old_vm_state"] === "stopped";
}

/** The move failed: the server is in ERROR where it is, and holds nothing elsewhere. */
function moveFailed(run: Run): void {
  const { compute, context, instance } = run;
  setMigration(compute, run.args.migrationUuid, { status: "error" });
  releaseMigration(compute, context, instance, migrationOf(run));
  errorOut(run);
}

/** At the source. The server is still there, and as it was when its disks could not be moved at all. */
function resizeFailed(run: Run, error: unknown): void {
  const { compute, context, instance } = run;
  const flavors = compute.store.flavorsOf(instance.uuid);
  if (flavors && instance.host !== null) {
    holdForMove(compute.placement, context, instance, migrationOf(run), {
      instance: holdingAt(compute, instance, instance.host, flavors.cur),
      migration: {},
    });
    compute.store.setFlavors(instance.uuid, { cur: flavors.cur, old: null, new: null });
  }
  setMigration(compute, run.args.migrationUuid, { status: "error" });
  if (!(error instanceof ResizeFailed)) return errorOut(run);
  compute.log.info(
    context,
    `[instance: ${instance.uuid}] Setting instance back to ${instance.vm_state} after: ${error.message}`,
  );
  compute.store.updateInstance(instance.uuid, { task_state: null }, compute.now());
}

export const resizeTask: TaskOptions<MigrationArgs> = {
  event: "compute_resize_instance",
  during: RESIZING,
  onItsHost: false,
  async work(run) {
    const { compute, context, host, instance } = run;
    const migration = migrationOf(run);
    if (!["pre-migrating", "migrating"].includes(migration.status ?? "")) return;
    const { new: flavor } = flavorsOf(run);
    if (!flavor) throw new Error(`instance ${instance.uuid} has no new flavor`);
    run.save(
      { task_state: "resize_migrating" },
      { expected: RESIZING, also: () => setMigration(compute, migration.uuid, { status: "migrating" }) },
    );
    const destination = compute.hosts.get(migration.dest_compute ?? "");
    if (!destination) throw new Error(`no host ${migration.dest_compute}`);
    const spec = guestSpec(compute, context, instance);
    const rootGb = spec.bootsFromVolume ? 0 : flavor.root_gb;
    const transfer = await setDisksAside(run, spec, destination, rootGb);
    if (migration.dest_compute !== host.name && usesNetworks(compute, instance.uuid)) {
      await compute.network.unplug(context, instance.uuid);
    }
    run.save(
      { task_state: "resize_migrated", host: migration.dest_compute, node: migration.dest_node },
      {
        also: () => {
          setMigration(compute, migration.uuid, { status: "post-migrating", disk_info: transfer });
          compute.cast(context, computeTopic(destination.name), "finish_resize", run.args);
        },
      },
    );
    reportUsage(compute, host);
    reportUsage(compute, destination);
  },
  failed: resizeFailed,
};

/** @throws ResizeFailed when the driver refuses before it has touched anything */
async function setDisksAside(
  run: Run,
  spec: GuestSpec,
  destination: Host,
  rootGb: number,
): Promise<DiskTransfer> {
  const target = destination.driver.migrationTarget();
  try {
    return await run.host.driver.migrateDiskAndPowerOff(spec, target, rootGb, shutdownTimeout(run));
  } catch (cause) {
    if (cause instanceof GuestDiskFailed) throw new ResizeFailed(cause.message, { cause });
    throw cause;
  }
}

export const finishResizeTask: TaskOptions<MigrationArgs> = {
  event: "compute_finish_resize",
  during: RESIZING,
  async work(run) {
    const { compute, context, host } = run;
    const migration = migrationOf(run);
    if (migration.status !== "post-migrating") return;
    const flavors = flavorsOf(run);
    const flavor = flavors.new ?? flavors.cur;
    run.save({ task_state: "resize_finish", ...flavorColumns(flavor) }, { expected: RESIZING });
    const spec = guestSpec(compute, context, run.instance, { flavor });
    await reconnectVolumes(run);
    const connected = guestSpec(compute, context, run.instance, { flavor });
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(run.instance, host), spec.vifs);
    await host.driver.finishMigration(
      connected,
      (migration.disk_info ?? {}) as DiskTransfer,
      !wasStopped(run),
    );
    run.save(
      {
        vm_state: "resized",
        task_state: null,
        power_state: await powerNumber(run),
        launched_at: compute.now(),
        launched_on: host.name,
      },
      {
        also: () => {
          compute.store.setFlavors(run.instance.uuid, {
            cur: flavor,
            old: flavors.old ?? flavors.cur,
            new: flavor,
          });
          setMigration(compute, migration.uuid, { status: "finished" });
        },
      },
    );
    if (usesNetworks(compute, run.instance.uuid)) keepNetworkInfo(compute, run.instance.uuid);
    reportUsage(compute, host);
  },
  failed: moveFailed,
};

/** Volumes follow the server to its new host. */
export async function reconnectVolumes(run: TaskRun<InstanceArgs>): Promise<void> {
  const { compute, context, host, instance } = run;
  for (const row of compute.store.blockDevicesOf(instance.uuid)) {
    if (row.destination_type !== "volume" || !row.attachment_id) continue;
    const connection = await compute.volumes.connectAttachment(context, row.attachment_id, {
      host: host.name,
      mountpoint: row.device_name ?? "",
    });
    compute.store.blockDevices.update({ id: row.id }, { connection_info: connection });
    compute.volumes.completeAttachment(context, row.attachment_id);
  }
}

export const confirmResizeTask: TaskOptions<MigrationArgs> = {
  event: "compute_confirm_resize",
  onItsHost: false,
  async work(run) {
    const { compute, context, host, instance } = run;
    const migration = migrationOf(run);
    if (migration.status !== "confirming") return;
    await host.driver.confirmMigration(
      guestRef(instance),
      migration.dest_compute === migration.source_compute,
    );
    releaseMigration(compute, context, instance, migration);
    const flavors = flavorsOf(run);
    const stopped = wasStopped(run) || instance.power_state === 4;
    run.save(
      { vm_state: stopped ? "stopped" : "active", task_state: null },
      {
        expected: [null, "deleting", "soft-deleting"],
        also: () => {
          compute.store.setFlavors(instance.uuid, { cur: flavors.cur, old: null, new: null });
          compute.store.mergeSystemMetadata(instance.uuid, { old_vm_state: null });
          setMigration(compute, migration.uuid, { status: "confirmed" });
        },
      },
    );
    reportUsage(compute, host);
  },
  failed: moveFailed,
};

export const revertResizeTask: TaskOptions<MigrationArgs> = {
  event: "compute_revert_resize",
  during: ["resize_reverting"],
  onItsHost: false,
  async work(run) {
    const { compute, context, host, instance } = run;
    const migration = migrationOf(run);
    if (migration.status !== "reverting") return;
    const sameHost = migration.dest_compute === migration.source_compute;
    await host.driver.revertMigration(guestRef(instance), sameHost);
    if (!sameHost && usesNetworks(compute, instance.uuid))
      await compute.network.unplug(context, instance.uuid);
    const { old } = flavorsOf(run);
    run.save(
      {
        host: migration.source_compute,
        node: migration.source_node,
        ...(old ? flavorColumns(old) : {}),
      },
      {
        also: () =>
          compute.cast(
            context,
            computeTopic(migration.source_compute ?? ""),
            "finish_revert_resize",
            run.args,
          ),
      },
    );
    reportUsage(compute, host);
  },
  failed: moveFailed,
};

export const finishRevertResizeTask: TaskOptions<MigrationArgs> = {
  event: "compute_finish_revert_resize",
  during: ["resize_reverting"],
  async work(run) {
    const { compute, context, host, instance } = run;
    const migration = migrationOf(run);
    if (migration.status !== "reverting") return;
    const flavors = flavorsOf(run);
    const flavor = flavors.old ?? flavors.cur;
    const stopped = wasStopped(run);
    await reconnectVolumes(run);
    const spec = guestSpec(compute, context, instance, { flavor });
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
    await host.driver.finishRevertMigration(spec, !stopped);
    holdForMove(compute.placement, context, instance, migration, {
      instance: holdingAt(compute, instance, host.name, flavor),
      migration: {},
    });
    run.save(
      { vm_state: stopped ? "stopped" : "active", task_state: null, power_state: await powerNumber(run) },
      {
        also: () => {
          compute.store.setFlavors(instance.uuid, { cur: flavor, old: null, new: null });
          compute.store.mergeSystemMetadata(instance.uuid, { old_vm_state: null });
          setMigration(compute, migration.uuid, { status: "reverted" });
        },
      },
    );
    if (usesNetworks(compute, instance.uuid)) keepNetworkInfo(compute, instance.uuid);
    reportUsage(compute, host);
  },
  failed: moveFailed,
};

/** What a server of this flavor holds on a host; nothing when the host has no provider. */
export function holdingAt(
  compute: Pick<Compute, "store" | "nodes">,
  instance: InstanceRow,
  host: string,
  flavor: FlavorSnapshot,
): Record<string, Record<string, number>> {
  const provider = providerOf(compute, host);
  if (!provider) return {};
  const fromVolume = compute.store
    .blockDevicesOf(instance.uuid)
    .some((row) => row.boot_index === 0 && row.destination_type === "volume");
  return { [provider]: resourcesOf(flavor, fromVolume) };
}
