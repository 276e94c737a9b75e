// Image data in and out: a file that is named, standard input when it is no terminal, and the progress bar
// (glanceclient/common/utils.py and progressbar.py, 0.12).

import { once } from "node:events";
import { createWriteStream, fstatSync, statSync } from "node:fs";
import { ClientError } from "../errors.ts";
import type { Upload } from "./client.ts";

type Say = (text: string) => void;

/** Null: there is none. @throws ClientError for a file that cannot be read */
export function uploadOf(path: string | null): Upload | null {
  if (path !== null) {
    try {
      return { stream: Bun.file(path).stream(), size: statSync(path).size };
    } catch (cause) {
      throw new ClientError((cause as Error).message, { cause });
    }
  }
  const input = standardInput();
  return input && { stream: Bun.stdin.stream(), size: input.isFile() ? input.size : null };
}

/** Null when it is a terminal, or closed as in cron. */
function standardInput() {
  if (process.stdin.isTTY) return null;
  try {
    return fstatSync(0);
  } catch {
    return null;
  }
}

/** The same bytes; how many have gone by is drawn on a terminal. */
export function withProgress(upload: Upload, out: Say): Upload {
  const { size, stream } = upload;
  const meter = new Meter(size, out);
  return { size, stream: (stream as ReadableStream<Uint8Array>).pipeThrough(meter.passage()) };
}

/** To a file, or to standard output. @throws ClientError for a file that cannot be written */
export async function download(
  { body, size }: { body: ReadableStream<Uint8Array> | null; size: number | null },
  path: string | null,
  progress: boolean,
  out: Say,
): Promise<void> {
  const stream = path === null ? process.stdout : createWriteStream(path);
  const meter = progress ? new Meter(size, out) : null;
  try {
    if (path !== null) await once(stream, "open");
    for await (const chunk of body ?? []) {
      meter?.count(chunk.length);
      if (!stream.write(chunk)) await once(stream, "drain");
    }
    if (path !== null) {
      stream.end();
      await once(stream, "close");
    }
  } catch (cause) {
    throw new ClientError((cause as Error).message, { cause });
  }
  meter?.end();
}

const WIDTH = 29;

/** `[==========>                   ] 37%` */
class Meter {
  readonly #size: number | null;
  readonly #out: Say;
  #done = 0;

  constructor(size: number | null, out: Say) {
    this.#size = process.stdout.isTTY && size ? size : null;
    this.#out = out;
  }

  count(bytes: number): void {
    if (this.#size === null) return;
    this.#done += bytes;
    const part = this.#done / this.#size;
    const bar = `${"=".repeat(Math.round(part * WIDTH))}>`.padEnd(WIDTH + 1);
    this.#out(`\r[${bar}] ${Math.round(part * 100)}%`);
  }

  /** The line is over, drawn or not. */
  end(): void {
    this.#out("\n");
  }

  passage(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.count(chunk.length);
        controller.enqueue(chunk);
      },
      flush: () => this.end(),
    });
  }
}
