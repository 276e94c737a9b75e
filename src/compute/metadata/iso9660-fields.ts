// Numbers, dates and Rock Ridge entries of a CD image.

/** A number in both byte orders, as most of ECMA-119 wants it. */
export function both16(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, value, true);
  view.setUint16(2, value, false);
  return new Uint8Array(view.buffer);
}

export function both32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, value, true);
  view.setUint32(4, value, false);
  return new Uint8Array(view.buffer);
}

/** Cut or filled to `length` with repetitions of `filler`. */
export function padded(value: Uint8Array, length: number, filler: readonly number[]): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = value[i] ?? filler[i % filler.length] ?? 0;
  return out;
}

/** UTC. */
export function shortDate(timeMs: number): Uint8Array {
  const t = new Date(timeMs);
  return Uint8Array.of(
    t.getUTCFullYear() - 1900,
    t.getUTCMonth() + 1,
    t.getUTCDate(),
    t.getUTCHours(),
    t.getUTCMinutes(),
    t.getUTCSeconds(),
    0,
  );
}

/** Digits to the hundredth of a second, UTC. Null: not given. */
export function longDate(timeMs: number | null): Uint8Array {
  const digits =
    timeMs === null ? "0".repeat(16) : new Date(timeMs).toISOString().replace(/\D/g, "").slice(0, 16);
  return Uint8Array.of(...Buffer.from(digits), 0);
}

export interface RockRidgeEntry {
  folder: boolean;
  links: number;
  /** Absent for `.` and `..`. */
  name?: string;
  /** The root's own record announces the extension. */
  first?: boolean;
}

const FOLDER_MODE = 0o040555;
const FILE_MODE = 0o100444;

export function rockRidge(entry: RockRidgeEntry): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (name: string, ...data: (number | Uint8Array)[]) => {
    const body = Buffer.concat(
      data.map((piece) => (typeof piece === "number" ? Uint8Array.of(piece) : piece)),
    );
    parts.push(Uint8Array.of(...Buffer.from(name), 4 + body.length, 1, ...body));
  };
  if (entry.first) add("SP", 0xbe, 0xef, 0);
  const mode = entry.folder ? FOLDER_MODE : FILE_MODE;
  add("PX", both32(mode), both32(entry.links), both32(0), both32(0));
  if (entry.name !== undefined) add("NM", 0, new TextEncoder().encode(entry.name));
  if (entry.first) {
    const id = Buffer.from("RRIP_1991A");
    const text = Buffer.from(
      "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    );
    add("ER", id.length, text.length, 0, 1, id, text);
  }
  return Buffer.concat(parts);
}
