// Everything a call can fail with. Codes: libvirt 9.0.0, include/libvirt/virterror.h (constants.gen.ts has the names).

import { virErrorDomainNames, virErrorNumberNames } from "./constants.gen.ts";
import type { RemoteError } from "./procedures.gen.ts";

/** The server carried the call out and answered with an error. */
export class LibvirtError extends Error {
  override readonly name = "LibvirtError";
  /** VIR_ERR_...: what went wrong, `VIR_ERR_NO_DOMAIN`. */
  readonly code: number;
  /** VIR_FROM_...: which part of libvirt says so, `VIR_FROM_QEMU`. */
  readonly domain: number;
  /** The procedure that was called: `domainLookupByUUID`. */
  readonly procedure: string;
  /** The whole error as it came, with libvirt's extra strings and numbers. */
  readonly detail: RemoteError;

  constructor(procedure: string, detail: RemoteError) {
    super(detail.message ?? "libvirt gave no message");
    this.procedure = procedure;
    this.code = detail.code;
    this.domain = detail.domain;
    this.detail = detail;
  }

  /** `VIR_ERR_NO_DOMAIN`, or `VIR_ERR_123` when a newer libvirt has a code which is not known here. */
  get codeName(): string {
    return virErrorNumberNames.get(this.code) ?? `VIR_ERR_${this.code}`;
  }

  /** `VIR_FROM_QEMU`. */
  get domainName(): string {
    return virErrorDomainNames.get(this.domain) ?? `VIR_FROM_${this.domain}`;
  }
}

/** True for a LibvirtError with one of the codes: `isLibvirtError(error, VIR_ERR_NO_DOMAIN)`; with none, any code. */
export function isLibvirtError(error: unknown, ...codes: number[]): error is LibvirtError {
  return error instanceof LibvirtError && (codes.length === 0 || codes.includes(error.code));
}

/** No connection came about: nobody listens, no such host, TLS or ssh refused, no way to authenticate. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
}

/**
 * The connection is gone. A call that was rejected with it may or may not have been carried out;
 * `sent` in CallInterruptedError tells whether it can have been.
 */
export class ConnectionClosedError extends Error {
  override readonly name: string = "ConnectionClosedError";
  /** True when this side called close(). */
  readonly requested: boolean;

  constructor(message: string, requested: boolean, options?: ErrorOptions) {
    super(message, options);
    this.requested = requested;
  }
}

/** A call or stream was under way when the connection went. Its `cause` is the ConnectionClosedError. */
export class CallInterruptedError extends ConnectionClosedError {
  override readonly name = "CallInterruptedError";
  readonly procedure: string;
  /** False when the call never left this process; true means the outcome is unknown. */
  readonly sent: boolean;

  constructor(procedure: string, sent: boolean, cause: ConnectionClosedError) {
    super(`${procedure}: ${cause.message}`, cause.requested, { cause });
    this.procedure = procedure;
    this.sent = sent;
  }
}

/** No reply in time. The server may still carry the call out; a late reply is dropped. */
export class CallTimeoutError extends Error {
  override readonly name = "CallTimeoutError";
  readonly procedure: string;
  readonly timeoutMs: number;
  /** False when the call was still waiting for its turn. */
  readonly sent: boolean;

  constructor(procedure: string, timeoutMs: number, sent: boolean) {
    super(`${procedure}: no reply within ${timeoutMs} ms`);
    this.procedure = procedure;
    this.timeoutMs = timeoutMs;
    this.sent = sent;
  }
}

/** The server sent what the protocol does not allow. Except for an undecodable reply, it ends the connection. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** A consumer was too slow: the buffer of its stream or event queue is full. Only that stream or queue ends. */
export class OverflowError extends Error {
  override readonly name = "OverflowError";
}
