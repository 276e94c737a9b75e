// How OpenStack's services write a moment. All in UTC; the argument is milliseconds since the epoch.

/** `2013-02-13T20:08:36Z`: Nova's servers, Glance's images. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2013-07-23T03:55:16.875000`: Cinder, and the service tables of Nova. Microseconds (a fraction counts), no zone. */
export function isoMicros(ms: number): string {
  const micros = Math.round(ms * 1000);
  const rest = ((micros % 1000) + 1000) % 1000;
  return `${new Date((micros - rest) / 1000).toISOString().slice(0, 23)}${String(rest).padStart(3, "0")}`;
}

/** `2013-02-13T20:08:36.000000Z`: Keystone's tokens and password expiry. */
export function isoMicrosZ(ms: number): string {
  return `${isoMicros(ms)}Z`;
}

/** `2013-07-16 05:41:08`: the manage programs and SQL columns. */
export function sqlSeconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** `Wed, 13 Feb 2013 20:08:36 GMT`: HTTP headers (RFC 7231 section 7.1.1.1). */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * Reads the forms OpenStack accepts: date alone, date and time, fraction, `Z` or an offset; UTC when no zone is
 * given. Returns milliseconds since the epoch, or null when the text is no moment.
 */
export function parseIso(text: string): number | null {
  const m = ISO.exec(text.trim());
  if (!m) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "0", zone = "Z"] = m;
  const colonZone = zone === "Z" ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${colonZone}`,
  );
  return Number.isNaN(ms) ? null : ms;
}
