// Rebuild, rescue and shelving as the API accepts them. Authority: nova/compute/api.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, Invalid } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { UnshelveServer } from "../conductor/conductor.ts";
import { ComputeHostNotFound, ImageUnacceptable, InstanceInvalidState } from "../errors.ts";
import { systemMetadataOf } from "../manager/guest-spec.ts";
import type { RebuildArgs } from "../manager/rebuild.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRow } from "../tables.ts";
import { CONDUCTOR_TOPIC, computeTopic, type RequestSpec } from "../topics.ts";
import { accept, checkRequest } from "./access.ts";
import {
  autoDiskConfig,
  checkFiles,
  checkImageAndFlavor,
  checkMetadata,
  checkZone,
  type InjectedFile,
  kernelAndRamdisk,
} from "./checks.ts";
import { createQueuedImage } from "./images.ts";
import { fromVolume } from "./moves.ts";

export interface RebuildServer {
  imageId: string;
  adminPassword: string;
  name?: string;
  description?: string | null;
  metadata?: Record<string, string>;
  hostname?: string;
  /** Null removes the key. */
  keyName?: string | null;
  /** Null removes it. */
  userData?: string | null;
  accessIPv4?: string;
  accessIPv6?: string;
  diskConfig: boolean | null;
  files: InjectedFile[];
  zeroDiskAllowed: boolean;
}

export function rebuildServer(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: RebuildServer,
): void {
  checkRequest(context, instance, "rebuild");
  const image = imageFor(nova, context, wanted.imageId, "Cannot find image for rebuild");
  const diskConfig = autoDiskConfig(image, wanted.diskConfig);
  const flavor = nova.store.flavorsOf(instance.uuid)?.cur;
  const volumeBacked = fromVolume(nova, instance.uuid);
  if (volumeBacked) checkRootVolume(nova, context, instance, image.id);
  if (wanted.metadata) checkMetadata(nova, context, wanted.metadata);
  checkFiles(nova, context, wanted.files);
  if (flavor) checkImageAndFlavor(image, flavor, null, wanted.zeroDiskAllowed || volumeBacked);
  const { kernelId, ramdiskId } = kernelAndRamdisk(nova, context, image);
  const key = keyChange(nova, context, wanted.keyName);
  const changes: Partial<InstanceRow> = {
    ...(wanted.name === undefined ? {} : { display_name: wanted.name }),
    ...(wanted.description === undefined ? {} : { display_description: wanted.description }),
    ...(wanted.hostname === undefined ? {} : { hostname: wanted.hostname }),
    ...(wanted.userData === undefined ? {} : { user_data: wanted.userData }),
    ...(wanted.accessIPv4 === undefined ? {} : { access_ip_v4: wanted.accessIPv4 }),
    ...(wanted.accessIPv6 === undefined ? {} : { access_ip_v6: wanted.accessIPv6 }),
    ...key,
    ...(volumeBacked ? {} : { image_ref: image.id }),
    kernel_id: kernelId,
    ramdisk_id: ramdiskId,
    auto_disk_config: diskConfig,
    os_type: image.properties["os_type"] ?? null,
    architecture: image.properties["architecture"] ?? image.properties["hw_architecture"] ?? null,
    vm_mode: image.properties["vm_mode"] ?? image.properties["hw_vm_mode"] ?? null,
    progress: 0,
  };
  const message: RebuildArgs = {
    instanceUuid: instance.uuid,
    order: { adminPassword: wanted.adminPassword, injectedFiles: wanted.files },
    formerVmState: instance.vm_state ?? "active",
    migrationUuid: null,
  };
  accept(nova, context, instance, {
    action: "rebuild",
    task: "rebuilding",
    changes,
    also: () => {
      if (wanted.metadata) nova.store.setMetadata(instance.uuid, wanted.metadata);
      replaceImageFacts(nova, instance.uuid, image);
      nova.context.bus.cast(context, computeTopic(instance.host ?? ""), "rebuild_instance", message);
    },
  });
}

function keyChange(
  nova: Nova,
  context: RequestContext,
  name: string | null | undefined,
): Partial<InstanceRow> {
  if (name === undefined) return {};
  if (name === null) return { key_name: null, key_data: null };
  const key = nova.keypairs.find(context.userId ?? "", name);
  if (!key) throw new Invalid("Invalid key_name provided.");
  return { key_name: key.name, key_data: key.publicKey };
}

/** The disk of a volume-backed server stays: only the image it was made from will do. */
function checkRootVolume(nova: Nova, context: RequestContext, instance: InstanceRow, imageId: string): void {
  const root = nova.store.blockDevicesOf(instance.uuid).find((row) => row.boot_index === 0);
  const volume = root?.volume_id ? nova.volumes.show(context, root.volume_id) : null;
  if (volume?.imageMetadata["image_id"] !== imageId) {
    throw new ImageUnacceptable(
      imageId,
      "Unable to rebuild with a different image for a volume-backed server.",
    );
  }
}

/** What is kept of the image with the server, and for later scheduling. */
function replaceImageFacts(nova: Nova, uuid: string, image: ImageInfo): void {
  const { store } = nova;
  const old = Object.keys(store.systemMetadataOf(uuid)).filter((key) => key.startsWith("image_"));
  store.mergeSystemMetadata(uuid, {
    ...Object.fromEntries(old.map((key) => [key, null])),
    ...systemMetadataOf(image),
    image_base_image_ref: image.id,
  });
  changeSpec(nova, uuid, { imageId: image.id, imageProperties: image.properties });
}

export function changeSpec(nova: Nova, uuid: string, changes: Partial<RequestSpec>): void {
  const row = nova.store.requestSpecs.first({ instance_uuid: uuid });
  if (!row) return;
  nova.store.requestSpecs.update({ id: row.id }, { spec: { ...(row.spec as RequestSpec), ...changes } });
}

function imageFor(nova: Nova, context: RequestContext, id: string, missing: string): ImageInfo {
  try {
    return nova.images.show(context, id);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "not-found") throw new Invalid(missing);
    throw error;
  }
}

export function rescueServer(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  wanted: { adminPassword: string; imageId: string | null; volumeBackedToo: boolean },
): void {
  checkRequest(context, instance, "rescue");
  const imageId =
    wanted.imageId ??
    (instance.image_ref || nova.store.systemMetadataOf(instance.uuid)["image_base_image_ref"] || null);
  const properties = wanted.imageId
    ? imageFor(nova, context, wanted.imageId, `Requested rescue image '${wanted.imageId}' is not supported`)
        .properties
    : {};
  if (fromVolume(nova, instance.uuid)) {
    const stable = "hw_rescue_bus" in properties && "hw_rescue_device" in properties;
    if (!wanted.volumeBackedToo || !stable) {
      throw new Invalid(
        `Instance ${instance.uuid} cannot be rescued: Cannot rescue a volume-backed instance`,
      );
    }
  }
  if (imageId === null) {
    throw new Invalid(`Instance ${instance.uuid} cannot be rescued: there is no image to rescue it with`);
  }
  accept(nova, context, instance, {
    action: "rescue",
    task: "rescuing",
    method: "rescue_instance",
    args: { adminPassword: wanted.adminPassword, imageId },
  });
}

export function shelve(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "shelve");
  if (fromVolume(nova, instance.uuid)) {
    accept(nova, context, instance, {
      action: "shelve",
      task: "shelving",
      method: "shelve_offload_instance",
    });
    return;
  }
  const imageId = createQueuedImage(
    nova,
    context,
    instance,
    `${instance.display_name}-shelved`,
    "snapshot",
    {},
  );
  accept(nova, context, instance, {
    action: "shelve",
    task: "shelving",
    method: "shelve_instance",
    args: { imageId },
    also: () =>
      nova.store.mergeSystemMetadata(instance.uuid, { image_base_image_ref: instance.image_ref ?? "" }),
  });
}

export function shelveOffload(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "shelveOffload");
  accept(nova, context, instance, {
    action: "shelveOffload",
    task: "shelving_offloading",
    method: "shelve_offload_instance",
  });
}

export interface Unshelve {
  /** Undefined: as before; null: any from now on. */
  availabilityZone?: string | null;
  host: string | null;
}

export function unshelve(nova: Nova, context: RequestContext, instance: InstanceRow, wanted: Unshelve): void {
  checkRequest(context, instance, "unshelve");
  const zoneGiven = wanted.availabilityZone !== undefined;
  if ((zoneGiven || wanted.host !== null) && instance.vm_state !== "shelved_offloaded") {
    throw new UnshelveInvalidState(instance);
  }
  const spec = nova.store.requestSpecs.first({ instance_uuid: instance.uuid })?.spec as
    | RequestSpec
    | undefined;
  const zone = zoneGiven ? (wanted.availabilityZone ?? null) : (spec?.availabilityZone ?? null);
  if (zoneGiven && wanted.availabilityZone) checkZone(nova, wanted.availabilityZone);
  if (wanted.host !== null) {
    if (!nova.nodes.ofHost(wanted.host)) throw new ComputeHostNotFound(wanted.host);
    if (zone !== null && nova.zones.zoneOf(wanted.host) !== zone) {
      throw new CloudError("conflict", `Host "${wanted.host}" is not in the availability zone "${zone}".`);
    }
  }
  accept(nova, context, instance, {
    action: "unshelve",
    task: "unshelving",
    also: () => {
      changeSpec(nova, instance.uuid, { availabilityZone: zone });
      const message: UnshelveServer = { instanceUuid: instance.uuid, targetHost: wanted.host };
      nova.context.bus.cast(context, CONDUCTOR_TOPIC, "unshelve_instance", message);
    },
  });
}

class UnshelveInvalidState extends InstanceInvalidState {
  constructor(instance: InstanceRow) {
    super("unshelve", instance.uuid, "vm_state", instance.vm_state);
    this.message = `Specifying an availability zone or a host when unshelving server "${instance.uuid}" with status "${instance.vm_state}" is not supported. The server status must be SHELVED_OFFLOADED.`;
  }
}
