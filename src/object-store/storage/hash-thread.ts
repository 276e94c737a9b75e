// MD5 of large uploads in a thread of its own: it takes longer than all else that is done for them, and the service goes
// on answering meanwhile. The bytes lie in memory that both threads see, so that they do not travel. The thread is
// started by the first large upload, and ended when there was none for a while.

import type { Clock } from "../../core/clock.ts";
import { PluginWorker } from "../../plugins/worker.ts";
// @ts-expect-error The file's text, not what it exports: the thread is started from memory.
import workerText from "./hash-worker.ts" with { type: "text" };

export type HashOrder =
  | { stream: number; piece: Uint8Array }
  | { stream: number; end: true }
  | { stream: number; abandon: true };

/** One for each piece, and one with the digest in hex at the end. */
export interface HashReport {
  stream: number;
  digest: string | null;
}

/** Bytes of a piece. */
export const PIECE_BYTES = 1 << 20;
/** Pieces that nobody uses and that are kept for the next upload. */
const SPARE_PIECES = 8;
const IDLE_MS = 10_000;

interface Waiting {
  resolve(digest: string): void;
  reject(error: Error): void;
}

export class HashThread {
  #clock: Clock;
  #worker: PluginWorker<HashOrder, HashReport> | null = null;
  /** What each stream waits for, in order. */
  #waiting = new Map<number, Waiting[]>();
  #lastStream = 0;
  #usedAtMs = 0;
  #stopWatch: (() => void) | null = null;
  #spare: Uint8Array[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): HashStream {
    const stream = ++this.#lastStream;
    this.#waiting.set(stream, []);
    return {
      update: (piece) => this.#ask(stream, { stream, piece }).then(() => {}),
      digest: () => this.#ask(stream, { stream, end: true }).finally(() => this.#waiting.delete(stream)),
      abandon: () => {
        this.#waiting.delete(stream);
        this.#worker?.post({ stream, abandon: true });
      },
    };
  }

  /** Memory for a piece, which both threads see. */
  takePiece(): Uint8Array {
    return this.#spare.pop() ?? new Uint8Array(new SharedArrayBuffer(PIECE_BYTES));
  }

  givePiece(piece: Uint8Array): void {
    if (this.#spare.length < SPARE_PIECES) this.#spare.push(piece);
  }

  /** Ends the thread; another upload starts it again. */
  stop(): void {
    this.#end(new Error("the thread that hashes uploads was stopped"));
    this.#spare = [];
  }

  #ask(stream: number, order: HashOrder): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const waiting = this.#waiting.get(stream);
    if (!waiting) return Promise.reject(new Error("the stream has ended"));
    waiting.push({ resolve, reject });
    this.#usedAtMs = this.#clock.now();
    this.#worker ??= this.#start();
    this.#worker.post(order);
    return promise;
  }

  #start(): PluginWorker<HashOrder, HashReport> {
    this.#stopWatch ??= this.#clock.every(IDLE_MS, () => {
      if (this.#waiting.size === 0 && this.#clock.now() - this.#usedAtMs >= IDLE_MS) this.stop();
    });
    return new PluginWorker<HashOrder, HashReport>(workerText as string, {
      report: ({ stream, digest }) =>
        this.#waiting
          .get(stream)
          ?.shift()
          ?.resolve(digest ?? ""),
      died: (reason) => this.#end(new Error(`hashing an upload failed: ${reason}`)),
    });
  }

  #end(error: Error): void {
    this.#worker?.end();
    this.#worker = null;
    this.#stopWatch?.();
    this.#stopWatch = null;
    const waiting = [...this.#waiting.values()].flat();
    // What the thread knew of them is gone.
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

/** One upload's bytes. */
export interface HashStream {
  /** Resolves when the piece was looked at; until then it must not be changed. */
  update(piece: Uint8Array): Promise<void>;
  digest(): Promise<string>;
  abandon(): void;
}
