// Cuts the byte stream from the server into packets. The length word counts itself
// (libvirt 9.0.0, src/rpc/virnetmessage.c, virNetMessageDecodeLength).

import { headerBytes, lengthBytes, messageMax } from "./packet.ts";
import { XdrError } from "./xdr.ts";

/** What a packet that is still arriving gets at first; libvirt starts there too (VIR_NET_MESSAGE_INITIAL). */
const initialBytes = 65_536;

/**
 * Keeps at most one unfinished packet, in a buffer that grows with what has arrived: a peer which announces 32 MiB
 * and sends nothing costs 64 KiB.
 */
export class FrameDecoder {
  readonly #onPacket: (packet: Uint8Array) => void;
  /** The unfinished packet: its first `#filled` bytes. */
  #pending: Uint8Array = new Uint8Array(0);
  #filled = 0;
  /** Length of the unfinished packet, 0 while its length word is incomplete. */
  #expected = 0;

  /** `onPacket` gets a packet with its length word; it must be done with the bytes when it returns. */
  constructor(onPacket: (packet: Uint8Array) => void) {
    this.#onPacket = onPacket;
  }

  /** Bytes of an unfinished packet; 0 at a packet border. */
  get pendingBytes(): number {
    return this.#filled;
  }

  /** Throws XdrError when the length is impossible; nothing after that can be trusted. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      const whole = this.#filled === 0 ? wholePacket(chunk, at) : 0;
      if (whole > 0) {
        this.#onPacket(chunk.subarray(at, at + whole));
        at += whole;
      } else at += this.#collect(chunk, at);
    }
  }

  /** Takes what the unfinished packet still lacks; answers how many bytes that were. */
  #collect(chunk: Uint8Array, at: number): number {
    const lacking = (this.#expected || lengthBytes) - this.#filled;
    const taken = Math.min(lacking, chunk.length - at);
    this.#reserve(this.#filled + taken);
    this.#pending.set(chunk.subarray(at, at + taken), this.#filled);
    this.#filled += taken;
    if (this.#expected === 0 && this.#filled === lengthBytes) this.#expected = packetLength(this.#pending, 0);
    else if (this.#expected > 0 && this.#filled === this.#expected) this.#finish();
    return taken;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#pending.length) return;
    const capacity = Math.min(
      Math.max(bytes, this.#pending.length * 2, initialBytes),
      lengthBytes + messageMax,
    );
    const grown = new Uint8Array(capacity);
    grown.set(this.#pending.subarray(0, this.#filled));
    this.#pending = grown;
  }

  #finish(): void {
    const packet = this.#pending.subarray(0, this.#expected);
    this.#filled = 0;
    this.#expected = 0;
    if (this.#pending.length > initialBytes) this.#pending = new Uint8Array(0);
    this.#onPacket(packet);
  }
}

/** The length of the packet at `at` if all of it is in the chunk, else 0. */
function wholePacket(chunk: Uint8Array, at: number): number {
  if (chunk.length - at < lengthBytes) return 0;
  const length = packetLength(chunk, at);
  return length <= chunk.length - at ? length : 0;
}

function packetLength(bytes: Uint8Array, at: number): number {
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, lengthBytes).getUint32(0);
  if (length < lengthBytes + headerBytes) throw new XdrError(`a packet of ${length} bytes has no header`);
  if (length > lengthBytes + messageMax) throw new XdrError(`a packet of ${length} bytes is too large`);
  return length;
}
