// Removes objects whose X-Delete-At has passed. For clients they are gone at that moment; this gives back the space.
// Authority: swift/obj/expirer.py.

import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/log.ts";
import type { Objects } from "./objects.ts";

const BATCH = 500;

/** One round over everything that is due. */
export async function expireObjects(objects: Objects, log: Logger, signal: AbortSignal): Promise<void> {
  let total = 0;
  try {
    for (let removed = BATCH; removed === BATCH && !signal.aborted; total += removed) {
      removed = await objects.expire(BATCH);
    }
  } catch (error) {
    log.error(null, `Removing expired objects failed: ${messageOf(error)}`, error);
  }
  if (total > 0) log.info(null, `Removed ${total} expired objects`);
}
