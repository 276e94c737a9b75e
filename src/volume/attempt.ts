// How the work of a message fails, in every service of block storage that does such work.

import type { Delivery } from "../core/bus.ts";
import type { RequestContext } from "../core/context.ts";
import { CloudError, messageOf } from "../core/errors.ts";
import type { Cinder } from "./cinder.ts";

export interface Attempt {
  context: RequestContext;
  delivery: Delivery;
  /** For the log: `creating volume ID`. */
  what: string;
  work(): Promise<void>;
  /** Writes down how it ended; within a transaction. */
  giveUp(error: unknown): void;
  /** Whether it ended because somebody wished so; then it is no failure. */
  wished?(error: unknown): boolean;
}

/**
 * Does the work of a message. When it fails, the failure is logged and `giveUp` writes down how it ended; when the
 * service is being stopped, nothing is written: the message will come again.
 */
export async function attempt(cinder: Cinder, of: Attempt): Promise<void> {
  const { context, delivery, what, work, giveUp, wished } = of;
  try {
    await work();
  } catch (error) {
    if (delivery.signal.aborted) throw error;
    if (wished?.(error)) cinder.log.info(context, `${what}: ${messageOf(error)}`);
    else {
      const expected = error instanceof CloudError && error.cause === undefined;
      cinder.log.error(context, `${what} failed: ${messageOf(error)}`, expected ? undefined : error);
    }
    cinder.transaction(() => giveUp(error));
  }
}
