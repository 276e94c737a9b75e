// Column kinds of nova.db beside text and integer.

import { customType, integer } from "drizzle-orm/sqlite-core";
import { sqlSeconds } from "../core/times.ts";

/** Milliseconds since the epoch in the code, `2013-07-16 05:41:08` in the file, as a MySQL DATETIME shows it. */
export const moment = customType<{ data: number; driverData: string }>({
  dataType: () => "text",
  toDriver: (ms) => sqlSeconds(ms),
  fromDriver: (text) => momentOf(text),
});

/** JSON text; null stays null. */
export const jsonText = <T>() =>
  customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (text) => JSON.parse(text) as T,
  })();

export const flag = () => integer({ mode: "boolean" }).notNull().default(false);

/** What `stack sql` wrote may have a fraction, a `T` or a zone. An unreadable text is the epoch. */
function momentOf(text: string): number {
  if (text === lastText) return lastMs;
  lastMs = parsed(text);
  lastText = text;
  return lastMs;
}

// Rows of a list follow each other in time: many have the second of the one before.
let lastText = "";
let lastMs = 0;

function parsed(text: string): number {
  const plain = text.length === 19 ? `${text.slice(0, 10)}T${text.slice(11)}Z` : text;
  const ms = Date.parse(plain);
  return Number.isNaN(ms) ? Date.parse(`${text.replace(" ", "T")}Z`) || 0 : ms;
}
