// The end of a server. Authority: nova/compute/manager.py (terminate_instance, _delete_instance, _shutdown_instance).

import { elevated } from "../../core/context.ts";
import type { InstanceRow, MigrationRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";
import { releaseAllocations, releaseMigration } from "./allocations.ts";
import type { Compute } from "./compute.ts";
import { guestRef, guestSpec } from "./guest-spec.ts";
import { removeShelvedImage } from "./images.ts";
import { usesNetworks } from "./networks.ts";
import type { InstanceArgs } from "./power.ts";
import { setMigration } from "./resize.ts";
import { reportUsage } from "./resources.ts";
import { errorOut, type TaskOptions, type TaskRun } from "./task.ts";
import { releaseVolumes } from "./volumes.ts";

export const terminateTask: TaskOptions<InstanceArgs> = {
  event: "compute_terminate_instance",
  onItsHost: false,
  async work(run) {
    const { compute, context, host, instance } = run;
    const admin = elevated(context);
    if (instance.host !== null && instance.host !== host.name) {
      // It moved, or was given another host, after the message was sent.
      compute.cast(context, computeTopic(instance.host), "terminate_instance", run.args);
      return;
    }
    await endMigrations(run);
    await host.driver.destroy(guestRef(instance), { keepDisks: false });
    run.checkRunning();
    if (usesNetworks(compute, instance.uuid)) {
      await compute.network.deallocateForInstance(admin, instance.uuid);
    }
    await releaseVolumes(compute, context, instance.uuid, { keepRows: true });
    run.checkRunning();
    releaseAllocations(compute, context, instance);
    removeShelvedImage(compute, context, instance.uuid);
    // Last: everything above can be repeated, and is, as long as the row says that there is something to do.
    removeInstance(compute, instance, { cleaned: true });
    reportUsage(compute, host);
    compute.log.info(context, `[instance: ${instance.uuid}] Instance destroyed successfully.`);
  },
  failed: errorOut,
};

/** A move that has not come to its end has left something at its source, its destination and in the books. */
async function endMigrations(run: TaskRun<InstanceArgs>): Promise<void> {
  const { compute, context, host, instance } = run;
  const ref = guestRef(instance);
  for (const migration of compute.store.migrationsOf(instance.uuid, HOLDING)) {
    const source = compute.hosts.get(migration.source_compute ?? "");
    const destination = compute.hosts.get(migration.dest_compute ?? "");
    if (migration.migration_type === "resize" || migration.migration_type === "migration") {
      await source?.driver.confirmMigration(ref, source === destination);
    }
    for (const other of new Set([source, destination])) {
      if (other && other !== host) await other.driver.destroy(ref, { keepDisks: false });
    }
    run.checkRunning();
    releaseMigration(compute, context, instance, migration);
    closeMigration(compute, migration);
  }
}

/** Statuses of a migration that may still hold something. */
export const HOLDING = [
  "accepted",
  "queued",
  "preparing",
  "running",
  "pre-migrating",
  "migrating",
  "post-migrating",
  "finished",
  "confirming",
  "reverting",
  "error",
];
const DONE = ["finished", "confirming"];

/** Its server is gone: a resize that was done counts as confirmed, everything else has failed. */
export function closeMigration(compute: Pick<Compute, "store" | "now">, migration: MigrationRow): void {
  setMigration(compute, migration.uuid, {
    status: DONE.includes(migration.status ?? "") ? "confirmed" : "error",
  });
}

/** The rows of a server whose resources have all been given back. */
export function removeInstance(
  compute: Pick<Compute, "store" | "now">,
  instance: InstanceRow,
  options: { cleaned: boolean },
): void {
  const { store } = compute;
  const now = compute.now();
  store.db.transaction(() => {
    for (const row of store.blockDevicesOf(instance.uuid)) store.removeBlockDevice(row, now);
    store.instances.update(
      { id: instance.id },
      {
        vm_state: "deleted",
        task_state: null,
        power_state: 0,
        terminated_at: now,
        deleted: instance.id,
        deleted_at: now,
        updated_at: now,
        cleaned: options.cleaned ? 1 : 0,
      },
    );
    store.tags.delete({ resource_id: instance.uuid });
    store.consoleTokens.delete({ instance_uuid: instance.uuid });
    store.infoCaches.delete({ instance_uuid: instance.uuid });
  });
}

/** Off and kept, until it is restored or its time is over. */
export const softDeleteTask: TaskOptions<InstanceArgs> = {
  event: "compute_soft_delete_instance",
  during: ["soft-deleting"],
  async work(run) {
    await run.host.driver.powerOff(guestRef(run.instance), 0);
    run.save({ vm_state: "soft-delete", task_state: null, power_state: 4 });
  },
};

export const restoreTask: TaskOptions<InstanceArgs> = {
  event: "compute_restore_instance",
  during: ["restoring"],
  async work(run) {
    const { compute, context, host, instance } = run;
    await host.driver.powerOn(guestSpec(compute, context, instance));
    run.save({ vm_state: "active", task_state: null, power_state: 1, deleted_at: null });
  },
};
