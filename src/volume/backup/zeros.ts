// What is empty is neither read nor hashed over and over: volumes are mostly holes.

import { hasProgram, runCommand } from "../drivers/commands.ts";

const PIECE = 64 << 10;
const TURN = 4 << 20;
const ZERO = Buffer.alloc(PIECE);
/** Lengths that are remembered; all full chunks have the same. */
const REMEMBERED = 16;

/** Where a file has data; what is between reads as zeros. */
export interface Extent {
  start: number;
  length: number;
}

export function isZero(data: Uint8Array): boolean {
  for (let at = 0; at < data.length; at += PIECE) {
    const piece = data.subarray(at, at + PIECE);
    if (!ZERO.subarray(0, piece.length).equals(piece)) return false;
  }
  return true;
}

const md5s = new Map<number, string>();

/** The MD5 of so many zeros, hex. */
export async function md5OfZeros(length: number): Promise<string> {
  const known = md5s.get(length);
  if (known !== undefined) return known;
  const hasher = new Bun.CryptoHasher("md5");
  for (let at = 0; at < length; at += PIECE) {
    hasher.update(ZERO.subarray(0, Math.min(PIECE, length - at)));
    if (at % TURN === 0) await nextTurn();
  }
  const made = hasher.digest("hex");
  if (md5s.size >= REMEMBERED) md5s.clear();
  md5s.set(length, made);
  return made;
}

/** The MD5 of what comes, hex. */
export async function md5OfPieces(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hasher = new Bun.CryptoHasher("md5");
  for await (const piece of pieces) hasher.update(piece);
  return hasher.digest("hex");
}

/** Lets others have their turn. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Null when that cannot be told: everything has to be read then. */
export async function extentsOf(path: string, signal: AbortSignal): Promise<Extent[] | null> {
  if (!hasProgram("qemu-img")) return null;
  const command = ["qemu-img", "map", "--force-share", "-f", "raw", "--output=json", path];
  const output = await runCommand(command, { signal });
  let map: { start: number; length: number; data: boolean; zero: boolean }[];
  try {
    map = JSON.parse(output) as typeof map;
  } catch {
    // Too long a list to be worth it.
    return null;
  }
  return map.filter(({ data, zero }) => data && !zero).map(({ start, length }) => ({ start, length }));
}
