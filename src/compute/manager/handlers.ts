// Every message a host understands: casts, which are tasks, and calls, which answer.

import type { Delivery, Handler } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import type { ConsoleAddress, ConsoleKind, GuestRef } from "../drivers/driver.ts";
import { hostOfTopic } from "../topics.ts";
import { buildTask } from "./build.ts";
import { cacheImages } from "./cache-images.ts";
import type { Compute, Host } from "./compute.ts";
import { restoreTask, softDeleteTask, terminateTask } from "./delete.ts";
import {
  type AttachInterfaceArgs,
  attachInterface,
  attachVolumeTask,
  type CopyVolumeArgs,
  copyVolume,
  detachInterfaceTask,
  detachVolumeTask,
  extendVolumeTask,
  swapVolumeTask,
} from "./devices.ts";
import { guestRef } from "./guest-spec.ts";
import { backupTask, snapshotTask } from "./images.ts";
import { liveMigrationTask, running } from "./live-migration.ts";
import { type MoveVolumeArgs, moveVolume } from "./move-volume.ts";
import {
  crashDumpTask,
  type InstanceArgs,
  pauseTask,
  rebootTask,
  resumeTask,
  setPasswordTask,
  startTask,
  stopTask,
  suspendTask,
  unpauseTask,
} from "./power.ts";
import { rebuildTask } from "./rebuild.ts";
import { rescueTask, unrescueTask } from "./rescue.ts";
import {
  confirmResizeTask,
  finishResizeTask,
  finishRevertResizeTask,
  resizeTask,
  revertResizeTask,
} from "./resize.ts";
import { shelveOffloadTask, shelveTask, unshelveTask } from "./shelve.ts";
import { type TaskOptions, taskHandler } from "./task.ts";

// biome-ignore lint/suspicious/noExplicitAny: each task has arguments of its own kind
const TASKS: Readonly<Record<string, TaskOptions<any>>> = {
  build_and_run_instance: buildTask,
  terminate_instance: terminateTask,
  soft_delete_instance: softDeleteTask,
  restore_instance: restoreTask,
  start_instance: startTask,
  stop_instance: stopTask,
  reboot_instance: rebootTask,
  pause_instance: pauseTask,
  unpause_instance: unpauseTask,
  suspend_instance: suspendTask,
  resume_instance: resumeTask,
  set_admin_password: setPasswordTask,
  trigger_crash_dump: crashDumpTask,
  rebuild_instance: rebuildTask,
  rescue_instance: rescueTask,
  unrescue_instance: unrescueTask,
  resize_instance: resizeTask,
  finish_resize: finishResizeTask,
  confirm_resize: confirmResizeTask,
  revert_resize: revertResizeTask,
  finish_revert_resize: finishRevertResizeTask,
  snapshot_instance: snapshotTask,
  backup_instance: backupTask,
  shelve_instance: shelveTask,
  shelve_offload_instance: shelveOffloadTask,
  unshelve_instance: unshelveTask,
  attach_volume: attachVolumeTask,
  detach_volume: detachVolumeTask,
  extend_volume: extendVolumeTask,
  swap_volume: swapVolumeTask,
  detach_interface: detachInterfaceTask,
  live_migration: liveMigrationTask,
};

type Call<A> = (host: Host, args: A, context: RequestContext) => unknown;

export function computeHandlers(compute: Compute): Record<string, Handler> {
  const call = <A>(answer: Call<A>): Handler =>
    ((context: RequestContext, args: A, delivery: Delivery) => {
      const host = compute.hosts.get(hostOfTopic(delivery.topic));
      if (!host) throw new Error(`no host for ${delivery.topic}`);
      return answer(host, args, context);
    }) as Handler;
  const ref = (args: InstanceArgs) => {
    const instance = compute.store.instance(args.instanceUuid);
    return guestRef(instance ?? ({ uuid: args.instanceUuid, name: "" } as never));
  };
  const calls: Record<string, Handler> = {
    attach_interface: call<AttachInterfaceArgs>((host, args, context) =>
      attachInterface(compute, context, host, args),
    ),
    copy_volume: call<CopyVolumeArgs>((host, args) => copyVolume(compute, host, args)),
    move_volume: call<MoveVolumeArgs>((host, args) => moveVolume(compute, host, args)),
    get_console_output: call<InstanceArgs & { maxBytes: number }>((host, args) =>
      host.driver.consoleOutput(ref(args), args.maxBytes),
    ),
    get_console: call<InstanceArgs & { kind: ConsoleKind }>((host, args) =>
      consoleOf(compute, host, ref(args), args.kind),
    ),
    get_diagnostics: call<InstanceArgs>((host, args) => host.driver.diagnostics(ref(args))),
    get_host_uptime: call<object>(async (host) => (await host.driver.resources()).uptime),
    cache_images: call<{ imageIds: string[] }>((host, args, context) =>
      cacheImages(compute, context, host, args.imageIds),
    ),
    get_capabilities: call<object>((host) => host.driver.capabilities),
    abort_live_migration: call<{ migrationUuid: string }>((_, args) => {
      running.get(args.migrationUuid)?.abort(new Error("aborted by the user"));
    }),
  };
  const tasks = Object.entries(TASKS).map(
    ([name, options]) => [name, taskHandler(compute, options)] as const,
  );
  return { ...Object.fromEntries(tasks), ...calls };
}

/** A screen is where the proxy is told to look for it. */
async function consoleOf(
  { settings }: Compute,
  host: Host,
  guest: GuestRef,
  kind: ConsoleKind,
): Promise<ConsoleAddress | null> {
  if (kind !== "novnc") return host.driver.console(guest, kind);
  if (!settings.VNC_ENABLED) return null;
  const address = await host.driver.console(guest, kind);
  const told = settings.VNCSERVER_PROXYCLIENT_ADDRESS;
  return address && told !== "" ? { ...address, host: told } : address;
}
