// A bounded queue between the connection, which must not wait, and a consumer in a `for await` loop.

import { type ConnectionClosedError, OverflowError } from "./errors.ts";

/**
 * Events in the order in which the server sent them. The loop ends when the consumer leaves it, after close(), and when
 * this side closed the connection; it throws ConnectionClosedError when the connection was lost, and OverflowError when
 * `limit` events were waiting: some are missing then, so the consumer has to look at the real state again.
 * In both cases the events before are delivered first. One consumer.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event> {
  readonly #limit: number;
  readonly #name: string;
  readonly #onClose: () => Promise<void>;
  #queue: Event[] = [];
  #error: Error | null = null;
  #over = false;
  #closing: Promise<void> | null = null;
  #wake: (() => void) | null = null;

  /** `onClose` tells the server; it is called at most once, and not when the connection is gone. */
  constructor(name: string, limit: number, onClose: () => Promise<void>) {
    this.#name = name;
    this.#limit = limit;
    this.#onClose = onClose;
  }

  /** Events that wait for the consumer. */
  get length(): number {
    return this.#queue.length;
  }

  push(event: Event): void {
    if (this.#over) return;
    if (this.#queue.length < this.#limit) this.#queue.push(event);
    else {
      this.#end(new OverflowError(`${this.#name}: ${this.#limit} events are waiting`));
      // Nobody awaits this; if it fails, the connection is broken, and that shows elsewhere.
      this.#deregister().catch(() => {});
    }
    this.#notify();
  }

  /** The connection is gone. */
  disconnected(reason: ConnectionClosedError): void {
    this.#closing ??= Promise.resolve();
    if (!this.#over) this.#end(reason.requested ? null : reason);
    this.#notify();
  }

  /** No more events, and those that wait are dropped. Resolves when the server knows. May be called twice. */
  async close(): Promise<void> {
    this.#queue = [];
    this.#over = true;
    this.#error = null;
    this.#notify();
    await this.#deregister();
  }

  #end(error: Error | null): void {
    this.#over = true;
    this.#error ??= error;
  }

  #deregister(): Promise<void> {
    this.#closing ??= this.#onClose();
    return this.#closing;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    while (true) {
      const event = this.#queue.shift();
      if (event !== undefined) return { done: false, value: event };
      if (this.#over) return this.#finish();
      if (this.#wake !== null) throw new Error(`${this.#name}: somebody waits for these events already`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The error is thrown once; after it the iterator is at its end, as the iterator protocol wants it. */
  #finish(): IteratorResult<Event, undefined> {
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error;
    return { done: true, value: undefined };
  }

  /** The loop was left. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
