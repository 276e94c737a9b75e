// Shelving: the server's disk becomes an image, its host is given back; unshelving builds it again from that image.
// Authority: nova/compute/manager.py (shelve_instance and its neighbours) of Zed, shelved_offload_time = 0.

import { messageOf } from "../../core/errors.ts";
import { computeTopic } from "../topics.ts";
import { releaseAllocations } from "./allocations.ts";
import { nameDisksOf } from "./device-names.ts";
import { fetchImages, guestImage, guestRef, guestSpec } from "./guest-spec.ts";
import { removeImage, removeShelvedImage, type SnapshotArgs, uploadSnapshot } from "./images.ts";
import { forNetwork, keepNetworkInfo, usesNetworks } from "./networks.ts";
import { type InstanceArgs, powerNumber, shutdownTimeout } from "./power.ts";
import { reconnectVolumes } from "./resize.ts";
import { reportUsage } from "./resources.ts";
import { errorOut, type TaskOptions } from "./task.ts";
import { forgetConnections } from "./volumes.ts";

const SHELVED: ReadonlySet<string> = new Set(["shelved", "shelved_offloaded"]);
const UPLOAD = { pending: "shelving_image_pending_upload", uploading: "shelving_image_uploading" } as const;

export const shelveTask: TaskOptions<SnapshotArgs> = {
  event: "compute_shelve_instance",
  during: ["shelving", "shelving_image_pending_upload", "shelving_image_uploading"],
  async work(run) {
    const { compute, context, host, instance, args } = run;
    const paused = instance.vm_state === "paused" || instance.vm_state === "suspended";
    await host.driver.powerOff(guestRef(instance), paused ? 0 : shutdownTimeout(run));
    await uploadSnapshot(run, UPLOAD, [
      "shelving",
      "shelving_image_pending_upload",
      "shelving_image_uploading",
    ]);
    run.save(
      { vm_state: "shelved", task_state: "shelving_offloading", power_state: await powerNumber(run) },
      {
        also: () => {
          compute.store.mergeSystemMetadata(instance.uuid, {
            shelved_at: new Date(compute.now()).toISOString().replace("Z", "000"),
            shelved_image_id: args.imageId,
            shelved_host: host.name,
          });
          compute.cast(context, computeTopic(host.name), "shelve_offload_instance", {
            instanceUuid: instance.uuid,
          });
        },
      },
    );
  },
  failed(run, error) {
    removeImage(run.compute, run.context, run.args.imageId);
    errorOut(run);
    run.compute.log.debug(run.context, `shelving failed: ${error}`);
  },
  abandoned(compute, context, args) {
    // An image that a shelved server is to be made from again stays.
    const kept = compute.store.systemMetadataOf(args.instanceUuid)["shelved_image_id"];
    if (kept !== args.imageId) removeImage(compute, context, args.imageId);
  },
};

export const shelveOffloadTask: TaskOptions<InstanceArgs> = {
  event: "compute_shelve_offload_instance",
  during: ["shelving", "shelving_offloading"],
  async work(run) {
    const { compute, context, host, instance } = run;
    const power = await powerNumber(run);
    await host.driver.destroy(guestRef(instance), { keepDisks: false });
    if (usesNetworks(compute, instance.uuid)) await compute.network.unplug(context, instance.uuid);
    forgetConnections(compute, instance.uuid);
    releaseAllocations(compute, context, instance);
    run.save({
      vm_state: "shelved_offloaded",
      task_state: null,
      power_state: power,
      host: null,
      node: null,
    });
    reportUsage(compute, host);
  },
};

export const unshelveTask: TaskOptions<InstanceArgs> = {
  event: "compute_unshelve_instance",
  during: ["unshelving", "spawning"],
  async work(run) {
    const { compute, context, host } = run;
    run.save(
      { task_state: "spawning", launched_on: host.name },
      { expected: ["unshelving", "spawning"], also: () => nameDisksOf(compute, run.instance) },
    );
    reportUsage(compute, host);
    await reconnectVolumes(run);
    const shelvedImage = compute.store.systemMetadataOf(run.instance.uuid)["shelved_image_id"] ?? null;
    await fetchImages(compute, context, shelvedImage);
    const spec = guestSpec(compute, context, run.instance);
    const image =
      shelvedImage && !spec.bootsFromVolume ? guestImage(compute, context, shelvedImage) : spec.image;
    if (spec.vifs.length > 0) await compute.network.plug(context, forNetwork(run.instance, host), spec.vifs);
    await host.driver.spawn({ ...spec, image });
    run.save({
      vm_state: "active",
      task_state: null,
      power_state: await powerNumber(run),
      launched_at: compute.now(),
    });
    removeShelvedImage(compute, context, run.instance.uuid);
    if (usesNetworks(compute, run.instance.uuid)) keepNetworkInfo(compute, run.instance.uuid);
    reportUsage(compute, host);
  },
  abandoned(compute, context, { instanceUuid }) {
    // Perhaps it had just been made when a crash came.
    if (!SHELVED.has(compute.store.instance(instanceUuid)?.vm_state ?? "")) {
      removeShelvedImage(compute, context, instanceUuid);
    }
  },
  async failed(run) {
    // Back on the shelf: nothing is lost, it can be tried again.
    const { compute, context, host, instance } = run;
    await host.driver.destroy(guestRef(instance), { keepDisks: false }).catch((error) => {
      compute.log.warning(
        context,
        `[instance: ${instance.uuid}] its guest was not removed: ${messageOf(error)}`,
      );
    });
    releaseAllocations(compute, context, instance);
    compute.store.updateInstance(
      instance.uuid,
      { vm_state: "shelved_offloaded", task_state: null, host: null, node: null },
      compute.now(),
    );
    reportUsage(compute, host);
  },
};
