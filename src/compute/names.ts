// The names and secrets a server gets. Authority: nova/utils.py and nova/compute/api.py of Zed.

import { createHash, randomInt } from "node:crypto";

/** `utils.sanitize_hostname`: what of a server's name can be a host name; may be empty. */
export function hostnameFrom(displayName: string): string {
  return displayName
    .replace(/[^\0-\xff]/g, "")
    .slice(0, 63)
    .replace(/[ _.]/g, "-")
    .replace(/[^\p{L}\p{N}_.-]+/gu, "")
    .toLowerCase()
    .replace(/^[.-]+|[.-]+$/g, "");
}

/** `utils.generate_hostid`: tells a project's hosts apart without naming them. Empty without a host. */
export function hostIdOf(host: string | null, projectId: string | null): string {
  if (!host) return "";
  return createHash("sha224")
    .update(`${projectId ?? ""}${host}`)
    .digest("hex");
}

/** No characters that look alike (`utils.DEFAULT_PASSWORD_SYMBOLS`); at least one of each kind. */
const PASSWORD_SYMBOLS = ["23456789", "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz"];

export function generatePassword(length: number): string {
  const pick = (symbols: string) => symbols[randomInt(symbols.length)]!;
  const characters = PASSWORD_SYMBOLS.map(pick).slice(0, length);
  while (characters.length < length) characters.push(pick(PASSWORD_SYMBOLS.join("")));
  for (let i = characters.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [characters[i], characters[j]] = [characters[j]!, characters[i]!];
  }
  return characters.join("");
}

const RESERVATION_SYMBOLS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** `r-` and eight characters (`utils.generate_uid`). */
export function generateReservationId(): string {
  let id = "r-";
  for (let i = 0; i < 8; i++) id += RESERVATION_SYMBOLS[randomInt(RESERVATION_SYMBOLS.length)];
  return id;
}

/** `instance-0000001f`; on a machine with several clouds `instance-2-0000001f`. */
export function instanceName(prefix: string, slot: number, id: number): string {
  return `${prefix}${slot > 0 ? `${slot}-` : ""}${id.toString(16).padStart(8, "0")}`;
}

/** An IPv6 address in its shortest form (RFC 5952), as Nova shows it. */
export function shortestIpv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}
