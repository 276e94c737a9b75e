// Moments as glance.db keeps them: UTC text as SQLAlchemy writes it on SQLite, `2013-07-16 05:41:08.123000`. Text, so
// that the courses' queries print what they print on MySQL, with fractions, so that rows keep the order they were made.

import { isoMicros, parseIso } from "../core/times.ts";

export function toMoment(ms: number): string {
  return isoMicros(ms).replace("T", " ");
}

/** Milliseconds since the epoch; 0 for text that is no moment (somebody's `UPDATE`). */
export function fromMoment(text: string | null): number {
  return text === null ? 0 : (parseIso(text) ?? 0);
}
