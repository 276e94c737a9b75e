// One message of libvirt's RPC: a length, a header of six words, a payload.
// Facts: libvirt 9.0.0, src/rpc/virnetprotocol.x and virkeepaliveprotocol.x.

import { programVersion } from "./procedure.ts";
import { XdrError, XdrReader, XdrWriter } from "./xdr.ts";

export const lengthBytes = 4;
export const headerBytes = 24;
/** VIR_NET_MESSAGE_MAX: header and payload; the length word is not counted. */
export const messageMax = 33_554_432;
/** VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX: no side puts more than this into one packet of a stream. */
export const streamPayloadMax = 262_120;

/** enum virNetMessageType. */
export const MessageType = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  streamHole: 6,
} as const;

/** enum virNetMessageStatus. */
export const MessageStatus = { ok: 0, error: 1, continue: 2 } as const;

export const keepaliveProgram = 0x6b656570;
export const keepalivePing = 1;
export const keepalivePong = 2;

/** struct virNetMessageHeader, without the version: it is 1 in every program. */
export interface Header {
  readonly program: number;
  readonly procedure: number;
  /** One of MessageType. */
  readonly type: number;
  /** Chosen by the caller of a procedure, repeated in its reply and its stream; without meaning in messages. */
  readonly serial: number;
  /** One of MessageStatus. */
  readonly status: number;
}

/** Reads the header of a packet (with its length word); the payload begins at `lengthBytes + headerBytes`. */
export function readHeader(packet: Uint8Array): Header {
  const r = new XdrReader(packet, lengthBytes);
  const program = r.uint();
  const version = r.uint();
  if (version !== programVersion)
    throw new XdrError(`program 0x${program.toString(16)} has version ${version}`);
  const procedure = r.int();
  const type = r.int();
  const serial = r.uint();
  const status = r.int();
  if (type < MessageType.call || type > MessageType.streamHole) throw new XdrError(`message type ${type}`);
  if (status < MessageStatus.ok || status > MessageStatus.continue)
    throw new XdrError(`message status ${status}`);
  return { program, procedure, type, serial, status };
}

/** A reader of the payload of a packet. */
export function payloadReader(packet: Uint8Array): XdrReader {
  return new XdrReader(packet, lengthBytes + headerBytes);
}

/** Builds packets in one reused buffer. */
export class PacketWriter {
  readonly #writer = new XdrWriter(lengthBytes + messageMax);

  /**
   * A whole packet, valid until the next call. `write` adds the payload.
   * Throws XdrError when the payload does not fit the protocol; nothing is sent then.
   */
  build(header: Header, write?: (w: XdrWriter) => void): Uint8Array {
    const w = this.#writer;
    w.reset();
    w.uint(0);
    w.uint(header.program);
    w.uint(programVersion);
    w.int(header.procedure);
    w.int(header.type);
    w.uint(header.serial);
    w.int(header.status);
    write?.(w);
    w.patch(0, w.length);
    return w.bytes();
  }
}
