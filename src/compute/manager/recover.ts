// Bringing the rows and the guests together: when the service starts, when a guest stops by itself, and now and then.
// Authority: nova/compute/manager.py (init_host, _init_instance, _sync_power_states, _sync_instance_power_state,
// _cleanup_running_deleted_instances) of Zed.
//
// What was in hand when the process died is delivered again and needs nothing here. This mends what no message stands
// for: guests that stopped or started meanwhile, tasks whose message is gone, guests nobody knows.

import { adminContext } from "../../core/context.ts";
import { messageOf, NotFound } from "../../core/errors.ts";
import type { GuestInfo, LifecycleEvent, PowerState } from "../drivers/driver.ts";
import { POWER_STATE_NUMBERS } from "../states.ts";
import type { InstanceRow } from "../tables.ts";
import { CONDUCTOR_TOPIC, computeTopic, SCHEDULER_TOPIC } from "../topics.ts";
import type { Compute, Host } from "./compute.ts";
import { guestRef, guestSpec } from "./guest-spec.ts";
import { dropOrphanedImages } from "./images.ts";
import { forNetwork, keepNetworkInfo } from "./networks.ts";

/** Servers whose next step is in some queue. */
function awaited(compute: Compute): Set<string> {
  const uuids = new Set<string>();
  const topics = [CONDUCTOR_TOPIC, SCHEDULER_TOPIC];
  for (const message of compute.store.waitingMessages(topics, computeTopic(""))) {
    const args = message as { instanceUuid?: string; instanceUuids?: string[] };
    if (args.instanceUuid) uuids.add(args.instanceUuid);
    for (const uuid of args.instanceUuids ?? []) uuids.add(uuid);
  }
  return uuids;
}

/** Before these hosts take messages. */
export async function recoverHosts(compute: Compute, hosts: readonly Host[]): Promise<void> {
  const inQueues = awaited(compute);
  failLostTasks(compute, inQueues);
  await dropHalfAttached(compute, inQueues);
  await completeCards(compute, hosts);
  try {
    dropOrphanedImages(compute, adminContext(compute.context.ids.requestId()));
  } catch (error) {
    compute.log.warning(null, `Images begun before a crash cannot be looked for: ${messageOf(error)}`);
  }
  for (const host of hosts) {
    try {
      await recoverHost(compute, host, inQueues, { starting: true });
    } catch (error) {
      compute.log.error(null, `Reconciling ${host.name} failed: ${messageOf(error)}`, error);
    }
  }
}

/** A task that nobody works on and no message stands for would last for ever. */
function failLostTasks(compute: Compute, inQueues: ReadonlySet<string>): void {
  const stuck = compute.store
    .withTask()
    .filter((row) => !inQueues.has(row.uuid) && !compute.locks.busy(row.uuid));
  for (const { uuid, task_state, vm_state, host } of stuck) {
    // Nova leaves a server that was only to be rebooted or the like in its state and ends the task.
    const broken = vm_state === "building" || RUINED.has(task_state ?? "");
    compute.log.warning(
      null,
      `[instance: ${uuid}] task ${task_state} was lost; ${broken ? "set to ERROR" : "ended"}`,
    );
    compute.store.db.transaction(() => {
      compute.store.updateInstance(
        uuid,
        { task_state: null, ...(broken ? { vm_state: "error" } : {}) },
        compute.now(),
      );
      if (broken) {
        compute.actions.addFault(
          uuid,
          host,
          new Error("lost"),
          `The task ${task_state} was interrupted and lost.`,
        );
      }
    });
  }
}

/** A volume whose attaching was cut short before anybody was told to do it: the mapping goes, the volume is let go. */
async function dropHalfAttached(compute: Compute, inQueues: ReadonlySet<string>): Promise<void> {
  const { store } = compute;
  for (const row of store.blockDevices.list({
    destination_type: "volume",
    attachment_id: null,
    deleted: 0,
  })) {
    const instance = store.instance(row.instance_uuid ?? "");
    if (!instance || inQueues.has(instance.uuid) || compute.locks.busy(instance.uuid)) continue;
    if (instance.task_state !== null || !WHOLE.has(instance.vm_state ?? "")) continue;
    const context = adminContext(compute.context.ids.requestId());
    try {
      const { attachments } = compute.volumes.show(context, row.volume_id ?? "");
      const made = attachments.find((each) => each.instanceUuid === instance.uuid);
      if (made) await compute.volumes.deleteAttachment(context, made.attachmentId);
    } catch (error) {
      if (!(error instanceof NotFound)) {
        compute.log.warning(context, `Volume ${row.volume_id} cannot be let go yet: ${messageOf(error)}`);
        continue;
      }
    }
    store.removeBlockDevice(row, compute.now());
    compute.log.info(
      context,
      `[instance: ${instance.uuid}] attaching volume ${row.volume_id} was cut short; undone`,
    );
  }
}

/**
 * A network card whose attaching was cut short may be known to the network only. Nobody was told what came of it, so what
 * was begun is done: attaching what is attached changes nothing.
 */
async function completeCards(compute: Compute, hosts: readonly Host[]): Promise<void> {
  const { store, actions } = compute;
  const unfinished = { event: "compute_attach_interface", finish_time: null };
  for (const event of store.actionEvents.list(unfinished)) {
    const host = hosts.find(({ name }) => name === event.host);
    if (!host) continue;
    const uuid = store.actions.first({ id: event.action_id ?? 0 })?.instance_uuid ?? "";
    const context = adminContext(compute.context.ids.requestId());
    try {
      const instance = store.instance(uuid);
      if (!instance || instance.host !== host.name) throw new NotFound(`${uuid} is not on ${host.name}.`);
      const vifs = compute.network.vifs(uuid);
      await compute.network.plug(context, forNetwork(instance, host), vifs);
      for (const vif of vifs) await host.driver.attachInterface(guestRef(instance), vif);
      keepNetworkInfo(compute, uuid);
      actions.endEvent(event.id);
    } catch (error) {
      compute.log.warning(
        context,
        `[instance: ${uuid}] attaching a network card was cut short: ${messageOf(error)}`,
      );
      actions.endEvent(event.id, error);
    }
  }
}

/** Servers that are not being made and were made once. */
const WHOLE: ReadonlySet<string> = new Set([
  "active",
  "stopped",
  "paused",
  "suspended",
  "rescued",
  "resized",
  "shelved",
  "shelved_offloaded",
]);

const RUINED: ReadonlySet<string> = new Set([
  "rebuilding",
  "rebuild_block_device_mapping",
  "rebuild_spawning",
  "resize_migrating",
  "resize_migrated",
  "resize_finish",
  "resize_reverting",
  "deleting",
]);

async function recoverHost(
  compute: Compute,
  host: Host,
  inQueues: ReadonlySet<string>,
  { starting }: { starting: boolean },
): Promise<void> {
  const guests = new Map((await host.driver.list()).map((guest) => [guest.uuid, guest]));
  const rows = compute.store.instances.list({ host: host.name, deleted: 0 });
  for (const row of rows) {
    const guest = guests.get(row.uuid) ?? null;
    guests.delete(row.uuid);
    if (inQueues.has(row.uuid) || row.task_state !== null) continue;
    if (
      compute.settings.RESUME_GUESTS_STATE_ON_HOST_BOOT &&
      row.vm_state === "active" &&
      row.power_state === POWER_STATE_NUMBERS.running &&
      guest?.powerState !== "running"
    ) {
      await resumeGuest(compute, host, row);
    } else if (starting && guest === null && LIVE.has(row.vm_state ?? "")) {
      guestGone(compute, row);
    } else syncPowerState(compute, row, guest);
  }
  for (const stray of guests.values()) await removeStray(compute, host, stray, inQueues);
}

/** States in which there is a guest with memory. */
const LIVE: ReadonlySet<string> = new Set(["active", "paused", "suspended", "rescued"]);

/** After `stack down` there is nothing to stop: the server is off, and its next start makes the guest anew. */
function guestGone(compute: Compute, row: InstanceRow): void {
  compute.log.info(null, `[instance: ${row.uuid}] its guest is gone; the server is SHUTOFF`);
  compute.store.updateInstance(
    row.uuid,
    { vm_state: "stopped", power_state: POWER_STATE_NUMBERS.shutdown },
    compute.now(),
  );
}

async function resumeGuest(compute: Compute, host: Host, instance: InstanceRow): Promise<void> {
  const context = adminContext(compute.context.ids.requestId());
  try {
    const spec = guestSpec(compute, context, instance);
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
    await host.driver.powerOn(spec);
    compute.log.info(context, `[instance: ${instance.uuid}] Rebooting instance after nova-compute restart.`);
  } catch (error) {
    compute.log.warning(
      context,
      `[instance: ${instance.uuid}] Failed to resume instance: ${messageOf(error)}`,
    );
    compute.store.updateInstance(instance.uuid, { vm_state: "error" }, compute.now());
    compute.actions.addFault(instance.uuid, host.name, error);
  }
}

/**
 * A guest that runs for a deleted server, or that moved away, is removed. One that no row ever named is another's
 * business and only reported.
 */
async function removeStray(
  compute: Compute,
  host: Host,
  guest: GuestInfo,
  inQueues: ReadonlySet<string>,
): Promise<void> {
  const row = compute.store.instances.first({ uuid: guest.uuid });
  if (inQueues.has(guest.uuid) || compute.locks.busy(guest.uuid)) return;
  if (!row) {
    compute.log.warning(null, `${guest.name} (${guest.uuid}) on ${host.name} is not in the database`);
    return;
  }
  const moving = compute.store.migrationsOf(guest.uuid, [
    "finished",
    "confirming",
    "reverting",
    "post-migrating",
  ]);
  if (moving.some((m) => m.source_compute === host.name || m.dest_compute === host.name)) return;
  compute.log.info(
    null,
    `[instance: ${guest.uuid}] ${guest.name} is ${row.deleted ? "deleted" : `on ${row.host}`}; its guest on ${host.name} is removed`,
  );
  if (row.deleted !== 0 || row.host !== null) {
    await host.driver.destroy(guestRef(row), { keepDisks: row.deleted === 0 });
  }
}

/** The power state is always what the hypervisor says; a server that should not be so is stopped. */
export function syncPowerState(compute: Compute, row: InstanceRow, guest: GuestInfo | null): void {
  if (row.task_state !== null) return;
  const power = guest?.powerState ?? "nostate";
  if (row.power_state !== POWER_STATE_NUMBERS[power]) {
    compute.store.updateInstance(row.uuid, { power_state: POWER_STATE_NUMBERS[power] }, compute.now());
  }
  const off = power === "shutdown" || power === "crashed";
  const wrong: Record<string, string | null> = {
    active: off
      ? "Instance shutdown by itself. Calling the stop API."
      : power === "suspended"
        ? "Instance is suspended unexpectedly. Calling the stop API."
        : null,
    stopped: off || power === "nostate" ? null : "Instance is not stopped. Calling the stop API.",
    paused: off ? "Paused instance shutdown by itself. Calling the stop API." : null,
  };
  const text = wrong[row.vm_state ?? ""];
  if (text) stop(compute, row, `${text} ${stateText(row, power)}`);
  else if (row.vm_state === "active" && power === "paused") {
    compute.log.warning(null, `[instance: ${row.uuid}] Instance is paused unexpectedly. Ignore.`);
  } else if (row.vm_state === "active" && power === "nostate") {
    compute.log.warning(null, `[instance: ${row.uuid}] Instance is unexpectedly not found. Ignore.`);
  }
}

function stateText(row: InstanceRow, power: PowerState): string {
  return `Current vm_state: ${row.vm_state}, current task_state: None, original DB power_state: ${row.power_state}, current VM power_state: ${POWER_STATE_NUMBERS[power]}`;
}

/** As if somebody had asked for it. */
function stop(compute: Compute, row: InstanceRow, why: string): void {
  const context = adminContext(compute.context.ids.requestId());
  compute.log.warning(context, `[instance: ${row.uuid}] ${why}`);
  compute.store.db.transaction(() => {
    compute.store.updateInstance(row.uuid, { task_state: "powering-off", progress: 0 }, compute.now());
    compute.actions.start(context, row.uuid, "stop");
    compute.cast(context, computeTopic(row.host ?? ""), "stop_instance", { instanceUuid: row.uuid });
  });
}

/** A guest stopped, or was stopped, without this cloud having done it. */
export async function onLifecycleEvent(compute: Compute, host: Host, event: LifecycleEvent): Promise<void> {
  await compute.locks.run(event.guest.uuid, async () => {
    const row = compute.store.instance(event.guest.uuid);
    if (!row || row.host !== host.name || row.task_state !== null) return;
    const guests = await host.driver.list();
    syncPowerState(compute, row, guests.find((guest) => guest.uuid === row.uuid) ?? null);
  });
}

/** Every sync_power_state_interval. */
export async function syncAll(compute: Compute): Promise<void> {
  for (const host of compute.hosts.values()) {
    try {
      await recoverHost(compute, host, awaited(compute), { starting: false });
    } catch (error) {
      compute.log.warning(null, `Reconciling ${host.name} failed: ${messageOf(error)}`);
    }
  }
}
