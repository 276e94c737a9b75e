// `Range` headers. Authority: swift/common/swob.py, class Range (RFC 7233 with limits against abuse).

/** First and last byte as written; null where left out. */
export type ByteRangeSpec = readonly [first: number | null, last: number | null];

/** A half-open interval of bytes. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Null when the header is no byte range: it is then ignored. */
export function parseRange(header: string | null | undefined): ByteRangeSpec[] | null {
  if (!header) return null;
  const text = header.replaceAll(" ", "");
  if (!/^bytes=/i.test(text)) return null;
  const specs: ByteRangeSpec[] = [];
  for (const part of text.slice(6).split(",")) {
    const m = /^(\d*)-(\d*)$/.exec(part);
    if (!m || (m[1] === "" && m[2] === "")) return null;
    const first = m[1] === "" ? null : Number(m[1]);
    const last = m[2] === "" ? null : Number(m[2]);
    if (first !== null && last !== null && last < first) return null;
    specs.push([first, last]);
  }
  return specs;
}

const MAX_RANGES = 50;
const MAX_OVERLAPS = 2;
const MAX_UNORDERED = 8;

/** What of a body of `length` bytes is asked for. Empty: nothing of it can be given (416). */
export function rangesFor(specs: readonly ByteRangeSpec[], length: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const [first, last] of specs) {
    if (first === null) {
      if (last === 0 || last === null) continue;
      ranges.push({ start: Math.max(0, length - last), end: length });
    } else if (first < length) {
      ranges.push({ start: first, end: last === null ? length : Math.min(last + 1, length) });
    }
  }
  return isAbusive(ranges) ? [] : ranges;
}

function isAbusive(ranges: readonly ByteRange[]): boolean {
  if (ranges.length > MAX_RANGES) return true;
  let overlaps = 0;
  for (let i = 0; i < ranges.length; i++) {
    for (let j = i + 1; j < ranges.length; j++) {
      if (overlap(ranges[i]!, ranges[j]!) && ++overlaps > MAX_OVERLAPS) return true;
    }
  }
  const ascending = ranges.every((range, i) => i === 0 || ranges[i - 1]!.start <= range.start);
  return !ascending && ranges.length >= MAX_UNORDERED;
}

function overlap(a: ByteRange, b: ByteRange): boolean {
  const inside = (point: number, range: ByteRange) => range.start < point && point < range.end;
  return inside(b.start, a) || inside(b.end, a) || inside(a.start, b) || inside(a.end, b);
}

/** `bytes 1-2/5` */
export function contentRange({ start, end }: ByteRange, length: number): string {
  return `bytes ${start}-${end - 1}/${length}`;
}
