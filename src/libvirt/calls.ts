// The calls of one connection: which are at the server, which wait for their turn, which have run out of time.

import {
  CallInterruptedError,
  CallTimeoutError,
  type ConnectionClosedError,
  OverflowError,
} from "./errors.ts";
import type { Procedure } from "./procedure.ts";
import type { LibvirtStream } from "./stream.ts";
import type { Timers } from "./timers.ts";

export interface CallLimits {
  /**
   * Calls at the server at one time. libvirtd stops reading from a client with `max_client_requests` (5)
   * unanswered calls and then answers no keepalive either (src/rpc/virnetserverclient.c, nrequests, where the buffer
   * for the next call counts as one); so 4. The last place is for calls which the server answers from its
   * priority workers: looking things up and destroying a domain work while others take their time.
   */
  readonly maxInFlight: number;
  /** Calls waiting for their turn before the next is refused with an OverflowError. */
  readonly maxWaiting: number;
}

/** Arguments and results have their types in RpcClient.call; in between nobody looks into them. */
export interface Call {
  readonly procedure: Procedure<never, unknown>;
  readonly args: unknown;
  readonly resolve: (ret: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Runs when the reply arrives, before any packet behind it is looked at. */
  readonly onReply: ((ret: never) => void) | undefined;
  readonly wantsStream: boolean;
  /** Made when the call is sent, since data may come right behind the reply. */
  stream: LibvirtStream | null;
  /** Nobody waits for the reply any more, but the server may still be busy with it. */
  abandoned: boolean;
  sent: boolean;
  cancelTimer: (() => void) | null;
}

/** A call at the server keeps its place until the reply comes, even when it has timed out. */
export class CallTable {
  readonly #limits: CallLimits;
  readonly #timers: Timers;
  readonly #transmit: (call: Call, serial: number) => void;
  readonly #isTaken: (serial: number) => boolean;
  readonly #inFlight = new Map<number, Call>();
  #waiting: Call[] = [];
  #serial = 0;

  /**
   * `transmit` sends the call; when it throws, nothing was sent, and the call is rejected with what it threw.
   * `isTaken` names serials which streams still use: a console can outlive the 2^32 calls after it.
   */
  constructor(
    limits: CallLimits,
    timers: Timers,
    transmit: (call: Call, serial: number) => void,
    isTaken: (serial: number) => boolean,
  ) {
    this.#limits = limits;
    this.#timers = timers;
    this.#transmit = transmit;
    this.#isTaken = isTaken;
  }

  get size(): number {
    return this.#inFlight.size + this.#waiting.length;
  }

  /** Sends the call now or when its turn comes. `timeoutMs` counts from now; 0 waits for ever. */
  add(call: Call, timeoutMs: number): void {
    if (timeoutMs > 0)
      call.cancelTimer = this.#timers.after(timeoutMs, () => this.#timedOut(call, timeoutMs));
    if (this.#hasPlace(call)) this.#send(call);
    else if (this.#waiting.length < this.#limits.maxWaiting) this.#enqueue(call);
    else {
      call.cancelTimer?.();
      call.reject(
        new OverflowError(`${call.procedure.name}: ${this.#waiting.length} calls are waiting already`),
      );
    }
  }

  #hasPlace({ procedure }: Call): boolean {
    const { maxInFlight } = this.#limits;
    return this.#inFlight.size < (procedure.highPriority ? maxInFlight : Math.max(1, maxInFlight - 1));
  }

  /** Calls for the priority workers go before the others. */
  #enqueue(call: Call): void {
    const before = call.procedure.highPriority
      ? this.#waiting.findIndex(({ procedure }) => !procedure.highPriority)
      : -1;
    if (before === -1) this.#waiting.push(call);
    else this.#waiting.splice(before, 0, call);
  }

  #send(call: Call): void {
    const serial = this.#nextSerial();
    try {
      this.#transmit(call, serial);
    } catch (error) {
      call.cancelTimer?.();
      call.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    call.sent = true;
    this.#inFlight.set(serial, call);
  }

  #nextSerial(): number {
    do this.#serial = (this.#serial + 1) >>> 0;
    while (this.#serial === 0 || this.#inFlight.has(this.#serial) || this.#isTaken(this.#serial));
    return this.#serial;
  }

  #timedOut(call: Call, timeoutMs: number): void {
    call.abandoned = true;
    if (!call.sent) this.#waiting = this.#waiting.filter((other) => other !== call);
    call.reject(new CallTimeoutError(call.procedure.name, timeoutMs, call.sent));
  }

  /** The reply with this serial has come: its call, or undefined when there is none; its place is free again. */
  take(serial: number): Call | undefined {
    const call = this.#inFlight.get(serial);
    this.#inFlight.delete(serial);
    call?.cancelTimer?.();
    return call;
  }

  /** Sends what waits and has a place now. */
  sendWaiting(): void {
    for (let call = this.#waiting[0]; call !== undefined && this.#hasPlace(call); call = this.#waiting[0]) {
      this.#waiting.shift();
      this.#send(call);
    }
  }

  /** The connection is gone: rejects every call. */
  failAll(reason: ConnectionClosedError): void {
    const calls = [...this.#inFlight.values(), ...this.#waiting];
    this.#inFlight.clear();
    this.#waiting = [];
    for (const call of calls) {
      call.cancelTimer?.();
      call.reject(new CallInterruptedError(call.procedure.name, call.sent, reason));
    }
  }
}
