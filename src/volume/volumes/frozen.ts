// A frozen back end takes no changes.

import type { Cinder } from "../cinder.ts";
import { InvalidInput } from "../errors.ts";
import { backendOf, VOLUME_BINARY } from "../topics.ts";

/** @throws InvalidInput while the back end is frozen */
export function refuseFrozen(cinder: Cinder, host: string | null): void {
  if (host === null) return;
  const service = cinder.services.store.find(VOLUME_BINARY, backendOf(host));
  if (service?.frozen) {
    throw new InvalidInput("Modification operations are not allowed on frozen storage backends.");
  }
}
