// A VIR_NET_STREAM: bytes in both directions beside a call (screenshot, console).
// Facts: libvirt 9.0.0, src/rpc/virnetprotocol.x and src/remote/remote_daemon_stream.c. Data packets have the status
// CONTINUE, an empty one from the server is the end of its data; the client then says OK (finish) or ERROR (abort),
// and the server confirms with OK. An ERROR from the server ends the stream at once.

import { OverflowError, ProtocolError } from "./errors.ts";
import { MessageStatus, streamPayloadMax } from "./packet.ts";

/** What a stream needs of its connection. */
export interface StreamPort {
  readonly procedure: string;
  /** Sends one packet of the stream. */
  send(status: number, data: Uint8Array): void;
  /** Resolves when the kernel has taken what was sent; at once when the connection is gone. */
  drained(): Promise<void>;
  /** No packet of this stream will come any more. */
  release(): void;
}

const nothing = new Uint8Array(0);

/**
 * Received data waits in a queue of at most `maxQueuedBytes`; libvirt has no flow control for one stream, and holding
 * back the whole connection would stop every call, so a reader that falls behind further gets an OverflowError.
 */
export class LibvirtStream implements AsyncIterable<Uint8Array> {
  readonly #port: StreamPort;
  readonly #maxQueuedBytes: number;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** The server has no more data. */
  #ended = false;
  #error: Error | null = null;
  /** finish() or abort() was called: what still arrives is dropped. */
  #closing: PromiseWithResolvers<void> | null = null;
  #aborting = false;
  #released = false;
  #wake: (() => void) | null = null;

  constructor(port: StreamPort, maxQueuedBytes: number) {
    this.#port = port;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** The procedure whose reply opened it. */
  get procedure(): string {
    return this.#port.procedure;
  }

  /**
   * The next piece, or null when the server has no more. Throws what ended the stream otherwise.
   * One read at a time.
   */
  async read(): Promise<Uint8Array | null> {
    while (true) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        this.#queuedBytes -= piece.length;
        return piece;
      }
      if (this.#error !== null) throw this.#error;
      if (this.#ended || this.#closing !== null) return null;
      if (this.#wake !== null) throw new Error(`${this.#port.procedure}: the stream is already being read`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Leaving the loop early aborts the stream; at its end the stream is finished. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    let complete = false;
    try {
      while (true) {
        const piece = await this.read();
        if (piece === null) break;
        yield piece;
      }
      complete = true;
      await this.finish();
    } finally {
      if (!complete && this.#error === null) await this.abort();
    }
  }

  /** Everything until the end, then finishes. Throws OverflowError (and aborts) beyond `maxBytes`. */
  async readAll(maxBytes: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > maxBytes) throw new OverflowError(`${this.#port.procedure}: more than ${maxBytes} bytes`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces, length);
  }

  /** Sends data; resolves when the kernel has taken it. Throws what ended the stream. */
  async write(data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += streamPayloadMax) {
      this.#requireOpen();
      this.#port.send(MessageStatus.continue, data.subarray(at, at + streamPayloadMax));
      await this.#port.drained();
    }
    this.#requireOpen();
  }

  #requireOpen(): void {
    if (this.#error !== null) throw this.#error;
    if (this.#closing !== null || this.#released)
      throw new Error(`${this.#port.procedure}: the stream is closed`);
  }

  /**
   * Tells the server that no more data comes and none is wanted; resolves when it has confirmed, which means that
   * everything written has arrived. Throws what ended the stream.
   */
  async finish(): Promise<void> {
    if (this.#error !== null) throw this.#error;
    await this.#end(MessageStatus.ok);
  }

  /** Gives the stream up. Resolves when it is over, whatever ended it. */
  async abort(): Promise<void> {
    this.#aborting = true;
    if (this.#error === null) await this.#end(MessageStatus.error);
  }

  #end(status: number): Promise<void> {
    if (this.#closing !== null) return this.#closing.promise;
    this.#closing = Promise.withResolvers<void>();
    // Its failure also reaches every reader and writer; a stream that nobody awaits must not end the process.
    this.#closing.promise.catch(() => {});
    if (this.#released) this.#closing.resolve();
    else this.#port.send(status, nothing);
    if (status === MessageStatus.error) this.#dropQueue();
    this.#notify();
    return this.#closing.promise;
  }

  #dropQueue(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /** A packet of this stream arrived. `data` is only valid during the call. */
  received(status: number, data: Uint8Array): void {
    if (status === MessageStatus.ok) {
      this.#ended = true;
      this.#release();
      this.#closing?.resolve();
    } else if (data.length === 0) this.#ended = true;
    else if (this.#ended && this.#closing === null) this.refuse("data after the end of the stream");
    else if (this.#closing === null && this.#error === null) this.#enqueue(data);
    this.#notify();
  }

  #enqueue(data: Uint8Array): void {
    this.#queuedBytes += data.length;
    this.#queue.push(Uint8Array.prototype.slice.call(data));
    if (this.#queuedBytes <= this.#maxQueuedBytes) return;
    this.#abandon(
      new OverflowError(`${this.#port.procedure}: ${this.#queuedBytes} bytes are waiting to be read`),
    );
  }

  /** The server does what it must not: the stream is aborted and ends with a ProtocolError. */
  refuse(what: string): void {
    this.#abandon(new ProtocolError(`${this.#port.procedure}: ${what}`));
  }

  /** Ends with an error on this side; packets still on their way are dropped until the server confirms the abort. */
  #abandon(error: Error): void {
    this.#error ??= error;
    void this.#end(MessageStatus.error);
    this.#dropQueue();
    this.#notify();
  }

  /** The server ended the stream with an error, or the connection is gone. */
  failed(error: Error): void {
    this.#error ??= error;
    this.#release();
    if (this.#aborting) this.#closing?.resolve();
    else this.#closing?.reject(error);
    this.#notify();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#port.release();
  }
}
