// Whether the kernel passes packets on between cards. Switched on when a cloud of this machine needs it; the last cloud
// that goes puts back what was there before.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SWITCH = "/proc/sys/net/ipv4/ip_forward";
const FOLDER = "/run/stack/ip_forward";
const BEFORE = "before";

/** Returns what was changed. */
export function needForwarding(slot: number): string[] {
  mkdirSync(FOLDER, { recursive: true, mode: 0o755 });
  writeFileSync(join(FOLDER, `slot-${slot}`), "");
  const now = readFileSync(SWITCH, "utf8").trim();
  if (now === "1") return [];
  writeFileSync(join(FOLDER, BEFORE), now);
  writeFileSync(SWITCH, "1");
  return ["switched IP forwarding on"];
}

export function releaseForwarding(slot: number): string[] {
  rmSync(join(FOLDER, `slot-${slot}`), { force: true });
  const left = list();
  if (left.some((name) => name.startsWith("slot-"))) return [];
  const changed: string[] = [];
  if (left.includes(BEFORE)) {
    writeFileSync(SWITCH, readFileSync(join(FOLDER, BEFORE), "utf8"));
    changed.push("switched IP forwarding back");
  }
  rmSync(FOLDER, { recursive: true, force: true });
  return changed;
}

function list(): string[] {
  try {
    return readdirSync(FOLDER);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
