// XDR, the encoding of libvirt's RPC (RFC 4506): big-endian, everything padded to 4 bytes. Every read is checked against
// the end of the packet and every length against the protocol's limit before memory is taken, because the
// bytes may come from a broken or hostile peer.

/** Bytes that are not what the protocol says, or a value that cannot be encoded. */
export class XdrError extends Error {
  override readonly name = "XdrError";
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function padded(length: number): number {
  // Not `(length + 3) & ~3`, which is wrong from 2 GiB on.
  return length + (-length & 3);
}

/** Reads one packet's payload. What it returns never shares memory with the packet. */
export class XdrReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) {
      throw new XdrError(`needs ${length} bytes at offset ${at}, ${this.remaining} are left`);
    }
    this.#at = at + length;
    return at;
  }

  int(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint(): number {
    return this.#view.getUint32(this.#take(4));
  }

  hyper(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  uhyper(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  bool(): boolean {
    const value = this.uint();
    if (value > 1) throw new XdrError(`a boolean is ${value}`);
    return value === 1;
  }

  /** A length or count, at most `max`. */
  #length(max: number, what: string): number {
    const length = this.uint();
    if (length > max) throw new XdrError(`${what} of ${length} is over the limit of ${max}`);
    return length;
  }

  opaqueFixed(length: number): Uint8Array {
    const at = this.#take(padded(length));
    return Uint8Array.prototype.slice.call(this.#bytes, at, at + length);
  }

  opaque(max: number): Uint8Array {
    return this.opaqueFixed(this.#length(max, "opaque"));
  }

  /** Bytes that are not UTF-8 (libvirt promises none) become U+FFFD. */
  string(max: number): string {
    const length = this.#length(max, "string");
    const at = this.#take(padded(length));
    if (length > 96) return decoder.decode(this.#bytes.subarray(at, at + length));
    // Names and paths are short ASCII; a call into the decoder costs more than this loop.
    let text = "";
    for (let i = at; i < at + length; i += 1) {
      const byte = this.#bytes[i] ?? 0;
      if (byte > 0x7f) return decoder.decode(this.#bytes.subarray(at, at + length));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** `char name[length]`: each character is a whole int on the wire; the text ends at the first NUL. */
  charVector(length: number): string {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) bytes[i] = this.int() & 0xff;
    const end = bytes.indexOf(0);
    return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
  }

  /** 16 raw bytes as libvirt prints them: lower case, with dashes. */
  uuid(): string {
    const at = this.#take(16);
    let text = "";
    for (let i = 0; i < 16; i += 1) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
      const byte = this.#bytes[at + i] ?? 0;
      text += (byte < 16 ? "0" : "") + byte.toString(16);
    }
    return text;
  }

  array<T>(max: number, read: (r: XdrReader) => T): T[] {
    const count = this.#length(max, "array");
    // No element is shorter than 4 bytes, so a larger count is a lie and must not be believed.
    if (count * 4 > this.remaining) throw new XdrError(`array of ${count} in ${this.remaining} bytes`);
    const values: T[] = [];
    for (let i = 0; i < count; i += 1) values.push(read(this));
    return values;
  }

  /** To be called after the last field. Throws when bytes are left over. */
  end(): void {
    if (this.remaining !== 0) throw new XdrError(`${this.remaining} bytes are left over`);
  }
}

/** Writes into one growing buffer, which can be reused with `reset`. */
export class XdrWriter {
  readonly #limit: number;
  #bytes: Buffer;
  #view: DataView;
  #length = 0;

  /** Encoding more than `limit` bytes throws. */
  constructor(limit = 0x7fffffff, capacity = 1024) {
    this.#limit = limit;
    this.#bytes = Buffer.alloc(capacity);
    this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }

  get length(): number {
    return this.#length;
  }

  /** The bytes so far: a view, valid until the next write or reset. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Empties the writer; a buffer that grew past `keep` bytes is given back. */
  reset(keep = 65536): void {
    this.#length = 0;
    if (this.#bytes.length > keep) this.#grow(1024, false);
  }

  #grow(capacity: number, copy: boolean): void {
    const grown = Buffer.alloc(capacity);
    if (copy) this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
  }

  /** Makes room and answers where. May replace `#bytes` and `#view`: call it before naming these. */
  #room(length: number): number {
    const at = this.#length;
    const needed = at + length;
    if (needed > this.#limit) throw new XdrError(`${needed} bytes are over the limit of ${this.#limit}`);
    if (needed > this.#bytes.length) this.#grow(Math.max(needed, this.#bytes.length * 2), true);
    this.#length = needed;
    return at;
  }

  /** Overwrites an unsigned int that was written before, such as a length only known at the end. */
  patch(at: number, value: number): void {
    if (at + 4 > this.#length) throw new XdrError(`nothing was written at offset ${at}`);
    this.#view.setUint32(at, value);
  }

  int(value: number): void {
    if (value !== (value | 0)) throw new XdrError(`${value} is not a 32-bit integer`);
    const at = this.#room(4);
    this.#view.setInt32(at, value);
  }

  uint(value: number): void {
    if (value !== value >>> 0) throw new XdrError(`${value} is not an unsigned 32-bit integer`);
    const at = this.#room(4);
    this.#view.setUint32(at, value);
  }

  hyper(value: bigint): void {
    if (value !== BigInt.asIntN(64, value)) throw new XdrError(`${value} is not a 64-bit integer`);
    const at = this.#room(8);
    this.#view.setBigInt64(at, value);
  }

  uhyper(value: bigint): void {
    if (value !== BigInt.asUintN(64, value)) throw new XdrError(`${value} is not an unsigned 64-bit integer`);
    const at = this.#room(8);
    this.#view.setBigUint64(at, value);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value);
  }

  bool(value: boolean): void {
    this.uint(value ? 1 : 0);
  }

  /** The flag before an optional value: `if (w.present(v)) w.string(v, max)`. */
  present<T>(value: T | null): value is T {
    this.bool(value !== null);
    return value !== null;
  }

  opaqueFixed(value: Uint8Array, length: number): void {
    if (value.length !== length) throw new XdrError(`opaque has ${value.length} bytes instead of ${length}`);
    this.raw(value);
  }

  opaque(value: Uint8Array, max: number): void {
    if (value.length > max) throw new XdrError(`opaque of ${value.length} is over the limit of ${max}`);
    this.uint(value.length);
    this.raw(value);
  }

  /** Bytes without a length before them, padded. */
  raw(value: Uint8Array): void {
    const at = this.#room(padded(value.length));
    this.#bytes.set(value, at);
    this.#bytes.fill(0, at + value.length, this.#length);
  }

  /** Bytes without length and padding: the payload of a stream's packet. */
  tail(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  /** Throws when the text has a NUL: libvirt's strings are C strings, and the rest would silently be lost. */
  string(value: string, max: number): void {
    const length = Buffer.byteLength(value);
    if (length > max) throw new XdrError(`string of ${length} is over the limit of ${max}`);
    if (value.includes("\0")) throw new XdrError("a string contains NUL");
    this.uint(length);
    const at = this.#room(padded(length));
    this.#bytes.write(value, at, length, "utf8");
    this.#bytes.fill(0, at + length, this.#length);
  }

  charVector(value: string, length: number): void {
    const bytes = Buffer.from(value);
    if (bytes.length > length) throw new XdrError(`text of ${bytes.length} is over the limit of ${length}`);
    for (let i = 0; i < length; i += 1) this.int(bytes[i] ?? 0);
  }

  /** Throws unless the text is a UUID in its usual form with dashes. */
  uuid(value: string): void {
    if (!uuidPattern.test(value)) throw new XdrError(`"${value}" is not a UUID`);
    this.raw(Buffer.from(value.replaceAll("-", ""), "hex"));
  }

  array<T>(values: readonly T[], max: number, write: (w: XdrWriter, value: T) => void): void {
    if (values.length > max) throw new XdrError(`array of ${values.length} is over the limit of ${max}`);
    this.uint(values.length);
    for (const value of values) write(this, value);
  }
}
