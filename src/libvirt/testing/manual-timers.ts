// Timers that stand still until a test moves them.

import type { Timers } from "../timers.ts";

export class ManualTimers implements Timers {
  #nowMs = 0;
  #pending: { atMs: number; run: () => void }[] = [];

  after(ms: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + ms, run };
    this.#pending.push(timer);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== timer);
    };
  }

  /** Timers that have neither run nor been cancelled. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Lets time pass and runs what becomes due, in order, also what is set meanwhile. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    while (true) {
      const due = this.#pending.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#pending = this.#pending.filter((other) => other !== due);
      this.#nowMs = due.atMs;
      due.run();
    }
    this.#nowMs = end;
  }
}
