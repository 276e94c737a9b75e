// Nova's notifications about servers: the legacy form (`compute.instance.create.end`), the versioned one
// (`instance.create.end`), or both, as `[notifications] notification_format` says. Authority: nova/compute/utils.py
// (notify_about_instance_usage), nova/notifications/base.py (info_from_instance), nova/notifications/objects of Zed.

import type { RequestContext } from "../../core/context.ts";
import { messageOf } from "../../core/errors.ts";
import { isoSeconds } from "../../core/times.ts";
import type { Vif } from "../../network/public.ts";
import type { FlavorSnapshot, InstanceRow } from "../tables.ts";
import type { Compute } from "./compute.ts";

/** Message of a host → what is done, as the legacy notifications call it; the versioned name where it is another. */
const EVENTS: Readonly<Record<string, readonly [legacy: string, versioned?: string]>> = {
  build_and_run_instance: ["create"],
  terminate_instance: ["delete"],
  soft_delete_instance: ["soft_delete"],
  restore_instance: ["restore"],
  start_instance: ["power_on"],
  stop_instance: ["power_off"],
  reboot_instance: ["reboot"],
  pause_instance: ["pause"],
  unpause_instance: ["unpause"],
  suspend_instance: ["suspend"],
  resume_instance: ["resume"],
  trigger_crash_dump: ["trigger_crash_dump"],
  rebuild_instance: ["rebuild"],
  rescue_instance: ["rescue"],
  unrescue_instance: ["unrescue"],
  resize_instance: ["resize"],
  finish_resize: ["finish_resize", "resize_finish"],
  confirm_resize: ["resize.confirm", "resize_confirm"],
  finish_revert_resize: ["resize.revert", "resize_revert"],
  snapshot_instance: ["snapshot"],
  backup_instance: ["snapshot"],
  shelve_instance: ["shelve"],
  shelve_offload_instance: ["shelve_offload"],
  unshelve_instance: ["unshelve"],
  attach_volume: ["volume.attach", "volume_attach"],
  detach_volume: ["volume.detach", "volume_detach"],
};

/** Legacy notifications that are sent once, when it is done. */
const ONCE = new Set(["volume.attach", "volume.detach"]);

type Phase = "start" | "end" | "error";

export interface Notice {
  end(): void;
  failed(error: unknown): void;
}

/** Says that the work of a message begins; null for one that Nova does not tell of. */
export function beginNotice(
  compute: Compute,
  context: RequestContext,
  method: string,
  instance: InstanceRow,
  args: object,
): Notice | null {
  const event = EVENTS[method];
  if (!event) return null;
  const { uuid } = instance;
  const more = "volumeId" in args ? { volume_id: args.volumeId } : {};
  const tell = (phase: Phase, fault?: unknown) => {
    const row = compute.store.instances.first({ uuid });
    if (row) send(compute, context, { event, phase, row, fault, more });
  };
  tell("start");
  return {
    end() {
      // A build that could not be done here ends without an error of its own.
      const built = event[0] !== "create" || compute.store.instance(uuid)?.vm_state === "active";
      tell(built ? "end" : "error");
    },
    failed: (error) => tell("error", error),
  };
}

interface Told {
  event: readonly [legacy: string, versioned?: string];
  phase: Phase;
  row: InstanceRow;
  fault: unknown;
  more: object;
}

function send(compute: Compute, context: RequestContext, told: Told): void {
  const { notify, notificationFormat: format } = compute.context;
  const { event, phase, row, fault, more } = told;
  const [legacy, versioned = legacy] = event;
  const priority = phase === "error" ? "ERROR" : "INFO";
  if (format !== "versioned" && !(ONCE.has(legacy) && phase === "start")) {
    const payload = () => ({
      ...legacyPayload(compute, row, phase),
      ...faultOf(fault, legacy, phase),
      ...more,
    });
    const suffix = ONCE.has(legacy) && phase === "end" ? legacy : `${legacy}.${phase}`;
    // _shutdown_instance is a part of the deletion with notifications of its own.
    if (legacy === "delete" && phase === "end") notify(context, "compute.instance.shutdown.end", payload);
    notify(context, `compute.instance.${suffix}`, payload, { priority });
    if (legacy === "delete" && phase === "start") notify(context, "compute.instance.shutdown.start", payload);
  }
  if (format === "unversioned") return;
  const payload = () => versionedPayload(compute, context, { ...told, event: [versioned] });
  notify(context, `instance.${versioned}.${phase}`, payload, { priority, versioned: true });
}

/** info_from_instance. Addresses are known once there are some. */
function legacyPayload(compute: Compute, row: InstanceRow, phase: Phase): object {
  const { store, context } = compute;
  const flavor = store.extra.first({ instance_uuid: row.uuid })?.flavor.cur;
  const vifs = phase === "start" ? [] : vifsOf(compute, row.uuid);
  const system = Object.entries(store.systemMetadataOf(row.uuid));
  const image = context.endpoints.base("g-api");
  return {
    tenant_id: row.project_id,
    user_id: row.user_id,
    instance_id: row.uuid,
    display_name: row.display_name,
    reservation_id: row.reservation_id,
    hostname: row.hostname,
    instance_type: flavor?.name ?? "",
    instance_type_id: row.instance_type_id,
    instance_flavor_id: flavor?.flavorid ?? "",
    architecture: row.architecture,
    memory_mb: row.memory_mb,
    disk_gb: (row.root_gb ?? 0) + (row.ephemeral_gb ?? 0),
    vcpus: row.vcpus,
    root_gb: row.root_gb,
    ephemeral_gb: row.ephemeral_gb,
    host: row.host,
    node: row.node,
    availability_zone: row.availability_zone,
    cell_name: "",
    created_at: `${isoSeconds(row.created_at).slice(0, 19).replace("T", " ")}+00:00`, // Python's str()
    terminated_at: legacyMoment(row.terminated_at),
    deleted_at: legacyMoment(row.deleted_at),
    launched_at: legacyMoment(row.launched_at),
    image_ref_url: image === null ? row.image_ref : `${image}/images/${row.image_ref ?? ""}`,
    os_type: row.os_type,
    kernel_id: row.kernel_id ?? "",
    ramdisk_id: row.ramdisk_id ?? "",
    state: row.vm_state,
    state_description: row.task_state ?? "",
    progress: row.progress || "",
    access_ip_v4: row.access_ip_v4,
    access_ip_v6: row.access_ip_v6,
    ...(vifs.length === 0 ? {} : { fixed_ips: vifs.flatMap(legacyAddresses) }),
    image_meta: Object.fromEntries(
      system.flatMap(([name, value]) => (name.startsWith("image_") ? [[name.slice(6), value]] : [])),
    ),
    metadata: store.metadataOf(row.uuid),
  };
}

function vifsOf({ store }: Compute, uuid: string): Vif[] {
  return (store.infoCaches.first({ instance_uuid: uuid })?.network_info ?? []) as Vif[];
}

function legacyAddresses({ addresses, networkName, macAddress }: Vif): object[] {
  return addresses.map(({ address, version, floating }) => ({
    address,
    type: "fixed",
    version,
    meta: {},
    floating_ips: floating.map((ip) => ({ address: ip, type: "floating", version: 4, meta: {} })),
    label: networkName,
    vif_mac: macAddress,
  }));
}

/** `2013-02-27T17:39:31.000000`, or empty. */
function legacyMoment(ms: number | null): string {
  return ms === null ? "" : `${new Date(ms).toISOString().slice(0, 19)}.000000`;
}

function faultOf(fault: unknown, legacy: string, phase: Phase): object {
  if (legacy === "create" && phase === "end") return { message: "Success" };
  if (fault === undefined) return {};
  return { exception: messageOf(fault), message: messageOf(fault), code: 500 };
}

function versionedPayload(
  compute: Compute,
  context: RequestContext,
  { event, row, fault, more }: Told,
): object {
  const { store } = compute;
  const extra = store.extra.first({ instance_uuid: row.uuid });
  const create = event[0] === "create";
  const name = "volume_id" in more ? "InstanceActionVolumePayload" : "InstanceActionPayload";
  const data = {
    uuid: row.uuid,
    user_id: row.user_id,
    tenant_id: row.project_id,
    reservation_id: row.reservation_id,
    display_name: row.display_name,
    display_description: row.display_description,
    host_name: row.hostname,
    host: row.host,
    node: row.node,
    os_type: row.os_type,
    architecture: row.architecture,
    availability_zone: row.availability_zone,
    flavor: extra ? flavorPayload(extra.flavor.cur) : null,
    image_uuid: row.image_ref,
    key_name: row.key_name,
    kernel_id: row.kernel_id ?? "",
    ramdisk_id: row.ramdisk_id ?? "",
    created_at: isoSeconds(row.created_at),
    launched_at: versionedMoment(row.launched_at),
    terminated_at: versionedMoment(row.terminated_at),
    deleted_at: versionedMoment(row.deleted_at),
    updated_at: versionedMoment(row.updated_at),
    state: row.vm_state,
    power_state: POWER_STATES[row.power_state ?? 0] ?? "pending",
    task_state: row.task_state,
    progress: row.progress ?? 0,
    ip_addresses: vifsOf(compute, row.uuid).flatMap(ipPayloads),
    block_devices: [],
    metadata: store.metadataOf(row.uuid),
    locked: Boolean(row.locked),
    locked_reason: null,
    auto_disk_config: row.auto_disk_config ? "AUTO" : "MANUAL",
    request_id: context.requestId,
    action_initiator_user: context.userId,
    action_initiator_project: context.projectId,
    fault: fault === undefined ? null : exceptionPayload(fault),
    ...(create
      ? {
          keypairs: [],
          tags: store.tags.list({ resource_id: row.uuid }).map(({ tag }) => tag),
          trusted_image_certificates: extra?.trusted_certs ?? null,
          instance_name: row.name,
        }
      : more),
  };
  return create
    ? versionedObject("InstanceCreatePayload", "1.12", data)
    : versionedObject(name, name === "InstanceActionPayload" ? "1.8" : "1.6", data);
}

/** nova/notifications/objects and nova/objects/fields.py, InstancePowerState */
const POWER_STATES: Readonly<Record<number, string>> = {
  1: "running",
  3: "paused",
  4: "shutdown",
  6: "crashed",
  7: "suspended",
};

function versionedObject(name: string, version: string, data: object): object {
  return {
    "nova_object.name": name,
    "nova_object.namespace": "nova",
    "nova_object.version": version,
    "nova_object.data": data,
  };
}

function versionedMoment(ms: number | null): string | null {
  return ms === null ? null : isoSeconds(ms);
}

function flavorPayload({ id: _, ...flavor }: FlavorSnapshot): object {
  return versionedObject("FlavorPayload", "1.4", { ...flavor, vcpu_weight: 0, projects: null });
}

function ipPayloads({ id, addresses, networkName, macAddress, tapName }: Vif): object[] {
  return addresses.map(({ address, version }) =>
    versionedObject("IpPayload", "1.0", {
      label: networkName,
      mac: macAddress,
      meta: {},
      port_uuid: id,
      version,
      address,
      device_name: tapName,
    }),
  );
}

function exceptionPayload(fault: unknown): object {
  const error = fault instanceof Error ? fault : new Error(String(fault));
  return versionedObject("ExceptionPayload", "1.1", {
    module_name: "nova.compute.manager",
    function_name: "runTask",
    exception: error.name,
    exception_message: messageOf(fault),
    traceback: error.stack ?? "",
  });
}
