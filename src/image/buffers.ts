// A ring of a few large buffers for one stream of data: filled from the small chunks the network gives, emptied by
// whoever writes and hashes. When all are in use the source has to wait, so memory does not depend on the size of the data.

const BUFFER_BYTES = 1 << 20;
const BUFFERS = 4;

export interface Filled {
  shared: SharedArrayBuffer;
  /** The part that holds data. */
  bytes: Uint8Array;
  /** The source has ended with this one. */
  last: boolean;
  /** The buffer may be used again. */
  release(): void;
}

/**
 * The source's bytes in pieces of 1 MiB, the last one shorter (and empty when the source is).
 * @param onChunk sees every chunk as it comes; what it throws ends the stream
 */
export async function* gather(
  source: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<Filled> {
  const free: SharedArrayBuffer[] = [];
  let made = 0;
  let wake: (() => void) | null = null;
  const take = async () => {
    while (free.length === 0 && made === BUFFERS) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const buffer = free.pop();
    if (buffer) return buffer;
    made++;
    return new SharedArrayBuffer(BUFFER_BYTES);
  };
  const filled = (shared: SharedArrayBuffer, length: number, last: boolean): Filled => ({
    shared,
    bytes: new Uint8Array(shared, 0, length),
    last,
    release() {
      free.push(shared);
      wake?.();
      wake = null;
    },
  });
  let current = await take();
  let used = 0;
  for await (const chunk of source) {
    onChunk(chunk);
    for (let at = 0; at < chunk.length; ) {
      // A full buffer goes on only when more follows, so that the last one is known to be the last.
      if (used === BUFFER_BYTES) {
        yield filled(current, used, false);
        current = await take();
        used = 0;
      }
      const part = chunk.subarray(at, at + BUFFER_BYTES - used);
      new Uint8Array(current, used).set(part);
      used += part.length;
      at += part.length;
    }
  }
  yield filled(current, used, true);
}

/** The same bytes, once the first of them have come: what fails before that fails here. */
export async function opened(source: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = source[Symbol.asyncIterator]();
  const first = await chunks.next();
  return (async function* () {
    try {
      if (first.done) return;
      yield first.value;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  })();
}

/**
 * Sends everything through `use`, several buffers at a time. Ends when all of it was used, or with the first failure, when
 * nothing is in use any more.
 */
export async function pour(
  source: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
  use: (filled: Filled) => Promise<unknown>,
): Promise<void> {
  const inUse = new Set<Promise<void>>();
  let failure: { error: unknown } | null = null;
  try {
    for await (const filled of gather(source, onChunk)) {
      const work = use(filled)
        .catch((error) => {
          failure ??= { error };
        })
        .then(() => {
          inUse.delete(work);
          filled.release();
        });
      inUse.add(work);
      if (failure) break;
    }
  } finally {
    await Promise.all(inUse);
  }
  if (failure) throw (failure as { error: unknown }).error;
}
