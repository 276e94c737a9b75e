// The rows of a new server. Authority: nova/compute/api.py (_provision_instances, _populate_instance_for_create) of Zed.

import type { RequestContext } from "../../core/context.ts";
import { systemMetadataOf } from "../manager/guest-spec.ts";
import { hostnameFrom, instanceName } from "../names.ts";
import type { Nova } from "../nova.ts";
import type { FlavorSnapshot, InstanceRow } from "../tables.ts";
import type { RequestSpec } from "../topics.ts";
import type { DiskRequest } from "./block-devices.ts";

import type { Plan } from "./create-plan.ts";

export function insertServer(
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
    imageId: request.imageId,
    minRamMb: image?.minRamMb ?? 0,
    minDiskGb: image?.minDiskGb ?? 0,
    remoteAddress: context.remoteAddress,
  };
}
