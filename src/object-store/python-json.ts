// JSON as Python's `json.dumps` writes it: `", "` and `": "` between things, everything beyond ASCII escaped. Clients
// and checksums (a static large object's manifest) see these bytes.

const CLEAN = /^[ !#-[\]-~]*$/;

export function jsonString(text: string): string {
  if (CLEAN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (ch) =>
    ch === "\u007f" ? ch : `\\u${ch.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

export interface DumpOptions {
  /** Keys in order, as `sort_keys=True`. */
  sortKeys?: boolean;
  /** No blanks, as `separators=(",", ":")`. */
  compact?: boolean;
}

/** A number that Python has as a float: `60.0`. */
export class PyFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export function pythonJson(value: unknown, options: DumpOptions = {}): string {
  const comma = options.compact ? "," : ", ";
  const colon = options.compact ? ":" : ": ";
  const write = (v: unknown): string => {
    if (typeof v === "string") return jsonString(v);
    if (v === null || v === undefined) return "null";
    if (v instanceof PyFloat) return Number.isInteger(v.value) ? `${v.value}.0` : String(v.value);
    if (Array.isArray(v)) return `[${v.map(write).join(comma)}]`;
    if (typeof v === "object") {
      const entries = Object.entries(v).filter(([, member]) => member !== undefined);
      if (options.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return `{${entries.map(([key, member]) => `${jsonString(key)}${colon}${write(member)}`).join(comma)}}`;
    }
    return String(v);
  };
  return write(value);
}
