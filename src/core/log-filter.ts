// Which log lines somebody wants to see: `WARNING`, `req-0c9b0b4e`, `!GET scheduler`. Words are separated by blanks and
// all must hold. A level's name in capitals means that level or a graver one; `!word` means that the word is not there;
// any other word must be part of the line, in capitals or not.

import { LEVELS, type Level, type LogLine } from "./log.ts";

export type LogFilter = (line: Pick<LogLine, "level" | "text">) => boolean;

/** Null for a text without words: everything is wanted. */
export function logFilter(text: string): LogFilter | null {
  let lowest = 0;
  const present: string[] = [];
  const absent: string[] = [];
  for (const word of text.split(/\s+/)) {
    const level = LEVELS.indexOf(word as Level);
    if (level >= 0) lowest = Math.max(lowest, Math.min(level, LEVELS.indexOf("CRITICAL")));
    else if (word.length > 1 && word.startsWith("!")) absent.push(word.slice(1).toLowerCase());
    else if (word !== "") present.push(word.toLowerCase());
  }
  if (lowest === 0 && present.length === 0 && absent.length === 0) return null;
  const words = present.length + absent.length > 0;
  return (line) => {
    if (LEVELS.indexOf(line.level) < lowest) return false;
    if (!words) return true;
    const low = line.text.toLowerCase();
    return present.every((word) => low.includes(word)) && !absent.some((word) => low.includes(word));
  };
}

/** The object store's are transactions: `tx`, 21 hex digits, the time. */
const REQUEST_ID =
  /\b(?:req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|tx[0-9a-f]{21}-[0-9a-f]{10})\b/;

/** The request that a line belongs to. */
export function requestIdIn(text: string): string | null {
  return REQUEST_ID.exec(text)?.[0] ?? null;
}
