// What an operator has said of services for good, as systemd keeps it: masked ones cannot be started at all, disabled ones do
// not start with the cloud. One small file in the state directory, written by `stack systemctl`, read when a service starts.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Units {
  /** Windows. */
  masked: readonly string[];
  disabled: readonly string[];
}

const NONE: Units = { masked: [], disabled: [] };

/** A file that is not there, or that nobody can read, says nothing. */
export function readUnits(stateDir: string): Units {
  try {
    const said = JSON.parse(readFileSync(pathOf(stateDir), "utf8")) as Partial<Record<keyof Units, unknown>>;
    return { masked: words(said.masked), disabled: words(said.disabled) };
  } catch {
    return NONE;
  }
}

export function writeUnits(stateDir: string, units: Units): void {
  const path = pathOf(stateDir);
  writeFileSync(`${path}.new`, `${JSON.stringify(units, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function pathOf(stateDir: string): string {
  return join(stateDir, "units.json");
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}
