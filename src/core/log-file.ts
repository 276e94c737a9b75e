// A log file: lines are gathered for a moment and appended in one write. What is lost at `kill -9` is at most that
// moment's lines; nothing else depends on them.

import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { LogFile } from "./log.ts";

const FLUSH_MS = 100;
const FLUSH_BYTES = 64 * 1024;

/** Size at which a file is moved to `NAME.1` and begun anew. */
const ROTATE_BYTES = 64 * 1024 * 1024;

export function openLogFile(path: string, rotateBytes = ROTATE_BYTES): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let fd = openSync(path, "a", 0o600);
  let sizeBytes = statSync(path).size;
  let pending: string[] = [];
  let pendingBytes = 0;
  let timer: Timer | null = null;
  let closed = false;

  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (pending.length === 0) return;
    const text = pending.join("");
    pending = [];
    pendingBytes = 0;
    sizeBytes += writeSync(fd, text);
    if (sizeBytes < rotateBytes) return;
    closeSync(fd);
    renameSync(path, `${path}.1`);
    fd = openSync(path, "a", 0o600);
    sizeBytes = 0;
  };

  return {
    write(text) {
      if (closed) return;
      pending.push(text);
      pendingBytes += text.length;
      if (pendingBytes >= FLUSH_BYTES) flush();
      else if (!timer) {
        timer = setTimeout(flush, FLUSH_MS);
        timer.unref();
      }
    },
    close() {
      if (closed) return;
      flush();
      closed = true;
      closeSync(fd);
    },
  };
}
