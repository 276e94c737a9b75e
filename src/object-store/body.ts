// What a client sends after the headers, as a stream that can be read once. Reading is by demand: a slow reader holds
// the sender back. A sender that stops in the middle, or goes away, ends the stream with an error.

import type { IncomingMessage, ServerResponse } from "node:http";
import { answer, Refusal } from "./answers.ts";

/** Bytes kept for a slow reader before the sender is held back. */
const HIGH_WATER_BYTES = 1 << 20;

/** The client has gone before its body was complete (Swift's 499). */
export class ClientDisconnect extends Refusal {
  constructor() {
    super(answer(499));
  }
}

/** The client kept silent for too long (Swift's `client_timeout`, 408). */
class ClientTimeout extends Refusal {
  constructor() {
    super(answer(408));
  }
}

export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Bytes handed out so far. */
  readonly received: number;
  /** True once somebody has begun to read. */
  readonly started: boolean;
}

/** A body that is already there, or comes from another answer. */
export class MadeBody implements RequestBody {
  received = 0;
  started = false;
  #source: AsyncIterable<Uint8Array> | Uint8Array;

  constructor(source: AsyncIterable<Uint8Array> | Uint8Array) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.started = true;
    if (this.#source instanceof Uint8Array) {
      this.received = this.#source.length;
      if (this.#source.length > 0) yield this.#source;
      return;
    }
    try {
      for await (const chunk of this.#source) {
        this.received += chunk.length;
        yield chunk;
      }
    } catch (error) {
      // A service of this cloud that gives its own request up.
      if ((error as NodeJS.ErrnoException | null)?.code === "ECONNRESET") throw new ClientDisconnect();
      throw error;
    }
  }
}

export const EMPTY_BODY: RequestBody = new MadeBody(new Uint8Array(0));

/** The body of a request on a socket. */
export class IncomingBody implements RequestBody {
  received = 0;
  started = false;
  #incoming: IncomingMessage;
  #continue: ServerResponse | null;
  #idle: IdleWatch;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #ended = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;
  #lastMs = 0;

  /** @param waiting where to say "100 Continue", when the client waits for it before it sends the body */
  constructor(incoming: IncomingMessage, idle: IdleWatch, waiting: ServerResponse | null) {
    this.#incoming = incoming;
    this.#continue = waiting;
    this.#idle = idle;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    this.#begin();
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk) {
          this.#held -= chunk.length;
          this.received += chunk.length;
          if (this.#held < HIGH_WATER_BYTES / 2 && this.#incoming.isPaused()) this.#incoming.resume();
          yield chunk;
        } else if (this.#failure) throw this.#failure;
        else if (this.#ended) return;
        else {
          this.#lastMs = this.#idle.nowMs();
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#idle.remove(this);
    }
  }

  /** Called by the watch: fails the stream when the reader has waited longer than allowed. */
  checkIdle(nowMs: number, limitMs: number): void {
    if (this.#wake && nowMs - this.#lastMs > limitMs) this.#fail(new ClientTimeout());
  }

  #begin(): void {
    this.started = true;
    const incoming = this.#incoming;
    this.#continue?.writeContinue();
    this.#idle.add(this);
    incoming.on("data", (chunk: Uint8Array) => {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
      if (this.#held >= HIGH_WATER_BYTES) incoming.pause();
      this.#signal();
    });
    incoming.on("end", () => {
      this.#ended = true;
      this.#signal();
    });
    incoming.on("error", () => this.#fail(new ClientDisconnect()));
    incoming.on("close", () => {
      if (!this.#ended) this.#fail(new ClientDisconnect());
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#signal();
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** One timer for all bodies that are being read. */
export class IdleWatch {
  #bodies = new Set<IncomingBody>();
  #limitMs: number;
  #stop: (() => void) | null = null;
  readonly nowMs: () => number;

  constructor(options: { nowMs: () => number; limitSeconds: number }) {
    this.nowMs = options.nowMs;
    this.#limitMs = options.limitSeconds * 1000;
  }

  /** @param every the clock's `every` */
  start(every: (ms: number, task: () => void) => () => void): void {
    this.#stop ??= every(Math.min(5000, this.#limitMs), () => {
      const now = this.nowMs();
      for (const body of this.#bodies) body.checkIdle(now, this.#limitMs);
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  add(body: IncomingBody): void {
    this.#bodies.add(body);
  }

  remove(body: IncomingBody): void {
    this.#bodies.delete(body);
  }
}
