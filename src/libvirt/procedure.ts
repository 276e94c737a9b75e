// What the generated files are made of: a remote procedure or an unasked message, with its number and codecs.

import type { XdrReader, XdrWriter } from "./xdr.ts";

/** Every program of libvirt has version 1 (REMOTE_PROTOCOL_VERSION, QEMU_PROTOCOL_VERSION). */
export const programVersion = 1;

export interface Procedure<Args, Ret> {
  /** libvirt's own name without `vir`: `domainGetInfo`. */
  readonly name: string;
  readonly program: number;
  readonly number: number;
  /** Throws XdrError when the arguments do not fit the protocol. */
  readonly write: (w: XdrWriter, args: Args) => void;
  /** Throws XdrError when the bytes are not such a result. */
  readonly read: (r: XdrReader) => Ret;
  /** The server answers it from workers that never wait for a hypervisor's monitor. */
  readonly highPriority: boolean;
  /** Its reply is followed by a stream. */
  readonly stream: boolean;
}

export interface EventMessage<Message> {
  readonly name: string;
  readonly program: number;
  readonly number: number;
  readonly read: (r: XdrReader) => Message;
}

export function procedure<Args, Ret>(
  name: string,
  program: number,
  number: number,
  write: (w: XdrWriter, args: Args) => void,
  read: (r: XdrReader) => Ret,
  marks: { highPriority: boolean; stream: boolean },
): Procedure<Args, Ret> {
  return { name, program, number, write, read, ...marks };
}

export function eventMessage<Message>(
  name: string,
  program: number,
  number: number,
  read: (r: XdrReader) => Message,
): EventMessage<Message> {
  return { name, program, number, read };
}

/** Codecs of a procedure without arguments or without a result. */
export function writeNothing(): void {}
export function readNothing(): void {}
