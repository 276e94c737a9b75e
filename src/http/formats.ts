// The `format` words OpenStack's schemas use. Authority: nova/api/validation/validators.py and keystone's.

import { isIP } from "node:net";
import Format from "typebox/format";
import { isUuidLike } from "../core/ids.ts";
import { parseIso } from "../core/times.ts";

// nova/api/validation/parameter_types.py: printable characters of the basic plane; names may not begin or end with a
// blank, unless they are of the older, lenient kind.
const PRINTABLE = "[^\\p{C}\\p{Zl}\\p{Zp}\\u{10000}-\\u{10FFFF}]";
const NAME = new RegExp(`^(?!\\s)${PRINTABLE}*(?<!\\s)$`, "u");
const NAME_WITH_BLANKS = new RegExp(`^${PRINTABLE}*$`, "u");

const CIDR = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/;

export function isCidr(text: string): boolean {
  const m = CIDR.exec(text);
  if (!m) return false;
  const version = isIP(m[1]!);
  return version !== 0 && Number(m[2]) <= (version === 4 ? 32 : 128);
}

function isBase64(text: string): boolean {
  const packed = text.replace(/\s+/g, "");
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
}

const FORMATS: Record<string, (text: string) => boolean> = {
  uuid: isUuidLike,
  ipv4: (text) => isIP(text) === 4,
  ipv6: (text) => isIP(text) === 6,
  cidr: isCidr,
  base64: isBase64,
  "date-time": (text) => parseIso(text) !== null,
  uri: (text) => URL.canParse(text),
  name: (text) => NAME.test(text) && text.trim() !== "",
  name_with_leading_trailing_spaces: (text) => NAME_WITH_BLANKS.test(text) && text.trim() !== "",
  az_name: (text) => NAME.test(text) && !text.includes(":"),
  az_name_with_leading_trailing_spaces: (text) =>
    NAME_WITH_BLANKS.test(text) && text.trim() !== "" && !text.includes(":"),
  keypair_name_20: (text) => /^[\w -]*$/.test(text),
  keypair_name_292: (text) => /^[@.\w -]*$/.test(text),
  regex: isRegex,
  name_non_mandatory_name: (text) => NAME.test(text),
  name_skip_leading_trailing_spaces: (text) => text.trim() !== "",
};

for (const [name, check] of Object.entries(FORMATS)) Format.Set(name, check);

function isRegex(text: string): boolean {
  try {
    return text !== "" && new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

/**
 * OpenStack's validators hold `minimum` and `maximum` against numbers written as strings too. The name of a format
 * that does so.
 */
export function numberRangeFormat(minimum: number, maximum: number): string {
  const name = `number:${minimum}:${maximum}`;
  Format.Set(name, (text) => numberRangeMessage(name, text) === null);
  return name;
}

/** What is wrong with a string of such a format, or null; null for any other format. */
export function numberRangeMessage(format: string, text: string): string | null {
  const m = /^number:([^:]+):([^:]+)$/.exec(format);
  const value = Number(text);
  if (!m || text.trim() === "" || Number.isNaN(value)) return null;
  if (value < Number(m[1])) return `${value} is less than the minimum of ${m[1]}`;
  return value > Number(m[2]) ? `${value} is greater than the maximum of ${m[2]}` : null;
}
