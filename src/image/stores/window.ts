// A piece of data that comes as a stream, from a server that may or may not have kept to the range it was asked for.

import { BadLocation } from "../errors.ts";

/** @throws BadLocation when the data ends early */
export async function* window(
  data: AsyncIterable<Uint8Array>,
  skip: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  let ahead = skip;
  let left = length;
  for await (const chunk of data) {
    const part = chunk.subarray(Math.min(ahead, chunk.length)).subarray(0, left);
    ahead -= Math.min(ahead, chunk.length);
    left -= part.length;
    if (part.length > 0) yield part;
    if (left === 0) return;
  }
  throw new BadLocation();
}
