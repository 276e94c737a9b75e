// How a disk image format is recognised while its bytes pass by. A format is a generator: it yields the region of the
// file it wants to see next and is given those bytes (fewer, when the file ends early; null when the region has already
// passed or the file ends before it), until it returns what it found. Nothing but the wanted regions is kept.

/** `fromEnd` is the last so many bytes of the file. Later regions must lie behind earlier ones. */
export type Region = { offset: number; length: number } | { fromEnd: number };

export interface Finding {
  /** Bytes the guest sees; null when the header does not tell. */
  virtualSizeBytes: number | null;
  /** Why opening the image would be dangerous; null when it would not. Completes "qcow2 image ...". */
  unsafe: string | null;
}

/** Null: the file is not of this format. */
export type Inspection = Generator<Region, Finding | null, Uint8Array | null>;

export interface Format {
  /** Glance's `disk_format`, or a name of our own for what Glance has none for. */
  name: string;
  inspect(): Inspection;
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  return bytes.length >= text.length && latin1(bytes.subarray(0, text.length)) === text;
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** A view for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A 64-bit size as a number; null for one no disk can have. */
export function sizeOf(value: bigint): number | null {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}
