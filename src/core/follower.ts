// Things as they come, for whoever looks on from outside: one JSON object a line (application/x-ndjson).

/** How many a slow reader may be behind before the oldest are dropped. */
const MAX_BEHIND = 5000;

/** Ends when `end` is called or the reader goes away. */
export class Follower<T> implements AsyncIterable<Uint8Array> {
  #waiting: T[];
  #nudged = false;
  #ended = false;
  #wake: (() => void) | null = null;
  #onEnd: () => void;

  /** @param onEnd called once, when it has ended for whatever reason */
  constructor(first: readonly T[], onEnd: () => void) {
    this.#waiting = [...first];
    this.#onEnd = onEnd;
  }

  push(item: T): void {
    this.#waiting.push(item);
    if (this.#waiting.length > MAX_BEHIND) this.#waiting = this.#waiting.slice(-MAX_BEHIND / 2);
    this.#wake?.();
  }

  /** Sends an empty line: the reader learns that the connection lives, the writer when it does not. */
  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#wake?.();
    this.#onEnd();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    // By hand: `return` of a generator would wait for something that may never come.
    return {
      next: async () => {
        while (!this.#ended && this.#waiting.length === 0 && !this.#nudged) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = null;
        }
        if (this.#ended) return { done: true, value: undefined };
        const items = this.#waiting;
        this.#waiting = [];
        this.#nudged = false;
        const text = items.length === 0 ? "\n" : items.map((item) => `${JSON.stringify(item)}\n`).join("");
        return { done: false, value: Buffer.from(text) };
      },
      return: async () => {
        this.end();
        return { done: true, value: undefined };
      },
    };
  }
}
