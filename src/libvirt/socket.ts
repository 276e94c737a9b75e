// Transports: bytes to and from a daemon over a unix socket, TCP or TLS (ssh is in ssh.ts).

import { existsSync, readFileSync } from "node:fs";
import { isIP } from "node:net";
import { ConnectError } from "./errors.ts";
import { SendQueue } from "./send-queue.ts";
import { openSsh } from "./ssh.ts";
import type { Timers } from "./timers.ts";
import type { Target, TlsTarget } from "./uri.ts";

export interface Transport {
  /** Sends the bytes after all earlier ones; what cannot go at once is copied, so the caller may reuse them. */
  write(bytes: Uint8Array): void;
  /** Bytes which the kernel has not taken yet. */
  readonly queuedBytes: number;
  /** Resolves when nothing is queued, or the connection is gone. */
  drained(): Promise<void>;
  /**
   * Lets go of the connection; what is queued gets no guarantee. May be called twice. Politely means that TLS says goodbye,
   * which keeps the socket open until the peer reacts: not for a peer that may be dead.
   */
  close(politely: boolean): void;
}

export interface TransportHandlers {
  /** The chunk is only valid during the call. */
  data(chunk: Uint8Array): void;
  /** Called once, also after close(). The error is null when the peer simply ended. */
  closed(error: Error | null): void;
}

/** Connects; throws ConnectError. */
export type OpenTransport = (handlers: TransportHandlers) => Promise<Transport>;

/** The transport of a client that has none yet. */
export const unconnected: Transport = {
  write() {},
  queuedBytes: 0,
  async drained() {},
  close() {},
};

/** How the target will be reached. `timeoutMs` limits connecting, TLS handshake included. */
export function transportTo(target: Target, timers: Timers, timeoutMs: number): OpenTransport {
  return (handlers) => {
    switch (target.transport) {
      case "unix": {
        const path = target.paths.find((candidate) => existsSync(candidate)) ?? target.paths.at(-1) ?? "";
        return SocketTransport.open({ unix: path }, path, handlers, timers, timeoutMs);
      }
      case "tcp": {
        const { host, port } = target;
        return SocketTransport.open({ hostname: host, port }, `${host}:${port}`, handlers, timers, timeoutMs);
      }
      case "tls": {
        const { host, port } = target;
        const address = { hostname: host, port, tls: tlsOptions(target) };
        return SocketTransport.open(address, `${host}:${port} (TLS)`, handlers, timers, timeoutMs);
      }
      case "ssh":
        return openSsh(target, handlers);
    }
  };
}

function tlsOptions({ host, caFile, certFile, keyFile, verify }: TlsTarget): Bun.TLSOptions {
  const own = existsSync(certFile) ? { cert: read(certFile), key: read(keyFile) } : {};
  return {
    ...own,
    ...(verify || existsSync(caFile) ? { ca: read(caFile) } : {}),
    rejectUnauthorized: verify,
    // RFC 6066 allows no addresses here.
    ...(isIP(host) === 0 ? { serverName: host } : {}),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConnectError(`TLS needs ${path}, which cannot be read`, { cause });
  }
}

/** Bun says "Failed to connect" for everything; the code tells what happened. */
function reason(error: (Error & { code?: string }) | null): string {
  if (error === null) return "the server closed the connection";
  const { message, code } = error;
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

type Address = { unix: string } | { hostname: string; port: number; tls?: Bun.TLSOptions };

/** Bun.connect with a timeout, a send queue, and for TLS the server's word that it accepts us. */
class SocketTransport implements Transport {
  readonly #label: string;
  readonly #handlers: TransportHandlers;
  readonly #tls: Bun.TLSOptions | undefined;
  readonly #ready = Promise.withResolvers<void>();
  readonly #queue = new SendQueue((bytes) => this.#socket?.write(bytes) ?? 0);
  #state: "connecting" | "open" | "over" = "connecting";
  #socket: Bun.Socket | null = null;

  private constructor(address: Address, label: string, handlers: TransportHandlers) {
    this.#label = label;
    this.#handlers = handlers;
    this.#tls = "tls" in address ? address.tls : undefined;
    // It can fail before anybody awaits it.
    this.#ready.promise.catch(() => {});
  }

  static async open(
    address: Address,
    label: string,
    handlers: TransportHandlers,
    timers: Timers,
    timeoutMs: number,
  ): Promise<Transport> {
    const transport = new SocketTransport(address, label, handlers);
    const cancelTimer = timers.after(timeoutMs, () => {
      transport.#end(new Error(`no connection within ${timeoutMs} ms`));
    });
    try {
      await transport.#connect(address);
    } finally {
      cancelTimer();
    }
    return transport;
  }

  #connect(address: Address): Promise<void> {
    const socket = this.#socketHandlers();
    const connecting =
      "unix" in address ? Bun.connect({ ...address, socket }) : Bun.connect({ ...address, socket });
    connecting.then(
      (connected) => {
        // It may come about after the timeout.
        if (this.#state === "over") connected.terminate();
      },
      (error) => this.#end(error instanceof Error ? error : new Error(String(error))),
    );
    return this.#ready.promise;
  }

  #socketHandlers(): Bun.SocketHandler<undefined> {
    return {
      open: (socket) => {
        this.#socket = socket;
        if (this.#tls === undefined) this.#opened();
      },
      handshake: (_, success, error) => {
        if (this.#tls === undefined || (success && (error === null || !this.#tls.rejectUnauthorized))) return;
        this.#end(new Error(`TLS: ${error?.message ?? "the handshake failed"}`));
      },
      data: (_, chunk) => {
        const bytes = this.#state === "connecting" ? this.#admission(chunk) : chunk;
        if (this.#state === "open" && bytes.length > 0) this.#handlers.data(bytes);
      },
      drain: () => this.#queue.flush(),
      close: (_, error) => this.#end(error ?? null),
      error: (_, error) => this.#end(error),
      connectError: (_, error) => this.#end(error),
    };
  }

  /** libvirtd says yes with one byte of 1 inside the TLS session (src/rpc/virnetserverclient.c). */
  #admission(chunk: Uint8Array): Uint8Array {
    if (chunk[0] === 1) this.#opened();
    else this.#end(new Error("the server did not accept this client"));
    return chunk.subarray(1);
  }

  #opened(): void {
    if (this.#state !== "connecting") return;
    this.#state = "open";
    this.#ready.resolve();
  }

  #end(error: Error | null): void {
    const before = this.#state;
    if (before === "over") return;
    this.#state = "over";
    this.#queue.close();
    this.#socket?.terminate();
    if (before === "open") this.#handlers.closed(error);
    else this.#ready.reject(new ConnectError(`${this.#label}: ${reason(error)}`, { cause: error }));
  }

  write(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  drained(): Promise<void> {
    return this.#queue.drained();
  }

  close(politely: boolean): void {
    if (politely) this.#socket?.end();
    else this.#end(null);
  }
}
