// Background work that is done over and over, one round at a time.

import type { Clock } from "../core/clock.ts";

export class Rounds {
  #cancel = new AbortController();
  #stopTimer: () => void;
  #running: Promise<unknown> | null = null;

  /** @param round catches what goes wrong in it; returns early when the signal says so */
  constructor(clock: Clock, intervalSeconds: number, round: (signal: AbortSignal) => Promise<unknown>) {
    this.#stopTimer = clock.every(intervalSeconds * 1000, () => {
      this.#running ??= round(this.#cancel.signal).finally(() => {
        this.#running = null;
      });
    });
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopTimer();
    this.#cancel.abort();
    await this.#running;
  }
}
