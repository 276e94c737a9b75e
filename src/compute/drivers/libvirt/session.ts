// The connection to one host's libvirt, kept up: when the daemon restarts, it is made again, with growing pauses between the
// attempts. Events come through one queue and go to one listener.

import type { Clock } from "../../../core/clock.ts";
import { messageOf } from "../../../core/errors.ts";
import type { Logger } from "../../../core/log.ts";
import { type Connection, type ConnectOptions, connect } from "../../../libvirt/connection.ts";
import type { DomainEvent } from "../../../libvirt/events.ts";
import { HypervisorUnavailable } from "./errors.ts";

const KINDS = ["lifecycle", "deviceRemoved", "deviceRemovalFailed", "blockJob2"] as const;

export type HypervisorEvent = DomainEvent<(typeof KINDS)[number]>;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

export interface SessionOptions {
  uri: string;
  clock: Clock;
  log: Logger;
  onEvent(event: HypervisorEvent): void;
  /** The connection is gone: what was waited for will not come. */
  onLost(error: Error): void;
  /** It is back; anything may have happened meanwhile. */
  onRestored(): void;
  connect?: ConnectOptions;
}

export class HypervisorSession {
  readonly uri: string;
  #options: SessionOptions;
  #connection: Connection | null = null;
  #opening: Promise<Connection> | null = null;
  /** Why there is no connection; null while there is one. */
  #problem: string | null = "not connected";
  #closed = false;
  #abort = new AbortController();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.uri = options.uri;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** The live connection; one attempt is made when there is none. @throws HypervisorUnavailable */
  async connection(): Promise<Connection> {
    if (this.#connection && !this.#connection.isClosed) return this.#connection;
    if (this.#closed) throw new HypervisorUnavailable(`${this.uri} is closed`);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** A connection of its own for one long call, since a call keeps its place in the line until it is answered. */
  async separately<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let connection: Connection;
    try {
      connection = await connect(this.uri, this.#options.connect);
    } catch (cause) {
      throw new HypervisorUnavailable(`${this.uri}: ${messageOf(cause)}`, { cause });
    }
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#abort.abort();
    await this.#opening?.catch(() => {});
    await this.#connection?.close();
    this.#connection = null;
    this.#problem = "not connected";
  }

  async #open(): Promise<Connection> {
    let connection: Connection | null = null;
    try {
      connection = await connect(this.uri, this.#options.connect);
      const events = await connection.connectDomainEventRegisterAny(KINDS, { limit: 16_384 });
      if (this.#closed) throw new Error("closed meanwhile");
      this.#connection = connection;
      this.#problem = null;
      void this.#pump(connection, events);
      return connection;
    } catch (cause) {
      await connection?.close();
      this.#problem = messageOf(cause);
      throw new HypervisorUnavailable(`${this.uri}: ${messageOf(cause)}`, { cause });
    }
  }

  async #pump(connection: Connection, events: AsyncIterable<HypervisorEvent>): Promise<void> {
    let reason: unknown = new Error("the connection ended");
    try {
      for await (const event of events) this.#options.onEvent(event);
    } catch (error) {
      // Lost, or events were dropped: either way only a new look helps.
      reason = error;
    }
    await connection.close();
    if (this.#connection === connection) this.#connection = null;
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#options.onLost(error);
    if (this.#closed) return;
    this.#problem = messageOf(error);
    this.#options.log.warning(null, `Connection to libvirt lost: ${this.uri}: ${messageOf(error)}`);
    await this.#restore();
  }

  async #restore(): Promise<void> {
    const { clock, log } = this.#options;
    for (let pause = FIRST_PAUSE_MS; !this.#closed; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        await this.connection();
        log.info(null, `Connection to libvirt restored: ${this.uri}`);
        this.#options.onRestored();
        return;
      } catch (error) {
        if (this.#closed) return;
        log.debug(null, `${messageOf(error)}; next attempt in ${pause} ms`);
      }
      const aborted = await clock.sleep(pause, this.#abort.signal).then(
        () => false,
        () => true,
      );
      if (aborted) return;
    }
  }
}
