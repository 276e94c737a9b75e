// Removes objects whose X-Delete-At has passed. For clients they are gone at that moment; this gives back the space.
// Authority: swift/obj/expirer.py.

import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Objects } from "./objects.ts";

const BATCH = 500;

export class Expirer {
  #objects: Objects;
  #log: Logger;
  #stop: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(objects: Objects, log: Logger) {
    this.#objects = objects;
    this.#log = log;
  }

  start(clock: Clock, intervalSeconds: number): void {
    this.#stop = clock.every(intervalSeconds * 1000, () => {
      this.#running ??= this.run().finally(() => {
        this.#running = null;
      });
    });
  }

  /** One round over everything that is due. */
  async run(): Promise<void> {
    let total = 0;
    try {
      for (;;) {
        const removed = await this.#objects.expire(BATCH);
        total += removed;
        if (removed < BATCH || this.#stopped) break;
      }
    } catch (error) {
      this.#log.error(null, `Removing expired objects failed: ${messageOf(error)}`, error);
    }
    if (total > 0) this.#log.info(null, `Removed ${total} expired objects`);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stop?.();
    await this.#running;
  }
}
