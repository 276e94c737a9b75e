// Finding the server a request is about, and whether the request may be made now.

import type { RequestContext } from "../../core/context.ts";
import { isUuidLike } from "../../core/ids.ts";
import type { ActionName } from "../actions.ts";
import { HostUnavailable, InstanceIsLocked, InstanceNotFound } from "../errors.ts";
import type { Nova } from "../nova.ts";
import { checkAllowed, type InstanceRequest, type TaskState } from "../states.ts";
import type { InstanceRow } from "../tables.ts";
import { computeTopic } from "../topics.ts";

/** Another project's server does not exist, but for administrators. @throws InstanceNotFound */
export function findInstance(nova: Nova, context: RequestContext, id: string): InstanceRow {
  const row = isUuidLike(id) ? nova.store.instance(id) : null;
  if (!row || (!context.isAdmin && row.project_id !== context.projectId)) throw new InstanceNotFound(id);
  return row;
}

/** What an administrator does to a server counts against the quota of the server's project. */
export function asOwner(context: RequestContext, instance: InstanceRow): RequestContext {
  return { ...context, projectId: instance.project_id, userId: instance.user_id };
}

/** @throws InstanceIsLocked */
export function checkLock(context: RequestContext, instance: InstanceRow): void {
  if (instance.locked && !context.isAdmin) throw new InstanceIsLocked(instance.uuid);
}

/** Locked, or in a state that does not allow it: 409. */
export function checkRequest(
  context: RequestContext,
  instance: InstanceRow,
  request: InstanceRequest,
  options: { lock?: boolean } = {},
): void {
  if (options.lock !== false) checkLock(context, instance);
  checkAllowed(instance, request);
}

/** nova-compute on the server's host answers. */
export function hostIsUp(nova: Nova, host: string | null): boolean {
  const service = host === null ? null : nova.services.find("nova-compute", host);
  return service !== null && nova.services.isUp(service);
}

/** @throws HostUnavailable */
export function checkHostUp(nova: Nova, instance: InstanceRow): void {
  if (!hostIsUp(nova, instance.host)) throw new HostUnavailable();
}

/**
 * Accepts a request: the server's task, the note in its actions and the message to its host are written together.
 */
export function accept(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  order: {
    action: ActionName;
    task?: TaskState;
    changes?: Partial<InstanceRow>;
    /** To the server's host. */
    method?: string;
    args?: object;
    also?: () => void;
  },
): void {
  const { action, task, changes, method, args, also } = order;
  nova.store.db.transaction(() => {
    if (task !== undefined || changes) {
      nova.store.updateInstance(
        instance.uuid,
        { ...changes, ...(task === undefined ? {} : { task_state: task }) },
        nova.now(),
      );
    }
    nova.actions.start(context, instance.uuid, action);
    also?.();
    if (method) {
      nova.context.bus.cast(context, computeTopic(instance.host ?? ""), method, {
        instanceUuid: instance.uuid,
        ...args,
      });
    }
  });
}

/** Asks the server's host and waits. @throws HostUnavailable while nobody listens there */
export function askHost<T>(
  nova: Nova,
  context: RequestContext,
  instance: InstanceRow,
  method: string,
  args: object = {},
): Promise<T> {
  const topic = computeTopic(instance.host ?? "");
  if (!nova.context.bus.hasConsumer(topic)) throw new HostUnavailable();
  return nova.context.bus.call<T>(context, topic, method, { instanceUuid: instance.uuid, ...args });
}
