// The one source of time. Everything that waits or stamps takes a Clock, so that tests can hold time still.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `task` every `ms` until the returned function is called. Never keeps the process alive. */
  every(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
  every: (ms, task) => {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

interface Waiter {
  atMs: number;
  everyMs: number | null;
  run: () => void;
}

/** A clock that moves only when told. `advance` runs what falls due, in order of time. */
export class FakeClock implements Clock {
  #nowMs: number;
  #waiters = new Set<Waiter>();

  constructor(startMs = Date.UTC(2013, 1, 27, 17, 39, 31, 123)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const waiter: Waiter = { atMs: this.#nowMs + ms, everyMs: null, run: resolve };
      this.#waiters.add(waiter);
      signal?.addEventListener(
        "abort",
        () => {
          if (this.#waiters.delete(waiter)) reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  every(ms: number, task: () => void): () => void {
    const waiter: Waiter = { atMs: this.#nowMs + ms, everyMs: ms, run: task };
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Moves time forward, then lets the promises that became due settle. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      let next: Waiter | undefined;
      for (const w of this.#waiters) if (w.atMs <= endMs && (!next || w.atMs < next.atMs)) next = w;
      if (!next) break;
      this.#nowMs = next.atMs;
      if (next.everyMs === null) this.#waiters.delete(next);
      else next.atMs += next.everyMs;
      next.run();
      await Promise.resolve();
    }
    this.#nowMs = endMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
