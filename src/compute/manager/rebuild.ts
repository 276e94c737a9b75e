// Rebuild: the same server from another image, and evacuation: the same server on another host.
// Authority: nova/compute/manager.py (rebuild_instance) of Zed.

import { POWER_STATE_NUMBERS, type TaskState } from "../states.ts";
import type { BuildOrder } from "../topics.ts";
import { configDriveFor } from "./config-drive.ts";
import { fetchRootImages, guestRef, guestSpec } from "./guest-spec.ts";
import { forNetwork, keepNetworkInfo, usesNetworks } from "./networks.ts";
import { type InstanceArgs, powerNumber } from "./power.ts";
import { reconnectVolumes, setMigration } from "./resize.ts";
import { reportUsage } from "./resources.ts";
import { errorOut, type TaskOptions } from "./task.ts";

export interface RebuildArgs extends InstanceArgs {
  order: Pick<BuildOrder, "adminPassword" | "injectedFiles">;
  /** What the server was before: a stopped one is stopped again. */
  formerVmState: string;
  /** Set when this host takes the server over from one that is down. */
  migrationUuid: string | null;
}

const REBUILDING: readonly TaskState[] = ["rebuilding", "rebuild_block_device_mapping", "rebuild_spawning"];

export const rebuildTask: TaskOptions<RebuildArgs> = {
  event: "compute_rebuild_instance",
  during: REBUILDING,
  onItsHost: false,
  async work(run) {
    const { compute, context, host, args } = run;
    const evacuated = args.migrationUuid !== null;
    if (!evacuated && run.instance.host !== host.name) return;
    if (evacuated && run.instance.host !== host.name) {
      run.save({ host: host.name, node: host.resources.hypervisorHostname }, { expected: REBUILDING });
    }
    run.save({ task_state: "rebuilding" }, { expected: REBUILDING });
    await host.driver.destroy(guestRef(run.instance), { keepDisks: false });
    run.save({ task_state: "rebuild_block_device_mapping" });
    await reconnectVolumes(run);
    run.save({ task_state: "rebuild_spawning" });
    await fetchRootImages(compute, context, run.instance);
    const spec = guestSpec(compute, context, run.instance, { imageNeeded: true });
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(run.instance, host), spec.vifs);
    const configDrive = await configDriveFor(compute, run.instance, spec, args.order);
    await host.driver.spawn({ ...spec, configDrive });
    const stop = args.formerVmState === "stopped";
    if (stop) await host.driver.powerOff(guestRef(run.instance), 0);
    run.save(
      {
        vm_state: stop ? "stopped" : "active",
        task_state: null,
        power_state: stop ? POWER_STATE_NUMBERS.shutdown : await powerNumber(run),
        launched_at: compute.now(),
        launched_on: host.name,
        progress: 0,
      },
      { also: () => args.migrationUuid && setMigration(compute, args.migrationUuid, { status: "done" }) },
    );
    if (usesNetworks(compute, run.instance.uuid)) keepNetworkInfo(compute, run.instance.uuid);
    reportUsage(compute, host);
  },
  failed(run) {
    if (run.args.migrationUuid) setMigration(run.compute, run.args.migrationUuid, { status: "failed" });
    errorOut(run);
  },
};
