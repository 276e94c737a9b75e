// Takes apart deleted accounts: their objects, then their containers, then themselves. For clients they are gone at
// once. Authority: swift/account/reaper.py.

import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Containers } from "./containers.ts";
import type { Objects } from "./objects.ts";

const BATCH = 500;

export interface ReaperParts {
  containers: Containers;
  objects: Objects;
  log: Logger;
}

/** One round over all deleted accounts. */
export async function reapAccounts(parts: ReaperParts, signal: AbortSignal): Promise<void> {
  try {
    for (const id of parts.containers.deletedAccounts()) await reap(parts, id, signal);
  } catch (error) {
    parts.log.error(null, `Reaping deleted accounts failed: ${messageOf(error)}`, error);
  }
}

async function reap(parts: ReaperParts, accountId: number, signal: AbortSignal): Promise<void> {
  let [containers, objects] = [0, 0];
  for (;;) {
    const id = parts.containers.containerOfDeleted(accountId);
    if (id === null) break;
    for (let cleared = BATCH; cleared === BATCH; objects += cleared) {
      if (signal.aborted) return;
      cleared = await parts.objects.clear(id, BATCH);
    }
    await parts.containers.reapContainer(id);
    containers++;
  }
  await parts.containers.reapAccount(accountId);
  parts.log.info(null, `Reaped a deleted account: ${containers} containers, ${objects} objects`);
}
