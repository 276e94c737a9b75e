// Moments as cinder.db keeps them: UTC text as SQLAlchemy writes it on SQLite, `2013-07-16 05:41:08.123000`. Text, so that
// the courses' queries print what they print on MySQL; with fractions, so that rows keep the order they were made in.

import { isoMicros, parseIso } from "../core/times.ts";

export function toMoment(ms: number): string {
  return isoMicros(ms).replace("T", " ");
}

/** Milliseconds since the epoch; 0 for text that is no moment (somebody's `UPDATE`). */
export function fromMoment(text: string | null): number {
  return text === null ? 0 : (parseIso(text) ?? 0);
}

/** As the API writes it: `2013-07-16T05:41:08.123000` (oslo.serialization's default). */
export function shownMoment(text: string | null): string | null {
  return text === null ? null : isoMicros(fromMoment(text));
}
