// Figures and times as people read them.

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** `1.5 GiB` */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, "")} ${UNITS[unit]}`;
}

/** RAM as the APIs give it. */
export function mebibytes(count: number): string {
  return bytes(count * 1024 * 1024);
}

/** OpenStack's times are UTC, with or without saying so. */
export function instant(text: string): Date {
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}

export function dateTime(text: string | null | undefined): string {
  if (!text) return "-";
  return instant(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** How long ago: `3 minutes`. */
export function age(text: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - instant(text).getTime()) / 1000));
  const steps: [number, string][] = [
    [60, "second"],
    [60, "minute"],
    [24, "hour"],
    [Number.POSITIVE_INFINITY, "day"],
  ];
  let value = seconds;
  for (const [size, name] of steps) {
    if (value < size) return `${value} ${name}${value === 1 ? "" : "s"}`;
    value = Math.floor(value / size);
  }
  return "";
}

/** `power_state` → `Power State`. */
export function titled(text: string): string {
  return text.replace(/[_-]/g, " ").replace(/\b\w/g, (letter) => letter.toUpperCase());
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
