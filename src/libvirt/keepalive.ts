// Dead-peer detection: after an interval in which nothing came, ask; after `count` questions without any
// packet, the peer is dead. The server does the same to us and gets its answers from rpc.ts.
// Facts: libvirt 9.0.0, src/rpc/virkeepalive.c (any packet counts as a sign of life, not only a pong).

import type { Timers } from "./timers.ts";

export interface KeepaliveOptions {
  /** Silence before a ping, and time between pings. libvirt's default is 5000 (keepalive_interval in libvirt.conf). */
  readonly intervalMs: number;
  /** Unanswered pings before the peer counts as dead. libvirt's default is 5 (keepalive_count). */
  readonly count: number;
}

/**
 * Silence is measured in whole intervals, so that a packet costs no clock reading: a dead peer is noticed
 * between `count + 1` and `count + 2` intervals after its last packet.
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #timers: Timers;
  readonly #ping: () => void;
  readonly #dead: (silentMs: number) => void;
  #heard = false;
  #unanswered = 0;
  #cancel: (() => void) | null = null;

  /** `dead` is called at most once; the keepalive has stopped by then. */
  constructor(options: KeepaliveOptions, timers: Timers, ping: () => void, dead: (silentMs: number) => void) {
    this.#options = options;
    this.#timers = timers;
    this.#ping = ping;
    this.#dead = dead;
  }

  /** An interval of 0 or less switches it off. */
  start(): void {
    if (this.#options.intervalMs > 0 && this.#cancel === null) this.#wait();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** To be called for every packet received. */
  heard(): void {
    this.#heard = true;
  }

  #wait(): void {
    this.#cancel = this.#timers.after(this.#options.intervalMs, () => this.#tick());
  }

  #tick(): void {
    this.#cancel = null;
    if (this.#heard) {
      this.#heard = false;
      this.#unanswered = 0;
    } else if (this.#unanswered >= this.#options.count) {
      this.#dead(this.#options.intervalMs * (this.#unanswered + 1));
      return;
    } else {
      this.#unanswered += 1;
      this.#ping();
    }
    this.#wait();
  }
}
