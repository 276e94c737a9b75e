// Tests that need something of the machine say so, and why they are skipped where it is missing.

import { describe } from "bun:test";
import { existsSync } from "node:fs";

export interface Requirement {
  met: boolean;
  reason: string;
}

export const isRoot: Requirement = { met: process.getuid?.() === 0, reason: "needs root" };

export function program(name: string): Requirement {
  return { met: Bun.which(name) !== null, reason: `needs the program ${name}` };
}

export function file(path: string, what: string): Requirement {
  return { met: existsSync(path), reason: `needs ${what}` };
}

/** `describe`, or a skip with its reason printed. */
export function describeWith(name: string, requirements: readonly Requirement[], body: () => void): void {
  const missing = requirements.filter((requirement) => !requirement.met);
  if (missing.length === 0) {
    describe(name, body);
    return;
  }
  const reason = missing.map((requirement) => requirement.reason).join(", ");
  console.log(`skipped: ${name}: ${reason}`);
  describe.skip(`${name} (${reason})`, body);
}
