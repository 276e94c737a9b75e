// Time as an argument, so that tests decide when it passes.

export interface Timers {
  /** Runs `run` once after `ms` milliseconds; the answer cancels it and may be called at any time. */
  after(ms: number, run: () => void): () => void;
}

export const realTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
