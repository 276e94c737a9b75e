// A hash algorithm on a thread of its own: hashing image data takes longer than receiving and writing it, and must not
// hold up everything else this process serves. Buffers are shared memory, so nothing is copied between the threads.

import type { Clock } from "../../core/clock.ts";

/** The thread's program. Plain text, because a compiled binary holds no files a thread could be started from. */
const PROGRAM = `
const hashers = new Map();
self.onmessage = ({ data: { id, algorithm, buffer, length, end } }) => {
  let hasher = hashers.get(id);
  if (!hasher) hashers.set(id, (hasher = new Bun.CryptoHasher(algorithm)));
  if (buffer) hasher.update(new Uint8Array(buffer, 0, length));
  if (end) hashers.delete(id);
  postMessage({ id, digest: end ? hasher.digest("hex") : null });
};`;

interface Answer {
  id: number;
  digest: string | null;
}

/** Threads cost about 10 MB each; one that nobody needs any more is ended. */
const IDLE_MS = 10_000;

export class HashWorker {
  #algorithm: "md5" | "sha512";
  #clock: Clock;
  #worker: Worker | null = null;
  /** Waiting for an answer, in the order asked. */
  #waiting: PromiseWithResolvers<string | null>[] = [];
  #lastId = 0;
  #users = 0;
  #idle: AbortController | null = null;

  constructor(algorithm: "md5" | "sha512", clock: Clock) {
    this.#algorithm = algorithm;
    this.#clock = clock;
  }

  /** Hashes one stream. Must be ended by `finish` or `cancel`. */
  begin(): HashStream {
    this.#idle?.abort();
    this.#users++;
    const id = ++this.#lastId;
    let ended = false;
    const end = () => {
      if (ended) return;
      ended = true;
      this.#users--;
      if (this.#users === 0) this.#endWhenIdle();
    };
    return {
      update: async (buffer, length) => {
        await this.#ask({ id, algorithm: this.#algorithm, buffer, length });
      },
      finish: () => this.#ask({ id, algorithm: this.#algorithm, end: true }).finally(end) as Promise<string>,
      cancel: () => {
        if (!ended) this.#ask({ id, algorithm: this.#algorithm, end: true }).catch(() => {});
        end();
      },
    };
  }

  #ask(message: Record<string, unknown>): Promise<string | null> {
    const worker = this.#worker ?? this.#start();
    const answer = Promise.withResolvers<string | null>();
    this.#waiting.push(answer);
    worker.postMessage(message);
    return answer.promise;
  }

  #start(): Worker {
    const url = URL.createObjectURL(new Blob([PROGRAM], { type: "text/javascript" }));
    const worker = new Worker(url);
    // Bun's, and unknown to the DOM's types: the thread does not keep the process alive.
    (worker as unknown as { unref(): void }).unref();
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#waiting.shift()?.resolve(data.digest);
    worker.onerror = (event) => {
      this.#worker = null;
      for (const answer of this.#waiting.splice(0))
        answer.reject(new Error(`hashing failed: ${event.message}`));
    };
    this.#worker = worker;
    return worker;
  }

  #endWhenIdle(): void {
    const idle = new AbortController();
    this.#idle = idle;
    this.#clock.sleep(IDLE_MS, idle.signal).then(
      () => {
        if (this.#users > 0) return;
        this.#worker?.terminate();
        this.#worker = null;
      },
      () => {}, // wanted again
    );
  }

  /** Ends the thread at once. */
  stop(): void {
    this.#idle?.abort();
    this.#worker?.terminate();
    this.#worker = null;
  }
}

export interface HashStream {
  /** Resolves when the buffer may be changed again. */
  update(buffer: SharedArrayBuffer, length: number): Promise<void>;
  /** Hex digits. */
  finish(): Promise<string>;
  cancel(): void;
}
