// Snapshots of a running cloud. Saving takes place within one turn of the event loop: no service runs meanwhile, so
// what is saved is one instant of all of them. Restoring stops the services in reverse order, takes what they left on
// the host away, puts the files in place and starts them again.

import type { Cloud } from "../cloud.ts";
import { Conflict } from "../core/errors.ts";
import { type BackupFacts, stageBackup, takeBackupIn } from "./backup.ts";
import { restoreSnapshot, type SnapshotFacts, saveSnapshot } from "./shelf.ts";
import { runningServers } from "./store.ts";

export interface SnapshotDesk {
  /** @throws Conflict */
  save(name: string): Promise<SnapshotFacts>;
  /** Returns what was removed from the host. @throws NotFound, Conflict */
  restore(name: string): Promise<string[]>;
  /** The folder to be packed. @throws Conflict */
  stage(whole: boolean): Promise<string>;
  /** What was unpacked becomes the state. */
  takeIn(facts: BackupFacts): Promise<string[]>;
}

/** @param root the state directory */
export function snapshotDesk(cloud: Cloud, root: string): SnapshotDesk {
  return {
    async save(name) {
      await refuseRealGuests(cloud);
      return saveSnapshot(root, name);
    },
    restore: (name) => cloud.withoutServices(() => restoreSnapshot(root, name)),
    async stage(whole) {
      if (whole) await refuseRealGuests(cloud);
      return stageBackup(root, whole);
    },
    takeIn: (facts) => cloud.withoutServices(() => takeBackupIn(root, facts), { keepHost: !facts.whole }),
  };
}

/** A disk that a guest writes to while it is copied is the disk of no instant. */
async function refuseRealGuests(cloud: Cloud): Promise<void> {
  if (cloud.driver().name === "fake") return;
  if (!cloud.projects.has("nova")) return;
  const names = runningServers(cloud.projects.database("nova"));
  if (names.length === 0) return;
  throw new Conflict(`these servers write to their disks: ${names.join(", ")}; stop or suspend them first`);
}
