// Moments that clients name: when a trust or an application credential ends.

import { parseIso } from "../core/times.ts";
import { ExpiresInThePast, TimestampInvalid } from "./errors.ts";

/**
 * Milliseconds, the clients' microseconds as a fraction: an answer repeats what was asked for. UTC, with or without a
 * `Z` (keystone/common/utils.py, `parse_expiration_date`). Null stays null.
 * @throws TimestampInvalid, ExpiresInThePast
 */
export function parseExpiry(text: string | null | undefined, nowMs: number): number | null {
  if (text === null || text === undefined) return null;
  const ms = parseIso(text);
  if (ms === null) throw new TimestampInvalid();
  if (ms < nowMs) throw new ExpiresInThePast();
  return ms + Number(BEYOND_MILLISECONDS.exec(text)?.[1]?.padEnd(3, "0") ?? 0) / 1000;
}

const BEYOND_MILLISECONDS = /[.,]\d{3}(\d{1,3})/;
