// A simulated guest's screen and serial line. The screen speaks RFB 3.8 without a password (RFC 6143), as QEMU's does
// behind the proxy: a picture in the guest's own colours, with a square for every key that was pressed.

import type { FarEnd } from "../relay.ts";

const WIDTH = 320;
const HEIGHT = 200;
const CELL = 10;
const NONE = 1; // security type
const RAW = 0; // encoding

/** Bytes that go out as they come, and the end. */
class Outgoing {
  #pieces: Uint8Array[] = [];
  #wake: (() => void) | null = null;
  #closed = false;

  put(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) yield piece;
      else if (this.#closed) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** What the guest has printed, then whatever is typed. */
export class FakeSerialLine implements FarEnd {
  #out = new Outgoing();

  constructor(lines: readonly string[]) {
    this.#out.put(new TextEncoder().encode(`${lines.join("\r\n")}\r\n`));
  }

  async write(data: Uint8Array): Promise<void> {
    this.#out.put(data);
  }

  async close(): Promise<void> {
    this.#out.close();
  }

  [Symbol.asyncIterator]() {
    return this.#out[Symbol.asyncIterator]();
  }
}

export class FakeScreen implements FarEnd {
  #out = new Outgoing();
  #name: string;
  #ground: [number, number, number];
  #heard: Uint8Array = new Uint8Array();
  #step: "version" | "security" | "init" | "running" = "version";
  #shifts: [number, number, number] = [16, 8, 0];
  #keys = 0;
  /** An update was asked for and waits until something changes. */
  #asked = false;

  constructor(name: string, uuid: string) {
    this.#name = name;
    const n = Number.parseInt(uuid.slice(0, 6), 16);
    this.#ground = [(n >> 16) & 0x7f, (n >> 8) & 0x7f, n & 0x7f];
    this.#out.put(new TextEncoder().encode("RFB 003.008\n"));
  }

  async write(data: Uint8Array): Promise<void> {
    this.#heard = Buffer.concat([this.#heard, data]);
    for (let used = this.#take(); used > 0; used = this.#take()) this.#heard = this.#heard.subarray(used);
  }

  async close(): Promise<void> {
    this.#out.close();
  }

  [Symbol.asyncIterator]() {
    return this.#out[Symbol.asyncIterator]();
  }

  /** Handles the message at the front. Returns its length, 0 when it is not all there. */
  #take(): number {
    const bytes = this.#heard;
    if (bytes.length === 0) return 0;
    switch (this.#step) {
      case "version":
        if (bytes.length < 12) return 0;
        this.#step = "security";
        this.#out.put(new Uint8Array([1, NONE]));
        return 12;
      case "security":
        this.#step = "init";
        this.#out.put(new Uint8Array(4)); // SecurityResult: OK
        return 1;
      case "init":
        this.#step = "running";
        this.#out.put(this.#serverInit());
        return 1;
      case "running":
        return this.#message(bytes);
    }
  }

  #serverInit(): Uint8Array {
    const name = new TextEncoder().encode(this.#name);
    const init = new Uint8Array(24 + name.length);
    const view = new DataView(init.buffer);
    view.setUint16(0, WIDTH);
    view.setUint16(2, HEIGHT);
    // 32 bits a pixel, depth 24, little-endian, true colour, 255 steps, shifts, padding.
    init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, ...this.#shifts, 0, 0, 0], 4);
    view.setUint32(20, name.length);
    init.set(name, 24);
    return init;
  }

  #message(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const length = messageLength(view);
    if (length === 0 || bytes.length < length) return 0;
    switch (view.getUint8(0)) {
      case 0:
        this.#shifts = [view.getUint8(14), view.getUint8(15), view.getUint8(16)];
        break;
      case 3:
        if (view.getUint8(1) === 0) this.#draw();
        else this.#asked = true;
        break;
      case 4:
        if (view.getUint8(1) !== 1) break;
        this.#keys++;
        if (this.#asked) this.#draw();
        this.#asked = false;
    }
    return length;
  }

  #draw(): void {
    const update = new Uint8Array(16 + WIDTH * HEIGHT * 4);
    const view = new DataView(update.buffer);
    view.setUint16(2, 1); // one rectangle
    view.setUint16(8, WIDTH);
    view.setUint16(10, HEIGHT);
    view.setInt32(12, RAW);
    const [red, green, blue] = this.#shifts;
    const colour = ([r, g, b]: readonly [number, number, number]) =>
      ((r << red) | (g << green) | (b << blue)) >>> 0;
    const ground = colour(this.#ground);
    const ink = colour([230, 230, 230]);
    const perRow = WIDTH / CELL / 2;
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
        const nth = (row >> 1) * perRow + (column >> 1);
        const key = column % 2 === 1 && row % 2 === 1 && nth < this.#keys;
        const border = x < 2 || y < 2 || x >= WIDTH - 2 || y >= HEIGHT - 2;
        view.setUint32(16 + (y * WIDTH + x) * 4, key || border ? ink : ground, true);
      }
    }
    this.#out.put(update);
  }
}

/** Of a client's message (RFC 6143, section 7.5); 0 when that cannot be told yet. An unknown one is skipped a byte at a time. */
function messageLength(view: DataView): number {
  switch (view.getUint8(0)) {
    case 0:
      return 20;
    case 2:
      return view.byteLength < 4 ? 0 : 4 + 4 * view.getUint16(2);
    case 3:
      return 10;
    case 4:
      return 8;
    case 5:
      return 6;
    case 6:
      return view.byteLength < 8 ? 0 : 8 + Math.abs(view.getInt32(4));
    default:
      return 1;
  }
}
