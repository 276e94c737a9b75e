// Stop, start, reboot, pause, suspend and their opposites. Authority: nova/compute/manager.py of Zed.

import { messageOf } from "../../core/errors.ts";
import { GuestNotFound } from "../drivers/driver.ts";
import { POWER_STATE_NUMBERS, type TaskState, type VmState } from "../states.ts";
import { guestRef, guestSpec } from "./guest-spec.ts";
import { forNetwork } from "./networks.ts";
import { errorOut, type TaskOptions, type TaskRun } from "./task.ts";

export interface InstanceArgs {
  instanceUuid: string;
}

export interface StopArgs extends InstanceArgs {
  /** False: the power is taken at once. */
  cleanShutdown?: boolean;
}

export interface RebootArgs extends InstanceArgs {
  kind: "SOFT" | "HARD";
}

type Run = TaskRun<InstanceArgs>;

/**
 * The guest's power state as the driver sees it, as nova numbers it; that of a guest which is not there is NOSTATE
 * (manager.py, _get_power_state). @throws what the driver throws when it cannot tell
 */
export async function powerNumber(run: Run): Promise<number> {
  try {
    return POWER_STATE_NUMBERS[(await run.host.driver.info(guestRef(run.instance))).powerState];
  } catch (error) {
    if (error instanceof GuestNotFound) return POWER_STATE_NUMBERS.nostate;
    throw error;
  }
}

/** A plain step: the driver does it, then the server has this state. */
function step(
  event: string,
  during: TaskState,
  vmState: VmState,
  work: (run: Run) => Promise<void>,
  failed?: TaskOptions<InstanceArgs>["failed"],
): TaskOptions<InstanceArgs> {
  return {
    event,
    during: [during],
    async work(run) {
      await work(run);
      run.save({ vm_state: vmState, task_state: null, power_state: await powerNumber(run) });
    },
    ...(failed ? { failed } : {}),
  };
}

/** Host side and guest are made ready from what the databases say, then it starts. */
async function powerOn(run: Run): Promise<void> {
  const { compute, context, host, instance } = run;
  const spec = guestSpec(compute, context, instance);
  if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
  await host.driver.powerOn(spec);
}

export const startTask = step("compute_start_instance", "powering-on", "active", powerOn);

export const stopTask: TaskOptions<StopArgs> = step(
  "compute_stop_instance",
  "powering-off",
  "stopped",
  async (run) => {
    const { cleanShutdown = true } = run.args as StopArgs;
    const timeout = cleanShutdown ? shutdownTimeout(run) : 0;
    await run.host.driver.powerOff(guestRef(run.instance), timeout);
  },
);

/** nova/compute/manager.py, _get_power_off_values: the image may ask for another time. */
export function shutdownTimeout(run: Run): number {
  const asked = Number(run.compute.store.systemMetadataOf(run.instance.uuid)["image_os_shutdown_timeout"]);
  return Number.isFinite(asked) && asked > 0 ? asked : run.compute.settings.SHUTDOWN_TIMEOUT;
}

export const pauseTask = step("compute_pause_instance", "pausing", "paused", (run) =>
  run.host.driver.pause(guestRef(run.instance)),
);

export const unpauseTask = step("compute_unpause_instance", "unpausing", "active", (run) =>
  run.host.driver.unpause(guestRef(run.instance)),
);

export const suspendTask = step(
  "compute_suspend_instance",
  "suspending",
  "suspended",
  (run) => run.host.driver.suspend(guestRef(run.instance)),
  errorOut,
);

export const resumeTask = step("compute_resume_instance", "resuming", "active", async (run) => {
  const { compute, context, host, instance } = run;
  const spec = guestSpec(compute, context, instance);
  if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
  await host.driver.resume(spec);
});

const REBOOT_TASKS: readonly TaskState[] = [
  "rebooting",
  "reboot_pending",
  "reboot_started",
  "rebooting_hard",
  "reboot_pending_hard",
  "reboot_started_hard",
];

export const rebootTask: TaskOptions<RebootArgs> = {
  event: "compute_reboot_instance",
  during: REBOOT_TASKS,
  async work(run) {
    const { compute, context, host, args, instance } = run;
    const hard = args.kind === "HARD";
    run.save({ task_state: hard ? "reboot_pending_hard" : "reboot_pending" }, { expected: REBOOT_TASKS });
    const spec = guestSpec(compute, context, instance);
    if (hard && spec.vifs.length > 0) {
      await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
    }
    run.save({ task_state: hard ? "reboot_started_hard" : "reboot_started" });
    // A soft reboot of a guest that does not run is a hard one.
    const running = (await powerNumber(run)) === POWER_STATE_NUMBERS.running;
    await host.driver.reboot(spec, hard || !running ? "hard" : "soft", compute.settings.REBOOT_TIMEOUT);
    run.save({ vm_state: "active", task_state: null, power_state: await powerNumber(run) });
  },
  async failed(run, error) {
    // A guest that runs in spite of the failure stays active (manager.py, reboot_instance).
    const power = await powerNumber(run).catch((again) => {
      run.compute.log.error(run.context, `[instance: ${run.instance.uuid}] No power state`, again);
      return POWER_STATE_NUMBERS.nostate;
    });
    const alive = run.args.kind === "SOFT" || power === POWER_STATE_NUMBERS.running;
    run.compute.log.error(
      run.context,
      `[instance: ${run.instance.uuid}] Cannot reboot instance: ${messageOf(error)}`,
    );
    run.compute.store.updateInstance(
      run.instance.uuid,
      { ...(alive ? {} : { vm_state: "error" }), task_state: null, power_state: power },
      run.compute.now(),
    );
  },
};

export const crashDumpTask: TaskOptions<InstanceArgs> = {
  event: "compute_trigger_crash_dump",
  work: (run) => run.host.driver.crashDump(guestRef(run.instance)),
  failed: () => {},
};

export interface PasswordArgs extends InstanceArgs {
  password: string;
}

export const setPasswordTask: TaskOptions<PasswordArgs> = {
  event: "compute_set_admin_password",
  during: ["updating_password"],
  async work(run) {
    await run.host.driver.setAdminPassword(guestRef(run.instance), run.args.password);
    run.save({ task_state: null });
  },
};
