// Requests that change a server's power and little else. Authority: nova/compute/api.py of Zed.

import type { RequestContext } from "../../core/context.ts";
import type { ActionName } from "../actions.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRequest, TaskState } from "../states.ts";
import type { InstanceRow } from "../tables.ts";
import { accept, checkRequest } from "./access.ts";

interface SimpleRequest {
  request: InstanceRequest;
  action: ActionName;
  task: TaskState;
  method: string;
}

const SIMPLE = {
  start: { request: "start", action: "start", task: "powering-on", method: "start_instance" },
  stop: { request: "stop", action: "stop", task: "powering-off", method: "stop_instance" },
  pause: { request: "pause", action: "pause", task: "pausing", method: "pause_instance" },
  unpause: { request: "unpause", action: "unpause", task: "unpausing", method: "unpause_instance" },
  suspend: { request: "suspend", action: "suspend", task: "suspending", method: "suspend_instance" },
  resume: { request: "resume", action: "resume", task: "resuming", method: "resume_instance" },
  unrescue: { request: "unrescue", action: "unrescue", task: "unrescuing", method: "unrescue_instance" },
} satisfies Record<string, SimpleRequest>;

export type SimpleAction = keyof typeof SIMPLE;

export function simpleAction(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  name: SimpleAction,
): void {
  const { request, action, task, method }: SimpleRequest = SIMPLE[name];
  checkRequest(context, instance, request);
  accept(nova, context, instance, {
    action,
    task,
    method,
    changes: name === "stop" ? { progress: 0 } : {},
  });
}

export function reboot(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  kind: "SOFT" | "HARD",
): void {
  const hard = kind === "HARD";
  checkRequest(context, instance, hard ? "hardReboot" : "softReboot");
  accept(nova, context, instance, {
    action: "reboot",
    task: hard ? "rebooting_hard" : "rebooting",
    method: "reboot_instance",
    args: { kind },
  });
}

export function crashDump(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  checkRequest(context, instance, "crashDump");
  accept(nova, context, instance, { action: "trigger_crash_dump", method: "trigger_crash_dump" });
}

export function changePassword(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  password: string,
): void {
  checkRequest(context, instance, "setAdminPassword");
  accept(nova, context, instance, {
    action: "changePassword",
    task: "updating_password",
    method: "set_admin_password",
    args: { password },
  });
}

/** An administrator's lock is not the owner's to open. */
export function lock(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  reason: string | null,
): void {
  const owner = !context.isAdmin || instance.project_id === context.projectId;
  // A server that an administrator has locked stays so, whoever locks it again.
  if (instance.locked && owner) return;
  accept(nova, context, instance, {
    action: "lock",
    changes: { locked: true, locked_by: owner ? "owner" : "admin" },
    also: () => nova.store.mergeSystemMetadata(instance.uuid, { locked_reason: reason }),
  });
}

export function unlock(nova: Nova, context: RequestContext, instance: InstanceRow): void {
  accept(nova, context, instance, {
    action: "unlock",
    changes: { locked: false, locked_by: null },
    also: () => nova.store.mergeSystemMetadata(instance.uuid, { locked_reason: null }),
  });
}

/** `os-resetState`: only what the rows say changes. */
export function resetState(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  state: "active" | "error",
): void {
  accept(nova, context, instance, { action: "resetState", changes: { vm_state: state, task_state: null } });
}
