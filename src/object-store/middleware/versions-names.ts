// Names behind a NUL under which object versioning keeps versions.

import { isReserved, reservedName, reservedParts } from "../path.ts";
import { normal, parseTimestamp } from "../timestamp.ts";

/** Swift inverts timestamps so that the newest version sorts first. */
const INVERT = 999_999_999_999_999;

export function versionsContainer(container: string): string {
  return reservedName("versions", container);
}

export function versionName(object: string, ticks: number): string {
  return reservedName(object, normal(INVERT - ticks));
}

/** The object and the version a hidden name stands for. Null when it is none. */
export function parseVersionName(name: string): { object: string; id: string } | null {
  const [object, inverted, ...rest] = isReserved(name) ? reservedParts(name) : [];
  const ticks = inverted === undefined ? null : parseTimestamp(inverted);
  if (object === undefined || ticks === null || rest.length > 0) return null;
  return { object, id: normal(INVERT - ticks) };
}
