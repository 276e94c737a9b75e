// What was asked of a server, what came of it, and what went wrong: instance_actions, their events, instance_faults.
// Authority: nova/objects/instance_action.py, nova/compute/utils.py (EventReporter, add_instance_fault_from_exc).

import type { Clock } from "../core/clock.ts";
import type { RequestContext } from "../core/context.ts";
import { CloudError, messageOf } from "../core/errors.ts";
import type { NovaStore } from "./store.ts";

/** nova/compute/instance_actions.py */
export type ActionName =
  | "create"
  | "delete"
  | "evacuate"
  | "restore"
  | "stop"
  | "start"
  | "reboot"
  | "rebuild"
  | "revertResize"
  | "confirmResize"
  | "resize"
  | "migrate"
  | "pause"
  | "unpause"
  | "suspend"
  | "resume"
  | "rescue"
  | "unrescue"
  | "changePassword"
  | "shelve"
  | "shelveOffload"
  | "unshelve"
  | "live-migration"
  | "live_migration_cancel"
  | "live_migration_force_complete"
  | "trigger_crash_dump"
  | "extend_volume"
  | "attach_interface"
  | "detach_interface"
  | "attach_volume"
  | "detach_volume"
  | "swap_volume"
  | "lock"
  | "unlock"
  | "createBackup"
  | "createImage"
  | "resetState";

const MAX_MESSAGE = 255;

export class InstanceActions {
  #store: NovaStore;
  #clock: Clock;

  constructor(store: NovaStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Notes the request itself. Call it within the transaction that accepts the request. */
  start(
    context: RequestContext,
    instanceUuid: string,
    action: ActionName,
    message: string | null = null,
  ): void {
    const now = this.#clock.now();
    this.#store.actions.insert({
      created_at: now,
      updated_at: now,
      action,
      instance_uuid: instanceUuid,
      request_id: context.requestId,
      user_id: context.userId,
      project_id: context.projectId,
      start_time: now,
      message,
    });
  }

  /**
   * A step of that request begins. A step that a crash interrupted is taken up again, not noted twice. Null when
   * nobody asked (recovery, periodic tasks).
   */
  beginEvent(
    context: RequestContext,
    instanceUuid: string,
    event: string,
    host: string | null,
  ): number | null {
    const action = this.#store.actions.first(
      { instance_uuid: instanceUuid, request_id: context.requestId },
      "ORDER BY id DESC LIMIT 1",
    );
    if (!action) return null;
    const open = this.#store.actionEvents.first({ action_id: action.id, event, finish_time: null });
    if (open) return open.id;
    const now = this.#clock.now();
    this.#store.actions.update({ id: action.id }, { updated_at: now });
    return this.#store.actionEvents.insert({ action_id: action.id, event, start_time: now, host });
  }

  endEvent(eventId: number | null, error?: unknown): void {
    const row = eventId === null ? null : this.#store.actionEvents.first({ id: eventId });
    if (!row || row.finish_time !== null) return;
    const now = this.#clock.now();
    const failed = error !== undefined;
    this.#store.db.transaction(() => {
      this.#store.actionEvents.update(
        { id: row.id },
        {
          finish_time: now,
          result: failed ? "Error" : "Success",
          ...(failed
            ? { traceback: stackOf(error), details: faultMessage(error).slice(0, MAX_MESSAGE) }
            : {}),
        },
      );
      this.#store.actions.update(
        { id: row.action_id },
        { updated_at: now, finish_time: now, ...(failed ? { message: "Error" } : {}) },
      );
    });
  }

  /** A fault that the API shows while the server is in ERROR. */
  addFault(instanceUuid: string, host: string | null, error: unknown, message?: string): void {
    const code = 500;
    this.#store.faults.insert({
      created_at: this.#clock.now(),
      instance_uuid: instanceUuid,
      code,
      message: (message ?? faultMessage(error)).slice(0, MAX_MESSAGE),
      details: stackOf(error),
      host,
    });
  }
}

/** An unexpected error may hold what the user must not see: only its name is told, as Nova does. */
function faultMessage(error: unknown): string {
  if (error instanceof CloudError) return error.message;
  return error instanceof Error ? error.name : messageOf(error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
