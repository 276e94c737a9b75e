// Log lines as they come, for whoever looks on from outside: the control socket and the dashboard. One JSON object a
// line (application/x-ndjson), the scrollback first.

import type { LogBook, LogLine } from "./log.ts";

export type LogSource = Pick<LogBook, "lines" | "listen">;

export interface FollowOptions {
  /** Null: all windows. */
  window: string | null;
  /** Serial after which to begin. */
  after?: number;
  /** Only lines with this in their text: a request id. */
  containing?: string | undefined;
  /** How much of the scrollback to begin with, in lines; all by default. */
  tail?: number | undefined;
  /** Called once, when it has ended for whatever reason. */
  onEnd?: () => void;
}

/** How many lines a slow follower may be behind before the oldest are dropped. */
const MAX_BEHIND = 5000;

/** Ends when `end` is called or the reader goes away; listens from its making until then. */
export class LogFollower implements AsyncIterable<Uint8Array> {
  #waiting: LogLine[];
  #nudged = false;
  #ended = false;
  #wake: (() => void) | null = null;
  #unlisten: () => void;
  #onEnd: (() => void) | undefined;

  constructor(source: LogSource, { window, after = 0, containing, tail, onEnd }: FollowOptions) {
    const wanted = (line: LogLine) =>
      (window === null || line.window === window) && (!containing || line.text.includes(containing));
    this.#onEnd = onEnd;
    const kept = source.lines(window, after).filter(wanted);
    this.#waiting = tail === undefined ? kept : kept.slice(Math.max(0, kept.length - tail));
    this.#unlisten = source.listen((line) => {
      if (!wanted(line)) return;
      this.#waiting.push(line);
      if (this.#waiting.length > MAX_BEHIND) this.#waiting = this.#waiting.slice(-MAX_BEHIND / 2);
      this.#wake?.();
    });
  }

  /** Sends an empty line: the reader learns that the connection lives, the writer when it does not. */
  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#unlisten();
    this.#wake?.();
    this.#onEnd?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    // By hand: `return` of a generator would wait for a line that may never come.
    return {
      next: async () => {
        while (!this.#ended && this.#waiting.length === 0 && !this.#nudged) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = null;
        }
        if (this.#ended) return { done: true, value: undefined };
        const lines = this.#waiting;
        this.#waiting = [];
        this.#nudged = false;
        const text = lines.length === 0 ? "\n" : lines.map((line) => `${JSON.stringify(line)}\n`).join("");
        return { done: false, value: Buffer.from(text) };
      },
      return: async () => {
        this.end();
        return { done: true, value: undefined };
      },
    };
  }
}
