// The server's side of one WebSocket: frames in, frames out. Authority: RFC 6455, sections 4.2 and 5.

import { createHash } from "node:crypto";
import type { UpgradeRequest } from "../../http/server.ts";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** A frame of a console's client is a key or a movement; more than this is no console. */
const MAX_FRAME = 1 << 20;

const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Section 7.4.1. */
export const NORMAL = 1000;
export const PROTOCOL_ERROR = 1002;
export const TOO_BIG = 1009;
export const UNEXPECTED = 1011;

export interface WebSocketEvents {
  /** What the client sent, text or binary, whole or in parts: a stream of bytes. */
  data(bytes: Uint8Array): void;
  /** The connection is over; called once. */
  closed(): void;
}

/** The answer to a request that is no WebSocket's opening handshake; null when it is one. */
export function refusal({ headers }: UpgradeRequest): string | null {
  const key = headers["sec-websocket-key"] ?? "";
  if (headers["sec-websocket-version"] !== "13") return "426 Upgrade Required\r\nSec-WebSocket-Version: 13";
  return /^[A-Za-z0-9+/]{22}==$/.test(key) ? null : "400 Bad Request";
}

export class ServerSocket {
  #request: UpgradeRequest;
  #events: WebSocketEvents;
  #buffered: Uint8Array;
  #over = false;

  /** Answers the handshake. `protocols`: what of the client's subprotocols is spoken, the best first. */
  constructor(request: UpgradeRequest, protocols: readonly string[], events: WebSocketEvents) {
    this.#request = request;
    this.#events = events;
    this.#buffered = request.head;
    const { socket, headers } = request;
    const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}${MAGIC}`).digest("base64");
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    const protocol = protocols.find((name) => offered.includes(name));
    socket.write(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${accept}`,
        ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
        "\r\n",
      ].join("\r\n"),
    );
    socket.setNoDelay(true);
    socket.on("data", (piece: Uint8Array) => this.#receive(piece));
    socket.on("error", () => this.#ended());
    socket.on("close", () => this.#ended());
    if (this.#buffered.length > 0) this.#receive(new Uint8Array());
  }

  /** False when the client is slow: wait for `drained`. */
  send(bytes: Uint8Array): boolean {
    return this.#over ? true : this.#write(BINARY, bytes);
  }

  drained(then: () => void): void {
    this.#request.socket.once("drain", then);
  }

  pause(): void {
    this.#request.socket.pause();
  }

  resume(): void {
    this.#request.socket.resume();
  }

  close(code: number, reason = ""): void {
    if (this.#over) return;
    const text = new TextEncoder().encode(reason);
    const payload = new Uint8Array(2 + text.length);
    new DataView(payload.buffer).setUint16(0, code);
    payload.set(text, 2);
    this.#write(CLOSE, payload);
    this.#request.socket.end();
    this.#ended();
  }

  /** Ends the connection without a word, as websockify does when a token is refused. */
  cut(): void {
    if (this.#over) return;
    this.#request.socket.end();
    this.#ended();
  }

  #write(opcode: number, payload: Uint8Array): boolean {
    const { length } = payload;
    const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
    const frame = new Uint8Array(2 + extended + length);
    const view = new DataView(frame.buffer);
    frame[0] = 0x80 | opcode;
    frame[1] = extended === 0 ? length : extended === 2 ? 126 : 127;
    if (extended === 2) view.setUint16(2, length);
    if (extended === 8) view.setBigUint64(2, BigInt(length));
    frame.set(payload, 2 + extended);
    return this.#request.socket.write(frame);
  }

  #receive(piece: Uint8Array): void {
    if (this.#over) return;
    this.#buffered = this.#buffered.length === 0 ? piece : Buffer.concat([this.#buffered, piece]);
    while (!this.#over) {
      const used = this.#frame(this.#buffered);
      if (used === 0) return;
      this.#buffered = this.#buffered.subarray(used);
    }
  }

  /** Handles the frame at the front. Returns its length, 0 when it is not all there. */
  #frame(bytes: Uint8Array): number {
    if (bytes.length < 2) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const opcode = view.getUint8(0) & 0x0f;
    const short = view.getUint8(1) & 0x7f;
    // What a client sends is masked, always (section 5.1).
    if ((view.getUint8(1) & 0x80) === 0) return this.#fail(PROTOCOL_ERROR);
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extended + 4;
    if (bytes.length < start) return 0;
    const length = extended === 2 ? view.getUint16(2) : extended === 8 ? Number(view.getBigUint64(2)) : short;
    if (length > MAX_FRAME) return this.#fail(TOO_BIG);
    if (bytes.length < start + length) return 0;
    const payload = bytes.slice(start, start + length);
    for (let i = 0; i < length; i++) payload[i] = payload[i]! ^ bytes[start - 4 + (i & 3)]!;
    this.#handle(opcode, payload);
    return start + length;
  }

  #handle(opcode: number, payload: Uint8Array): void {
    if (opcode === PING) this.#write(PONG, payload);
    else if (opcode === CLOSE) this.close(NORMAL);
    else if (opcode === PONG) return;
    else if (opcode <= BINARY && opcode >= CONTINUATION) this.#events.data(payload);
    else this.#fail(PROTOCOL_ERROR);
  }

  #fail(code: number): 0 {
    this.close(code);
    return 0;
  }

  #ended(): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.closed();
  }
}
