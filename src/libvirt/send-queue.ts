// Bytes on their way into a socket that does not always take everything.

/** Keeps what the kernel did not take, in order. Its size is bounded by its users: see calls.ts and stream.ts. */
export class SendQueue {
  readonly #write: (bytes: Uint8Array) => number;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #closed = false;
  #waiters: (() => void)[] = [];

  /** `write` answers how many bytes it took, 0 or less when none. */
  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Writes at once when nothing is before it; what is left is copied. Does nothing once closed. */
  push(bytes: Uint8Array): void {
    if (this.#closed) return;
    const taken = this.#chunks.length === 0 ? Math.max(0, this.#write(bytes)) : 0;
    if (taken >= bytes.length || this.#closed) return;
    this.#chunks.push(Uint8Array.prototype.slice.call(bytes, taken));
    this.#bytes += bytes.length - taken;
  }

  /** To be called when the socket takes bytes again. */
  flush(): void {
    while (this.#chunks.length > 0 && !this.#closed) {
      const chunk = this.#chunks[0] as Uint8Array;
      const taken = Math.max(0, this.#write(chunk));
      this.#bytes -= taken;
      if (taken < chunk.length) {
        this.#chunks[0] = chunk.subarray(taken);
        return;
      }
      this.#chunks.shift();
    }
    this.#wake();
  }

  /** Resolves when nothing is queued, or the queue was closed. */
  async drained(): Promise<void> {
    if (this.#bytes === 0 || this.#closed) return;
    await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Drops what is queued. */
  close(): void {
    this.#closed = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
