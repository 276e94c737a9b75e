// What this machine is and allows.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
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

/** A number of this machine's that one cloud has to itself: it stands in the names of all that it makes on the host. */
export interface Slot extends Lock {
  /** Nothing of the cloud is left on the host: another may have the number. */
  vacate(): void;
}

/**
 * The machine's name, and the slot. A cloud that died or was stopped keeps its slot, because its guests and bridges are
 * still there, until it has gone down or its state directory is removed.
 * @param folder where clouds of one machine find each other
 */
export function claimMachine(
  paths: StatePaths,
  hostNameSetting: string,
  { privileged = isPrivileged(), folder = SLOT_DIR } = {},
): { machine: Machine; slot: Slot | null } {
  const hostName = hostNameSetting || hostname();
  if (!privileged) return { machine: { hostName, privileged, slot: 0 }, slot: null };
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const preferred = readSlot(paths.at("slot"));
  const candidates = [...(preferred === null ? [] : [preferred]), ...Array(MAX_SLOTS).keys()];
  for (const number of candidates) {
    const slot = claimSlot(join(folder, `slot-${number}`), number, paths);
    if (slot) return { machine: { hostName, privileged, slot: number }, slot };
  }
  throw new Error(`more than ${MAX_SLOTS} clouds on this machine`);
}

/** Null when the slot is another cloud's. */
function claimSlot(path: string, number: number, paths: StatePaths): Slot | null {
  const lock = tryLock(path);
  if (!lock) return null;
  const ownerFile = `${path}.owner`;
  const owner = readText(ownerFile);
  const theirs = owner !== null && owner !== paths.root && readSlot(join(owner, "slot")) === number;
  if (theirs) {
    lock.release();
    return null;
  }
  writeFileSync(ownerFile, paths.root, { mode: 0o644 });
  writeFileSync(paths.at("slot"), `${number}\n`, { mode: 0o600 });
  return {
    release: () => lock.release(),
    vacate: () => rmSync(ownerFile, { force: true }),
  };
}

function readSlot(path: string): number | null {
  const text = readText(path);
  return text === null ? null : Number.parseInt(text, 10);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
