// What Nova accepts as a rule of a security group. Authority: nova/network/security_group_api.py of Zed.

import { Invalid } from "../../core/errors.ts";
import { pyStr } from "../../core/python.ts";
import { InvalidCidr, InvalidInputReceived, InvalidIpProtocol, InvalidPortRange } from "../errors/nova.ts";
import { parseCidr } from "../ip.ts";

export interface IngressRule {
  protocol: string | null;
  /** -1 with ICMP: any. */
  from: number | null;
  to: number | null;
  /** Null when the source is a group. */
  cidr: string | null;
  groupId: string | null;
}

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const MAX_TEXT = 255;

/** @throws Invalid */
export function parseGroupId(id: unknown): string {
  if (typeof id !== "string" || !UUID.test(id)) throw new Invalid("Security group id should be uuid");
  return id;
}

/** @throws InvalidInputReceived */
export function checkText(value: unknown, name: string): string {
  if (typeof value !== "string") throw new InvalidInputReceived(`${name} is not a string or unicode`);
  const length = [...value].length;
  if (length > MAX_TEXT) {
    throw new InvalidInputReceived(`${name} has ${length} characters, more than ${MAX_TEXT}.`);
  }
  return value;
}

/**
 * The rule a body describes.
 * @param groupId the source, when it is a group
 * @throws Invalid
 */
export function parseRule(given: Record<string, unknown>, groupId: string | null): IngressRule {
  const cidr = groupId === null ? parseSource(given["cidr"]) : null;
  const protocol = given["ip_protocol"] ? pyStr(given["ip_protocol"]) : null;
  const upper = protocol?.toUpperCase() ?? "";
  let [from, to] = [given["from_port"] ?? null, given["to_port"] ?? null];
  if (groupId !== null && from === null && to === null) {
    if (upper === "ICMP") [from, to] = [-1, -1];
    if (upper === "TCP" || upper === "UDP") [from, to] = [1, 65_535];
  }
  if (protocol === null || from === null || to === null) {
    if (cidr !== null) throw new Invalid("Not enough parameters to build a valid rule.");
    return { protocol: null, from: null, to: null, cidr, groupId };
  }
  const range = { from: toInteger(from, upper), to: toInteger(to, upper) };
  checkRange(range.from, range.to, upper, protocol);
  // Every type: nova-network took -1..255 for that too, where Neutron misses the type that the code belongs to.
  if (upper === "ICMP" && range.from === -1) range.to = -1;
  if (cidr !== null && parseCidr(cidr)?.prefix === 0 && !/^(0\.0\.0\.0|::)\//.test(cidr)) {
    throw new Invalid(`Bad prefix for network in cidr ${cidr}`);
  }
  return { protocol: protocol.toLowerCase(), ...range, cidr, groupId };
}

function parseSource(given: unknown): string {
  if (given === null || given === undefined || given === "") return "0.0.0.0/0";
  if (typeof given !== "string") throw new InvalidCidr(pyStr(given));
  let text = given;
  try {
    text = decodeURIComponent(given);
  } catch {
    // Taken as it stands, as Python's unquote does.
  }
  if (!text.includes("/") || !parseCidr(text)) throw new InvalidCidr(text);
  return text;
}

function toInteger(value: unknown, protocol: string): number {
  const number = typeof value === "number" ? Math.trunc(value) : parseInteger(value);
  if (number !== null && Number.isSafeInteger(number)) return number;
  throw new InvalidInputReceived(
    protocol === "ICMP"
      ? "Type and Code must be integers for ICMP protocol type"
      : "To and From ports must be integers",
  );
}

function parseInteger(value: unknown): number | null {
  if (typeof value !== "string" || !/^\s*[+-]?\d+\s*$/.test(value)) return null;
  return Number(value);
}

function checkRange(from: number, to: number, upper: string, protocol: string): void {
  if (!["TCP", "UDP", "ICMP"].includes(upper)) throw new InvalidIpProtocol(protocol);
  if (upper === "ICMP") {
    if (from < -1 || from > 255 || to < -1 || to > 255) {
      throw new InvalidPortRange(from, to, "For ICMP, the type:code must be valid");
    }
    return;
  }
  if (from > to) throw new InvalidPortRange(from, to, "Former value cannot be greater than the later");
  if (from < 1 || to > 65_535) {
    throw new InvalidPortRange(from, to, `Valid ${upper} ports should be between 1-65535`);
  }
}
