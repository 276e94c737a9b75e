// Passwords and keys of this cloud, kept in one file that only its owner can read.

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Ids } from "./ids.ts";
import type { Secrets } from "./service.ts";

interface Stored {
  adminPassword: string;
  servicePassword: string;
  serviceToken: string;
  named: Record<string, string>;
}

/** What the settings give; an empty string means "not set". */
export interface GivenSecrets {
  adminPassword: string;
  servicePassword: string;
  serviceToken: string;
}

/** DevStack's generated passwords have ten bytes too. */
const GENERATED_BYTES = 10;

/** What is set wins over what is kept, what is kept over what would be generated. */
export function loadSecrets(path: string, given: GivenSecrets, ids: Ids): Secrets {
  const kept = readStored(path);
  const choose = (name: keyof GivenSecrets) => given[name] || kept?.[name] || ids.secret(GENERATED_BYTES);
  const stored: Stored = {
    adminPassword: choose("adminPassword"),
    servicePassword: choose("servicePassword"),
    serviceToken: choose("serviceToken"),
    named: kept?.named ?? {},
  };
  const save = () => {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  };
  if (JSON.stringify(kept) !== JSON.stringify(stored)) save();
  return {
    adminPassword: stored.adminPassword,
    servicePassword: stored.servicePassword,
    serviceToken: stored.serviceToken,
    named(name, bytes) {
      if (stored.named[name] === undefined) {
        stored.named[name] = ids.secret(bytes);
        save();
      }
      return stored.named[name];
    },
  };
}

/** The kept secrets, for commands that only read; null when this cloud was never started. */
export function readStored(path: string): Stored | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Secrets that are nowhere kept: tests, `--ephemeral`. */
export function memorySecrets(given: GivenSecrets, ids: Ids): Secrets {
  const named = new Map<string, string>();
  return {
    ...given,
    named(name, bytes) {
      if (!named.has(name)) named.set(name, ids.secret(bytes));
      return named.get(name)!;
    },
  };
}
