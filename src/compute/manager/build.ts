// Building a server on its host: networking, block_device_mapping, spawning, ACTIVE. Every step is noted before it
// begins and can be repeated, so a build that a crash cut short goes on where it was.

import { CloudError, messageOf } from "../../core/errors.ts";
import type { Vif } from "../../network/public.ts";
import { GuestDiskFailed, GuestNotFound } from "../drivers/driver.ts";
import { BuildAborted, BuildRescheduled, TaskStateChanged } from "../errors.ts";
import { POWER_STATE_NUMBERS, type TaskState } from "../states.ts";
import { type BuildAndRun, type BuildInstances, CONDUCTOR_TOPIC } from "../topics.ts";
import { releaseAllocations } from "./allocations.ts";
import { configDriveFor, wantsConfigDrive } from "./config-drive.ts";
import { nameDisksOf } from "./device-names.ts";
import { fetchRootImages, guestRef, guestSpec, imagePropertiesOf } from "./guest-spec.ts";
import { forNetwork, keepNetworkInfo, releaseNetworks } from "./networks.ts";
import { reportUsage } from "./resources.ts";
import { TaskInterrupted, type TaskOptions, type TaskRun } from "./task.ts";
import { completeVolumes, connectVolumesForBuild, forgetConnections, releaseVolumes } from "./volumes.ts";

type Run = TaskRun<BuildAndRun>;

/** The tasks in which a build can be found: the first delivery finds `scheduling`, a repeat any of them. */
const BUILDING: readonly (TaskState | null)[] = [
  "scheduling",
  "networking",
  "block_device_mapping",
  "spawning",
  null,
];

export const buildTask: TaskOptions<BuildAndRun> = {
  event: "compute__do_build_and_run_instance",
  during: BUILDING,
  async work(run) {
    if (run.instance.vm_state !== "building") return;
    const startedAtMs = run.compute.now();
    try {
      await build(run);
    } catch (error) {
      if (error instanceof TaskInterrupted || run.delivery.signal.aborted) throw new TaskInterrupted();
      if (error instanceof TaskStateChanged) throw error;
      if (error instanceof BuildRescheduled) return reschedule(run, error);
      await abort(run, error);
      return;
    }
    const seconds = ((run.compute.now() - startedAtMs) / 1000).toFixed(2);
    run.compute.log.info(
      run.context,
      `[instance: ${run.instance.uuid}] Took ${seconds} seconds to build instance.`,
    );
  },
};

async function build(run: Run): Promise<void> {
  const { compute, context, host, args } = run;
  run.save(
    { task_state: "networking", launched_on: host.name },
    { expected: BUILDING, also: () => nameDisksOf(compute, run.instance) },
  );
  reportUsage(compute, host);
  const vifs = await allocateNetworks(run);
  run.save({ task_state: "block_device_mapping" }, { expected: ["networking"] });
  await connectVolumesForBuild(run);
  run.save({ task_state: "spawning" }, { expected: ["block_device_mapping"] });
  await spawn(run, vifs);
  const info = await host.driver.info(guestRef(run.instance));
  completeVolumes(run);
  run.save(
    {
      vm_state: "active",
      task_state: null,
      power_state: POWER_STATE_NUMBERS[info.powerState],
      launched_at: compute.now(),
      config_drive: wantsConfigDrive(compute, run.instance, imageProperties(run)) ? "True" : "",
    },
    { expected: ["spawning"] },
  );
  reportUsage(compute, host, "succeeded");
  if (args.order.networks !== "none") keepNetworkInfo(compute, run.instance.uuid);
  compute.log.info(context, `[instance: ${run.instance.uuid}] Instance spawned successfully.`);
}

function imageProperties(run: Run): Record<string, string> {
  return imagePropertiesOf(run.compute.store.systemMetadataOf(run.instance.uuid));
}

async function allocateNetworks(run: Run): Promise<Vif[]> {
  const { compute, context, args } = run;
  const { networks, securityGroups } = args.order;
  if (networks === "none") return [];
  try {
    const vifs = await compute.network.allocateForInstance(
      context,
      forNetwork(run.instance, run.host),
      networks,
      securityGroups,
    );
    run.checkRunning();
    return vifs;
  } catch (cause) {
    if (!(cause instanceof CloudError)) throw cause;
    compute.log.error(
      context,
      `[instance: ${run.instance.uuid}] Failed to allocate network(s): ${cause.message}`,
    );
    throw new BuildAborted(run.instance.uuid, "Failed to allocate the network(s), not rescheduling.", {
      cause,
    });
  }
}

async function spawn(run: Run, vifs: readonly Vif[]): Promise<void> {
  const { compute, context, host, args, instance } = run;
  if (run.delivery.redelivered && (await runsAlready(run))) return;
  const spec = await specFor(run, vifs);
  try {
    if (vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), vifs);
    const configDrive = await configDriveFor(compute, instance, spec, args.order);
    await host.driver.spawn({ ...spec, configDrive });
  } catch (error) {
    compute.log.error(context, `[instance: ${instance.uuid}] Instance failed to spawn`, error);
    // nova/compute/manager.py, _build_and_run_instance: a bad image or a full disk is the same everywhere.
    if (error instanceof GuestDiskFailed && /image/i.test(error.message)) {
      throw new BuildAborted(instance.uuid, error.message, { cause: error });
    }
    throw new BuildRescheduled(instance.uuid, messageOf(error), { cause: error });
  }
}

async function specFor(run: Run, vifs: readonly Vif[]) {
  const { compute, context, instance } = run;
  try {
    await fetchRootImages(compute, context, instance);
    return guestSpec(compute, context, instance, { vifs, imageNeeded: true });
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    throw new BuildAborted(instance.uuid, error.message, { cause: error });
  }
}

/** A crash may have come between the driver's success and the commit that says so. */
async function runsAlready(run: Run): Promise<boolean> {
  try {
    return (await run.host.driver.info(guestRef(run.instance))).powerState === "running";
  } catch (error) {
    if (error instanceof GuestNotFound) return false;
    throw error;
  }
}

/** Nothing of it stays on this host; the conductor looks for another. */
async function reschedule(run: Run, error: BuildRescheduled): Promise<void> {
  const { compute, context, host, instance, args } = run;
  compute.log.warning(context, `[instance: ${instance.uuid}] ${error.message}`);
  await cleanHost(run);
  await releaseNetworks(compute, context, instance.uuid);
  forgetConnections(compute, instance.uuid);
  const reason = messageOf(error.cause ?? error);
  const retry = {
    attempts: (args.retry?.attempts ?? 0) + 1,
    hosts: [...(args.retry?.hosts ?? []), host.name],
    reason,
  };
  releaseAllocations(compute, context, instance);
  const message: BuildInstances = { instanceUuids: [instance.uuid], order: args.order, retry };
  run.save(
    { host: null, node: null, task_state: "scheduling" },
    { also: () => compute.cast(context, CONDUCTOR_TOPIC, "build_instances", message) },
  );
  reportUsage(compute, host, "failed");
}

/** It cannot be built anywhere: ERROR with a fault, and nothing is held for it any more. */
async function abort(run: Run, error: unknown): Promise<void> {
  const { compute, context, host, instance } = run;
  compute.log.error(context, `[instance: ${instance.uuid}] ${messageOf(error)}`, error);
  await cleanHost(run);
  await releaseNetworks(compute, context, instance.uuid);
  await releaseVolumes(compute, context, instance.uuid, { keepRows: true });
  releaseAllocations(compute, context, instance);
  run.save(
    { vm_state: "error", task_state: null, host: null, node: null },
    { also: () => compute.actions.addFault(instance.uuid, host.name, error) },
  );
  reportUsage(compute, host, "failed");
}

async function cleanHost(run: Run): Promise<void> {
  try {
    await run.host.driver.destroy(guestRef(run.instance), { keepDisks: false });
  } catch (error) {
    run.compute.log.warning(
      run.context,
      `[instance: ${run.instance.uuid}] cleaning up failed: ${messageOf(error)}`,
    );
  }
}
