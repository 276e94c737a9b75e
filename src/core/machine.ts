// What this machine is and allows.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { type Lock, tryLock } from "./lock.ts";
import type { StatePaths } from "./paths.ts";
import type { Machine } from "./service.ts";

/** Where clouds of one machine find each other. */
const SLOT_DIR = "/run/stack";
const MAX_SLOTS = 100;

const CAP_NET_ADMIN = 12; // linux/capability.h
const CAP_SYS_ADMIN = 21;

/** True when this process may make bridges, taps, namespaces and firewall tables. */
export function isPrivileged(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const bits = BigInt(`0x${effective ?? "0"}`);
  return [CAP_NET_ADMIN, CAP_SYS_ADMIN].every((bit) => (bits >> BigInt(bit)) & 1n);
}

/** The machine's name, and the slot held for as long as `lock` is. */
export function claimMachine(
  paths: StatePaths,
  hostNameSetting: string,
): { machine: Machine; lock: Lock | null } {
  const hostName = hostNameSetting || hostname();
  if (!isPrivileged()) return { machine: { hostName, privileged: false, slot: 0 }, lock: null };
  mkdirSync(SLOT_DIR, { recursive: true, mode: 0o755 });
  const file = paths.at("slot");
  const preferred = readSlot(file);
  const candidates = [...(preferred === null ? [] : [preferred]), ...Array(MAX_SLOTS).keys()];
  for (const slot of candidates) {
    const lock = tryLock(`${SLOT_DIR}/slot-${slot}`);
    if (!lock) continue;
    writeFileSync(file, `${slot}\n`, { mode: 0o600 });
    return { machine: { hostName, privileged: true, slot }, lock };
  }
  throw new Error(`more than ${MAX_SLOTS} clouds on this machine`);
}

function readSlot(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
