// The `format` words OpenStack's schemas use. Authority: nova/api/validation/validators.py and keystone's.

import { isIP } from "node:net";
import Format from "typebox/format";
import { isUuidLike } from "../core/ids.ts";
import { parseIso } from "../core/times.ts";

/** Printable, without control characters, and not blank at either end. */
const NAME = /^(?!\s)[^\p{Cc}\p{Cs}]*(?<!\s)$/u;
/** The same, blanks at the ends allowed. */
const NAME_WITH_BLANKS = /^[^\p{Cc}\p{Cs}]*$/u;

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
  name_non_mandatory_name: (text) => NAME.test(text),
  name_skip_leading_trailing_spaces: (text) => text.trim() !== "",
};

for (const [name, check] of Object.entries(FORMATS)) Format.Set(name, check);
