// Text on the wire. Header values travel as one character a byte (latin-1), as in WSGI, so that every byte a client
// sent comes back; names in paths and listings are Unicode. These functions cross that border.
// Authority: swift/common/swob.py (wsgi_to_str and its kin), urllib.parse.quote.

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as characters → Unicode. Null when the bytes are not UTF-8. */
export function fromWire(text: string): string | null {
  if (isAscii(text)) return text;
  try {
    return utf8.decode(Buffer.from(text, "latin1"));
  } catch {
    return null;
  }
}

/** Unicode → one character a byte, as headers carry it. */
export function toWire(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Length in bytes of UTF-8: what Swift's limits count. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * Decodes `%XX`; what is no escape stays as it is. `valid` is false when the bytes are not UTF-8; the text then has
 * replacement characters and serves only for messages.
 */
export function unquoteChecked(text: string): { text: string; valid: boolean } {
  if (!text.includes("%") && isAscii(text)) return { text, valid: true };
  const bytes = unquoteBytes(text);
  try {
    return { text: utf8.decode(bytes), valid: true };
  } catch {
    return { text: bytes.toString("utf8"), valid: false };
  }
}

/** Decodes `%XX`, leniently. */
export function unquote(text: string): string {
  return unquoteChecked(text).text;
}

/** Query parameters write a blank as `+`. */
export function unquotePlus(text: string): { text: string; valid: boolean } {
  return unquoteChecked(text.includes("+") ? text.replaceAll("+", " ") : text);
}

function unquoteBytes(text: string): Buffer {
  const out = Buffer.alloc(Buffer.byteLength(text));
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const ch = text.charCodeAt(i);
    const value = ch === 0x25 ? hexPair(text, i + 1) : -1;
    if (value >= 0) {
      out[n++] = value;
      i += 2;
    } else if (ch < 0x80) {
      out[n++] = ch;
    } else {
      // A raw byte arrives as one latin-1 character; anything beyond can only come from our own code.
      n +=
        ch <= 0xff
          ? out.writeUInt8(ch, n) - n
          : out.write(String.fromCodePoint(text.codePointAt(i)!), n, "utf8");
      if (ch >= 0xd800 && ch <= 0xdbff) i++;
    }
  }
  return out.subarray(0, n);
}

function hexPair(text: string, at: number): number {
  const high = hexDigit(text.charCodeAt(at));
  const low = hexDigit(text.charCodeAt(at + 1));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

/** Escaped text in its canonical form, whatever bytes it stands for. */
export function requote(text: string): string {
  return [...unquoteBytes(text)].map(quoteByte).join("");
}

function quoteByte(byte: number): string {
  const ch = String.fromCharCode(byte);
  return /[A-Za-z0-9_.~/-]/.test(ch) ? ch : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

const PLAIN = /^[A-Za-z0-9_.~/-]*$/;

/** Percent-encodes all but letters, digits, `_.-~` and `safe` (urllib.parse.quote). */
export function quote(text: string, safe = "/"): string {
  if (safe === "/" && PLAIN.test(text)) return text;
  let out = "";
  for (const byte of Buffer.from(text, "utf8")) {
    const ch = String.fromCharCode(byte);
    out +=
      /[A-Za-z0-9_.~-]/.test(ch) || safe.includes(ch)
        ? ch
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

const TRUE_VALUES = new Set(["true", "1", "yes", "on", "t", "y"]);

/** swift.common.utils.config_true_value. */
export function isTrue(value: string | null | undefined): boolean {
  return value !== null && value !== undefined && TRUE_VALUES.has(value.toLowerCase());
}

/** swift.common.utils.list_from_csv. */
export function listFromCsv(text: string | null | undefined): string[] {
  if (!text) return [];
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

/** Python's int(): optional sign and blanks around; null when it is no integer. */
export function parseInteger(text: string): number | null {
  const trimmed = text.trim();
  return /^[+-]?\d+(_\d+)*$/.test(trimmed) ? Number(trimmed.replaceAll("_", "")) : null;
}
