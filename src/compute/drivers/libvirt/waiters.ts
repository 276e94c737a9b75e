// Waiting for an event of the hypervisor. One starts to wait before the call that causes the event.

import type { Clock } from "../../../core/clock.ts";
import { HypervisorUnavailable } from "./errors.ts";
import type { HypervisorEvent } from "./session.ts";

export interface Expectation extends Disposable {
  /** The event, or null when it has not come in time. Rejects when the connection is lost. */
  within(timeoutMs: number): Promise<HypervisorEvent | null>;
}

interface Waiter {
  matches(event: HypervisorEvent): boolean;
  settle(result: { event: HypervisorEvent } | { error: Error }): void;
}

export class Waiters {
  #clock: Clock;
  #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** From now on; the first event that matches is kept until it is asked for. `using expected = waiters.expect(...)`. */
  expect(matches: (event: HypervisorEvent) => boolean): Expectation {
    const { promise, resolve, reject } = Promise.withResolvers<HypervisorEvent>();
    promise.catch(() => {});
    const waiter: Waiter = {
      matches,
      settle: (result) => ("event" in result ? resolve(result.event) : reject(result.error)),
    };
    this.#waiters.add(waiter);
    const clock = this.#clock;
    return {
      async within(timeoutMs) {
        const abort = new AbortController();
        const late = clock.sleep(timeoutMs, abort.signal).then(
          () => null,
          () => null,
        );
        try {
          return await Promise.race([promise, late]);
        } finally {
          abort.abort();
        }
      },
      [Symbol.dispose]: () => {
        this.#waiters.delete(waiter);
      },
    };
  }

  deliver(event: HypervisorEvent): void {
    for (const waiter of [...this.#waiters]) {
      if (!waiter.matches(event)) continue;
      this.#waiters.delete(waiter);
      waiter.settle({ event });
    }
  }

  fail(error: Error): void {
    const lost = new HypervisorUnavailable(`The connection was lost: ${error.message}`, { cause: error });
    for (const waiter of this.#waiters) waiter.settle({ error: lost });
    this.#waiters.clear();
  }
}
