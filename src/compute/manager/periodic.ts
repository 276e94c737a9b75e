// What nova-compute does now and then. Authority: the periodic tasks of nova/compute/manager.py of Zed.

import { adminContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import type { MigrationRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";
import type { Compute } from "./compute.ts";
import { syncAll } from "./recover.ts";

/** How often Nova looks for resizes to confirm and servers to reclaim (the default spacing of its periodic tasks). */
const SPACING_MS = 60_000;

/** Returns what ends each. */
export function startPeriodicTasks(compute: Compute): (() => void)[] {
  const { clock } = compute.context;
  const { SYNC_POWER_STATE_INTERVAL: syncSeconds } = compute.settings;
  const { RESIZE_CONFIRM_WINDOW: confirmSeconds, RECLAIM_INSTANCE_INTERVAL: reclaimSeconds } = compute.nova;
  const every = (ms: number, name: string, work: () => void | Promise<void>) =>
    clock.every(ms, async () => {
      try {
        await work();
      } catch (error) {
        compute.log.error(null, `Periodic task ${name} failed: ${messageOf(error)}`, error);
      }
    });
  return [
    ...(syncSeconds > 0 ? [every(syncSeconds * 1000, "_sync_power_states", () => syncAll(compute))] : []),
    ...(confirmSeconds > 0
      ? [every(SPACING_MS, "_poll_unconfirmed_resizes", () => confirmResizes(compute, confirmSeconds))]
      : []),
    ...(reclaimSeconds > 0
      ? [every(SPACING_MS, "_reclaim_queued_deletes", () => reclaimDeleted(compute, reclaimSeconds))]
      : []),
  ];
}

/** Resizes that nobody confirmed within the window. */
export function confirmResizes(compute: Compute, windowSeconds: number): void {
  const before = compute.now() - windowSeconds * 1000;
  for (const migration of compute.store.migrations.list({ status: "finished", deleted: 0 })) {
    if ((migration.updated_at ?? 0) > before || !compute.hosts.has(migration.source_compute ?? "")) continue;
    confirm(compute, migration);
  }
}

function confirm(compute: Compute, migration: MigrationRow): void {
  const instance = compute.store.instance(migration.instance_uuid ?? "");
  const now = compute.now();
  if (instance?.vm_state !== "resized") {
    const which = `migration ${migration.id} of instance ${migration.instance_uuid}`;
    compute.log.warning(null, `Setting ${which} to error: the instance is not resized`);
    compute.store.migrations.update({ id: migration.id }, { status: "error", updated_at: now });
    return;
  }
  if (instance.task_state !== null) return;
  const context = adminContext(compute.context.ids.requestId());
  compute.log.info(
    context,
    `[instance: ${instance.uuid}] Automatically confirming migration ${migration.id}`,
  );
  compute.store.db.transaction(() => {
    compute.store.migrations.update({ id: migration.id }, { status: "confirming", updated_at: now });
    compute.actions.start(context, instance.uuid, "confirmResize");
    compute.cast(context, computeTopic(migration.source_compute ?? ""), "confirm_resize", {
      instanceUuid: instance.uuid,
      migrationUuid: migration.uuid,
    });
  });
}

/** Servers that were set aside long enough ago. */
export function reclaimDeleted(compute: Compute, intervalSeconds: number): void {
  const before = compute.now() - intervalSeconds * 1000;
  for (const instance of compute.store.instances.list({ vm_state: "soft-delete", deleted: 0 })) {
    if (instance.task_state !== null || (instance.deleted_at ?? 0) > before) continue;
    if (!compute.hosts.has(instance.host ?? "")) continue;
    const context = adminContext(compute.context.ids.requestId());
    compute.log.info(context, `[instance: ${instance.uuid}] Reclaiming deleted instance`);
    compute.store.db.transaction(() => {
      compute.store.updateInstance(instance.uuid, { task_state: "deleting" }, compute.now());
      compute.cast(context, computeTopic(instance.host ?? ""), "terminate_instance", {
        instanceUuid: instance.uuid,
      });
    });
  }
}
