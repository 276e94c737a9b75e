// How a message for a host is worked on: one at a time for one server, on the row as it is now, with the step noted
// in the server's actions and every failure ending in a state and a fault. A message that comes again after a crash
// finds the state it left: tasks continue or repeat what they were doing, and return when it is done.

import type { Delivery, Handler } from "../../core/bus.ts";
import type { RequestContext } from "../../core/context.ts";
import { CloudError, messageOf } from "../../core/errors.ts";
import { TaskStateChanged } from "../errors.ts";
import type { TaskState } from "../states.ts";
import type { InstanceRow } from "../tables.ts";
import { hostOfTopic } from "../topics.ts";
import type { Compute, Host } from "./compute.ts";
import { beginNotice } from "./notices.ts";

type Changes = Parameters<Compute["store"]["updateInstance"]>[1];

/** The service was stopped while the task was at work: nothing is written any more, the message is delivered again. */
export class TaskInterrupted extends Error {
  constructor() {
    super("the service is being stopped");
  }
}

export class TaskRun<A> {
  readonly compute: Compute;
  readonly context: RequestContext;
  readonly host: Host;
  readonly args: A;
  readonly delivery: Delivery;
  instance: InstanceRow;

  constructor(
    compute: Compute,
    context: RequestContext,
    host: Host,
    instance: InstanceRow,
    args: A,
    delivery: Delivery,
  ) {
    this.compute = compute;
    this.context = context;
    this.host = host;
    this.instance = instance;
    this.args = args;
    this.delivery = delivery;
  }

  /** @throws TaskInterrupted */
  checkRunning(): void {
    if (this.delivery.signal.aborted) throw new TaskInterrupted();
  }

  /**
   * Writes the server's state, if its task is still one of `expected` (default: what it was when last read), together
   * with whatever `also` writes or casts.
   * @throws TaskStateChanged, TaskInterrupted
   */
  save(
    changes: Changes,
    options: { expected?: readonly (TaskState | null)[]; also?: () => void } = {},
  ): void {
    this.checkRunning();
    const { store } = this.compute;
    const { uuid } = this.instance;
    const expected = options.expected ?? [this.instance.task_state];
    store.db.transaction(() => {
      if (!store.updateInstanceIf(uuid, expected, changes, this.compute.now())) {
        throw new TaskStateChanged(uuid, expected, store.instance(uuid)?.task_state ?? "deleted");
      }
      options.also?.();
    });
    this.reload();
  }

  /** The row as it is now. @throws TaskStateChanged when the server is gone */
  reload(): InstanceRow {
    const found = this.compute.store.instance(this.instance.uuid);
    if (!found) throw new TaskStateChanged(this.instance.uuid, [this.instance.task_state], "deleted");
    this.instance = found;
    return found;
  }
}

export interface TaskOptions<A> {
  /** Name of the step in the server's actions: `compute_stop_instance`. */
  event: string | null;
  /**
   * The server's task while this is still to be done. With another one the message is old and is dropped. Absent: the
   * task decides itself.
   */
  during?: readonly (TaskState | null)[];
  /** The server is on this host. False: the task decides itself (moves between hosts). */
  onItsHost?: boolean;
  /** Deleted servers as well. */
  deletedToo?: boolean;
  work(run: TaskRun<A>): Promise<void>;
  /**
   * After a failure. The default ends the server's task and leaves its vm_state, as Nova's `reverts_task_state`;
   * `errorOut` is the other common one.
   */
  failed?(run: TaskRun<A>, error: unknown): void | Promise<void>;
  /**
   * The server was deleted, or has another task by now: what was made for this one only is removed. Also called for a
   * message that comes again after it was worked off, which must do no harm.
   */
  abandoned?(compute: Compute, context: RequestContext, args: A): void;
}

/**
 * For `failed`: the server goes to ERROR, unless the driver has said that it cannot do such a thing at all; it has not
 * touched the server then (nova/compute/manager.py, _error_out_instance_on_exception).
 */
export function errorOut(run: TaskRun<{ instanceUuid: string }>, error?: unknown): void {
  const untouched = error instanceof CloudError && error.kind === "not-implemented";
  run.compute.store.updateInstance(
    run.instance.uuid,
    untouched ? { task_state: null } : { vm_state: "error", task_state: null },
    run.compute.now(),
  );
}

/** Makes the handler of a message from the description of the task. */
export function taskHandler<A extends { instanceUuid: string }>(
  compute: Compute,
  options: TaskOptions<A>,
): Handler {
  const handler = (context: RequestContext, args: A, delivery: Delivery): Promise<void> => {
    const host = compute.hosts.get(hostOfTopic(delivery.topic));
    if (!host) throw new Error(`no host for ${delivery.topic}`);
    return compute.locks.run(args.instanceUuid, () =>
      runTask(compute, options, context, host, args, delivery),
    );
  };
  return handler as Handler;
}

async function runTask<A extends { instanceUuid: string }>(
  compute: Compute,
  options: TaskOptions<A>,
  context: RequestContext,
  host: Host,
  args: A,
  delivery: Delivery,
): Promise<void> {
  const { store, actions, log } = compute;
  const instance = options.deletedToo
    ? store.instances.first({ uuid: args.instanceUuid })
    : store.instance(args.instanceUuid);
  if (!instance) {
    log.debug(context, `[instance: ${args.instanceUuid}] gone before ${delivery.method}`);
    options.abandoned?.(compute, context, args);
    return;
  }
  if (options.onItsHost !== false && instance.host !== host.name) {
    log.info(
      context,
      `[instance: ${instance.uuid}] is on ${instance.host}, not on ${host.name}; ${delivery.method} is dropped`,
    );
    return;
  }
  if (options.during && !options.during.includes(instance.task_state as TaskState | null)) {
    log.debug(
      context,
      `[instance: ${instance.uuid}] has task ${instance.task_state}; ${delivery.method} is dropped`,
    );
    options.abandoned?.(compute, context, args);
    return;
  }
  const run = new TaskRun(compute, context, host, instance, args, delivery);
  const eventId = options.event ? actions.beginEvent(context, instance.uuid, options.event, host.name) : null;
  const notice = beginNotice(compute, context, delivery.method, instance, args);
  try {
    run.checkRunning();
    await options.work(run);
    actions.endEvent(eventId);
    notice?.end();
  } catch (error) {
    if (error instanceof TaskInterrupted || delivery.signal.aborted) return;
    if (error instanceof TaskStateChanged) {
      log.debug(context, error.message);
      actions.endEvent(eventId, error);
      options.abandoned?.(compute, context, args);
      return;
    }
    log.error(context, `[instance: ${instance.uuid}] ${delivery.method} failed: ${messageOf(error)}`, error);
    actions.addFault(instance.uuid, host.name, error);
    if (options.failed) await options.failed(run as TaskRun<A>, error);
    else store.updateInstance(instance.uuid, { task_state: null }, compute.now());
    actions.endEvent(eventId, error);
    notice?.failed(error);
  }
}
