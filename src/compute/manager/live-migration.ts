// Live migration, as the source host does it. Authority: nova/compute/manager.py (live_migration) of Zed.

import { messageOf } from "../../core/errors.ts";
import { holdForMove, releaseMigration } from "./allocations.ts";
import { guestRef, guestSpec } from "./guest-spec.ts";
import { forNetwork, keepNetworkInfo, usesNetworks } from "./networks.ts";
import { powerNumber } from "./power.ts";
import { holdingAt, type MigrationArgs, setMigration } from "./resize.ts";
import { reportUsage } from "./resources.ts";
import type { TaskOptions } from "./task.ts";

export interface LiveMigrationArgs extends MigrationArgs {
  blockMigration: boolean;
}

/** Migrations at work in this process, by uuid: for abort. */
export const running = new Map<string, AbortController>();

export const liveMigrationTask: TaskOptions<LiveMigrationArgs> = {
  event: "compute_live_migration",
  during: ["migrating"],
  onItsHost: false,
  async work(run) {
    const { compute, context, host, args, instance } = run;
    const migration = compute.store.migrations.first({ uuid: args.migrationUuid });
    const destination = compute.hosts.get(migration?.dest_compute ?? "");
    if (!migration || !destination) throw new Error(`migration ${args.migrationUuid} has no destination`);
    const abort = new AbortController();
    running.set(migration.uuid, abort);
    try {
      if (instance.host === host.name) {
        setMigration(compute, migration.uuid, { status: "preparing" });
        const spec = guestSpec(compute, context, instance);
        await destination.driver.prepareLiveMigration(spec, args.blockMigration);
        if (spec.vifs.length > 0) {
          await compute.network.plug(context, forNetwork(instance, destination), spec.vifs);
        }
        setMigration(compute, migration.uuid, { status: "running" });
        // After a crash the guest may already be there.
        if (await isHere(run)) {
          await host.driver.liveMigrate(spec, destination.driver.migrationTarget(), {
            blockMigration: args.blockMigration,
            signal: abort.signal,
            onProgress: (progress) => keepProgress(run, progress),
          });
        }
        // It has gone over: what its old host cannot remove now is removed there later, as any stray guest.
        await host.driver
          .destroy(guestRef(instance), { keepDisks: false })
          .catch((e) => compute.log.warning(context, `cleaning up at ${host.name}: ${messageOf(e)}`));
      }
      // Before the state: once that is saved, a repeat after a crash has nothing left to do.
      releaseMigration(compute, context, instance, migration);
      run.save(
        {
          host: destination.name,
          node: migration.dest_node,
          task_state: null,
          power_state: await powerNumber({ ...run, host: destination } as typeof run),
        },
        { also: () => setMigration(compute, migration.uuid, { status: "completed" }) },
      );
    } finally {
      running.delete(migration.uuid);
    }
    if (usesNetworks(compute, instance.uuid)) keepNetworkInfo(compute, instance.uuid);
    reportUsage(compute, host);
    reportUsage(compute, destination);
  },
  async failed(run, error) {
    const { compute, context, args, instance, host } = run;
    const migration = compute.store.migrations.first({ uuid: args.migrationUuid });
    const cancelled = messageOf(error).includes("abort");
    if (migration) {
      setMigration(compute, migration.uuid, { status: cancelled ? "cancelled" : "error" });
      const destination = compute.hosts.get(migration.dest_compute ?? "");
      if (destination && destination !== host) {
        await destination.driver
          .destroy(guestRef(instance), { keepDisks: false })
          .catch((e) => compute.log.warning(context, `rolling back at ${destination.name}: ${messageOf(e)}`));
      }
      await plugBack(run);
      const flavor = compute.store.flavorsOf(instance.uuid)?.cur;
      if (flavor) {
        holdForMove(compute.placement, context, instance, migration, {
          instance: holdingAt(compute, instance, host.name, flavor),
          migration: {},
        });
      }
    }
    compute.store.updateInstance(instance.uuid, { task_state: null }, compute.now());
  },
};

type Run = Parameters<typeof liveMigrationTask.work>[0];

/** The ports are bound to the source again. */
async function plugBack({ compute, context, host, instance }: Run): Promise<void> {
  if (!usesNetworks(compute, instance.uuid)) return;
  try {
    const cards = compute.network.vifs(instance.uuid);
    await compute.network.plug(context, forNetwork(instance, host), cards);
  } catch (error) {
    compute.log.warning(context, `rolling back at ${host.name}: ${messageOf(error)}`);
  }
}

async function isHere(run: Run): Promise<boolean> {
  const guests = await run.host.driver.list();
  return guests.some((guest) => guest.uuid === run.instance.uuid);
}

function keepProgress(
  run: Run,
  progress: { memoryTotal: number; memoryRemaining: number; diskTotal: number; diskRemaining: number },
): void {
  setMigration(run.compute, run.args.migrationUuid, {
    memory_total: progress.memoryTotal,
    memory_remaining: progress.memoryRemaining,
    memory_processed: progress.memoryTotal - progress.memoryRemaining,
    disk_total: progress.diskTotal,
    disk_remaining: progress.diskRemaining,
    disk_processed: progress.diskTotal - progress.diskRemaining,
  });
}
