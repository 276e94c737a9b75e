// Creating servers: everything is checked, then the rows and the message that builds them are written together.
// Authority: nova/compute/api.py (create, _create_instance, _provision_instances) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { CloudError, Invalid, NotFound } from "../../core/errors.ts";
import type { ImageInfo } from "../../image/public.ts";
import type { NetworkRequest } from "../../network/public.ts";
import { FlavorRefNotFound, InvalidRequest } from "../errors.ts";
import { systemMetadataOf } from "../manager/guest-spec.ts";
import { generateReservationId, hostnameFrom, instanceName } from "../names.ts";
import type { Nova } from "../nova.ts";
import type { KeypairFacts } from "../periphery.ts";
import type { FlavorSnapshot, InstanceRow } from "../tables.ts";
import { type BuildInstances, type BuildOrder, CONDUCTOR_TOPIC, type RequestSpec } from "../topics.ts";
import { allDisks, checkDisks, type DiskRequest, rootDisk } from "./block-devices.ts";
import {
  autoDiskConfig,
  checkFiles,
  checkImageAndFlavor,
  checkMetadata,
  checkZone,
  type InjectedFile,
  kernelAndRamdisk,
} from "./checks.ts";

export interface CreateServers {
  name: string;
  description: string | null;
  hostname: string | null;
  imageId: string | null;
  flavorId: string;
  adminPassword: string;
  metadata: Record<string, string>;
  userData: string | null;
  keyName: string | null;
  configDrive: boolean;
  securityGroups: string[];
  networks: NetworkRequest;
  files: InjectedFile[];
  /** From the request; the image's and the flavor's are added. */
  disks: (imageId: string | null, rootDeviceName: string | null) => DiskRequest[];
  diskConfig: boolean | null;
  accessIPv4: string | null;
  accessIPv6: string | null;
  availabilityZone: string | null;
  forceHost: string | null;
  forceNode: string | null;
  requestedHost: string | null;
  requestedNode: string | null;
  hints: Record<string, unknown>;
  tags: string[];
  minCount: number;
  maxCount: number;
  /** 2.60 and later. */
  multiattach: boolean;
  zeroDiskAllowed: boolean;
}

interface Plan {
  request: CreateServers;
  flavor: FlavorSnapshot;
  image: ImageInfo | null;
  key: KeypairFacts | null;
  disks: DiskRequest[];
  kernelId: string;
  ramdiskId: string;
  diskConfig: boolean;
  reservationId: string;
  rootDeviceName: string | null;
  groupUuid: string | null;
  fromVolume: boolean;
}

/** The rows of the new servers, and the id of the request. */
export async function createServers(
  nova: Nova,
  context: RequestContext,
  request: CreateServers,
): Promise<{ instances: InstanceRow[]; reservationId: string }> {
  const plan = makePlan(nova, context, request);
  const { flavor } = plan;
  const count = nova.quotas.checkInstances(context, flavor, request.minCount, request.maxCount);
  if (request.networks !== "none") {
    nova.network.validateRequest(context, request.networks, request.securityGroups, count);
  }
  const order: BuildOrder = {
    adminPassword: request.adminPassword,
    injectedFiles: request.files,
    networks: request.networks,
    securityGroups: request.securityGroups,
  };
  const reserve = plan.disks.some((disk) => disk.volumeId !== null);
  const instances = nova.store.db.transaction(() => {
    const made = Array.from({ length: count }, (_, i) => insertServer(nova, context, plan, i, count));
    if (!reserve) castBuild(nova, context, made, order);
    return made;
  });
  if (reserve) reserveVolumes(nova, context, instances, order);
  return { instances, reservationId: plan.reservationId };
}

function castBuild(
  nova: Nova,
  context: RequestContext,
  instances: readonly InstanceRow[],
  order: BuildOrder,
): void {
  const message: BuildInstances = { instanceUuids: instances.map(({ uuid }) => uuid), order, retry: null };
  nova.context.bus.cast(context, CONDUCTOR_TOPIC, "build_instances", message);
}

/**
 * Volumes are reserved after the rows stand and before the build is cast, so that a crash leaves no reservation that
 * nobody knows of. A volume that is taken meanwhile takes the whole request back.
 */
function reserveVolumes(
  nova: Nova,
  context: RequestContext,
  instances: readonly InstanceRow[],
  order: BuildOrder,
): void {
  const reserved: { rowId: number; attachmentId: string }[] = [];
  try {
    for (const { uuid } of instances) {
      for (const row of nova.store.blockDevicesOf(uuid)) {
        if (row.source_type !== "volume" || !row.volume_id) continue;
        const { attachmentId } = nova.volumes.createAttachment(context, row.volume_id, uuid);
        reserved.push({ rowId: row.id, attachmentId });
      }
    }
  } catch (error) {
    for (const { attachmentId } of reserved) void nova.volumes.deleteAttachment(context, attachmentId);
    forgetServers(nova, instances);
    throw error;
  }
  nova.store.db.transaction(() => {
    for (const { rowId, attachmentId } of reserved) {
      nova.store.blockDevices.update({ id: rowId }, { attachment_id: attachmentId });
    }
    castBuild(nova, context, instances, order);
  });
}

/** Servers that were never answered for leave no trace. */
function forgetServers(nova: Nova, instances: readonly InstanceRow[]): void {
  const { store } = nova;
  store.db.transaction(() => {
    for (const { id, uuid } of instances) {
      store.instances.delete({ id });
      store.extra.delete({ instance_uuid: uuid });
      store.metadata.delete({ instance_uuid: uuid });
      store.systemMetadata.delete({ instance_uuid: uuid });
      store.blockDevices.delete({ instance_uuid: uuid });
      store.requestSpecs.delete({ instance_uuid: uuid });
      store.actions.delete({ instance_uuid: uuid });
      store.tags.delete({ resource_id: uuid });
      nova.groups.removeMember(uuid);
    }
  });
}

function makePlan(nova: Nova, context: RequestContext, request: CreateServers): Plan {
  const flavor = nova.flavors.find(context, request.flavorId);
  if (!flavor || flavor.disabled) throw new FlavorRefNotFound(request.flavorId);
  checkCounts(request);
  if (request.availabilityZone && request.forceHost === null) checkZone(nova, request.availabilityZone);
  checkHosts(nova, request);
  const image = request.imageId === null ? null : shownImage(nova, context, request.imageId);
  const diskConfig = autoDiskConfig(image, request.diskConfig);
  const { kernelId, ramdiskId } = kernelAndRamdisk(nova, context, image);
  const key = keyOf(nova, context, request.keyName);
  const rootDeviceName = image?.properties["root_device_name"] ?? null;
  const rootName = rootDeviceName === null ? null : `/dev/${rootDeviceName.replace(/^\/dev\//, "")}`;
  const wanted = request.disks(request.imageId, rootName);
  checkRootName(wanted, request.imageId, rootName);
  const disks = checkDisks(nova, context, allDisks(wanted, image, flavor, request.maxCount), flavor, {
    multiattach: request.multiattach,
    imageId: request.imageId,
  });
  const root = rootDisk(disks);
  checkMetadata(nova, context, request.metadata);
  checkFiles(nova, context, request.files);
  checkImageAndFlavor(image, flavor, root, request.zeroDiskAllowed);
  return {
    request,
    flavor,
    image,
    key,
    disks,
    kernelId,
    ramdiskId,
    diskConfig,
    reservationId: generateReservationId(),
    rootDeviceName: rootName,
    groupUuid: groupOf(nova, context, request.hints),
    fromVolume: root?.destinationType === "volume",
  };
}

function checkCounts(request: CreateServers): void {
  if (request.minCount > request.maxCount) throw new Invalid("min_count must be <= max_count");
  if (request.maxCount === 1) return;
  if (Array.isArray(request.networks)) {
    if (request.networks.some((network) => network.networkId && network.fixedIp)) {
      throw new Invalid(
        "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.",
      );
    }
    if (request.networks.some((network) => network.portId)) {
      throw new Invalid(
        "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.",
      );
    }
  }
  if (request.hostname !== null)
    throw new Invalid("Unable to allocate a single hostname to multiple instances");
}

function checkHosts(nova: Nova, request: CreateServers): void {
  const { requestedHost, requestedNode } = request;
  if (requestedHost && !nova.nodes.ofHost(requestedHost)) {
    throw new Invalid(`Compute host ${requestedHost} could not be found.`);
  }
  if (!requestedNode) return;
  const known = nova.nodes
    .list()
    .some(
      (node) => node.hypervisor_hostname === requestedNode && (!requestedHost || node.host === requestedHost),
    );
  if (!known) throw new Invalid(`Compute host ${requestedNode} could not be found.`);
}

function shownImage(nova: Nova, context: RequestContext, id: string): ImageInfo {
  try {
    return nova.images.show(context, id);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "not-found")
      throw new Invalid("Can not find requested image");
    throw error;
  }
}

function keyOf(nova: Nova, context: RequestContext, name: string | null): KeypairFacts | null {
  if (name === null) return null;
  const key = nova.keypairs.find(context.userId ?? "", name);
  if (!key) throw new Invalid("Invalid key_name provided.");
  return key;
}

/** A volume cannot have the root disk's name when the root disk is made from an image. */
function checkRootName(disks: readonly DiskRequest[], imageId: string | null, rootName: string | null): void {
  if (imageId === null) return;
  const root = (rootName ?? "/dev/vda").replace("/dev/", "");
  if (
    disks.some((d) => d.destinationType === "volume" && d.bootIndex !== 0 && d.deviceName === `/dev/${root}`)
  ) {
    throw new InvalidRequest(`The volume cannot be assigned the same device name as the root device ${root}`);
  }
}

function groupOf(nova: Nova, context: RequestContext, hints: Record<string, unknown>): string | null {
  const uuid = hints["group"];
  if (typeof uuid !== "string") return null;
  if (!nova.groups.find(context, uuid)) {
    throw new Invalid(`Instance group ${uuid} could not be found.`, { cause: new NotFound(uuid) });
  }
  return uuid;
}

function insertServer(
  nova: Nova,
  context: RequestContext,
  plan: Plan,
  index: number,
  count: number,
): InstanceRow {
  const { request, flavor, image, key } = plan;
  const { store } = nova;
  const uuid = nova.context.ids.uuid();
  const now = nova.now();
  const suffix = count > 1 ? `-${index + 1}` : "";
  const fromName = hostnameFrom(request.name);
  const hostname = request.hostname ?? (fromName === "" ? `Server-${uuid}` : `${fromName}${suffix}`);
  const row = store.insertInstance(
    {
      uuid,
      created_at: now,
      updated_at: now,
      user_id: context.userId,
      project_id: context.projectId,
      image_ref: request.imageId ?? "",
      kernel_id: plan.kernelId,
      ramdisk_id: plan.ramdiskId,
      hostname,
      launch_index: index,
      key_name: key?.name ?? null,
      key_data: key?.publicKey ?? null,
      power_state: 0,
      vm_state: "building",
      task_state: "scheduling",
      memory_mb: flavor.memory_mb,
      vcpus: flavor.vcpus,
      root_gb: flavor.root_gb,
      ephemeral_gb: flavor.ephemeral_gb,
      instance_type_id: flavor.id,
      user_data: request.userData,
      reservation_id: plan.reservationId,
      availability_zone: request.availabilityZone,
      display_name: `${request.name}${suffix}`,
      display_description: request.description,
      os_type: image?.properties["os_type"] ?? null,
      architecture: image?.properties["architecture"] ?? image?.properties["hw_architecture"] ?? null,
      vm_mode: image?.properties["vm_mode"] ?? image?.properties["hw_vm_mode"] ?? null,
      root_device_name: plan.rootDeviceName,
      config_drive: request.configDrive ? "True" : "",
      access_ip_v4: request.accessIPv4,
      access_ip_v6: request.accessIPv6,
      auto_disk_config: plan.diskConfig,
      progress: 0,
    },
    (id) => instanceName(nova.settings.INSTANCE_NAME_PREFIX, nova.context.machine.slot, id),
  );
  store.extra.insert({
    instance_uuid: uuid,
    flavor: { cur: flavorSnapshot(flavor), old: null, new: null },
    ...(key ? { keypairs: [key] } : {}),
  });
  for (const [name, value] of Object.entries(request.metadata)) {
    store.metadata.insert({ instance_uuid: uuid, key: name, value });
  }
  const system = {
    ...systemMetadataOf(image),
    image_base_image_ref: request.imageId ?? "",
    owner_user_name: context.userName ?? "",
    owner_project_name: context.projectName ?? "",
    boot_roles: context.roles.join(","),
  };
  for (const [name, value] of Object.entries(system)) {
    store.systemMetadata.insert({ instance_uuid: uuid, key: name, value });
  }
  for (const disk of plan.disks) insertDisk(nova, uuid, disk, now);
  if (request.tags.length > 0) store.setTags(uuid, request.tags);
  store.requestSpecs.insert({ instance_uuid: uuid, spec: specOf(plan, context, count) });
  if (plan.groupUuid) nova.groups.addMember(context, plan.groupUuid, uuid);
  nova.actions.start(context, uuid, "create");
  return row;
}

/** Only what a snapshot holds: the source may know more. */
export function flavorSnapshot(flavor: FlavorSnapshot): FlavorSnapshot {
  const { id, flavorid, name, memory_mb, vcpus, root_gb, ephemeral_gb, swap } = flavor;
  const { rxtx_factor, disabled, is_public, description, extra_specs } = flavor;
  return {
    id,
    flavorid,
    name,
    memory_mb,
    vcpus,
    root_gb,
    ephemeral_gb,
    swap,
    rxtx_factor,
    disabled,
    is_public,
    description,
    extra_specs,
  };
}

export function insertDisk(nova: Nova, instanceUuid: string, disk: DiskRequest, nowMs: number): number {
  return nova.store.blockDevices.insert({
    created_at: nowMs,
    updated_at: nowMs,
    uuid: nova.context.ids.uuid(),
    instance_uuid: instanceUuid,
    source_type: disk.sourceType,
    destination_type: disk.destinationType,
    guest_format: disk.guestFormat,
    device_type: disk.deviceType,
    disk_bus: disk.diskBus,
    boot_index: disk.bootIndex,
    device_name: disk.deviceName,
    delete_on_termination: disk.deleteOnTermination,
    snapshot_id: disk.snapshotId,
    volume_id: disk.volumeId,
    volume_size: disk.size,
    volume_type: disk.volumeType,
    image_id: disk.imageId,
    tag: disk.tag,
  });
}

function specOf(plan: Plan, context: RequestContext, count: number): RequestSpec {
  const { request, image } = plan;
  const hints = Object.fromEntries(
    Object.entries(request.hints).filter(([name]) => !name.startsWith("_nova")),
  );
  return {
    hints,
    availabilityZone: request.availabilityZone,
    forceHost: request.forceHost,
    forceNode: request.forceNode,
    requestedHost: request.requestedHost,
    requestedNode: request.requestedNode,
    count,
    networks: request.networks,
    securityGroups: request.securityGroups,
    bootsFromVolume: plan.fromVolume,
    imageProperties: image?.properties ?? {},
    imageId: image?.id ?? null,
    minRamMb: image?.minRamMb ?? 0,
    minDiskGb: image?.minDiskGb ?? 0,
    remoteAddress: context.remoteAddress,
  };
}
