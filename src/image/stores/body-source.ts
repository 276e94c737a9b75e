// A request body that is pushed to: each piece waits until the reader wants it, so that one piece is held at a time.

export class BodySource {
  readonly stream: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** Resolves when the reader wants more; rejects when it has gone. */
  #wanted = Promise.withResolvers<void>();
  #ended = false;

  constructor() {
    this.#wanted.promise.catch(() => {}); // told by `push`
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#wanted.resolve(),
        cancel: (reason) => {
          this.#ended = true;
          this.#wanted.reject(reason instanceof Error ? reason : new Error("the reader has gone"));
        },
      },
      { highWaterMark: 1 },
    );
  }

  /** Resolves when the piece was taken in. It must not be changed afterwards. */
  async push(bytes: Uint8Array): Promise<void> {
    await this.#wanted.promise;
    if (this.#ended) throw new Error("the reader has gone");
    this.#wanted = Promise.withResolvers<void>();
    this.#wanted.promise.catch(() => {});
    this.#controller.enqueue(bytes);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#controller.close();
  }

  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#controller.error(error);
    this.#wanted.reject(error);
  }
}
