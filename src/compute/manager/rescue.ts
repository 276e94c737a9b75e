// Rescue: the server runs from another image, its own disks beside it. Authority: nova/compute/manager.py of Zed.

import { fetchImages, guestImage, guestSpec } from "./guest-spec.ts";
import { forNetwork } from "./networks.ts";
import { type InstanceArgs, powerNumber } from "./power.ts";
import { errorOut, type TaskOptions } from "./task.ts";

export interface RescueArgs extends InstanceArgs {
  adminPassword: string;
  imageId: string;
}

export const rescueTask: TaskOptions<RescueArgs> = {
  event: "compute_rescue_instance",
  during: ["rescuing"],
  async work(run) {
    const { compute, context, host, args, instance } = run;
    await fetchImages(compute, context, args.imageId);
    const image = guestImage(compute, context, args.imageId);
    const spec = guestSpec(compute, context, instance);
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
    await host.driver.rescue(spec, image, args.adminPassword);
    run.save({
      vm_state: "rescued",
      task_state: null,
      power_state: await powerNumber(run),
      launched_at: compute.now(),
    });
  },
};

export const unrescueTask: TaskOptions<InstanceArgs> = {
  event: "compute_unrescue_instance",
  during: ["unrescuing"],
  async work(run) {
    const { compute, context, host, instance } = run;
    const spec = guestSpec(compute, context, instance);
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(instance, host), spec.vifs);
    await host.driver.unrescue(spec);
    run.save({ vm_state: "active", task_state: null, power_state: await powerNumber(run) });
  },
  // Also where the driver has no such thing (nova/compute/manager.py, rescue_instance).
  failed: (run) => errorOut(run),
};
