// Swift's timestamps: seconds since the epoch with five decimals. Here an integer count of 10 µs ("ticks"), which a
// number holds exactly. Authority: swift/common/utils.py, class Timestamp.

import type { Clock } from "../core/clock.ts";

export const TICKS_PER_SECOND = 100_000;
const TICKS_PER_MS = 100;

/** Timestamps of this process: never twice the same, never going back. */
export class Timestamps {
  #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(): number {
    const now = this.#clock.now() * TICKS_PER_MS;
    this.#last = now > this.#last ? now : this.#last + 1;
    return this.#last;
  }

  /** Whole seconds, for comparison with X-Delete-At. */
  nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

/** `1795170982.35365` */
export function normal(ticks: number): string {
  const seconds = Math.floor(ticks / TICKS_PER_SECOND);
  return `${String(seconds).padStart(10, "0")}.${String(ticks - seconds * TICKS_PER_SECOND).padStart(5, "0")}`;
}

let isoSecond = -1;
let isoPrefix = "";

/** `2026-11-20T10:31:57.123450`: listings. */
export function iso(ticks: number): string {
  const seconds = Math.floor(ticks / TICKS_PER_SECOND);
  if (seconds !== isoSecond) {
    isoSecond = seconds;
    isoPrefix = new Date(seconds * 1000).toISOString().slice(0, 19);
  }
  return `${isoPrefix}.${String(ticks - seconds * TICKS_PER_SECOND).padStart(5, "0")}0`;
}

const httpDates = new Map<number, string>();

/** `Fri, 20 Nov 2026 10:31:58 GMT`: rounded up to the second, so that a later If-Modified-Since is never too early. */
export function lastModified(ticks: number): string {
  return httpDateOfSecond(Math.ceil(ticks / TICKS_PER_SECOND));
}

export function httpDateOfSecond(seconds: number): string {
  let text = httpDates.get(seconds);
  if (text === undefined) {
    if (httpDates.size > 1000) httpDates.clear();
    text = new Date(seconds * 1000).toUTCString();
    httpDates.set(seconds, text);
  }
  return text;
}

/** Ticks of a `X-Timestamp` header; null when it is none. An offset (`_0000000000000001`) is left out. */
export function parseTimestamp(text: string): number | null {
  const m = /^\s*(\d{1,12})(?:\.(\d*))?(?:_[0-9a-f]+)?\s*$/i.exec(text);
  if (!m) return null;
  const fraction = `${m[2] ?? ""}00000`.slice(0, 5);
  return Number(m[1]) * TICKS_PER_SECOND + Number(fraction);
}

/** Seconds of an HTTP date, as `If-Modified-Since` has it; null when it cannot be read. */
export function parseHttpDate(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}
