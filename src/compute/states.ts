// The states of a server: what the API calls them, and which request is allowed in which. Authorities: _STATE_MAP of
// nova/api/openstack/common.py and the check_instance_state decorators of nova/compute/api.py, Zed.

import type { PowerState } from "./drivers/driver.ts";
import { InstanceInvalidState, InstanceNotReady } from "./errors.ts";

export type VmState =
  | "active"
  | "building"
  | "paused"
  | "suspended"
  | "stopped"
  | "rescued"
  | "resized"
  | "soft-delete"
  | "deleted"
  | "error"
  | "shelved"
  | "shelved_offloaded";

export type TaskState =
  | "scheduling"
  | "block_device_mapping"
  | "networking"
  | "spawning"
  | "image_snapshot"
  | "image_snapshot_pending"
  | "image_pending_upload"
  | "image_uploading"
  | "image_backup"
  | "updating_password"
  | "resize_prep"
  | "resize_migrating"
  | "resize_migrated"
  | "resize_finish"
  | "resize_reverting"
  | "resize_confirming"
  | "rebooting"
  | "reboot_pending"
  | "reboot_started"
  | "rebooting_hard"
  | "reboot_pending_hard"
  | "reboot_started_hard"
  | "pausing"
  | "unpausing"
  | "suspending"
  | "resuming"
  | "powering-off"
  | "powering-on"
  | "rescuing"
  | "unrescuing"
  | "rebuilding"
  | "rebuild_block_device_mapping"
  | "rebuild_spawning"
  | "migrating"
  | "deleting"
  | "soft-deleting"
  | "restoring"
  | "shelving"
  | "shelving_image_pending_upload"
  | "shelving_image_uploading"
  | "shelving_offloading"
  | "unshelving";

/** nova/compute/power_state.py */
export const POWER_STATE_NUMBERS: Record<PowerState, number> = {
  nostate: 0,
  running: 1,
  paused: 3,
  shutdown: 4,
  crashed: 6,
  suspended: 7,
};

const RESIZE = {
  resize_prep: "RESIZE",
  resize_migrating: "RESIZE",
  resize_migrated: "RESIZE",
  resize_finish: "RESIZE",
};

const REBUILD = {
  rebuilding: "REBUILD",
  rebuild_block_device_mapping: "REBUILD",
  rebuild_spawning: "REBUILD",
};

/** vm_state → task_state → status; `default` for every other task. */
const STATUSES: Record<VmState, Partial<Record<TaskState, string>> & { default: string }> = {
  active: {
    default: "ACTIVE",
    rebooting: "REBOOT",
    reboot_pending: "REBOOT",
    reboot_started: "REBOOT",
    rebooting_hard: "HARD_REBOOT",
    reboot_pending_hard: "HARD_REBOOT",
    reboot_started_hard: "HARD_REBOOT",
    updating_password: "PASSWORD",
    migrating: "MIGRATING",
    ...REBUILD,
    ...RESIZE,
  },
  building: { default: "BUILD" },
  stopped: { default: "SHUTOFF", ...RESIZE, ...REBUILD },
  resized: { default: "VERIFY_RESIZE", resize_reverting: "REVERT_RESIZE" },
  paused: { default: "PAUSED", migrating: "MIGRATING" },
  suspended: { default: "SUSPENDED" },
  rescued: { default: "RESCUE" },
  error: { default: "ERROR", ...REBUILD },
  deleted: { default: "DELETED" },
  "soft-delete": { default: "SOFT_DELETED" },
  shelved: { default: "SHELVED" },
  shelved_offloaded: { default: "SHELVED_OFFLOADED" },
};

/** What the API shows as `status`. */
export function statusOf(vmState: string | null, taskState: string | null): string {
  const row = STATUSES[vmState as VmState] as Record<string, string> | undefined;
  if (!row) return "UNKNOWN";
  return (taskState === null ? undefined : row[taskState]) ?? row["default"]!;
}

/**
 * The pairs that show as one of these statuses (any case). `taskStates` holds `default` when servers without a task,
 * or with one that has no status of its own, are meant. Nova filters by both lists independently, which is kept.
 */
export function statesOf(statuses: readonly string[]): { vmStates: string[]; taskStates: string[] } {
  const wanted = new Set(statuses.map((status) => status.toLowerCase()));
  const vmStates = new Set<string>();
  const taskStates = new Set<string>();
  for (const [vmState, row] of Object.entries(STATUSES)) {
    for (const [taskState, status] of Object.entries(row)) {
      if (!wanted.has(status.toLowerCase())) continue;
      vmStates.add(vmState);
      taskStates.add(taskState);
    }
  }
  return { vmStates: [...vmStates].sort(), taskStates: [...taskStates].sort() };
}

/** `progress` in the API while a server has one of these statuses (nova/api/openstack/compute/views/servers.py). */
export const PROGRESS_STATUSES: ReadonlySet<string> = new Set([
  "ACTIVE",
  "BUILD",
  "REBUILD",
  "RESIZE",
  "VERIFY_RESIZE",
  "MIGRATING",
]);

/** The fault is shown in these (same file). */
export const FAULT_STATUSES: ReadonlySet<string> = new Set(["ERROR", "DELETED"]);

const ANY = null;
const ALLOW_REBOOT_TASKS: readonly (TaskState | null)[] = [
  null,
  "rebooting",
  "reboot_pending",
  "reboot_started",
  "resuming",
  "rebooting_hard",
  "unpausing",
  "pausing",
  "suspending",
];

interface Requirement {
  /** The word in the message: "Cannot 'stop' instance ...". */
  verb: string;
  vmStates: readonly VmState[] | null;
  /** Default: no task. Null: any. */
  taskStates?: readonly (TaskState | null)[] | null;
  /** Default true: the server has been started at least once. */
  launched?: boolean;
  /** The server must be on a host. */
  onHost?: boolean;
}

const SNAPSHOT_STATES: readonly VmState[] = ["active", "stopped", "paused", "suspended"];
const ATTACH_STATES: readonly VmState[] = [
  "active",
  "paused",
  "stopped",
  "resized",
  "soft-delete",
  "shelved",
  "shelved_offloaded",
];
const INTERFACE_STATES: readonly VmState[] = ["active", "paused", "stopped"];
const METADATA_STATES: readonly VmState[] = ["active", "paused", "suspended", "stopped"];

/** nova/api/openstack/compute/server_tags.py, _check_instance_in_valid_state. */
const TAGGABLE = { vmStates: METADATA_STATES, taskStates: ANY, launched: false };

/** The verb differs from the name where the API words it differently from the manager. */
const REQUIREMENTS = {
  softDelete: { verb: "delete", vmStates: ANY, taskStates: ANY, launched: true },
  restore: { verb: "restore", vmStates: ["soft-delete"] },
  stop: { verb: "stop", vmStates: ["active", "error"], onHost: true },
  start: { verb: "start", vmStates: ["stopped"], onHost: true },
  crashDump: {
    verb: "trigger_crash_dump",
    vmStates: ["active", "paused", "rescued", "resized", "error"],
    onHost: true,
  },
  backup: { verb: "createBackup", vmStates: SNAPSHOT_STATES },
  snapshot: { verb: "createImage", vmStates: SNAPSHOT_STATES },
  softReboot: { verb: "reboot", vmStates: ["active"] },
  hardReboot: {
    verb: "reboot",
    vmStates: ["active", "stopped", "paused", "suspended", "error"],
    taskStates: ALLOW_REBOOT_TASKS,
  },
  rebuild: { verb: "rebuild", vmStates: ["active", "stopped", "error"] },
  revertResize: { verb: "revertResize", vmStates: ["resized"] },
  confirmResize: { verb: "confirmResize", vmStates: ["resized"] },
  resize: { verb: "resize", vmStates: ["active", "stopped"], onHost: true },
  migrate: { verb: "migrate", vmStates: ["active", "stopped"], onHost: true },
  shelve: { verb: "shelve", vmStates: SNAPSHOT_STATES },
  shelveOffload: { verb: "shelveOffload", vmStates: ["shelved"] },
  unshelve: { verb: "unshelve", vmStates: ["shelved", "shelved_offloaded"] },
  pause: { verb: "pause", vmStates: ["active"] },
  unpause: { verb: "unpause", vmStates: ["paused"] },
  suspend: { verb: "suspend", vmStates: ["active"] },
  resume: { verb: "resume", vmStates: ["suspended"] },
  rescue: { verb: "rescue", vmStates: ["active", "stopped", "error"] },
  unrescue: { verb: "unrescue", vmStates: ["rescued"] },
  setAdminPassword: { verb: "changePassword", vmStates: ["active"] },
  attachVolume: { verb: "attach_volume", vmStates: ATTACH_STATES },
  detachVolume: { verb: "detach_volume", vmStates: ATTACH_STATES },
  swapVolume: { verb: "swap_volume", vmStates: ["active", "paused", "resized"] },
  attachInterface: { verb: "attach_interface", vmStates: INTERFACE_STATES },
  detachInterface: { verb: "detach_interface", vmStates: INTERFACE_STATES },
  deleteMetadata: { verb: "delete metadata", vmStates: METADATA_STATES, taskStates: ANY },
  updateMetadata: { verb: "update metadata", vmStates: METADATA_STATES, taskStates: ANY },
  liveMigrate: { verb: "os-migrateLive", vmStates: ["active", "paused"] },
  forceComplete: { verb: "force_complete", vmStates: ["active"], taskStates: ["migrating"] },
  abortLiveMigration: { verb: "abort live migration", vmStates: ANY, taskStates: ["migrating"] },
  evacuate: { verb: "evacuate", vmStates: ["active", "stopped", "error"], taskStates: ANY },
  updateTag: { verb: "update tag", ...TAGGABLE },
  updateTags: { verb: "update tags", ...TAGGABLE },
  deleteTag: { verb: "delete tag", ...TAGGABLE },
  deleteTags: { verb: "delete tags", ...TAGGABLE },
} satisfies Record<string, Requirement>;

export type InstanceRequest = keyof typeof REQUIREMENTS;

interface Checked {
  uuid: string;
  vm_state: string | null;
  task_state: string | null;
  launched_at: number | null;
  host: string | null;
}

/** @throws InstanceInvalidState with Nova's text, InstanceNotReady for a server without a host */
export function checkAllowed(instance: Checked, request: InstanceRequest): void {
  const requirement: Requirement = REQUIREMENTS[request];
  const { verb, vmStates, taskStates = [null], launched = true, onHost = false } = requirement;
  if (onHost && !instance.host) throw new InstanceNotReady(instance.uuid);
  if (vmStates && !vmStates.includes(instance.vm_state as VmState)) {
    throw new InstanceInvalidState(verb, instance.uuid, "vm_state", instance.vm_state);
  }
  if (taskStates && !taskStates.includes(instance.task_state as TaskState | null)) {
    throw new InstanceInvalidState(verb, instance.uuid, "task_state", instance.task_state);
  }
  if (launched && instance.launched_at === null) {
    throw new InstanceInvalidState(verb, instance.uuid, "launched_at", null);
  }
}
